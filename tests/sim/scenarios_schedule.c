/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/crypto.h"
#include "base/nonce.h"
#include "engine/calendar.h"
#include "sim/scenarios.h"

enum { MANY = 500, SLICES = 50 };

static struct spec *numbered_spec(unsigned i)
{
    char name[32];
    snprintf(name, sizeof(name), "target-%u", i);
    return rig_spec(name, RIG_RESPONDER_IP, (uint16_t)(20000 + i));
}

static void init_many(struct rig *rig, int64_t later_ns, int64_t frequency_ns)
{
    struct spec *specs[MANY];
    struct reflect_settings settings;
    rig_init(rig, 1);
    unsigned sender = simnet_node_add(&rig->world.net, RIG_SENDER_IP);
    unsigned responder = simnet_node_add(&rig->world.net, RIG_RESPONDER_IP);
    simnet_connect(&rig->world.net, sender, responder, 10 * NS_PER_MS);
    rig->world.net.nodes[sender].clock.wall_start_ns += later_ns;
    rig_add_engine(rig, sender, false);
    reflect_settings_default(&settings);
    rig_add_reflect(rig, responder, &settings);
    world_run(&rig->world, NS_PER_MS);
    for (unsigned i = 0; i < MANY; i++) {
        specs[i] = numbered_spec(i);
        specs[i]->schedule.frequency_ns = frequency_ns;
    }
    rig_apply(rig, 0, specs, MANY);
}

static int64_t modulo(int64_t value, int64_t modulus)
{
    return value - floor_div(value, modulus) * modulus;
}

/* Every target starts when the wall clock is congruent to its hash, or a little later to give way,
 * and at the same phase whenever the program was started. */
static void test_phase_is_a_hash_of_the_name(void **state)
{
    (void)state;
    const int64_t frequency_ns = 60 * NS_PER_SECOND;
    const int64_t later_ns[] = {0, 17 * NS_PER_SECOND + 123456789};
    int64_t phases_ns[MANY];
    for (size_t k = 0; k < 2; k++) {
        struct rig rig;
        unsigned slices[SLICES] = {0};
        init_many(&rig, later_ns[k], frequency_ns);
        world_run(&rig.world, frequency_ns);
        for (unsigned i = 0; i < MANY; i++) {
            const struct spec *spec = rig_report(&rig, 0, i)->spec;
            const struct truth_run *run = rig_truth(&rig, 0, spec);
            assert_non_null(run);
            uint64_t hash = crypto_stable_hash(spec->identity.name, strlen(spec->identity.name));
            uint64_t drawn = nonce_draw(&(struct siphash_key){{0}}, NONCE_START, hash);
            int64_t phase_ns = (int64_t)(drawn % (uint64_t)frequency_ns);
            int64_t delay_ns = modulo(run->opened.wall.ns - phase_ns, frequency_ns);
            assert_in_range(delay_ns, 0, CALENDAR_DELAY_MAX_NS);
            if (k == 0) {
                phases_ns[i] = phase_ns + delay_ns;
            }
            assert_int_equal(phases_ns[i], phase_ns + delay_ns);
            slices[phase_ns / (frequency_ns / SLICES)]++;
        }
        for (size_t i = 0; i < SLICES; i++) {
            assert_in_range(slices[i], 1, 25);
        }
        rig_fini(&rig);
    }
}

/* Measured once an hour, and not first after an hour: each within a minute, spread, then at the
 * phase of its name. */
