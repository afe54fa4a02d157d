/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What becomes of each packet by the rules (rule.h), at the time it is. Decides only; who asks does
 * it. The same settings and the same packets give the same decisions. */
#ifndef IMPAIR_IMPAIR_H
#define IMPAIR_IMPAIR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/time.h"
#include "impair/rule.h"
#include "impair/which.h"

/* What a rule remembers of one way. */
struct impair_memory {
    struct which_state loss, duplicate, reorder;
    struct rng jitter;
};

struct impair {
    struct impair_settings settings;
    struct mono began; /* when these settings came into force */
    struct impair_memory memory[IMPAIR_RULES_MAX][IMPAIR_WAYS];
    struct which_state refuse[IMPAIR_RULES_MAX];
    uint64_t *counts; /* the caller's, by enum impair_kind */
};

/* A packet of a sender, or the reply to it. */
struct impair_flow {
    const struct addr *client;
    uint16_t port; /* of the responder */
};

struct impair_verdict {
    bool is_lost; /* nothing else counts then */
    bool is_twice;
    int64_t delay_ns;
    int64_t dscp; /* IMPAIR_AS_IT_IS */
    uint8_t ttl; /* 0: as it is */
};

enum impair_answer { IMPAIR_ANSWER, IMPAIR_REFUSAL, IMPAIR_NO_ANSWER };

/* Begins at `now`; `counts` are those before it, which go on. */
void impair_begin(struct impair *impair, const struct impair_settings *settings, struct mono now);

/* Counts what it decides. */
struct impair_verdict impair_judge(struct impair *impair, enum impair_way way,
                                   struct impair_flow flow, struct mono now);

/* How far the responder's clock is ahead for this packet, in ns. */
int64_t impair_clock_ns(struct impair *impair, struct impair_flow flow, struct mono now);

/* A control request for `flow.port`; IMPAIR_REFUSAL: with *reason. */
enum impair_answer impair_judge_request(struct impair *impair, struct impair_flow flow,
                                        struct mono now, enum impair_refusal *reason);

#endif
