/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* icmp-echo and icmp-jitter against nodes whose kernels answer. */
#include "operation/operation.h"
#include "sim/scenarios.h"

static struct spec *icmp_spec(const struct operation *operation, const char *name)
{
    struct spec *spec = rig_spec(name, RIG_RESPONDER_IP, 0);
    spec->operation = operation;
    spec->control.version = CONTROL_NONE;
    spec->control.port = 0;
    if (operation == &operation_icmp_echo) {
        spec->packets.count = 1;
        spec->packets.bytes = 28;
        pattern_parse("ABCD", &spec->packets.pattern);
        spec->packets.verify_data = true;
    }
    return spec;
}

static const struct round *run(struct rig *rig, const struct operation *operation)
{
    rig_apply_one(rig, icmp_spec(operation, "a"));
    world_run(&rig->world, 5 * NS_PER_SECOND);
    const struct round *round = &scenario_result(rig)->latest;
    assert_null(round_imbalance(round));
    return round;
}

static void test_echo(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_pair(&rig);
    const struct round *round = run(&rig, &operation_icmp_echo);
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->rtt.count, 1);
    assert_int_equal(round->rtt.sum_ns, 20 * NS_PER_MS);
    assert_int_equal(round->control_rtt_ns, -1);
    rig_fini(&rig);
}

/* Five echoes: one is lost on each way, one is late, one comes twice. */
static void test_several_echoes(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_pair(&rig);
    struct spec *spec = icmp_spec(&operation_icmp_echo, "a");
    spec->packets.count = 6;
    spec->packets.interval_ns = 100 * NS_PER_MS;
    spec->schedule.timeout_ns = NS_PER_SECOND;
    scenario_drop_probe(&rig, RIG_SENDER, 2);
    scenario_drop_probe(&rig, RIG_RESPONDER, 3); /* its answer to packet 4 */
    scenario_rule(&rig, RIG_RESPONDER,
                  (struct simnet_rule){SIMNET_PROBE, 5, SIMNET_DELAY, 1500 * NS_PER_MS});
    rig_apply_one(&rig, spec);
    world_run(&rig.world, 5 * NS_PER_SECOND);
    const struct round *round = &scenario_result(&rig)->latest;
    assert_null(round_imbalance(round));
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->sent, 6);
    assert_int_equal(round->received, 3);
    assert_int_equal(round->late, 1);
    assert_int_equal(round->lost_unknown, 2);
    assert_int_equal(round->sd.lost + round->ds.lost, 0);
    assert_int_equal(round->rtt.max_ns, 20 * NS_PER_MS);
    rig_fini(&rig);
}

static void test_echo_without_answer(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_pair(&rig);
    rig.world.is_icmp_silent = true;
    const struct round *round = run(&rig, &operation_icmp_echo);
    assert_int_equal(round->outcome, OUTCOME_TIMEOUT);
    assert_int_equal(round->lost_unknown, 1);
    rig_fini(&rig);
}

static void test_late_echo(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_pair(&rig);
    scenario_rule(&rig, RIG_RESPONDER,
                  (struct simnet_rule){SIMNET_PROBE, 1, SIMNET_DELAY, 1500 * NS_PER_MS});
    const struct round *round = run(&rig, &operation_icmp_echo);
    assert_int_equal(round->outcome, OUTCOME_TIMEOUT);
    assert_int_equal(round->late, 1);
    rig_fini(&rig);
}

/* The other clock is 3 s ahead, the way back of packet 4 takes 7 ms more. */
static void test_jitter(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_pair(&rig);
    rig.world.net.nodes[RIG_RESPONDER].clock.wall_start_ns += 3 * NS_PER_SECOND;
    scenario_rule(&rig, RIG_RESPONDER,
                  (struct simnet_rule){SIMNET_PROBE, 4, SIMNET_DELAY, 7 * NS_PER_MS});
    const struct round *round = run(&rig, &operation_icmp_jitter);
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->received, 10);
    assert_int_equal(round->corrupt, 0);
    assert_int_equal(round->rtt.min_ns, 20 * NS_PER_MS);
    assert_int_equal(round->rtt.max_ns, 27 * NS_PER_MS);
    assert_int_equal(round->processing.max_ns, 0);
    assert_int_equal(round->sd.jitter.samples, 9);
    assert_int_equal(round->sd.jitter.max_ns, 0);
    assert_int_equal(round->ds.jitter.samples, 9);
    assert_int_equal(round->ds.jitter.positive.count, 1);
    assert_int_equal(round->ds.jitter.positive.sum_ns, 7 * NS_PER_MS);
    assert_int_equal(round->ds.jitter.negative.sum_ns, 7 * NS_PER_MS);
    rig_fini(&rig);
}

/* One lost on each way: nobody counts on the other side, so nobody knows which way. */
static void test_lost_somewhere(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_pair(&rig);
    scenario_drop_probe(&rig, RIG_SENDER, 3);
    scenario_drop_probe(&rig, RIG_RESPONDER, 5);
    const struct round *round = run(&rig, &operation_icmp_jitter);
    assert_int_equal(round->received, 8);
    assert_int_equal(round->lost_unknown, 2);
    assert_int_equal(round->sd.lost + round->ds.lost, 0);
    assert_int_equal(round->sd.jitter.samples, 5);
    assert_int_equal(round->ds.jitter.samples, 5);
    rig_fini(&rig);
}

