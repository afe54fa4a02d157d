/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Token buckets for any number of flows or sources, in memory of a fixed size: when a place is
 * needed, the fullest bucket of a few is forgotten, which is the one that matters least. */
#ifndef REFLECT_METER_H
#define REFLECT_METER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"

#define METER_SETS 1024
#define METER_WAYS 8

/* A bucket holds `burst` tokens and gets a new one each `interval_ns`. */
struct meter_rate {
    uint32_t burst;
    int64_t interval_ns;
};

struct meter_bucket {
    uint64_t name;
    struct mono full; /* when it will hold `burst` tokens again; before now: it does */
};

struct meter {
    struct meter_rate rate;
    struct meter_bucket sets[METER_SETS][METER_WAYS];
};

/* Takes a token from the bucket `name`: a hash that strangers cannot predict. False: it is empty.
 */
bool meter_take(struct meter *meter, uint64_t name, struct mono now);

#endif
