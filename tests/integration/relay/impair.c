/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "relay/impair.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"

#define RULE_MAX UINT64_C(1000000000)
#define PPM UINT64_C(1000000)

struct rule {
    const char *name;
    size_t offset;
};

static const struct rule rules[] = {
    {"delay_us", offsetof(struct impair, delay_us)},
    {"jitter_us", offsetof(struct impair, jitter_us)},
    {"drop_every", offsetof(struct impair, drop_every)},
    {"loss_ppm", offsetof(struct impair, loss_ppm)},
    {"duplicate_every", offsetof(struct impair, duplicate_every)},
    {"hold_every", offsetof(struct impair, hold_every)},
    {"hold_us", offsetof(struct impair, hold_us)},
    {"corrupt_every", offsetof(struct impair, corrupt_every)},
    {"corrupt_offset", offsetof(struct impair, corrupt_offset)},
    {"control_drop", offsetof(struct impair, control_drop)},
};

static uint64_t *find_rule(struct impair *impair, const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (strlen(rules[i].name) == length && strncmp(rules[i].name, name, length) == 0) {
            return (uint64_t *)(void *)((char *)impair + rules[i].offset);
        }
    }
    return NULL;
}

bool impair_parse(const char *text, struct impair *impair)
{
    while (*text != '\0') {
        size_t length = strcspn(text, "=");
        uint64_t *rule = find_rule(impair, text, length);
        if (rule == NULL || text[length] != '=') {
            return false;
        }
        const char *digits = text + length + 1;
        char *end = NULL;
        unsigned long long value = strtoull(digits, &end, 10);
        if (end == digits || *digits == '-' || value > RULE_MAX || (*end != ',' && *end != '\0')) {
            return false;
        }
        *rule = value;
        text = *end == ',' ? end + 1 : end;
    }
    return true;
}

static bool is_hit(uint64_t number, uint64_t every)
{
    return every != 0 && number % every == 0;
}

static unsigned decide_probe(struct impair *impair, uint64_t number)
{
    /* Drawn whatever the rules hit: the random sequence does not depend on them. */
    bool is_lost = rng_below(&impair->rng, PPM) < impair->loss_ppm;
    if (is_hit(number, impair->drop_every)) {
        return ACTION_DROP;
    }
    if (is_lost) {
        return ACTION_LOSS;
    }
    unsigned actions = 0;
    actions |= is_hit(number, impair->duplicate_every) ? ACTION_DUPLICATE : 0;
    actions |= is_hit(number, impair->hold_every) ? ACTION_HOLD : 0;
    actions |= is_hit(number, impair->corrupt_every) ? ACTION_CORRUPT : 0;
    return actions;
}

struct decision impair_decide(struct impair *impair, enum packet_kind kind)
{
    struct decision decision = {0};
    struct rng *rng = packet_is_probe(kind) ? &impair->rng : &impair->other_rng;
    uint64_t delay_us = impair->delay_us + rng_below(rng, impair->jitter_us + 1);
    if (packet_is_probe(kind)) {
        decision.number = ++impair->probes;
        decision.actions = decide_probe(impair, decision.number);
    } else if (kind == PACKET_CONTROL) {
        decision.number = ++impair->controls;
        decision.actions = decision.number <= impair->control_drop ? ACTION_DROP : 0;
    }
    if (decision.actions & ACTION_HOLD) {
        delay_us += impair->hold_us;
    }
    decision.delay_ns = (int64_t)delay_us * NS_PER_US;
    return decision;
}
