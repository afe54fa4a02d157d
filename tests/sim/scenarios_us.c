/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Precision microseconds: timestamps that say what the clocks said. */
#include "sim/scenarios.h"

/* 2036-02-07 06:28:16 UTC: the NTP era ends. */
#define ROLLOVER_NS (INT64_C(2085978496) * NS_PER_SECOND)
#define HOLD_NS 3141593

static struct spec *us_spec(enum timestamp_format format)
{
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->packets.precision = PRECISION_MICROSECONDS;
    spec->packets.timestamp_format = format;
    spec->packets.bytes = SPEC_MICROSECONDS_BYTES;
    return spec;
}

static void init(struct rig *rig, enum timestamp_format format)
{
    struct reflect_settings settings;
    rig_init_pair(rig);
    reflect_settings_default(&settings);
    settings.timestamp_format = format;
    settings.permanent[0] = (struct addr){.family = ADDR_IPV4, .port = RIG_PORT + 1};
    settings.permanent_count = 1;
    rig_add_reflect(rig, RIG_RESPONDER, &settings);
    rig->world.processes[rig->reflect_processes[0]].timing.input_ns = HOLD_NS;
}

/* The responder's share is known to the nanosecond: nothing of it is left in the round trip. */
static void assert_exact(const struct round *round, uint32_t count)
{
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->received, count);
    assert_int_equal(round->corrupt, 0);
    assert_int_equal(round->rtt.min_ns, 20 * NS_PER_MS);
    assert_int_equal(round->rtt.max_ns, 20 * NS_PER_MS);
    assert_int_equal(round->processing.min_ns, HOLD_NS);
    assert_int_equal(round->processing.max_ns, HOLD_NS);
    assert_int_equal(round->sd.jitter.samples, count - 1);
    assert_int_equal(round->sd.jitter.max_ns, 0);
    assert_int_equal(round->ds.jitter.samples, count - 1);
    assert_int_equal(round->ds.jitter.max_ns, 0);
    assert_int_equal(round->sd.delay.count, 0);
}

static void test_exact_to_the_nanosecond(void **state)
{
    (void)state;
    for (unsigned format = 0; format < TIMESTAMP_FORMAT_COUNT; format++) {
        struct rig rig;
        init(&rig, (enum timestamp_format)format);
        rig.world.net.nodes[RIG_SENDER].clock.wall_start_ns += 123456789;
        rig.world.net.nodes[RIG_RESPONDER].clock.wall_start_ns += 987654321;
        rig_apply_one(&rig, us_spec((enum timestamp_format)format));
        assert_exact(scenario_run(&rig, 5 * NS_PER_SECOND), 10);
        assert_int_equal(reflect_stats(rig.reflects[0])->jitter_us_probes, 10);
        assert_int_equal(reflect_stats(rig.reflects[0])->jitter_probes, 0);
        rig_fini(&rig);
    }
}

static void test_long_sequence_on_a_permanent_port(void **state)
{
    (void)state;
    struct rig rig;
    init(&rig, TIMESTAMP_NTP);
    struct spec *spec = us_spec(TIMESTAMP_NTP);
    spec->control.version = CONTROL_NONE;
    spec->path.port = spec->path.peer.port = RIG_PORT + 1;
    spec->packets.has_long_sequence = true;
    rig_apply_one(&rig, spec);
    world_run(&rig.world, 5 * NS_PER_SECOND);
    assert_exact(&scenario_result(&rig)->latest, 10);
    rig_fini(&rig);
}

/* Varying delays, compared with the truth without any allowance. */
static void test_varying_delays(void **state)
{
    (void)state;
    struct rig rig;
    init(&rig, TIMESTAMP_NTP);
    simnet_link(&rig.world.net, RIG_SENDER, RIG_RESPONDER)->spread_ns = 7 * NS_PER_MS;
    simnet_link(&rig.world.net, RIG_RESPONDER, RIG_SENDER)->spread_ns = 300000;
    simnet_link(&rig.world.net, RIG_SENDER, RIG_RESPONDER)->loss_ppm = 100000;
    rig.world.processes[rig.reflect_processes[0]].timing.input_spread_ns = 777777;
    struct spec *spec = us_spec(TIMESTAMP_NTP);
    spec->packets.count = 100;
    rig_apply_one(&rig, spec);
    const struct round *round = scenario_run(&rig, 9 * NS_PER_SECOND);
    assert_true(round->sd.lost > 0);
    assert_true(round->ds.jitter.max_ns > 0 && round->ds.jitter.max_ns < 2 * NS_PER_MS);
    rig_fini(&rig);
}

