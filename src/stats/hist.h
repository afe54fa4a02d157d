/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Histograms of durations with exact bounds: a configured bound is a bound of the record, so a
 * bucket of the exposition is a plain sum and never an interpolation. A `hist_layout` (the bounds)
 * is shared and immutable; a `hist` holds counts, the same values in exponential form where that is
 * kept (native.h), and the worst one. */
#ifndef STATS_HIST_H
#define STATS_HIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"
#include "stats/native.h"

#define HIST_BOUNDS_MAX 24

/* Upper bounds in nanoseconds, strictly rising, inclusive as Prometheus' `le`. */
struct hist_layout {
    size_t count;
    int64_t bounds_ns[HIST_BOUNDS_MAX];
};

/* In which forms a histogram is kept and shown, where a format has both. */
enum hist_forms { HIST_BOTH, HIST_NATIVE, HIST_CLASSIC };

/* One value among those counted. */
struct exemplar {
    int64_t value_ns;
    struct wall at; /* when it was known */
    uint64_t sequence; /* of its packet, from 1 on; 0: there is none */
};

#define HIST_FIRST 16 /* as many buckets as the default bounds make */

/* Bucket i counts values in (bounds[i-1], bounds[i]]; bucket layout->count those above every
 * bound. */
struct hist {
    uint64_t count;
    int64_t sum_ns;
    uint64_t first[HIST_FIRST];
    uint64_t *more; /* those behind them; NULL: none has counted. Belongs to it */
    struct native *native; /* the same values; NULL: none, or not kept. Belongs to it */
    struct exemplar worst; /* of the latest operation; where nobody looks for it, none */
};

/* Of both directions. */
struct hist_pair {
    struct hist sd, ds;
};

/* What is at `place`; an empty one when nothing is there yet. Free it with free(). */
struct hist_pair *hist_pair_at(struct hist_pair **place);

/* 100us 250us 500us 1ms 2.5ms 5ms 10ms 25ms 50ms 100ms 250ms 500ms 1s 2.5s 5s. */
extern const struct hist_layout hist_layout_default;

static inline uint64_t hist_bucket(const struct hist *hist, size_t i)
{
    if (i < HIST_FIRST) {
        return hist->first[i];
    }
    return hist->more == NULL ? 0 : hist->more[i - HIST_FIRST];
}

bool hist_layout_is_equal(const struct hist_layout *a, const struct hist_layout *b);

/* Index of the first bound that is not below `value_ns`; layout->count when all are. */
size_t hist_find_bucket(const struct hist_layout *layout, int64_t value_ns);

/* Records `value_ns` >= 0 by its bounds. */
void hist_observe(struct hist *hist, const struct hist_layout *layout, int64_t value_ns);

/* After its bytes were copied: what it points to becomes its own. */
void hist_own(struct hist *hist);
void hist_fini(struct hist *hist);

/* Adds what `other` recorded by its bounds; both of hist_layout_default. */
void hist_merge(struct hist *hist, const struct hist *other);

#endif
