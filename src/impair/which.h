/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Which packets of a flow something happens to: so many at random, or every Nth, one by one or in
 * bursts. Random ones come from a seed, so that a run repeats. */
#ifndef IMPAIR_WHICH_H
#define IMPAIR_WHICH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rng.h"

/* A share is counted in millionths. */
#define WHICH_ALL 1000000
#define WHICH_EVERY_MAX 1000000
#define WHICH_BURST_MAX 1000

/* All zero: none. */
struct which {
    uint32_t share; /* of WHICH_ALL, at random; 0: not at random */
    uint32_t every; /* the last of so many; 0: by `share` */
    uint32_t burst; /* so many in a row, of `every` the last ones; 0 is 1. Not above `every` */
};

/* As one number, so that a field of 8 bytes can hold it; 0: none. */
int64_t which_pack(struct which which);
struct which which_unpack(int64_t number);

/* Where one flow stands. */
struct which_state {
    struct rng rng;
    uint32_t met; /* packets since the last multiple of `every` */
    uint32_t left; /* of a random burst */
};

/* Whether it happens to the next packet. */
bool which_next(int64_t number, struct which_state *state);

#endif
