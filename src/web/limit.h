/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A limit of requests: a burst, to which one is added each interval. Pure. */
#ifndef WEB_LIMIT_H
#define WEB_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

struct limit {
    int64_t interval_ns; /* 0: no limit */
    unsigned burst; /* at least 1 */
    int64_t full_ns; /* when the whole burst is there again */
};

/* Whether one more fits now (CLOCK_MONOTONIC), which then counts. */
static inline bool limit_take(struct limit *limit, int64_t now_ns)
{
    int64_t full_ns = limit->full_ns > now_ns ? limit->full_ns : now_ns;
    if (full_ns - now_ns > (int64_t)(limit->burst - 1) * limit->interval_ns) {
        return false;
    }
    limit->full_ns = full_ns + limit->interval_ns;
    return true;
}

#endif
