/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/rig.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "operation/operation.h"

void rig_init(struct rig *rig, uint64_t seed)
{
    *rig = (struct rig){0};
    world_init(&rig->world, seed);
}

void rig_init_pair(struct rig *rig)
{
    rig_init(rig, 1);
    unsigned sender = simnet_node_add(&rig->world.net, RIG_SENDER_IP);
    unsigned responder = simnet_node_add(&rig->world.net, RIG_RESPONDER_IP);
    simnet_connect(&rig->world.net, sender, responder, 10 * NS_PER_MS);
    rig_add_engine(rig, sender, true);
}

void rig_settings(struct reflect_settings *settings)
{
    reflect_settings_default(settings);
    settings->allow[0] = (struct addr_prefix){.family = ADDR_IPV4};
    settings->allow[1] = (struct addr_prefix){.family = ADDR_IPV6};
    settings->allow_count = 2;
}

void rig_init_default(struct rig *rig)
{
    struct reflect_settings settings;
    rig_init_pair(rig);
    rig_settings(&settings);
    rig_add_reflect(rig, RIG_RESPONDER, &settings);
}

unsigned rig_add_engine(struct rig *rig, unsigned node, bool start_now)
{
    assert(rig->engine_count < RIG_ENGINES_MAX);
    struct rig_engine *engine = &rig->engines[rig->engine_count];
    engine->engine = engine_new(&(struct engine_options){.start_now = start_now});
    engine->process =
        world_process_add(&rig->world, WORLD_SENDER, node, engine_machine(engine->engine));
    return (unsigned)rig->engine_count++;
}

unsigned rig_add_reflect(struct rig *rig, unsigned node, const struct reflect_settings *settings)
{
    assert(rig->reflect_count < RIG_RESPONDERS_MAX);
    static const struct reflect_seed seed = {{1, 2, 3}};
    struct reflect *reflect = reflect_new(settings, &seed);
    rig->reflects[rig->reflect_count] = reflect;
    rig->reflect_processes[rig->reflect_count] =
        world_process_add(&rig->world, WORLD_RESPONDER, node, reflect_machine(reflect));
    return (unsigned)rig->reflect_count++;
}

void rig_add_fake(struct rig *rig, unsigned node, struct fake *fake)
{
    fake->port = fake->port == 0 ? RIG_PORT : fake->port;
    rig->fake = fake;
    rig->fake_process = world_process_add(&rig->world, WORLD_RESPONDER, node, fake_machine(fake));
}

struct spec *rig_spec(const char *name, const char *ip, uint16_t port)
{
    struct spec *spec = spec_new();
    spec->identity.name = mem_string(name);
    spec->identity.host = mem_string(ip);
    spec->identity.owner = mem_string("");
    spec->identity.tag = mem_string("");
    spec->operation = &operation_udp_jitter;
    bool is_address = addr_parse_ip(ip, &spec->path.peer);
    assert(is_address);
    spec->path.peer.port = port;
    spec->path.port = port;
    spec->schedule.frequency_ns = 10 * NS_PER_SECOND;
    spec->schedule.timeout_ns = NS_PER_SECOND;
    spec->results.threshold_ns = 5 * NS_PER_SECOND;
    spec->packets.interval_ns = 20 * NS_PER_MS;
    spec->packets.count = 10;
    spec->packets.bytes = 32;
    spec->control.version = CONTROL_V1;
    spec->control.port = 1967;
    spec->control.tries = 3;
    spec->control.timeout_ns = 2 * NS_PER_SECOND;
    return spec;
}

void rig_apply(struct rig *rig, unsigned number, struct spec **specs, size_t count)
{
    struct rig_engine *engine = &rig->engines[number];
    struct spec_set *set = spec_set_new(specs, count);
    engine_apply(engine->engine, set, world_now(&rig->world, engine->process));
    spec_set_unref(set);
    world_kick(&rig->world, engine->process);
}

void rig_apply_one(struct rig *rig, struct spec *spec)
{
    rig_apply(rig, 0, &spec, 1);
}

const struct report *rig_report(struct rig *rig, unsigned number, size_t index)
{
    struct rig_engine *engine = &rig->engines[number];
    snapshot_unref(engine->snapshot);
    engine->snapshot = engine_snapshot(engine->engine);
    assert(index < engine->snapshot->count);
    return engine->snapshot->reports[index];
}

