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
    spec->num_packets = 400;
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
    };
    return cmocka_run_group_tests_name("clocks", tests, NULL, NULL);
}
