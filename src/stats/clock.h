/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* How far the responder's clock is from ours, as the packets themselves show it, and what our own
 * system says of our clock. Together they decide whether a one-way delay means anything
 * (probe/trust.h). Rules: docs/measurement.md, "One-way delay"; the filter is that of RFC 5905 10
 * in a simpler form: the sample with the smallest round trip bounds the offset best. */
#ifndef STATS_CLOCK_H
#define STATS_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"
#include "stats/one_way.h"
#include "stats/round.h"
#include "stats/sample.h"

/* The samples of one operation as far as they tell about clocks. */
struct clock_survey {
    uint32_t samples; /* received, with the responder's times; 0: the rest is 0 too */
    uint32_t steps; /* of the responder's clock in between */
    uint32_t unresolved; /* with a way that is shorter than its own error; negative ones not */
    /* The one with the smallest round trip: */
    int64_t at_ns; /* when, on the operation clock */
    int64_t offset_ns; /* responder's clock minus ours */
    int64_t error_ns; /* half of the round trip, the resolution, and the error of our stamps */
    int64_t rtt_ns;
    int64_t sd_ns, ds_ns; /* its ways as the clocks have them; may be negative */
};

/* `out` is all 0 when there are no such samples. */
void clock_survey(const struct samples *samples, int64_t resolution_ns, struct clock_survey *out);

/* Offsets of the latest operations. They are kept against the monotonic clock, so that a step of
 * our wall clock between operations does not spoil them; a slew does (clock_filter_forget). */
#define CLOCK_FILTER_POINTS 8

struct clock_point {
    struct mono at;
    int64_t ahead_ns; /* responder's wall clock minus our monotonic clock */
    int64_t error_ns;
};

/* All zero: knows nothing. */
struct clock_filter {
    struct clock_point points[CLOCK_FILTER_POINTS];
    uint32_t count, next;
};

/* Adds what an operation found. Older points that it contradicts go: the responder's clock was set
 * in between. */
void clock_filter_add(struct clock_filter *filter, const struct clock_point *point);

/* Drops the points from before `since`, when our monotonic clock, which they are kept against, was
 * slewed. */
void clock_filter_forget(struct clock_filter *filter, struct mono since);

/* The best point at `now`, its error grown by the time since; `epoch_ns`: our wall clock minus our
 * monotonic clock. */
struct clock_offset clock_filter_read(const struct clock_filter *filter, struct mono now,
                                      int64_t epoch_ns);

#endif
