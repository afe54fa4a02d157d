/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "stats/clock.h"

#include <stddef.h>

static int64_t absolute(int64_t value)
{
    return value < 0 ? -value : value;
}

static bool is_usable(const struct sample *sample)
{
    return sample->fate == FATE_RECEIVED && sample->has_remote_times;
}

/* Negative ways are another matter (ONE_WAY_NEGATIVE). */
static bool is_unresolved(const struct sample *sample, int64_t resolution_ns)
{
    return sample_sd_ns(sample, resolution_ns) >= 0 && sample_ds_ns(sample, resolution_ns) >= 0 &&
           sample_is_unresolved(sample, resolution_ns);
}

/* Stamps are cut to the resolution, so on average half of it is missing from each. */
static void take_fastest(struct clock_survey *survey, const struct sample *sample,
                         int64_t resolution_ns)
{
    int64_t rtt_ns = sample_rtt_ns(sample, resolution_ns);
    if (rtt_ns < 0 || (survey->error_ns > 0 && rtt_ns >= survey->rtt_ns)) {
        return;
    }
    survey->rtt_ns = rtt_ns;
    survey->at_ns = sample->t4_ns;
    survey->sd_ns = sample_sd_ns(sample, resolution_ns);
    survey->ds_ns = sample_ds_ns(sample, resolution_ns);
    survey->offset_ns =
        ((sample->t2_ns - sample->t1_ns) + (sample->t3_ns - sample->t4_ns) + resolution_ns) / 2;
    survey->error_ns = rtt_ns / 2 + resolution_ns + sample->error_ns;
}

void clock_survey(const struct samples *samples, int64_t resolution_ns, struct clock_survey *out)
{
    const struct sample *previous = NULL;
    *out = (struct clock_survey){0};
    for (uint32_t i = 0; i < samples->count; i++) {
        const struct sample *sample = &samples->items[i];
        if (!is_usable(sample)) {
            continue;
        }
        out->samples++;
        if (previous != NULL && sample_clock_was_set(previous, sample, resolution_ns)) {
            out->steps++;
        }
        out->unresolved += is_unresolved(sample, resolution_ns);
        take_fastest(out, sample, resolution_ns);
        previous = sample;
    }
}

static int64_t aged_error_ns(const struct clock_point *point, struct mono now)
{
    return point->error_ns + absolute(mono_diff(now, point->at)) / CLOCK_WANDER_DIVISOR;
}

void clock_filter_forget(struct clock_filter *filter, struct mono since)
{
    struct clock_filter old = *filter;
    *filter = (struct clock_filter){0};
    for (uint32_t i = 0; i < old.count; i++) {
        if (!mono_is_before(old.points[i].at, since)) {
            filter->points[filter->count++] = old.points[i];
        }
    }
    filter->next = filter->count % CLOCK_FILTER_POINTS;
}

void clock_filter_add(struct clock_filter *filter, const struct clock_point *point)
{
    uint32_t kept = 0;
    struct clock_filter old = *filter;
    for (uint32_t i = 0; i < old.count; i++) {
        const struct clock_point *earlier = &old.points[i];
        int64_t apart_ns = absolute(point->ahead_ns - earlier->ahead_ns);
        if (apart_ns <= point->error_ns + aged_error_ns(earlier, point->at)) {
            filter->points[kept++] = *earlier;
        }
    }
    if (kept < old.count) {
        filter->next = kept % CLOCK_FILTER_POINTS;
    }
    filter->count = kept;
    filter->points[filter->next] = *point;
    filter->next = (filter->next + 1) % CLOCK_FILTER_POINTS;
    filter->count = kept < CLOCK_FILTER_POINTS ? kept + 1 : kept;
}

struct clock_offset clock_filter_read(const struct clock_filter *filter, struct mono now,
                                      int64_t epoch_ns)
{
    const struct clock_point *best = NULL;
    for (uint32_t i = 0; i < filter->count; i++) {
        const struct clock_point *point = &filter->points[i];
        if (best == NULL || aged_error_ns(point, now) < aged_error_ns(best, now)) {
            best = point;
        }
    }
    if (best == NULL) {
        return (struct clock_offset){0};
    }
    return (struct clock_offset){
        .is_known = true,
        .offset_ns = best->ahead_ns - epoch_ns,
        .error_ns = aged_error_ns(best, now),
    };
}
