/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/scenarios.h"

#define MIDNIGHT_NS (INT64_C(1772409600) * NS_PER_SECOND) /* 2026-03-02 00:00:00 UTC */

static struct simnet_clock *clock_of(struct rig *rig, unsigned node)
{
    return &rig->world.net.nodes[node].clock;
}

static void add_step(struct rig *rig, unsigned node, int64_t at_ns, int64_t by_ns)
{
    struct simnet_clock *clock = clock_of(rig, node);
    clock->steps[clock->step_count++] = (struct simnet_step){at_ns, by_ns};
}

static const struct round *run_exactly_20_ms(struct rig *rig)
{
    rig_apply_one(rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    const struct round *round = scenario_run(rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->received, 10);
    assert_int_equal(round->rtt.min_ns, 20 * NS_PER_MS);
    assert_int_equal(round->rtt.max_ns, 20 * NS_PER_MS);
    assert_int_equal(round->corrupt, 0);
    return round;
}

static void test_midnight_in_the_middle_of_a_run(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    clock_of(&rig, RIG_SENDER)->wall_start_ns = MIDNIGHT_NS - 100 * NS_PER_MS;
    clock_of(&rig, RIG_RESPONDER)->wall_start_ns = MIDNIGHT_NS - 95 * NS_PER_MS;
    const struct round *round = run_exactly_20_ms(&rig);
    assert_int_equal(round->sd.jitter.samples, 9);
    assert_int_equal(round->sd.jitter.max_ns, 0);
    assert_int_equal(round->ds.jitter.max_ns, 0);
    rig_fini(&rig);
}

static void test_clocks_half_a_day_apart(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    clock_of(&rig, RIG_RESPONDER)->wall_start_ns += 43200 * NS_PER_SECOND - 100 * NS_PER_MS;
    const struct round *round = run_exactly_20_ms(&rig);
    assert_int_equal(round->sd.jitter.max_ns, 0);
    assert_int_equal(round->ds.jitter.max_ns, 0);
    rig_fini(&rig);
}

static void test_step_of_the_responder_leaves_round_trips_alone(void **state)
{
    (void)state;
    for (int sign = -1; sign <= 1; sign += 2) {
        struct rig rig;
        rig_init_default(&rig);
        add_step(&rig, RIG_RESPONDER, 95 * NS_PER_MS, sign * 3600 * NS_PER_SECOND);
        (void)run_exactly_20_ms(&rig);
        rig_fini(&rig);
    }
}

/* The step falls between a packet's receive stamp and its answer. */
static void test_step_of_the_responder_while_it_holds_a_packet(void **state)
{
    (void)state;
    for (int sign = -1; sign <= 1; sign += 2) {
        struct rig rig;
        rig_init_default(&rig);
        rig.world.processes[rig.reflect_processes[0]].timing.input_ns = 8 * NS_PER_MS;
        /* Control takes 28 ms; the third packet comes at 78 ms and is answered at 86 ms. */
        add_step(&rig, RIG_RESPONDER, 80 * NS_PER_MS, sign * 50 * NS_PER_SECOND);
        const struct round *round = run_exactly_20_ms(&rig);
        assert_int_equal(round->processing.sum_ns, 80 * NS_PER_MS);
        rig_fini(&rig);
    }
}

static void test_step_of_the_sender_leaves_the_run_alone(void **state)
{
    (void)state;
    for (int sign = -1; sign <= 1; sign += 2) {
        struct rig rig;
        rig_init_default(&rig);
        add_step(&rig, RIG_SENDER, 95 * NS_PER_MS, sign * 7200 * NS_PER_SECOND);
        const struct round *round = run_exactly_20_ms(&rig);
        assert_int_equal(round->sd.jitter.max_ns, 0);
        assert_int_equal(round->ds.jitter.max_ns, 0);
        assert_int_equal(round->duration_ns, 220 * NS_PER_MS);
        world_run(&rig.world, 10 * NS_PER_SECOND);
        assert_int_equal(scenario_result(&rig)->tally.received, 20);
        rig_fini(&rig);
    }
}

static void test_drifting_clocks_are_measured_as_they_run(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    clock_of(&rig, RIG_SENDER)->drift_ppb = 200000;
    clock_of(&rig, RIG_RESPONDER)->drift_ppb = -300000;
    rig.world.processes[rig.reflect_processes[0]].timing.input_ns = 3500000;
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->packets.count = 400;
    rig_apply_one(&rig, spec);
    const struct round *round = scenario_run(&rig, 9900 * NS_PER_MS);
    assert_int_equal(round->received, 400);
    assert_true(round->sd.jitter.positive.count + round->sd.jitter.negative.count > 0);
    rig_fini(&rig);
}

static void test_responder_that_is_not_on_utc(void **state)
{
    (void)state;
    struct rig rig;
    struct fake fake = {.shape = FAKE_SHORT, .is_not_utc = true};
    rig_init_pair(&rig);
    rig_add_fake(&rig, RIG_RESPONDER, &fake);
    clock_of(&rig, RIG_RESPONDER)->mono_start_ns = 158280 * NS_PER_SECOND;
    const struct round *round = run_exactly_20_ms(&rig);
    assert_int_equal(round->sd.jitter.samples, 9);
    assert_int_equal(round->sd.jitter.max_ns, 0);
    assert_int_equal(round->ds.jitter.samples, 9);
    assert_int_equal(round->sd.delay.count, 0);
    rig_fini(&rig);
}

static void test_responder_that_loses_utc_in_the_middle(void **state)
{
    (void)state;
    struct rig rig;
    struct fake fake = {.shape = FAKE_SHORT};
    rig_init_pair(&rig);
    rig_add_fake(&rig, RIG_RESPONDER, &fake);
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    world_run(&rig.world, 95 * NS_PER_MS);
    fake.is_not_utc = true;
    world_run(&rig.world, 5 * NS_PER_SECOND);
    const struct round *round = &scenario_result(&rig)->latest;
    assert_int_equal(round->received, 10);
    assert_int_equal(round->rtt.max_ns, 20 * NS_PER_MS);
    assert_int_equal(round->sd.jitter.max_ns, 0);
    rig_fini(&rig);
}

/* Claims of more processing than the round trip took cannot make a round trip negative. */
static void test_responder_that_claims_too_much_processing(void **state)
{
    (void)state;
    struct rig rig;
    struct fake fake = {.shape = FAKE_SHORT, .claims_held_ms = 300};
    rig_init_pair(&rig);
    rig_add_fake(&rig, RIG_RESPONDER, &fake);
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    world_run(&rig.world, 5 * NS_PER_SECOND);
    const struct round *round = &scenario_result(&rig)->latest;
    assert_null(round_imbalance(round));
    assert_int_equal(round->received, 10);
    assert_true(round->rtt.min_ns >= 0);
    assert_int_equal(round->corrupt, 10);
    rig_fini(&rig);
}

/* A responder that copies the sender's number: every loss looks like one on the way back. */
static void test_responder_that_copies_sequence_numbers(void **state)
{
    (void)state;
    struct rig rig;
    struct fake fake = {.shape = FAKE_SHORT, .copies_sequence = true};
    rig_init_pair(&rig);
    rig_add_fake(&rig, RIG_RESPONDER, &fake);
    scenario_drop_probe(&rig, RIG_SENDER, 4);
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    world_run(&rig.world, 5 * NS_PER_SECOND);
    const struct round *round = &scenario_result(&rig)->latest;
    assert_null(round_imbalance(round));
    assert_int_equal(round->received, 9);
    assert_int_equal(round->ds.lost, 1);
    rig_fini(&rig);
}

/* The sender's system calls its clock good. */
static void trust_sender(struct rig *rig)
{
    static const struct clock_state good = {.is_synchronized = true};
    engine_set_clock(rig->engines[0].engine, &good);
}

static int64_t true_offset_ns(struct rig *rig)
{
    int64_t now_ns = rig->world.net.now_ns;
    return simnet_clock_read(clock_of(rig, RIG_RESPONDER), now_ns).wall.ns -
           simnet_clock_read(clock_of(rig, RIG_SENDER), now_ns).wall.ns;
}

static void test_one_way_delay_of_good_clocks(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    trust_sender(&rig);
    const struct round *round = run_exactly_20_ms(&rig);
    assert_int_equal(round->one_way, ONE_WAY_SHOWN);
    assert_int_equal(round->sd.delay.count, 10);
    assert_true(round->sd.delay.sum_ns == 100 * NS_PER_MS);
    assert_true(round->ds.delay.sum_ns == 100 * NS_PER_MS);
    const struct report *report = scenario_result(&rig);
    assert_int_equal(report->tally.one_way->sd.count, 10);
    assert_int_equal(report->tally.one_way->ds.count, 10);
    rig_fini(&rig);
}

/* What is told of ways of `sd_ns` and `ds_ns`. */
static struct round run_on_path(enum precision precision, int64_t sd_ns, int64_t ds_ns)
{
    struct rig rig;
    rig_init_default(&rig);
    trust_sender(&rig);
    simnet_link(&rig.world.net, RIG_SENDER, RIG_RESPONDER)->delay_ns = sd_ns;
    simnet_link(&rig.world.net, RIG_RESPONDER, RIG_SENDER)->delay_ns = ds_ns;
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->packets.precision = precision;
    spec->packets.bytes = SPEC_MICROSECONDS_BYTES;
    rig_apply_one(&rig, spec);
    const struct round round = *scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round.received, 10);
    const struct tally *tally = &scenario_result(&rig)->tally;
    assert_int_equal(tally->withheld[ONE_WAY_RESOLUTION], round.one_way == ONE_WAY_RESOLUTION);
    assert_int_equal(tally->one_way == NULL ? 0 : tally->one_way->sd.count, round.sd.delay.count);
    rig_fini(&rig);
    return round;
}

