/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>

#include "operation/operation.h"
#include "probe/handshake.h"
#include "sim/soak.h"

static void fail(struct soak_engine *engine, const struct report *report, const char *what)
{
    struct soak_world *world = engine->world;
    fprintf(stderr,
            "seed %llu, engine %u, %s (%s), operation %llu at t = %lld ns: %s\n"
            "  repeat: sim_soak --worlds 1 --seed %llu\n",
            (unsigned long long)world->rig.world.seed, engine->number, report->spec->identity.name,
            report->spec->operation->name, (unsigned long long)report->tally.operations,
            (long long)world->rig.world.net.now_ns, what,
            (unsigned long long)world->rig.world.seed);
    world->failures++;
}

/* The operation ended as it must, given what was sent and what came back. */
static bool outcome_is_right(const struct spec *spec, const struct round *round,
                             const struct truth_run *run, const struct expectation *expected)
{
    if (expected->received > 0) {
        return round->outcome == OUTCOME_OK;
    }
    if (expected->sent > 0 && run->error == ECONNREFUSED) {
        return round->outcome == OUTCOME_REFUSED;
    }
    if (expected->sent > 0 && expected->dropped_here == expected->sent && !run->is_unreachable) {
        return round->outcome == OUTCOME_LOCAL && round->is_all_dropped;
    }
    if (expected->sent > 0) {
        bool is_told = spec->control.version == CONTROL_NONE && run->is_unreachable;
        return round->outcome == (is_told ? OUTCOME_PORT_UNREACHABLE : OUTCOME_TIMEOUT);
    }
    /* The port was asked for again, or nothing was sent: the control answer shows why. */
    bool is_too_slow = handshake_is_slow(spec, round->control_rtt_ns);
    if (round->missed > 0 && round->missed == round->planned) {
        return is_too_slow && round->outcome == OUTCOME_TIMEOUT;
    }
    bool is_silent = round->outcome == OUTCOME_NO_CONNECTION || round->is_all_dropped;
    if (run->control_replies > 0 && is_silent) {
        return is_too_slow;
    }
    if (expected->unsent > 0) {
        return round->outcome == OUTCOME_LOCAL;
    }
    if (run->dropped > 0 && run->control_replies == 0 && round->is_all_dropped) {
        return run->dropped >= run->control_requests;
    }
    bool is_refused = round->outcome == OUTCOME_REFUSED || round->outcome == OUTCOME_PORT_IN_USE;
    return run->control_replies > 0 ? is_refused
                                    : round->outcome == OUTCOME_NO_CONNECTION ||
                                          round->outcome == OUTCOME_PORT_UNREACHABLE;
}

/* There is a score when there is a codec and an answer; its numbers stay in the range of theirs. */
static bool voice_is_right(const struct spec *spec, const struct round *round)
{
    const struct voice *voice = &round->voice;
    bool has_score = spec->packets.codec != VOICE_CODEC_NONE && round->received > 0;
    if (voice->is_scored != has_score) {
        return false;
    }
    return !has_score ||
           (voice->mos_hundredths >= 100 && voice->mos_hundredths <= 500 && voice->mos_lq >= 1 &&
            voice->mos_lq <= 5 && voice->mos_cq >= 1 && voice->mos_cq <= voice->mos_lq + 1e-9);
}

static void count_kind(struct soak_world *world, const struct report *report,
                       const struct expectation *expected)
{
    const struct spec *spec = report->spec;
    struct soak_kinds *kinds = &world->kinds;
    bool is_jitter = spec->operation == &operation_udp_jitter;
    bool is_us = spec->packets.precision == PRECISION_MICROSECONDS;
    kinds->refused += report->latest.outcome == OUTCOME_REFUSED;
    kinds->noticed += expected->noticed;
    if (report->latest.outcome != OUTCOME_OK) {
        return;
    }
    kinds->jitter_ms += is_jitter && !is_us;
    kinds->jitter_us += is_jitter && is_us;
    kinds->voice += report->latest.voice.is_scored;
    kinds->echo += spec->operation == &operation_udp_echo;
    kinds->tcp += spec->operation == &operation_tcp_connect;
    kinds->stamp += spec->operation->tells_clock;
    kinds->directed += spec->operation->tells_clock && report->latest.sd.lost > 0;
    kinds->permanent += spec->control.version == CONTROL_NONE;
}

static void add_to_sum(struct soak_target *target, const struct expectation *expected,
                       bool has_jitter)
{
    expectation_add(&target->sum, expected);
    target->has_direction &= expected->is_direction_known;
    target->has_jitter &= has_jitter;
}