/* Both clocks pass the end of the era, or only one of them does during the run. */
static void test_end_of_the_era(void **state)
{
    (void)state;
    static const int64_t ahead_ms[][2] = {{-120, -120}, {-120, 50}, {50, -120}, {-120, -5000}};
    for (size_t i = 0; i < sizeof ahead_ms / sizeof ahead_ms[0]; i++) {
        struct rig rig;
        init(&rig, TIMESTAMP_NTP);
        rig.world.net.nodes[RIG_SENDER].clock.wall_start_ns =
            ROLLOVER_NS + ahead_ms[i][0] * NS_PER_MS;
        rig.world.net.nodes[RIG_RESPONDER].clock.wall_start_ns =
            ROLLOVER_NS + ahead_ms[i][1] * NS_PER_MS;
        rig_apply_one(&rig, us_spec(TIMESTAMP_NTP));
        assert_exact(scenario_run(&rig, 5 * NS_PER_SECOND), 10);
        rig_fini(&rig);
    }
}

/* A responder that has never heard the time counts from its start. */
static void test_responder_without_time(void **state)
{
    (void)state;
    struct rig rig;
    init(&rig, TIMESTAMP_NTP);
    rig.world.net.nodes[RIG_RESPONDER].clock.wall_start_ns = 5 * NS_PER_SECOND;
    rig_apply_one(&rig, us_spec(TIMESTAMP_NTP));
    assert_exact(scenario_run(&rig, 5 * NS_PER_SECOND), 10);
    rig_fini(&rig);
}

/* The responder's clock is set during the run: round trips do not notice, jitter leaves out what
 * came after a step too large to be true. */
static void test_step_of_the_responder(void **state)
{
    (void)state;
    for (int sign = -1; sign <= 1; sign += 2) {
        struct rig rig;
        init(&rig, TIMESTAMP_NTP);
        struct simnet_clock *clock = &rig.world.net.nodes[RIG_RESPONDER].clock;
        clock->steps[clock->step_count++] =
            (struct simnet_step){95 * NS_PER_MS, sign * 86400 * NS_PER_SECOND};
        rig_apply_one(&rig, us_spec(TIMESTAMP_NTP));
        world_run(&rig.world, 5 * NS_PER_SECOND);
        const struct round *round = &scenario_result(&rig)->latest;
        assert_null(round_imbalance(round));
        assert_int_equal(round->received, 10);
        assert_int_equal(round->corrupt, 0);
        assert_int_equal(round->rtt.min_ns, 20 * NS_PER_MS);
        assert_int_equal(round->rtt.max_ns, 20 * NS_PER_MS);
        assert_int_equal(round->sd.jitter.max_ns, 0);
        assert_true(round->sd.jitter.samples > 0 && round->sd.jitter.samples < 9);
        rig_fini(&rig);
    }
}

/* Two who did not agree on the format: nothing that the responder says of time is used. */
static void test_other_format(void **state)
{
    (void)state;
    struct rig rig;
    init(&rig, TIMESTAMP_NTP);
    /* 0.9 s after the full second the NTP fraction has more than 10^9 in it. */
    rig.world.net.nodes[RIG_RESPONDER].clock.wall_start_ns =
        floor_div(rig.world.net.nodes[RIG_RESPONDER].clock.wall_start_ns, NS_PER_SECOND) *
            NS_PER_SECOND +
        500 * NS_PER_MS;
    rig_apply_one(&rig, us_spec(TIMESTAMP_PTP));
    world_run(&rig.world, 5 * NS_PER_SECOND);
    const struct round *round = &scenario_result(&rig)->latest;
    assert_null(round_imbalance(round));
    assert_int_equal(round->received, 10);
    assert_int_equal(round->corrupt, 10);
    assert_int_equal(round->rtt.max_ns, 20 * NS_PER_MS + HOLD_NS);
    assert_int_equal(round->sd.jitter.samples, 0);
    rig_fini(&rig);
}

int scenarios_us(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact_to_the_nanosecond),
        cmocka_unit_test(test_long_sequence_on_a_permanent_port),
        cmocka_unit_test(test_varying_delays),
        cmocka_unit_test(test_end_of_the_era),
        cmocka_unit_test(test_responder_without_time),
        cmocka_unit_test(test_step_of_the_responder),
        cmocka_unit_test(test_other_format),
    };
    return cmocka_run_group_tests_name("microseconds", tests, NULL, NULL);
}
