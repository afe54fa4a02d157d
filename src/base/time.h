/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Time as values. Two clocks that must not be mixed: `mono` never goes back and is the only source
 * of durations; `wall` is UTC and may jump, and serves only wire fields and comparison with a
 * peer's clock. Nothing here reads a clock: the host does, and passes an `instant` along. */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include <stdbool.h>
#include <stdint.h>

#define NS_PER_US INT64_C(1000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_SECOND INT64_C(1000000000)
#define NS_PER_MINUTE (60 * NS_PER_SECOND)
#define MS_PER_DAY INT64_C(86400000)

/* CLOCK_MONOTONIC, nanoseconds. */
struct mono {
    int64_t ns;
};

/* CLOCK_REALTIME, nanoseconds since 1970-01-01 UTC. */
struct wall {
    int64_t ns;
};

/* Both clocks, read together. */
struct instant {
    struct mono mono;
    struct wall wall;
};

/* One byte: there are two of them in the record of every packet. */
enum stamp_source { STAMP_USER, STAMP_KERNEL, STAMP_HARDWARE } __attribute__((packed));
#define STAMP_SOURCE_COUNT 3

/* "user", "kernel", "hardware": label values and JSON words. */
static inline const char *stamp_source_name(enum stamp_source source)
{
    switch (source) {
    case STAMP_KERNEL:
        return "kernel";
    case STAMP_HARDWARE:
        return "hardware";
    case STAMP_USER:
        break;
    }
    return "user";
}

/* When something happened on the wire, and who says so. */
struct stamp {
    struct instant at;
    enum stamp_source source;
    uint32_t error_ns; /* of a kernel's or an adapter's stamp: how far `at.mono` may be off, since
                          it was moved from the wall clock; saturates. 0 for others: how late they
                          are is not known */
};

/* A moment that never comes: the deadline of a machine that waits for input only. */
#define MONO_NEVER ((struct mono){INT64_MAX})

/* `t` plus `ns`; stays MONO_NEVER, and saturates there instead of overflowing. */
static inline struct mono mono_add(struct mono t, int64_t ns)
{
    if (ns > 0 && t.ns > INT64_MAX - ns) {
        return MONO_NEVER;
    }
    return (struct mono){t.ns + ns};
}

/* Nanoseconds from `earlier` to `later`. */
static inline int64_t mono_diff(struct mono later, struct mono earlier)
{
    return later.ns - earlier.ns;
}

static inline bool mono_is_before(struct mono a, struct mono b)
{
    return a.ns < b.ns;
}

static inline struct mono mono_min(struct mono a, struct mono b)
{
    return mono_is_before(a, b) ? a : b;
}

static inline struct mono mono_max(struct mono a, struct mono b)
{
    return mono_is_before(a, b) ? b : a;
}

static inline struct wall wall_add(struct wall t, int64_t ns)
{
    return (struct wall){t.ns + ns};
}

/* Nanoseconds from `earlier` to `later`. */
static inline int64_t wall_diff(struct wall later, struct wall earlier)
{
    return later.ns - earlier.ns;
}

/* `value` divided by `unit`, rounded towards minus infinity. `unit` > 0. */
static inline int64_t floor_div(int64_t value, int64_t unit)
{
    int64_t quotient = value / unit;
    return value % unit < 0 ? quotient - 1 : quotient;
}

/* `value` modulo `modulus`, moved into -modulus/2 .. modulus/2. */
static inline int64_t fold(int64_t value, int64_t modulus)
{
    int64_t rest = value - floor_div(value, modulus) * modulus;
    return rest > modulus / 2 ? rest - modulus : rest;
}

/* Milliseconds since UTC midnight, 0..86399999: the time scale of RFC 792 and of IP SLA type 2
 * probes. */
static inline uint32_t wall_ms_of_day(struct wall t)
{
    int64_t ms = floor_div(t.ns, NS_PER_MS);
    return (uint32_t)(ms - floor_div(ms, MS_PER_DAY) * MS_PER_DAY);
}

#endif
