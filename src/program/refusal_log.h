/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Whom a responder refused, as log lines: one at once for each source and reason, then what came
 * since, once a period; a line for all together when they are many. Pure: whoever owns it says what
 * time it is and writes. */
#ifndef PROGRAM_REFUSAL_LOG_H
#define PROGRAM_REFUSAL_LOG_H

#include "base/time.h"
#include "reflect/refusals.h"

/* So many lines at once, and as many more in each REFUSAL_LOG_PERIOD_NS. What is beyond is said
 * together, once in that time. */
#define REFUSAL_LOG_BURST 10
#define REFUSAL_LOG_PERIOD_NS (60 * NS_PER_SECOND)

/* The refusals that share one line. */
struct refusal_sum {
    uint64_t datagrams;
    uint64_t by_reason[REFUSAL_REASONS];
};

struct refusal_log_sink {
    /* `row` is of `reason`; `count` datagrams have come since the line before. */
    void (*line)(void *context, unsigned reason, const struct refused *row, uint64_t count);
    void (*sum)(void *context, const struct refusal_sum *sum);
    void *context;
};

/* What was said of a row. */
struct refusal_said {
    struct addr source;
    uint64_t count; /* 0: nothing */
    struct mono at;
};

/* All 0 to begin with. */
struct refusal_log {
    struct refusal_said said[REFUSAL_REASONS][REFUSAL_ROWS];
    uint64_t said_beyond[REFUSAL_REASONS];
    unsigned used; /* lines of the burst that were written and are not earned back */
    struct mono next_line; /* when one is */
    struct refusal_sum sum;
    struct mono sum_due;
};

/* Calls the sink for what is new in `refusals` since the last time. */
void refusal_log_look(struct refusal_log *log, const struct refusals *refusals, struct mono now,
                      const struct refusal_log_sink *sink);

#endif
