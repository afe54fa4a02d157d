/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/clock.h"

#include <time.h>

static int64_t read_ns(clockid_t clock)
{
    struct timespec at;
    clock_gettime(clock, &at);
    return (int64_t)at.tv_sec * NS_PER_SECOND + at.tv_nsec;
}

struct instant clock_now(void)
{
    struct instant now;
    now.mono.ns = read_ns(CLOCK_MONOTONIC);
    now.wall.ns = read_ns(CLOCK_REALTIME);
    return now;
}

struct stamp clock_stamp_from_kernel(struct wall kernel, struct instant now)
{
    int64_t age_ns = wall_diff(now.wall, kernel);
    if (age_ns < 0 || age_ns > NS_PER_SECOND) {
        return (struct stamp){.at = now, .source = STAMP_USER};
    }
    return (struct stamp){
        .at = {.mono = mono_add(now.mono, -age_ns), .wall = kernel},
        .source = STAMP_KERNEL,
    };
}
