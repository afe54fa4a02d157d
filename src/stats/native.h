/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The exponential form of a histogram, which Prometheus calls native: bucket i of schema s counts
 * values in (2^((i-1)/2^s), 2^(i/2^s)] seconds, and only buckets that have counted exist. It is
 * kept beside the exact bounds of hist.h. Source: "Native histograms" of the Prometheus
 * documentation. */
#ifndef STATS_NATIVE_H
#define STATS_NATIVE_H

#include <stdint.h>

/* Eight buckets from a power of two to the next: each 9 % wide. */
#define NATIVE_SCHEMA 3
/* When one more would be needed, two neighbours each become one: the schema goes down by 1. */
#define NATIVE_BUCKETS_MAX 160
/* The bucket of zeros takes values up to here, in seconds: less than any nanosecond. */
#define NATIVE_ZERO_THRESHOLD 0x1p-128

struct native_bucket {
    uint64_t count; /* > 0 */
    int16_t index;
} __attribute__((packed));

struct native {
    int8_t schema; /* NATIVE_SCHEMA or less, at least 1 */
    uint16_t used, room; /* buckets */
    uint64_t zeros;
    struct native_bucket buckets[]; /* the index rises */
};

/* Records `value_ns` >= 0 in *native, which is made or moved as needed; NULL: nothing recorded yet.
 * Free it with free(). */
void native_observe(struct native **native, int64_t value_ns);

/* A copy of its own; NULL of NULL. */
struct native *native_copy(const struct native *native);

/* How often the resolution was halved. NULL is fine. */
unsigned native_reductions(const struct native *native);

#endif