/* Stamps of a millisecond tell nothing of a way of 50 us; those of a microsecond do. */
static void test_one_way_delay_below_the_resolution(void **state)
{
    (void)state;
    static const struct {
        enum precision precision;
        int64_t sd_us, ds_us;
        enum one_way one_way;
    } rows[] = {
        {PRECISION_MILLISECONDS, 50, 50, ONE_WAY_RESOLUTION},
        {PRECISION_MILLISECONDS, 50, 10000, ONE_WAY_RESOLUTION},
        {PRECISION_MILLISECONDS, 10000, 50, ONE_WAY_RESOLUTION},
        {PRECISION_MILLISECONDS, 1000, 1000, ONE_WAY_SHOWN},
        {PRECISION_MICROSECONDS, 50, 50, ONE_WAY_SHOWN},
        {PRECISION_MICROSECONDS, 50, 10000, ONE_WAY_SHOWN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct round round =
            run_on_path(rows[i].precision, rows[i].sd_us * NS_PER_US, rows[i].ds_us * NS_PER_US);
        assert_string_equal(one_way_name(round.one_way), one_way_name(rows[i].one_way));
        assert_int_equal(round.sd.delay.count, rows[i].one_way == ONE_WAY_SHOWN ? 10 : 0);
        assert_int_equal(round.ds.delay.count, round.sd.delay.count);
        assert_true(round.offset.is_known);
    }
}

static void test_one_way_delay_needs_a_good_clock(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    const struct round *round = run_exactly_20_ms(&rig);
    assert_int_equal(round->one_way, ONE_WAY_LOCAL_CLOCK);
    const struct report *report = scenario_result(&rig);
    assert_null(report->tally.one_way);
    assert_int_equal(report->tally.withheld[ONE_WAY_LOCAL_CLOCK], 1);
    assert_true(round->offset.is_known && round->offset.error_ns <= 12 * NS_PER_MS);
    rig_fini(&rig);
}

/* A step that is as long as the round trip, or longer, leaves no trace in jitter. A shorter one
 * looks like the network, and is not larger than it was. */
static void assert_valid(struct rig *rig, int64_t step_ns)
{
    const struct round *round = &scenario_result(rig)->latest;
    int64_t bound_ns = step_ns >= 40 * NS_PER_MS ? 0 : step_ns;
    assert_int_equal(round->received, 10);
    assert_int_equal(round->corrupt, 0);
    assert_true(round->rtt.min_ns == 20 * NS_PER_MS && round->rtt.max_ns == 20 * NS_PER_MS);
    assert_true(round->sd.jitter.max_ns <= bound_ns && round->ds.jitter.max_ns <= bound_ns);
    assert_int_equal(round->sd.jitter.samples + round->sd.jitter.dropped, 9);
    assert_int_equal(round->ds.jitter.samples + round->ds.jitter.dropped, 9);
    assert_true(round->sd.jitter.dropped <= 1 && round->ds.jitter.dropped <= 1);
    if (round->sd.delay.count > 0) {
        int64_t wrong_ns = round->sd.delay.max_ns - 10 * NS_PER_MS;
        assert_true(wrong_ns <= bound_ns && -wrong_ns <= bound_ns);
        assert_true(round->sd.delay.min_ns >= 0 && round->ds.delay.min_ns >= 0);
        assert_true(round->sd.delay.max_ns <= 20 * NS_PER_MS);
    }
}

/* Of the latest operation, when no clock was set since. */
static void assert_offset_is_right(struct rig *rig)
{
    const struct clock_offset *offset = &scenario_result(rig)->latest.offset;
    int64_t wrong_ns = offset->offset_ns - true_offset_ns(rig);
    assert_true(offset->is_known);
    assert_true(wrong_ns <= offset->error_ns && -wrong_ns <= offset->error_ns);
}

static void run_with_step(unsigned node, int64_t at_ns, int64_t by_ns, enum precision precision)
{
    struct rig rig;
    rig_init_default(&rig);
    trust_sender(&rig);
    add_step(&rig, node, at_ns, by_ns);
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->packets.precision = precision;
    spec->packets.bytes = SPEC_MICROSECONDS_BYTES;
    rig_apply_one(&rig, spec);
    world_run(&rig.world, 5 * NS_PER_SECOND);
    assert_valid(&rig, by_ns < 0 ? -by_ns : by_ns);
    world_run(&rig.world, 10 * NS_PER_SECOND);
    assert_int_equal(scenario_result(&rig)->tally.operations, 2);
    assert_valid(&rig, by_ns < 0 ? -by_ns : by_ns);
    assert_offset_is_right(&rig);
    rig_fini(&rig);
}

/* Control takes 20 ms, the train 200 ms, the rest until 320 ms; every 7 ms of it. */
static void test_steps_at_every_phase(void **state)
{
    (void)state;
    static const int64_t steps_ns[] = {5 * NS_PER_MS,   -5 * NS_PER_MS,     50 * NS_PER_MS,
                                       -50 * NS_PER_MS, 90 * NS_PER_SECOND, -90 * NS_PER_SECOND};
    for (int64_t at_ns = 0; at_ns < 350 * NS_PER_MS; at_ns += 7 * NS_PER_MS) {
        for (unsigned i = 0; i < sizeof steps_ns / sizeof steps_ns[0]; i++) {
            run_with_step(RIG_SENDER, at_ns, steps_ns[i], PRECISION_MILLISECONDS);
            run_with_step(RIG_RESPONDER, at_ns, steps_ns[i], PRECISION_MILLISECONDS);
            run_with_step(RIG_SENDER, at_ns, steps_ns[i], PRECISION_MICROSECONDS);
            run_with_step(RIG_RESPONDER, at_ns, steps_ns[i], PRECISION_MICROSECONDS);
        }
    }
}

/* 300 and -200 us a second apart: no step, and the offset stays within its error. */
static void test_drift_is_no_step(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    trust_sender(&rig);
    clock_of(&rig, RIG_SENDER)->drift_ppb = -200000;
    clock_of(&rig, RIG_RESPONDER)->drift_ppb = 300000;
    clock_of(&rig, RIG_RESPONDER)->wall_start_ns += 700 * NS_PER_MS;
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    for (unsigned i = 0; i < 12; i++) {
        world_run(&rig.world, 10 * NS_PER_SECOND);
        const struct report *report = scenario_result(&rig);
        const struct clock_offset *offset = &report->latest.offset;
        /* Since that packet the clocks have gone on. */
        int64_t wrong_ns = offset->offset_ns - true_offset_ns(&rig);
        int64_t bound_ns = offset->error_ns + 10 * NS_PER_SECOND / CLOCK_WANDER_DIVISOR;
        assert_true(offset->is_known && wrong_ns <= bound_ns && -wrong_ns <= bound_ns);
        assert_int_equal(report->latest.one_way, ONE_WAY_OFFSET);
        assert_int_equal(report->tally.responder_steps, 0);
    }
    rig_fini(&rig);
}

int scenarios_clock(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_midnight_in_the_middle_of_a_run),
        cmocka_unit_test(test_clocks_half_a_day_apart),
        cmocka_unit_test(test_step_of_the_responder_leaves_round_trips_alone),
        cmocka_unit_test(test_step_of_the_responder_while_it_holds_a_packet),
        cmocka_unit_test(test_step_of_the_sender_leaves_the_run_alone),
        cmocka_unit_test(test_drifting_clocks_are_measured_as_they_run),
        cmocka_unit_test(test_responder_that_is_not_on_utc),
        cmocka_unit_test(test_responder_that_loses_utc_in_the_middle),
        cmocka_unit_test(test_responder_that_claims_too_much_processing),
        cmocka_unit_test(test_responder_that_copies_sequence_numbers),
        cmocka_unit_test(test_one_way_delay_of_good_clocks),
        cmocka_unit_test(test_one_way_delay_below_the_resolution),
        cmocka_unit_test(test_one_way_delay_needs_a_good_clock),
        cmocka_unit_test(test_steps_at_every_phase),
        cmocka_unit_test(test_drift_is_no_step),
    };
    return cmocka_run_group_tests_name("clocks", tests, NULL, NULL);
}
