/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "impair/impair.h"

#include <string.h>

#define PPM 1000000

/* A generator of its own for each thing that happens by chance, so that none moves another. */
static struct rng stream_of(int64_t seed, unsigned number)
{
    struct rng mixer = {.state = (uint64_t)seed};
    struct rng stream = {.state = rng_u64(&mixer) ^ number * UINT64_C(0x9e3779b97f4a7c15)};
    stream.state = rng_u64(&stream);
    return stream;
}

static void seed_rule(struct impair *impair, size_t rule)
{
    enum { STREAMS = 16 };
    int64_t seed = impair->settings.seed;
    unsigned number = (unsigned)rule * STREAMS;
    for (unsigned way = 0; way < IMPAIR_WAYS; way++) {
        struct impair_memory *memory = &impair->memory[rule][way];
        memory->loss.rng = stream_of(seed, number++);
        memory->duplicate.rng = stream_of(seed, number++);
        memory->reorder.rng = stream_of(seed, number++);
        memory->jitter = stream_of(seed, number++);
    }
    impair->refuse[rule].rng = stream_of(seed, number);
}

void impair_begin(struct impair *impair, const struct impair_settings *settings, struct mono now)
{
    uint64_t *counts = impair->counts;
    *impair = (struct impair){.settings = *settings, .began = now, .counts = counts};
    for (size_t i = 0; i < settings->rule_count; i++) {
        seed_rule(impair, i);
    }
}

static bool is_active(const struct impair_acts *acts, int64_t passed_ns)
{
    int64_t since_ns = passed_ns - acts->after_ns;
    if (since_ns < 0) {
        return false;
    }
    if (acts->every_ns > 0) {
        since_ns %= acts->every_ns;
    }
    return acts->for_ns == 0 || since_ns < acts->for_ns;
}

static bool has_port(const struct impair_rule *rule, uint16_t port)
{
    for (size_t i = 0; i < rule->port_count; i++) {
        if (port >= rule->ports[i].first && port <= rule->ports[i].last) {
            return true;
        }
    }
    return rule->port_count == 0;
}

static bool has_client(const struct impair_rule *rule, const struct addr *client)
{
    for (size_t i = 0; i < rule->client_count; i++) {
        if (addr_prefix_contains(&rule->clients[i], client)) {
            return true;
        }
    }
    return rule->client_count == 0;
}

/* The acts of rule `index` when it is active for this flow, else NULL. */
static const struct impair_acts *acts_of(const struct impair *impair, size_t index,
                                         struct impair_flow flow, struct mono now)
{
    const struct impair_rule *rule = &impair->settings.rules[index];
    bool is_meant = is_active(&rule->acts, mono_diff(now, impair->began)) &&
                    has_port(rule, flow.port) && has_client(rule, flow.client);
    return is_meant ? &rule->acts : NULL;
}

static bool loses(struct impair *impair, const struct impair_acts *acts,
                  struct impair_memory *memory, enum impair_way way)
{
    if (acts->is_silent != 0) {
        impair->counts[IMPAIR_SILENCE] += way == IMPAIR_SD;
        return way == IMPAIR_SD; /* replies that are on their way still arrive */
    }
    bool is_lost = which_next(acts->loss[way], &memory->loss);
    impair->counts[IMPAIR_LOSS + way] += is_lost;
    return is_lost;
}

static int64_t delay_of(struct impair *impair, const struct impair_acts *acts,
                        struct impair_memory *memory, enum impair_way way)
{
    int64_t delay_ns = acts->delay_ns[way];
    if (acts->jitter_ns[way] > 0) {
        delay_ns += (int64_t)rng_below(&memory->jitter, (uint64_t)acts->jitter_ns[way] + 1);
    }
    impair->counts[IMPAIR_DELAY + way] += delay_ns > 0;
    if (which_next(acts->reorder[way], &memory->reorder)) {
        impair->counts[IMPAIR_REORDER + way]++;
        delay_ns += acts->reorder_by_ns;
    }
    return delay_ns;
}

static void rewrite(struct impair *impair, const struct impair_acts *acts, enum impair_way way,
                    struct impair_verdict *out)
{
    if (acts->dscp[way] != IMPAIR_AS_IT_IS) {
        impair->counts[IMPAIR_DSCP + way]++;
        out->dscp = acts->dscp[way];
    }
    if (way == IMPAIR_DS && acts->ttl_ds > 0) {
        impair->counts[IMPAIR_TTL]++;
        out->ttl = (uint8_t)acts->ttl_ds;
    }
}

struct impair_verdict impair_judge(struct impair *impair, enum impair_way way,
                                   struct impair_flow flow, struct mono now)
{
    struct impair_verdict verdict = {.dscp = IMPAIR_AS_IT_IS};
    for (size_t i = 0; i < impair->settings.rule_count; i++) {
        const struct impair_acts *acts = acts_of(impair, i, flow, now);
        struct impair_memory *memory = &impair->memory[i][way];
        if (acts == NULL) {
            continue;
        }
        if (loses(impair, acts, memory, way)) {
            return (struct impair_verdict){.is_lost = true};
        }
        verdict.delay_ns += delay_of(impair, acts, memory, way);
        if (which_next(acts->duplicate[way], &memory->duplicate)) {
            impair->counts[IMPAIR_DUPLICATE + way]++;
            verdict.is_twice = true;
        }
        rewrite(impair, acts, way, &verdict);
    }
    return verdict;
}

/* Of a clock that is `ppm` too fast; in two parts, since the product would not fit for months. */
static int64_t gain_ns(int64_t since_ns, int64_t ppm)
{
    return since_ns / PPM * ppm + since_ns % PPM * ppm / PPM;
}

int64_t impair_clock_ns(struct impair *impair, struct impair_flow flow, struct mono now)
{
    int64_t ahead_ns = 0;
    for (size_t i = 0; i < impair->settings.rule_count; i++) {
        const struct impair_acts *acts = acts_of(impair, i, flow, now);
        if (acts != NULL && (acts->clock_offset_ns != 0 || acts->clock_drift_ppm != 0)) {
            int64_t since_ns = mono_diff(now, impair->began) - acts->after_ns;
            ahead_ns += acts->clock_offset_ns + gain_ns(since_ns, acts->clock_drift_ppm);
        }
    }
    impair->counts[IMPAIR_CLOCK] += ahead_ns != 0;
    return ahead_ns;
}

enum impair_answer impair_judge_request(struct impair *impair, struct impair_flow flow,
                                        struct mono now, enum impair_refusal *reason)
{
    for (size_t i = 0; i < impair->settings.rule_count; i++) {
        const struct impair_acts *acts = acts_of(impair, i, flow, now);
        if (acts == NULL) {
            continue;
        }
        if (acts->is_silent != 0) {
            impair->counts[IMPAIR_SILENCE]++;
            return IMPAIR_NO_ANSWER;
        }
        if (which_next(acts->refuse, &impair->refuse[i])) {
            impair->counts[IMPAIR_REFUSE]++;
            *reason = (enum impair_refusal)acts->refuse_with;
            return IMPAIR_REFUSAL;
        }
    }
    return IMPAIR_ANSWER;
}