static bool has_steps(const struct simnet *net)
{
    for (size_t i = 0; i < net->node_count; i++) {
        if (net->nodes[i].clock.step_count > 0) {
            return true;
        }
    }
    return false;
}

/* STAMP: when it had to be found out whether the reflector counts, a direction is the right one, or
 * there is none. */
static bool finding_is_right(const struct report *report, const struct truth_run *run,
                             const struct expectation *expected)
{
    const struct round *round = &report->latest;
    bool is_told = round->sd.lost + round->ds.lost > 0;
    if (!report->spec->operation->tells_clock || !is_told || run->is_disturbed ||
        expected->dropped_here > 0) {
        return true;
    }
    return round->sd.lost <= expected->lost_sd + expected->lost_unknown &&
           round->ds.lost <= expected->lost_ds + expected->lost_unknown;
}

static void compare(struct soak_engine *engine, struct soak_target *target,
                    const struct report *report, const struct truth_run *run)
{
    char text[200];
    struct expectation expected;
    truth_expect(run, report->spec, &expected);
    bool has_jitter = expected.is_direction_known && !engine->is_stepped;
    struct rig_scope scope = {expected.is_direction_known, has_jitter};
    const char *difference =
        round_difference(&report->latest, &expected, scope, text, sizeof(text));
    if (difference != NULL) {
        fail(engine, report, difference);
    }
    if (!finding_is_right(report, run, &expected)) {
        fail(engine, report, "a direction that was found out is wrong");
    }
    if (!outcome_is_right(report->spec, &report->latest, run, &expected)) {
        fail(engine, report, outcome_name(report->latest.outcome));
    }
    if (!voice_is_right(report->spec, &report->latest)) {
        fail(engine, report, "a score that cannot be");
    }
    /* A kernel that tells a wrong time of sending (see world.c) looks like a step, too. */
    bool may_step = expected.noticed > 0 || has_steps(&engine->world->rig.world.net);
    if (report->latest.responder_steps > 0 && !may_step) {
        fail(engine, report, "a step of a clock that runs evenly");
    }
    count_kind(engine->world, report, &expected);
    engine->noticed += expected.noticed;
    add_to_sum(target, &expected, has_jitter && report->latest.responder_steps == 0);
    scope = (struct rig_scope){target->has_direction, target->has_jitter};
    difference = tally_difference(&report->tally, &target->sum, scope, text, sizeof(text));
    if (difference != NULL) {
        fail(engine, report, difference);
    }
}

static void check_report(struct soak_engine *engine, struct soak_target *target,
                         const struct report *report)
{
    struct soak_world *world = engine->world;
    if (report->tally.operations == target->operations) {
        return;
    }
    if (report->tally.operations != target->operations + 1 || !report->has_run) {
        fail(engine, report, "operations are not counted one by one");
    }
    target->operations = report->tally.operations;
    world->operations++;
    const char *imbalance = round_imbalance(&report->latest);
    imbalance = imbalance != NULL ? imbalance : tally_imbalance(&report->tally);
    if (imbalance != NULL) {
        fail(engine, report, imbalance);
    }
    /* The next one may have begun already. */
    const struct truth_run *run =
        truth_find_over(&world->rig.world.truth, world->rig.engines[engine->number].process,
                        &report->spec->path.peer);
    if (run == NULL) {
        fail(engine, report, "a result without an operation");
        return;
    }
    world->probes += run->probe_count;
    world->answered += run->answered;
    if (!world->is_corrupt) {
        compare(engine, target, report, run);
    }
}

/* After each drain of an engine's process. */
static void after(void *context, struct instant now)
{
    struct soak_engine *engine = context;
    struct rig *rig = &engine->world->rig;
    struct world_process *process = &rig->world.processes[rig->engines[engine->number].process];
    uint64_t generation = engine_generation(rig->engines[engine->number].engine);
    (void)now;
    if (generation == engine->generation) {
        if (process->allocs != engine->allocs) {
            fail(engine, rig_report(rig, engine->number, 0), "memory was allocated without news");
        }
        engine->allocs = process->allocs;
        return;
    }
    engine->generation = generation;
    engine->allocs = process->allocs;
    snapshot_unref(rig->engines[engine->number].snapshot);
    struct snapshot *snapshot = engine_snapshot(rig->engines[engine->number].engine);
    rig->engines[engine->number].snapshot = snapshot;
    for (size_t i = 0; i < snapshot->count; i++) {
        check_report(engine, &engine->targets[i], snapshot->reports[i]);
    }
}

