/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/clock.h"

#include <stdbool.h>
#include <time.h>

/* When a reading takes longer, the thread was interrupted and the reading is repeated. */
#define GOOD_NS 500
#define TRIES 4

/* A larger change of the difference, beyond the errors of both readings, is a step. */
#define TOLERANCE_NS 2000

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

struct mono clock_mono(void)
{
    return (struct mono){read_ns(CLOCK_MONOTONIC)};
}

static int64_t difference_ns(struct instant at)
{
    return at.wall.ns - at.mono.ns;
}

struct instant clock_soon(const struct clock *clock)
{
    struct mono now = clock_mono();
    return (struct instant){now, wall_add(clock->now.wall, mono_diff(now, clock->now.mono))};
}

void clock_take(struct clock *clock, struct instant now, uint32_t error_ns)
{
    int64_t moved_ns = difference_ns(now) - difference_ns(clock->now);
    int64_t allowed_ns = (int64_t)clock->error_ns + error_ns + TOLERANCE_NS;
    bool is_first = clock->now.mono.ns == 0;
    if (!is_first && (moved_ns > allowed_ns || moved_ns < -allowed_ns)) {
        clock->steps++;
        clock->before = clock->now.mono;
        clock->after = now.mono;
        clock->old_difference_ns = difference_ns(clock->now);
    }
    if (!is_first && mono_diff(now.mono, clock->now.mono) > CLOCK_RECENT_NS) {
        clock->gap_began = clock->now.mono;
        clock->gap_ended = now.mono;
    }
    clock->now = now;
    clock->error_ns = error_ns;
}

void clock_read(struct clock *clock)
{
    struct instant best = {{0}, {0}};
    int64_t best_ns = INT64_MAX;
    for (int i = 0; i < TRIES && best_ns > GOOD_NS; i++) {
        int64_t before_ns = read_ns(CLOCK_MONOTONIC);
        int64_t wall_ns = read_ns(CLOCK_REALTIME);
        int64_t took_ns = read_ns(CLOCK_MONOTONIC) - before_ns;
        if (took_ns < best_ns) {
            best = (struct instant){{before_ns + took_ns / 2}, {wall_ns}};
            best_ns = took_ns;
        }
    }
    int64_t error_ns = best_ns / 2 + 1;
    clock_take(clock, best, error_ns > UINT32_MAX ? UINT32_MAX : (uint32_t)error_ns);
}

/* Whether a timestamp may have been taken at `at`: lately, or while this thread stood still until
 * lately. */
static bool is_recent(const struct clock *clock, struct mono at)
{
    int64_t age_ns = mono_diff(clock->now.mono, at);
    bool stood_still =
        clock->gap_ended.ns != 0 && mono_diff(clock->now.mono, clock->gap_ended) <= CLOCK_RECENT_NS;
    return age_ns >= -(int64_t)clock->error_ns &&
           (age_ns <= CLOCK_RECENT_NS || (stood_still && !mono_is_before(at, clock->gap_began)));
}

static struct stamp stamp_at(struct wall kernel, struct mono at, int64_t error_ns)
{
    return (struct stamp){
        .at = {.mono = at, .wall = kernel},
        .source = STAMP_KERNEL,
        .error_ns = error_ns > UINT32_MAX ? UINT32_MAX : (uint32_t)error_ns,
    };
}

struct stamp clock_stamp(const struct clock *clock, struct wall kernel)
{
    struct mono at = {kernel.ns - difference_ns(clock->now)};
    struct mono old = {kernel.ns - clock->old_difference_ns};
    int64_t error_ns = clock->error_ns;
    bool is_new = is_recent(clock, at);
    bool is_old = false;
    if (clock->steps > 0) {
        is_new = is_new && mono_diff(at, clock->before) >= -error_ns;
        is_old = is_recent(clock, old) && mono_diff(old, clock->after) <= error_ns;
    }
    if (is_new && is_old) {
        int64_t apart_ns = mono_diff(at, old);
        return stamp_at(kernel, at, error_ns + (apart_ns < 0 ? -apart_ns : apart_ns));
    }
    if (is_new || is_old) {
        return stamp_at(kernel, is_new ? at : old, error_ns);
    }
    return (struct stamp){.at = clock->now, .source = STAMP_USER};
}