static void test_first_operation_of_a_long_frequency_is_soon(void **state)
{
    (void)state;
    const int64_t frequency_ns = 3600 * NS_PER_SECOND, minute_ns = 60 * NS_PER_SECOND;
    struct rig rig;
    unsigned seconds[60] = {0};
    init_many(&rig, 17 * NS_PER_SECOND, frequency_ns);
    int64_t loaded_ns = rig.world.net.now_ns;
    world_run(&rig.world, minute_ns + NS_PER_SECOND);
    assert_int_equal(rig.world.truth.run_count, MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        int64_t wait_ns = rig.world.truth.runs[i]->first_probe_ns - loaded_ns;
        assert_in_range(wait_ns, 0, minute_ns + CALENDAR_DELAY_MAX_NS + 20 * NS_PER_MS);
        seconds[wait_ns / NS_PER_SECOND % 60]++;
    }
    for (size_t i = 0; i < 60; i++) {
        assert_in_range(seconds[i], 1, 25);
    }
    world_run(&rig.world, 2 * frequency_ns);
    assert_in_range(rig.world.truth.run_count, 3 * MANY - 30, 3 * MANY + 30);
    for (unsigned i = 0; i < MANY; i++) {
        const struct spec *spec = rig_report(&rig, 0, i)->spec;
        int64_t phase_ns = calendar_phase_ns(&(struct calendar){{{0}}}, spec);
        int64_t delay_ns =
            modulo(rig_truth(&rig, 0, spec)->opened.wall.ns - phase_ns, frequency_ns);
        assert_in_range(delay_ns, 0, CALENDAR_DELAY_MAX_NS);
        assert_int_equal(rig_report(&rig, 0, i)->tally.skipped, 0);
    }
    rig_fini(&rig);
}

/* The moments, in seconds from `from_ns` on, at which the engine has started something. */
static size_t starts_after(const struct rig *rig, int64_t from_ns, double out[8])
{
    size_t count = 0;
    for (uint32_t i = 0; i < rig->world.truth.run_count && count < 8; i++) {
        int64_t start_ns = rig->world.truth.runs[i]->first_probe_ns - from_ns;
        if (start_ns >= 0) {
            out[count++] = (double)start_ns / 1e9;
        }
    }
    return count;
}

/* A target that is new in a reload is soon measured, one with a `start` of its own when that says;
 * a frequency that is no whole number of minutes leaves a minute between first and second. */
static void test_new_entry_of_a_long_frequency_is_soon(void **state)
{
    (void)state;
    static const struct {
        int64_t frequency_s, after_s; /* -1: start spread */
        double least_s, most_s, gap_s; /* of the first, and of the second after it */
    } rows[] = {{7200, -1, 0, 60.1, 60}, {100, -1, 0, 60.1, 60}, {7200, 300, 300, 300.1, 7200}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rig rig;
        double starts[8];
        rig_init_pair(&rig);
        struct reflect_settings settings;
        rig_settings(&settings);
        rig_add_reflect(&rig, RIG_RESPONDER, &settings);
        unsigned engine = rig_add_engine(&rig, RIG_SENDER, false);
        world_run(&rig.world, 777 * NS_PER_SECOND);
        struct spec *spec = rig_spec("new", RIG_RESPONDER_IP, RIG_PORT);
        spec->schedule.frequency_ns = rows[i].frequency_s * NS_PER_SECOND;
        if (rows[i].after_s >= 0) {
            spec->schedule.start = SPEC_START_AFTER;
            spec->schedule.start_after_ns = rows[i].after_s * NS_PER_SECOND;
        }
        int64_t loaded_ns = rig.world.net.now_ns;
        rig_apply(&rig, engine, &spec, 1);
        world_run(&rig.world, 4 * rows[i].frequency_s * NS_PER_SECOND);
        size_t count = starts_after(&rig, loaded_ns, starts);
        assert_in_range(count, 4, 5);
        assert_true(starts[0] >= rows[i].least_s && starts[0] <= rows[i].most_s);
        assert_true(starts[1] - starts[0] >= rows[i].gap_s - 0.1);
        assert_true(starts[1] - starts[0] <= (double)rows[i].frequency_s + 60.1);
        rig_fini(&rig);
    }
}

