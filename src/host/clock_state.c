/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/clock_state.h"

#include <errno.h>
#include <sys/timex.h>
#include <time.h>

/* A reading that took longer was interrupted, and is tried again the next time. */
#define GOOD_NS (100 * NS_PER_US)

void clock_state_read(struct clock_state *out)
{
    struct timex timex = {0}; /* modes 0: reads only, needs no privilege */
    struct clock_answer answer = {0};
    int state = adjtimex(&timex);
    if (state < 0) {
        answer.error = errno;
    } else {
        bool is_ns = (timex.status & STA_NANO) != 0;
        answer.is_unsynchronized = state == TIME_ERROR || (timex.status & STA_UNSYNC) != 0;
        answer.is_pll_alone = timex.status == STA_PLL;
        answer.estimated_error_us = timex.esterror;
        answer.maximum_error_us = timex.maxerror;
        answer.offset_ns = (int64_t)timex.offset * (is_ns ? 1 : NS_PER_US);
    }
    clock_judge(&answer, out);
}

static int64_t read_ns(clockid_t clock)
{
    struct timespec at;
    clock_gettime(clock, &at);
    return (int64_t)at.tv_sec * NS_PER_SECOND + at.tv_nsec;
}

bool clock_state_watch(struct clock_watch *watch, struct mono now, struct clock_state *out)
{
    if (watch->mono.ns != 0 && mono_diff(now, watch->mono) < CLOCK_WATCH_NS) {
        return false;
    }
    int64_t before_ns = read_ns(CLOCK_MONOTONIC);
    struct clock_watch reading = {.raw_ns = read_ns(CLOCK_MONOTONIC_RAW)};
    int64_t took_ns = read_ns(CLOCK_MONOTONIC) - before_ns;
    reading.mono.ns = before_ns + took_ns / 2;
    reading.error_ns = took_ns / 2 + 1;
    if (took_ns > GOOD_NS || !clock_watch_take(watch, &reading)) {
        return false;
    }
    out->slewed_at = reading.mono;
    return true;
}
