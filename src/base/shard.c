/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/shard.h"

#include <assert.h>

#include "base/rng.h"

unsigned shard_of(uint64_t hash, unsigned count)
{
    assert(count > 0 && count <= SHARD_COUNT_MAX);
    struct rng rng = {hash};
    uint64_t highest = rng_u64(&rng);
    unsigned shard = 0;
    for (unsigned i = 1; i < count; i++) {
        uint64_t drawn = rng_u64(&rng);
        if (drawn > highest) {
            highest = drawn;
            shard = i;
        }
    }
    return shard;
}