/* Another frequency before the first operation: that one is soon all the same. */
static void test_new_frequency_before_the_first_operation(void **state)
{
    (void)state;
    const int64_t hour_ns = 3600 * NS_PER_SECOND;
    struct rig rig;
    struct spec *specs[MANY];
    init_many(&rig, 0, hour_ns);
    world_run(&rig.world, 5 * NS_PER_SECOND);
    uint32_t started = rig.world.truth.run_count;
    for (unsigned i = 0; i < MANY; i++) {
        specs[i] = numbered_spec(i);
        specs[i]->schedule.frequency_ns = 2 * hour_ns;
    }
    rig_apply(&rig, 0, specs, MANY);
    world_run(&rig.world, 62 * NS_PER_SECOND);
    assert_in_range(started, 1, MANY / 2);
    assert_in_range(rig.world.truth.run_count, MANY, MANY + 20);
    for (unsigned i = 0; i < MANY; i++) {
        assert_true(rig_report(&rig, 0, i)->tally.operations > 0);
    }
    rig_fini(&rig);
}

static void test_hundreds_of_targets_in_flight(void **state)
{
    (void)state;
    struct rig rig;
    init_many(&rig, 0, 4 * NS_PER_SECOND);
    world_run(&rig.world, 21 * NS_PER_SECOND);
    for (unsigned i = 0; i < MANY; i++) {
        const struct report *report = rig_report(&rig, 0, i);
        assert_in_range(report->tally.operations, 5, 6);
        assert_int_equal(report->latest.outcome, OUTCOME_OK);
        assert_int_equal(report->latest.rtt.sum_ns, 200 * NS_PER_MS);
        assert_int_equal(report->tally.received, report->tally.sent);
        assert_int_equal(report->tally.skipped, 0);
    }
    rig_fini(&rig);
}

static void test_starts_do_not_drift(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    struct world_process *sender = &rig.world.processes[rig.engines[0].process];
    sender->timing = (struct world_timing){.poll_ns = 5000, .late_ns = 900000};
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    world_run(&rig.world, 295 * NS_PER_SECOND);
    assert_int_equal(rig.world.truth.run_count, 30);
    int64_t first_ns = rig.world.truth.runs[0]->opened.mono.ns;
    for (uint32_t i = 0; i < 30; i++) {
        int64_t start_ns = rig.world.truth.runs[i]->opened.mono.ns;
        int64_t late_ns = start_ns - first_ns - (int64_t)i * 10 * NS_PER_SECOND;
        assert_in_range(late_ns, 0, 1000000);
    }
    assert_int_equal(scenario_result(&rig)->tally.operations, 30);
    rig_fini(&rig);
}

/* A run of 4 s every 2 s: each covers the starts at +2 and +4, the next is at +6. The world aborts
 * when two runs of a target overlap. */
static void test_overrun_skips_the_starts_it_covers(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->schedule.frequency_ns = 2 * NS_PER_SECOND;
    spec->packets.count = 200;
    rig_apply_one(&rig, spec);
    world_run(&rig.world, 23 * NS_PER_SECOND);
    assert_int_equal(rig.world.truth.run_count, 4);
    for (uint32_t i = 0; i < 4; i++) {
        const struct truth_run *run = rig.world.truth.runs[i];
        assert_int_equal(mono_diff(run->opened.mono, rig.world.truth.runs[0]->opened.mono),
                         (int64_t)i * 6 * NS_PER_SECOND);
    }
    const struct tally *tally = &scenario_result(&rig)->tally;
    assert_int_equal(tally->operations, 4);
    assert_int_equal(tally->skipped, 8);
    assert_int_equal(tally->received, 800);
    rig_fini(&rig);
}

static void test_unanswered_control_longer_than_the_period_skips(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_pair(&rig);
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->schedule.frequency_ns = 4 * NS_PER_SECOND;
    rig_apply_one(&rig, spec);
    world_run(&rig.world, 23 * NS_PER_SECOND);
    const struct tally *tally = &scenario_result(&rig)->tally;
    assert_int_equal(tally->failures[OUTCOME_NO_CONNECTION], 3);
    assert_int_equal(tally->operations, 3);
    assert_int_equal(tally->skipped, 3);
    rig_fini(&rig);
}