void soak_watch(struct soak_world *world)
{
    for (size_t i = 0; i < world->rig.engine_count; i++) {
        struct soak_engine *engine = &world->engines[i];
        struct world_process *process = &world->rig.world.processes[world->rig.engines[i].process];
        for (size_t j = 0; j < SOAK_TARGETS_MAX; j++) {
            engine->targets[j].has_direction = true;
            engine->targets[j].has_jitter = true;
        }
        process->after = after;
        process->after_context = engine;
    }
}

/* The same targets again: nothing may change. */
static void reload(struct soak_world *world, unsigned number)
{
    struct spec *specs[SOAK_TARGETS_MAX];
    size_t count = world->engines[number].target_count;
    for (size_t i = 0; i < count; i++) {
        const struct spec *spec = rig_report(&world->rig, number, i)->spec;
        specs[i] = spec_with_ip(spec, &spec->path.peer);
    }
    rig_apply(&world->rig, number, specs, count);
}

/* Everything that a responder was given is answered or counted, once. */
static void check_conservation(struct soak_world *world, size_t number)
{
    const struct reflect_stats *stats = reflect_stats(world->rig.reflects[number]);
    const struct world_process *process =
        &world->rig.world.processes[world->rig.reflect_processes[number]];
    uint64_t counted =
        stats->echo_probes + stats->jitter_probes + stats->jitter_us_probes + stats->stamp_packets;
    counted += stats->tcp_connects;
    for (unsigned i = 0; i < REFLECT_RESULT_COUNT; i++) {
        counted += stats->requests[i];
    }
    for (unsigned i = 0; i < REFLECT_DROP_COUNT; i++) {
        counted += i == DROP_REFUSED ? 0 : stats->dropped[i]; /* has its result */
    }
    if (counted != process->data) {
        fprintf(stderr, "seed %llu: responder %zu was given %llu, counted %llu\n",
                (unsigned long long)world->rig.world.seed, number,
                (unsigned long long)process->data, (unsigned long long)counted);
        world->failures++;
    }
}

/* What the kernel told is used where it can be true, and nowhere else. */
static void check_stamps(struct soak_world *world, unsigned number)
{
    const struct soak_engine *engine = &world->engines[number];
    rig_report(&world->rig, number, 0);
    uint64_t used = world->rig.engines[number].snapshot->stats.tx_stamps[STAMP_KERNEL];
    if (!world->is_corrupt && used != engine->noticed) {
        fprintf(stderr, "seed %llu, engine %u: %llu stamps used, %llu were good\n",
                (unsigned long long)world->rig.world.seed, number, (unsigned long long)used,
                (unsigned long long)engine->noticed);
        world->failures++;
    }
}

/* Responders answered what the truth says they did, no more and no less. */
static void check_responders(struct soak_world *world)
{
    uint64_t counted = 0;
    uint64_t answered = 0;
    for (size_t i = 0; i < world->rig.reflect_count; i++) {
        const struct reflect_stats *stats = reflect_stats(world->rig.reflects[i]);
        counted += stats->echo_probes + stats->jitter_probes + stats->jitter_us_probes +
                   stats->stamp_packets;
    }
    for (uint32_t i = 0; i < world->rig.world.truth.run_count; i++) {
        answered += world->rig.world.truth.runs[i]->answered;
    }
    if (counted != answered) {
        fprintf(stderr, "seed %llu: responders say %llu answers, there were %llu\n",
                (unsigned long long)world->rig.world.seed, (unsigned long long)counted,
                (unsigned long long)answered);
        world->failures++;
    }
}

void soak_run(struct soak_world *world, uint64_t seed)
{
    soak_build(world, seed);
    int64_t half_ns = world->duration_ns / 2;
    world_run(&world->rig.world, half_ns);
    if (seed % 4 == 0) {
        reload(world, 0);
    }
    world_run(&world->rig.world, world->duration_ns - half_ns);
    check_responders(world);
    for (size_t i = 0; i < world->rig.reflect_count; i++) {
        check_conservation(world, i);
    }
    for (unsigned i = 0; i < world->rig.engine_count; i++) {
        check_stamps(world, i);
    }
    world->trace = world->rig.world.net.trace;
    for (size_t i = 0; i < world->rig.engine_count; i++) {
        world->rig.world.processes[world->rig.engines[i].process].after = NULL;
    }
    rig_fini(&world->rig);
}
