/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What a responder does to packets on purpose, as it was written: docs/impair.md. Plain values. */
#ifndef IMPAIR_RULE_H
#define IMPAIR_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/port_set.h"
#include "base/time.h"

#define IMPAIR_RULES_MAX 32
#define IMPAIR_MATCHES_MAX 8
#define IMPAIR_DELAY_MAX_NS (10 * NS_PER_SECOND)
#define IMPAIR_REORDER_NS (50 * NS_PER_MS)
#define IMPAIR_AS_IT_IS (-1) /* no DSCP of ours */

/* From the sender to this responder, and back. */
enum impair_way { IMPAIR_SD, IMPAIR_DS };
#define IMPAIR_WAYS 2

enum impair_refusal { IMPAIR_REFUSE_FAILED, IMPAIR_REFUSE_AUTH, IMPAIR_REFUSE_PORT_IN_USE };

/* Numbers only, each of 8 bytes, so that they can be compared as bytes. `which` is as by
 * which_pack. */
struct impair_acts {
    int64_t after_ns, for_ns, every_ns; /* for_ns 0: for ever; every_ns 0: once */
    int64_t loss[IMPAIR_WAYS]; /* which */
    int64_t delay_ns[IMPAIR_WAYS];
    int64_t jitter_ns[IMPAIR_WAYS]; /* up to so much more */
    int64_t duplicate[IMPAIR_WAYS]; /* which */
    int64_t reorder[IMPAIR_WAYS]; /* which */
    int64_t reorder_by_ns;
    int64_t dscp[IMPAIR_WAYS]; /* 0..63 or IMPAIR_AS_IT_IS */
    int64_t ttl_ds; /* 0: as it is */
    int64_t clock_offset_ns, clock_drift_ppm;
    int64_t refuse; /* which control requests */
    int64_t refuse_with; /* enum impair_refusal */
    int64_t is_silent;
};

struct impair_rule {
    struct impair_acts acts;
    struct port_range ports[IMPAIR_MATCHES_MAX]; /* none: all */
    size_t port_count;
    struct addr_prefix clients[IMPAIR_MATCHES_MAX]; /* none: all */
    size_t client_count;
};

/* All zero: nothing is impaired. */
struct impair_settings {
    int64_t seed;
    struct impair_rule rules[IMPAIR_RULES_MAX];
    size_t rule_count;
};

/* A rule for every packet that does nothing. */
struct impair_rule impair_rule_default(void);

bool impair_settings_are_equal(const struct impair_settings *a, const struct impair_settings *b);

/* What it has done, as it is counted: names are those of the keys. */
enum impair_kind {
    IMPAIR_LOSS, /* and one more for IMPAIR_DS, as of the next ones */
    IMPAIR_DELAY = IMPAIR_LOSS + IMPAIR_WAYS,
    IMPAIR_DUPLICATE = IMPAIR_DELAY + IMPAIR_WAYS,
    IMPAIR_REORDER = IMPAIR_DUPLICATE + IMPAIR_WAYS,
    IMPAIR_DSCP = IMPAIR_REORDER + IMPAIR_WAYS,
    IMPAIR_TTL = IMPAIR_DSCP + IMPAIR_WAYS,
    IMPAIR_CLOCK,
    IMPAIR_REFUSE,
    IMPAIR_SILENCE,
    /* What was held back for its delay is lost: too much was, its port closed, or the system did
     * not send it. */
    IMPAIR_TOO_MANY_HELD,
    IMPAIR_PORT_CLOSED,
    IMPAIR_SEND_FAILED,
};
#define IMPAIR_KIND_COUNT (IMPAIR_SEND_FAILED + 1)
const char *impair_kind_name(unsigned kind);

#endif
