/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "stats/clock_state.h"

#include <assert.h>

#include "stats/sample.h"

/* What the kernel begins with, and what stays when a daemon never writes it: 16 s. */
#define NOT_TOLD_US INT64_C(16000000)

/* What ntpd writes when it starts, before any answer. */
#define UNANSWERED_US 16

/* The longest poll of a daemon is 2048 s, after which the maximum error has grown by 1.02 s. More
 * than this, and one has been missed. */
#define STALE_US INT64_C(2500000)

/* Readings differ by this without a slew. */
#define JITTER_NS 2000

static int64_t absolute(int64_t value)
{
    return value < 0 ? -value : value;
}

const char *clock_fault_name(enum clock_fault fault)
{
    static const char *const names[CLOCK_FAULT_COUNT] = {
        [CLOCK_UNSYNCHRONIZED] = "unsynchronized",
        [CLOCK_UNANSWERED] = "unanswered",
        [CLOCK_STALE] = "stale",
        [CLOCK_UNKNOWN] = "unknown",
    };
    assert((unsigned)fault < CLOCK_FAULT_COUNT);
    return names[fault];
}

const char *clock_state_name(const struct clock_state *clock)
{
    return clock->is_synchronized ? "synchronized" : clock_fault_name(clock->fault);
}

/* False when there is none. */
static bool find_fault(const struct clock_answer *answer, enum clock_fault *out)
{
    bool is_unanswered = answer->is_pll_alone && answer->estimated_error_us == UNANSWERED_US &&
                         answer->offset_ns == 0;
    bool is_stale = answer->maximum_error_us > STALE_US;
    *out = answer->error != 0          ? CLOCK_UNKNOWN
           : answer->is_unsynchronized ? CLOCK_UNSYNCHRONIZED
           : is_unanswered             ? CLOCK_UNANSWERED
                                       : CLOCK_STALE;
    return answer->error != 0 || answer->is_unsynchronized || is_unanswered || is_stale;
}

void clock_judge(const struct clock_answer *answer, struct clock_state *out)
{
    bool is_told = answer->error == 0 && answer->estimated_error_us < NOT_TOLD_US;
    out->is_synchronized = !find_fault(answer, &out->fault);
    out->error = answer->error;
    out->estimated_error_ns = is_told ? answer->estimated_error_us * NS_PER_US : -1;
    out->maximum_error_ns = answer->error == 0 ? answer->maximum_error_us * NS_PER_US : -1;
    out->left_ns = absolute(answer->offset_ns);
}

int64_t clock_admitted_ns(const struct clock_state *clock)
{
    int64_t estimated_ns = clock->estimated_error_ns;
    bool is_told = estimated_ns >= 0 && estimated_ns < NOT_TOLD_US * NS_PER_US;
    return (is_told ? estimated_ns : 0) + clock->left_ns;
}

int64_t clock_age_ns(const struct clock_state *clock)
{
    return clock->maximum_error_ns > 0 ? clock->maximum_error_ns * CLOCK_WANDER_DIVISOR : 0;
}

bool clock_watch_take(struct clock_watch *watch, const struct clock_watch *reading)
{
    int64_t raw_ns = reading->raw_ns - watch->raw_ns;
    int64_t gained_ns = mono_diff(reading->mono, watch->mono) - raw_ns;
    int64_t allowed_ns =
        watch->error_ns + reading->error_ns + JITTER_NS + absolute(raw_ns) / CLOCK_WANDER_DIVISOR;
    bool is_first = watch->mono.ns == 0;
    *watch = *reading;
    return !is_first && absolute(gained_ns) > allowed_ns;
}
