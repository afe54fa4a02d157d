/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/nonce.h"

/* Fewer than four can be told from a random permutation (Luby and Rackoff, 1988). */
enum { ROUNDS = 4 };

struct halves {
    uint32_t left, right;
};

static struct halves split(uint64_t number)
{
    return (struct halves){(uint32_t)(number >> 32), (uint32_t)number};
}

static uint64_t join(struct halves halves)
{
    return (uint64_t)halves.left << 32 | halves.right;
}

static uint32_t mix(const struct siphash_key *key, enum nonce_purpose purpose, unsigned round,
                    uint32_t half)
{
    return (uint32_t)nonce_draw(key, purpose, (uint64_t)round << 32 | half);
}

uint64_t nonce_seal(const struct siphash_key *key, enum nonce_purpose purpose, uint64_t number)
{
    struct halves now = split(number);
    for (unsigned round = 0; round < ROUNDS; round++) {
        now = (struct halves){now.right, now.left ^ mix(key, purpose, round, now.right)};
    }
    return join(now);
}

uint64_t nonce_open(const struct siphash_key *key, enum nonce_purpose purpose, uint64_t nonce)
{
    struct halves now = split(nonce);
    for (unsigned round = ROUNDS; round-- > 0;) {
        now = (struct halves){now.right ^ mix(key, purpose, round, now.left), now.left};
    }
    return join(now);
}
