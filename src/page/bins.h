/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A histogram as a list of bins, whichever form it was kept in, and percentiles from it. */
#ifndef PAGE_BINS_H
#define PAGE_BINS_H

#include <stddef.h>

#include "stats/hist.h"

#define BINS_MAX (NATIVE_BUCKETS_MAX + HIST_BOUNDS_MAX)

struct bin {
    double low_ns, high_ns; /* of the values in it; high_ns may be INFINITY */
    uint64_t count; /* > 0 */
};

struct bins {
    struct bin items[BINS_MAX]; /* from low to high */
    size_t count;
    uint64_t total;
};

/* The exponential form when it is kept, which is finer; else that by bounds. Zeros are left out of
 * the former. */
void bins_fill(struct bins *bins, const struct hist *hist, const struct hist_layout *layout);

/* The value that `share` (0 to 1) of all do not exceed, within its bin as if the values were spread
 * evenly there; of an open bin its lower end. 0 without values. */
double bins_percentile(const struct bins *bins, double share);

#endif