/* A process that was stopped for a while does not make up for what it missed. */
static void test_a_long_pause_is_not_made_up_for(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    world_run(&rig.world, 5 * NS_PER_SECOND);
    rig.world.processes[rig.engines[0].process].busy_until_ns = 47 * NS_PER_SECOND;
    world_kick(&rig.world, rig.engines[0].process);
    world_run(&rig.world, 70 * NS_PER_SECOND);
    const struct tally *tally = &scenario_result(&rig)->tally;
    for (uint32_t i = 1; i < rig.world.truth.run_count; i++) {
        assert_true(mono_diff(rig.world.truth.runs[i]->opened.mono,
                              rig.world.truth.runs[i - 1]->closed.mono) >= 0);
    }
    /* Due at 0, 10 .. 70; the pause of 42 s covers 10 to 40, of which one is run, late. */
    assert_int_equal(tally->operations, 5);
    assert_int_equal(tally->missed_starts, 3);
    assert_int_equal(tally->skipped, 0);
    rig_fini(&rig);
}

/* One waits for ever, one starts late and lives for three operations. */
static void test_start_and_life(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    unsigned late = rig_add_engine(&rig, RIG_SENDER, false);
    struct spec *specs[] = {rig_spec("a", RIG_RESPONDER_IP, RIG_PORT),
                            rig_spec("b", RIG_RESPONDER_IP, RIG_PORT)};
    specs[0]->schedule.start = SPEC_START_PENDING;
    specs[1]->schedule.start = SPEC_START_AFTER;
    specs[1]->schedule.start_after_ns = 15 * NS_PER_SECOND;
    specs[1]->schedule.life_ns = 21 * NS_PER_SECOND;
    rig_apply(&rig, late, specs, 2);
    world_run(&rig.world, 14 * NS_PER_SECOND);
    assert_false(rig_report(&rig, late, 1)->is_inactive);
    assert_int_equal(rig_report(&rig, late, 1)->tally.operations, 0);
    world_run(&rig.world, 100 * NS_PER_SECOND);
    const struct report *pending = rig_report(&rig, late, 0);
    assert_true(pending->is_inactive);
    assert_false(pending->has_run);
    const struct report *over = rig_report(&rig, late, 1);
    assert_true(over->is_inactive);
    assert_int_equal(over->tally.operations, 3);
    assert_int_equal(over->tally.received, 30);
    rig_fini(&rig);
}

/* Stopped for 100 ms in the middle of the train: the packets at 100 to 140 ms are over, those at
 * 160 and 180 ms leave late. */
static void test_stopped_sender_does_not_catch_up(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    world_run(&rig.world, 95 * NS_PER_MS);
    rig.world.processes[rig.engines[0].process].busy_until_ns = 195 * NS_PER_MS;
    const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->sent, 7);
    assert_int_equal(round->unsent, 3);
    assert_int_equal(round->missed, 3);
    assert_int_equal(round->unsent_error, 0);
    assert_int_equal(round->sent_late, 2);
    assert_int_equal(round->received, 7);
    assert_int_equal(round->sd.lost + round->ds.lost + round->lost_unknown, 0);
    assert_true(round->rtt.max_ns == 20 * NS_PER_MS);
    assert_int_equal(round->sd.jitter.max_ns, 0);
    const struct report *report = scenario_result(&rig);
    assert_int_equal(report->tally.missed, 3);
    assert_int_equal(report->tally.sent_late, 2);
    world_run(&rig.world, 10 * NS_PER_SECOND);
    assert_int_equal(scenario_result(&rig)->latest.sent, 10);
    rig_fini(&rig);
}

/* 20 operations, of which each loses its last packet, and so waits for it until the next start. */
static void init_lossy(struct rig *rig)
{
    rig_init_default(rig);
    for (unsigned i = 1; i <= 20; i++) {
        scenario_drop_probe(rig, RIG_SENDER, 10 * i);
    }
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->schedule.frequency_ns = NS_PER_SECOND;
    spec->schedule.timeout_ns = 500 * NS_PER_MS;
    rig_apply_one(rig, spec);
}