const struct truth_run *rig_truth(const struct rig *rig, unsigned engine, const struct spec *spec)
{
    return truth_find(&rig->world.truth, rig->engines[engine].process, &spec->path.peer);
}

static void expect_balance(const struct rig *rig, unsigned process, const char *what)
{
    const struct world_process *p = &rig->world.processes[process];
    if (p->opens != p->closes || world_open_channels(&rig->world, process) != 0) {
        fprintf(stderr, "%s: %llu channels opened, %llu closed (seed %llu)\n", what,
                (unsigned long long)p->opens, (unsigned long long)p->closes,
                (unsigned long long)rig->world.seed);
        abort();
    }
}

void rig_fini(struct rig *rig)
{
    for (unsigned i = 0; i < rig->engine_count; i++) {
        rig_apply(rig, i, NULL, 0);
        expect_balance(rig, rig->engines[i].process, "engine");
    }
    for (size_t i = 0; i < rig->reflect_count; i++) {
        reflect_stop(rig->reflects[i]);
        world_kick(&rig->world, rig->reflect_processes[i]);
        expect_balance(rig, rig->reflect_processes[i], "responder");
        reflect_free(rig->reflects[i]);
    }
    if (rig->fake != NULL) {
        fake_stop(rig->fake);
        world_kick(&rig->world, rig->fake_process);
    }
    for (unsigned i = 0; i < rig->engine_count; i++) {
        snapshot_unref(rig->engines[i].snapshot);
        engine_free(rig->engines[i].engine);
    }
    world_fini(&rig->world);
}

const char *round_imbalance(const struct round *round)
{
    if (round->planned != round->sent + round->unsent) {
        return "planned = sent + unsent";
    }
    if (round->sent != round->received + round->sd.lost + round->ds.lost + round->lost_unknown +
                           round->late + round->dropped_here) {
        return "sent = received + lost sd + lost ds + lost unknown + late + dropped here";
    }
    if (round->rtt.count > round->received) {
        return "round trips <= received";
    }
    return NULL;
}

const char *tally_imbalance(const struct tally *tally)
{
    if (tally->sent != tally->received + tally->sd.lost + tally->ds.lost + tally->lost_unknown +
                           tally->late + tally->dropped_here) {
        return "sum of sent = received + lost sd + lost ds + lost unknown + late + dropped here";
    }
    uint64_t buckets = 0;
    for (size_t i = 0; i <= HIST_BOUNDS_MAX; i++) {
        buckets += hist_bucket(&tally->rtt, i);
    }
    return buckets != tally->rtt.count ? "sum of buckets = count" : NULL;
}

struct comparison {
    const char *name;
    int64_t got, expected;
};

static const char *first_difference(const struct comparison *rows, size_t count, char *text,
                                    size_t size)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].got != rows[i].expected) {
            snprintf(text, size, "%s is %lld, must be %lld", rows[i].name, (long long)rows[i].got,
                     (long long)rows[i].expected);
            return text;
        }
    }
    return NULL;
}

static int64_t jitter_sum(const struct jitter *jitter)
{
    return jitter->positive.sum_ns + jitter->negative.sum_ns;
}

static int64_t jitter_pairs(const struct jitter *jitter)
{
    return (int64_t)jitter->samples + jitter->dropped;
}

