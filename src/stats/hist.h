/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Histograms of durations with exact bounds: a configured bound is a bound of the record, so a
 * bucket of the exposition is a plain sum and never an interpolation. A `hist_layout` (the bounds)
 * is shared and immutable; a `hist` holds only counts, so it can be copied and added freely. */
#ifndef STATS_HIST_H
#define STATS_HIST_H

#include <stddef.h>
#include <stdint.h>

#define HIST_BOUNDS_MAX 24

/* Upper bounds in nanoseconds, strictly rising, inclusive as Prometheus' `le`. */
struct hist_layout {
    size_t count;
    int64_t bounds_ns[HIST_BOUNDS_MAX];
};

/* buckets[i] counts values in (bounds[i-1], bounds[i]]; buckets[layout->count] those above every
 * bound. */
struct hist {
    uint64_t count;
    int64_t sum_ns;
    uint64_t buckets[HIST_BOUNDS_MAX + 1];
};

/* 100us 250us 500us 1ms 2.5ms 5ms 10ms 25ms 50ms 100ms 250ms 500ms 1s 2.5s 5s. */
extern const struct hist_layout hist_layout_default;

/* Records `value_ns` >= 0. */
void hist_observe(struct hist *hist, const struct hist_layout *layout, int64_t value_ns);

/* Adds what `other` recorded; both of the same layout. */
void hist_merge(struct hist *hist, const struct hist *other);

#endif
