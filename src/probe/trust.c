/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "probe/trust.h"

/* Reading two clocks one after the other does not make them further apart than this. */
#define PAIRING_NS (100 * NS_PER_US)

static int64_t absolute(int64_t value)
{
    return value < 0 ? -value : value;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The wall clock moved against the monotonic one by more than the system's steering explains. */
static bool was_set(const struct trust_case *about)
{
    int64_t epoch_ns = about->now.wall.ns - about->now.mono.ns;
    int64_t elapsed_ns = mono_diff(about->now.mono, about->train->start);
    return absolute(epoch_ns - about->train->epoch_ns) >
           PAIRING_NS + absolute(elapsed_ns) / CLOCK_WANDER_DIVISOR;
}

/* The offset as of the fastest packet: what happened since does not make it a better excuse. */
static struct clock_offset measure_offset(const struct trust_case *about,
                                          const struct clock_survey *survey,
                                          struct clock_filter *filter)
{
    const struct clock_point point = {
        .at = {survey->at_ns - about->train->epoch_ns},
        .ahead_ns = survey->offset_ns + about->train->epoch_ns,
        .error_ns = survey->error_ns,
    };
    clock_filter_add(filter, &point);
    return clock_filter_read(filter, point.at, about->now.wall.ns - about->now.mono.ns);
}

/* What the user tolerates, 0 where he said nothing. A share of the one-way delay is one of the
 * shorter way of the fastest packet. */
static int64_t tolerance_ns(const struct spec *spec, const struct clock_survey *survey)
{
    int64_t shorter_ns = smaller(survey->sd_ns, survey->ds_ns);
    int64_t share_ns = shorter_ns > 0 ? shorter_ns / 100 * spec->clocks.tolerance_percent : 0;
    return spec->clocks.tolerance_ns > 0 ? spec->clocks.tolerance_ns : share_ns;
}

/* The clocks are good by their own word; now by what was measured. */
static enum one_way judge_errors(const struct trust_case *about, const struct clock_survey *survey,
                                 const struct clock_offset *offset)
{
    const struct spec *spec = about->spec;
    bool has_tolerance = spec->clocks.tolerance_ns > 0 || spec->clocks.tolerance_percent > 0;
    int64_t admitted_ns = clock_admitted_ns(about->clock) + absolute(about->payload->claimed_ns);
    int64_t tolerated_ns = has_tolerance ? tolerance_ns(spec, survey) : survey->rtt_ns / 2;
    int64_t slack_ns = has_tolerance ? tolerated_ns : smaller(admitted_ns, tolerated_ns);
    if (absolute(offset->offset_ns) > offset->error_ns + slack_ns) {
        return ONE_WAY_OFFSET;
    }
    if (admitted_ns > tolerated_ns) {
        return ONE_WAY_TOLERANCE;
    }
    return survey->unresolved > 0 ? ONE_WAY_RESOLUTION : ONE_WAY_SHOWN;
}

bool trust_was_slewed(const struct trust_case *about)
{
    struct mono slewed_at = about->clock->slewed_at;
    return slewed_at.ns != 0 && !mono_is_before(slewed_at, about->train->start);
}

/* Our clock by the word of our system, and as it ran. */
static enum one_way judge_ours(const struct trust_case *about)
{
    const struct clock_state *clock = about->clock;
    if (!clock->is_synchronized && !about->spec->clocks.is_assumed_synchronized) {
        return clock->fault == CLOCK_UNKNOWN ? ONE_WAY_LOCAL_UNKNOWN : ONE_WAY_LOCAL_CLOCK;
    }
    if (trust_was_slewed(about)) {
        return ONE_WAY_LOCAL_SLEW;
    }
    return was_set(about) ? ONE_WAY_LOCAL_STEP : ONE_WAY_SHOWN;
}

enum one_way trust_judge(const struct trust_case *about, struct clock_filter *filter,
                         struct clock_offset *offset)
{
    struct clock_survey survey;
    struct samples samples = train_samples(about->train);
    clock_survey(&samples, payload_resolution_ns(about->spec), &survey);
    *offset = (struct clock_offset){0};
    if (survey.samples == 0) {
        return about->payload->byte_order == BYTE_ORDER_SENSELESS ? ONE_WAY_RESPONDER_TIMES
                                                                  : ONE_WAY_NO_SAMPLES;
    }
    bool is_readable = !about->payload->is_not_utc && survey.steps == 0 && survey.error_ns > 0 &&
                       !trust_was_slewed(about);
    clock_filter_forget(filter, about->clock->slewed_at);
    if (is_readable) {
        *offset = measure_offset(about, &survey, filter);
    } else {
        *filter = (struct clock_filter){0};
    }
    enum one_way ours = judge_ours(about);
    if (ours != ONE_WAY_SHOWN) {
        return ours;
    }
    if (about->payload->is_not_utc) {
        return ONE_WAY_RESPONDER_CLOCK;
    }
    if (about->payload->doubt != ONE_WAY_SHOWN) {
        return about->payload->doubt;
    }
    return is_readable ? judge_errors(about, &survey, offset) : ONE_WAY_RESPONDER_STEP;
}