const char *round_difference(const struct round *round, const struct expectation *expected,
                             struct rig_scope scope, char *text, size_t size)
{
    int64_t lost =
        (int64_t)round->sd.lost + round->ds.lost + round->lost_unknown + round->dropped_here;
    bool may_differ =
        expected->dropped_here + round->dropped_here > 0; /* nobody knows which they were */
    const struct comparison rows[] = {
        {"sent", round->sent, expected->sent},
        {"unsent", (int64_t)round->unsent - round->missed, expected->unsent},
        {"received", round->received, expected->received},
        {"late", round->late, expected->late},
        {"lost or dropped", lost, (int64_t)expected->lost + expected->dropped_here},
        {"lost_unknown", scope.direction ? round->lost_unknown : 0,
         scope.direction ? expected->lost_unknown : 0},
        {"duplicate", round->duplicate, expected->duplicate},
        {"out_of_order", round->out_of_order, expected->out_of_order},
        {"over_threshold", round->over_threshold, expected->over_threshold},
        {"loss_runs", may_differ ? 0 : round->loss_runs, may_differ ? 0 : expected->loss_runs},
        {"rtt.count", round->rtt.count, expected->received},
        {"rtt.sum_ns", round->rtt.sum_ns, expected->rtt_sum_ns},
        {"rtt.min_ns", round->rtt.min_ns, expected->rtt_min_ns},
        {"rtt.max_ns", round->rtt.max_ns, expected->rtt_max_ns},
        {"processing.sum_ns", round->processing.sum_ns, expected->processing_sum_ns},
    };
    const struct comparison ways[] = {
        {"sd.lost", round->sd.lost, expected->lost_sd},
        {"ds.lost", round->ds.lost, expected->lost_ds},
        {"dropped_here", round->dropped_here, expected->dropped_here},
    };
    const struct comparison jitter[] = {
        {"sd.jitter pairs", jitter_pairs(&round->sd.jitter), expected->jitter_sd_count},
        {"ds.jitter pairs", jitter_pairs(&round->ds.jitter), expected->jitter_ds_count},
        {"sd.jitter sum", jitter_sum(&round->sd.jitter), expected->jitter_sd_sum_ns},
        {"ds.jitter sum", jitter_sum(&round->ds.jitter), expected->jitter_ds_sum_ns},
    };
    const char *found = first_difference(rows, sizeof(rows) / sizeof(rows[0]), text, size);
    if (found == NULL && scope.direction) {
        found = first_difference(ways, sizeof(ways) / sizeof(ways[0]), text, size);
    }
    if (found == NULL && scope.jitter) {
        size_t sums = round->responder_steps == 0 ? 2 : 0; /* the truth has the step in them */
        found = first_difference(jitter, 2 + sums, text, size);
    }
    return found;
}

const char *tally_difference(const struct tally *tally, const struct expectation *expected,
                             struct rig_scope scope, char *text, size_t size)
{
    int64_t lost =
        (int64_t)(tally->sd.lost + tally->ds.lost + tally->lost_unknown + tally->dropped_here);
    const struct comparison rows[] = {
        {"tally.sent", (int64_t)tally->sent, expected->sent},
        {"tally.unsent", (int64_t)(tally->unsent - tally->missed), expected->unsent},
        {"tally.received", (int64_t)tally->received, expected->received},
        {"tally.late", (int64_t)tally->late, expected->late},
        {"tally lost or dropped", lost, (int64_t)expected->lost + expected->dropped_here},
        {"tally.lost_unknown", scope.direction ? (int64_t)tally->lost_unknown : 0,
         scope.direction ? expected->lost_unknown : 0},
        {"tally.duplicate", (int64_t)tally->duplicate, expected->duplicate},
        {"tally.out_of_order", (int64_t)tally->out_of_order, expected->out_of_order},
        {"tally.over_threshold", (int64_t)tally->over_threshold, expected->over_threshold},
        {"tally.rtt.count", (int64_t)tally->rtt.count, expected->received},
        {"tally.rtt.sum_ns", tally->rtt.sum_ns, expected->rtt_sum_ns},
        {"tally.processing.sum_ns", tally->processing.sum_ns, expected->processing_sum_ns},
    };
    const struct comparison ways[] = {
        {"tally.sd.lost", (int64_t)tally->sd.lost, expected->lost_sd},
        {"tally.ds.lost", (int64_t)tally->ds.lost, expected->lost_ds},
        {"tally.dropped_here", (int64_t)tally->dropped_here, expected->dropped_here},
    };
    const struct comparison jitter[] = {
        {"tally.sd.jitter.count", (int64_t)tally->sd.jitter.count, expected->jitter_sd_count},
        {"tally.ds.jitter.count", (int64_t)tally->ds.jitter.count, expected->jitter_ds_count},
        {"tally.sd.jitter.sum_ns", tally->sd.jitter.sum_ns, expected->jitter_sd_sum_ns},
        {"tally.ds.jitter.sum_ns", tally->ds.jitter.sum_ns, expected->jitter_ds_sum_ns},
    };
    const char *found = first_difference(rows, sizeof(rows) / sizeof(rows[0]), text, size);
    if (found == NULL && scope.direction) {
        found = first_difference(ways, sizeof(ways) / sizeof(ways[0]), text, size);
    }
    if (found == NULL && scope.jitter) {
        found = first_difference(jitter, sizeof(jitter) / sizeof(jitter[0]), text, size);
    }
    return found;
}
