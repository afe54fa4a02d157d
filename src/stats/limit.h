/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Limits on what an operation measures: which there are, which an operation exceeds, and whether
 * so many in a row did. Pure: no clock, no memory of its own.
 * Source: monitored elements and "threshold-type consecutive" of the reactions of IP SLA. */
#ifndef STATS_LIMIT_H
#define STATS_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "stats/round.h"

/* What can be limited. Losses are shares (0 to 1) of the packets sent, times are in seconds. */
enum limit {
    LIMIT_LOSS, /* lost and late packets, wherever */
    LIMIT_LOSS_SD, /* lost on the way there */
    LIMIT_LOSS_DS,
    LIMIT_RTT, /* average round trip */
    LIMIT_JITTER, /* average of the worse direction */
    LIMIT_JITTER_SD,
    LIMIT_JITTER_DS,
    LIMIT_ONE_WAY, /* average delay of the slower direction */
    LIMIT_ONE_WAY_SD,
    LIMIT_ONE_WAY_DS,
    LIMIT_MOS, /* of the ICPIF, as IOS prints it, 1 to 5: the only one where less is worse */
};
#define LIMIT_COUNT 11

/* "loss", "loss_sd"...: the key, the word of `--warning`, the label value. */
const char *limit_name(enum limit limit);

enum severity { SEVERITY_WARNING, SEVERITY_CRITICAL };
#define SEVERITY_COUNT 2

/* "warning", "critical". */
const char *severity_name(enum severity severity);

/* The limits of a target. What equals a limit does not exceed it. All zero: none. */
struct limit_set {
    bool is_set[SEVERITY_COUNT][LIMIT_COUNT];
    uint8_t consecutive; /* operations after which a limit counts as exceeded, or not any more;
                            0 is 1 */
    double value[SEVERITY_COUNT][LIMIT_COUNT]; /* 0 where none is set */
};

void limit_put(struct limit_set *set, enum severity severity, enum limit limit, double value);
bool limit_set_is_equal(const struct limit_set *a, const struct limit_set *b);

/* What the operation measured. False when it measured no such thing. */
bool limit_measure(enum limit limit, const struct round *round, double *out);

/* `value` is worse than `bound`. */
bool limit_is_worse(enum limit limit, double value, double bound);

/* The operation has the value and exceeds the limit, which is set. */
bool limit_exceeds(const struct limit_set *set, enum severity severity, enum limit limit,
                   const struct round *round);

/* Appends a value with its unit, as people read it: "35%", "150.000 ms", "3.60". */
void limit_add_value(enum limit limit, double value, struct buf *out);

/* Which limits a target exceeds, operation after operation. All zero: none. */
struct limit_watch {
    bool is_exceeded[SEVERITY_COUNT][LIMIT_COUNT];
    uint8_t streak[SEVERITY_COUNT][LIMIT_COUNT]; /* operations in a row that said otherwise */
};

/* Takes in an operation that completed. A value that it does not have exceeds nothing. */
void limit_watch_take(struct limit_watch *watch, const struct limit_set *set,
                      const struct round *round);

/* Forgets what `set` does not limit any more. */
void limit_watch_keep(struct limit_watch *watch, const struct limit_set *set);

/* Some limit is exceeded. */
bool limit_watch_is_exceeded(const struct limit_watch *watch);

#endif