static void test_clock_that_is_not_utc(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_pair(&rig);
    rig.world.is_icmp_not_utc = true;
    const struct round *round = run(&rig, &operation_icmp_jitter);
    assert_int_equal(round->received, 10);
    assert_int_equal(round->corrupt, 0);
    assert_int_equal(round->sd.jitter.samples, 9);
    assert_true(round->sd.jitter.max_ns <= NS_PER_MS);
    rig_fini(&rig);
}

/* Little-endian times, at moments whose bytes look like a time of day, like one that is not UTC,
 * and like none: the same numbers as from a host that writes them as it should. */
static void test_times_that_are_swapped(void **state)
{
    (void)state;
    static const struct clock_state good = {.is_synchronized = true};
    for (int64_t later_ms = 0; later_ms < 256; later_ms += 51) {
        struct rig rig;
        rig_init_pair(&rig);
        rig.world.is_icmp_swapped = true;
        for (unsigned node = 0; node < 2; node++) {
            rig.world.net.nodes[node].clock.wall_start_ns += later_ms * NS_PER_MS;
        }
        engine_set_clock(rig.engines[0].engine, &good);
        const struct round *round = run(&rig, &operation_icmp_jitter);
        assert_string_equal(byte_order_name(round->byte_order), "swapped");
        assert_int_equal(round->received, 10);
        assert_int_equal(round->corrupt + round->unprocessed + round->responder_steps, 0);
        assert_int_equal(round->sd.jitter.samples, 9);
        assert_int_equal(round->sd.jitter.max_ns + round->ds.jitter.max_ns, 0);
        assert_int_equal(round->one_way, ONE_WAY_SHOWN);
        assert_int_equal(round->sd.delay.sum_ns, 100 * NS_PER_MS);
        rig_fini(&rig);
    }
}

/* In no order: round trips, and nothing that would need the times. */
static void test_times_without_sense(void **state)
{
    (void)state;
    static const struct clock_state good = {.is_synchronized = true};
    struct rig rig;
    rig_init_pair(&rig);
    rig.world.is_icmp_senseless = true;
    engine_set_clock(rig.engines[0].engine, &good);
    const struct round *round = run(&rig, &operation_icmp_jitter);
    assert_string_equal(byte_order_name(round->byte_order), "senseless");
    assert_string_equal(one_way_name(round->one_way), "responder_times");
    assert_int_equal(scenario_result(&rig)->tally.withheld[ONE_WAY_RESPONDER_TIMES], 1);
    assert_int_equal(round->received, 10);
    assert_int_equal(round->corrupt, 10);
    assert_int_equal(round->unprocessed, 10);
    assert_int_equal(round->responder_steps, 0);
    assert_int_equal(round->sd.jitter.samples + round->sd.jitter.dropped, 0);
    assert_int_equal(round->rtt.sum_ns, 200 * NS_PER_MS);
    assert_false(round->offset.is_known);
    rig_fini(&rig);
}

/* Two sessions to one address: each sees its own replies only. */
static void test_two_sessions(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_pair(&rig);
    struct spec *specs[] = {icmp_spec(&operation_icmp_jitter, "a"),
                            icmp_spec(&operation_icmp_jitter, "b")};
    rig_apply(&rig, 0, specs, 2);
    world_run(&rig.world, 5 * NS_PER_SECOND);
    for (size_t i = 0; i < 2; i++) {
        const struct round *round = &rig_report(&rig, 0, i)->latest;
        assert_int_equal(round->received, 10);
        assert_int_equal(round->duplicate + round->corrupt, 0);
    }
    rig_fini(&rig);
}

/* Over IPv6; a damaged reply does not come in, for the kernel knows its checksum. */
static void test_echo_over_ipv6(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct rig rig;
        scenario_init_ipv6(&rig);
        simnet_link(&rig.world.net, RIG_RESPONDER, RIG_SENDER)->corrupt_ppm = i * 1000000;
        struct spec *spec = icmp_spec(&operation_icmp_echo, "six");
        addr_parse_ip(SCENARIO_RESPONDER_IPV6, &spec->path.peer);
        rig_apply_one(&rig, spec);
        world_run(&rig.world, 5 * NS_PER_SECOND);
        const struct round *round = &scenario_result(&rig)->latest;
        assert_null(round_imbalance(round));
        assert_int_equal(round->outcome, i == 0 ? OUTCOME_OK : OUTCOME_TIMEOUT);
        assert_int_equal(round->rtt.sum_ns, i == 0 ? 20 * NS_PER_MS : 0);
        assert_int_equal(round->corrupt, 0);
        rig_fini(&rig);
    }
}

int scenarios_icmp(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_echo),
        cmocka_unit_test(test_echo_without_answer),
        cmocka_unit_test(test_several_echoes),
        cmocka_unit_test(test_late_echo),
        cmocka_unit_test(test_jitter),
        cmocka_unit_test(test_lost_somewhere),
        cmocka_unit_test(test_clock_that_is_not_utc),
        cmocka_unit_test(test_times_that_are_swapped),
        cmocka_unit_test(test_times_without_sense),
        cmocka_unit_test(test_two_sessions),
        cmocka_unit_test(test_echo_over_ipv6),
    };
    return cmocka_run_group_tests_name("icmp", tests, NULL, NULL);
}