/* The process stands still across each start, when its results are known: each start is made. */
static void test_known_result_costs_no_start_of_a_stopped_sender(void **state)
{
    (void)state;
    struct rig rig;
    init_lossy(&rig);
    struct world_process *sender = &rig.world.processes[rig.engines[0].process];
    for (int64_t i = 1; i <= 20; i++) {
        world_run(&rig.world, i * NS_PER_SECOND - 15 * NS_PER_MS - rig.world.net.now_ns);
        sender->busy_until_ns = rig.world.net.now_ns + 30 * NS_PER_MS;
    }
    world_run(&rig.world, 50 * NS_PER_MS);
    const struct tally *tally = &scenario_result(&rig)->tally;
    assert_int_equal(tally->skipped, 0);
    assert_int_equal(tally->operations, 20);
    assert_int_equal(tally->lost_unknown, 20);
    assert_int_equal(tally->received, 180);
    rig_fini(&rig);
}

/* The same when every timer fires late. */
static void test_known_result_costs_no_start_of_a_late_sender(void **state)
{
    (void)state;
    struct rig rig;
    init_lossy(&rig);
    rig.world.processes[rig.engines[0].process].timing.late_ns = 40 * NS_PER_MS;
    world_run(&rig.world, 20 * NS_PER_SECOND - NS_PER_MS);
    const struct tally *tally = &scenario_result(&rig)->tally;
    assert_int_equal(tally->skipped, 0);
    assert_in_range(tally->operations, 19, 20);
    rig_fini(&rig);
}

/* Nobody answers; that is known when the last try is over, just before the next start. */
static void test_unanswered_control_before_the_next_start_skips_none(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_pair(&rig);
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->schedule.frequency_ns = 6010 * NS_PER_MS;
    rig_apply_one(&rig, spec);
    rig.world.processes[rig.engines[0].process].timing.late_ns = 3 * NS_PER_MS;
    world_run(&rig.world, 5995 * NS_PER_MS);
    rig.world.processes[rig.engines[0].process].busy_until_ns = 6030 * NS_PER_MS;
    world_run(&rig.world, NS_PER_SECOND);
    const struct tally *tally = &scenario_result(&rig)->tally;
    assert_int_equal(tally->failures[OUTCOME_NO_CONNECTION], 1);
    assert_int_equal(tally->skipped, 0);
    assert_int_equal(rig.world.truth.run_count, 2);
    rig_fini(&rig);
}

/* Stopped until everything is over: the operation ends with what it has. */
static void test_sender_stopped_until_the_end(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    world_run(&rig.world, 55 * NS_PER_MS);
    rig.world.processes[rig.engines[0].process].busy_until_ns = 3 * NS_PER_SECOND;
    const struct round *round = scenario_run(&rig, 7 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->sent, 2);
    assert_int_equal(round->missed, 8);
    assert_int_equal(round->received, 2);
    rig_fini(&rig);
}

int scenarios_schedule(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_phase_is_a_hash_of_the_name),
        cmocka_unit_test(test_first_operation_of_a_long_frequency_is_soon),
        cmocka_unit_test(test_new_entry_of_a_long_frequency_is_soon),
        cmocka_unit_test(test_new_frequency_before_the_first_operation),
        cmocka_unit_test(test_hundreds_of_targets_in_flight),
        cmocka_unit_test(test_starts_do_not_drift),
        cmocka_unit_test(test_overrun_skips_the_starts_it_covers),
        cmocka_unit_test(test_unanswered_control_longer_than_the_period_skips),
        cmocka_unit_test(test_a_long_pause_is_not_made_up_for),
        cmocka_unit_test(test_start_and_life),
        cmocka_unit_test(test_stopped_sender_does_not_catch_up),
        cmocka_unit_test(test_sender_stopped_until_the_end),
        cmocka_unit_test(test_known_result_costs_no_start_of_a_stopped_sender),
        cmocka_unit_test(test_known_result_costs_no_start_of_a_late_sender),
        cmocka_unit_test(test_unanswered_control_before_the_next_start_skips_none),
    };
    return cmocka_run_group_tests_name("schedule", tests, NULL, NULL);
}
