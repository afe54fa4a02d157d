/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What a responder does wrong on purpose is what the sender measures: exactly, in virtual time, on
 * a path of 10 ms each way. */
#include "impair/which.h"
#include "sim/scenarios.h"

#define WAY_NS (10 * NS_PER_MS)

struct setup {
    struct impair_acts acts;
    int64_t seed;
    uint32_t packets;
};

static int64_t every(uint32_t count, uint32_t burst)
{
    return which_pack((struct which){.every = count, .burst = burst});
}

static struct setup setup_of(uint32_t packets)
{
    return (struct setup){.acts = impair_rule_default().acts, .packets = packets};
}

static struct spec *spec_of(const struct setup *setup)
{
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->packets.precision = PRECISION_MICROSECONDS;
    spec->packets.bytes = SPEC_MICROSECONDS_BYTES;
    spec->packets.count = setup->packets;
    spec->clocks.is_assumed_synchronized = true;
    return spec;
}

static void init(struct rig *rig, const struct setup *setup)
{
    struct reflect_settings settings;
    rig_init_pair(rig);
    rig_settings(&settings);
    settings.impair.seed = setup->seed;
    settings.impair.rule_count = 1;
    settings.impair.rules[0] = impair_rule_default();
    settings.impair.rules[0].acts = setup->acts;
    rig_add_reflect(rig, RIG_RESPONDER, &settings);
    rig_apply_one(rig, spec_of(setup));
}

/* The result after `ns`. */
static struct round run(const struct setup *setup, int64_t ns)
{
    struct rig rig;
    init(&rig, setup);
    world_run(&rig.world, ns);
    const struct round round = scenario_result(&rig)->latest;
    assert_null(round_imbalance(&round));
    rig_fini(&rig);
    return round;
}

static void test_loss_by_direction(void **state)
{
    (void)state;
    struct setup setup = setup_of(47); /* a loss at the end would have no direction */
    setup.acts.loss[IMPAIR_SD] = every(5, 0);
    struct round round = run(&setup, 9 * NS_PER_SECOND);
    assert_int_equal(round.sd.lost, 9);
    assert_int_equal(round.sd.periods.length_max, 1);
    assert_int_equal(round.received, 38);
    setup.acts.loss[IMPAIR_SD] = 0;
    setup.acts.loss[IMPAIR_DS] = every(10, 3);
    round = run(&setup, 9 * NS_PER_SECOND);
    assert_int_equal(round.ds.lost, 12);
    assert_int_equal(round.ds.periods.count, 4);
    assert_int_equal(round.ds.periods.length_min, 3);
    assert_int_equal(round.ds.periods.length_max, 3);
    assert_int_equal(round.sd.lost + round.lost_unknown, 0);
}

static void test_a_seed_repeats(void **state)
{
    (void)state;
    struct setup setup = setup_of(200);
    setup.acts.loss[IMPAIR_SD] = which_pack((struct which){.share = 100000});
    setup.acts.loss[IMPAIR_DS] = which_pack((struct which){.share = 100000, .burst = 3});
    const struct round first = run(&setup, 9 * NS_PER_SECOND);
    const struct round again = run(&setup, 9 * NS_PER_SECOND);
    setup.seed = 1;
    const struct round other = run(&setup, 9 * NS_PER_SECOND);
    assert_in_range(first.sd.lost, 10, 30);
    assert_in_range(first.ds.lost, 8, 40);
    assert_memory_equal(&first.losses, &again.losses, sizeof first.losses);
    assert_int_equal(first.sd.lost, again.sd.lost);
    assert_memory_not_equal(&first.losses, &other.losses, sizeof first.losses);
}

/* Each direction shows its own delay, to the nanosecond, and the round trip the sum. */
static void test_delay_by_direction(void **state)
{
    (void)state;
    struct setup setup = setup_of(50);
    setup.acts.delay_ns[IMPAIR_SD] = 7 * NS_PER_MS + 1000;
    setup.acts.delay_ns[IMPAIR_DS] = 4 * NS_PER_MS;
    const struct round round = run(&setup, 9 * NS_PER_SECOND);
    assert_int_equal(round.received, 50);
    assert_int_equal(round.one_way, ONE_WAY_SHOWN);
    assert_near(round.sd.delay.min_ns, WAY_NS + setup.acts.delay_ns[IMPAIR_SD], 1);
    assert_near(round.sd.delay.max_ns, WAY_NS + setup.acts.delay_ns[IMPAIR_SD], 1);
    assert_near(round.ds.delay.min_ns, WAY_NS + setup.acts.delay_ns[IMPAIR_DS], 1);
    assert_near(round.ds.delay.max_ns, WAY_NS + setup.acts.delay_ns[IMPAIR_DS], 1);
    assert_near(round.rtt.max_ns, 2 * WAY_NS + 11 * NS_PER_MS + 1000, 2);
    assert_near(round.processing.max_ns, 0, 1);
    assert_near(round.sd.jitter.max_ns, 0, 1);
}

static void test_jitter_by_direction(void **state)
{
    (void)state;
    struct setup setup = setup_of(200);
    setup.acts.jitter_ns[IMPAIR_SD] = 8 * NS_PER_MS;
    const struct round round = run(&setup, 9 * NS_PER_SECOND);
    assert_int_equal(round.received, 200);
    assert_int_equal(round.out_of_order, 0);
    assert_in_range(round.sd.jitter.max_ns, 6 * NS_PER_MS, 8 * NS_PER_MS);
    assert_in_range(round.sd.delay.max_ns, WAY_NS + 7 * NS_PER_MS, WAY_NS + 8 * NS_PER_MS);
    assert_near(round.ds.jitter.max_ns, 0, 1);
    assert_near(round.ds.delay.max_ns, WAY_NS, 1);
}

/* An offset takes from one way what it gives to the other; a drift shows as jitter. */
static void test_clock(void **state)
{
    (void)state;
    struct setup setup = setup_of(50);
    setup.acts.clock_offset_ns = -3 * NS_PER_MS;
    struct round round = run(&setup, 9 * NS_PER_SECOND);
    assert_near(round.sd.delay.min_ns, WAY_NS - 3 * NS_PER_MS, 1);
    assert_near(round.ds.delay.max_ns, WAY_NS + 3 * NS_PER_MS, 1);
    assert_near(round.rtt.max_ns, 2 * WAY_NS, 2);
    setup.acts.clock_offset_ns = 0;
    setup.acts.clock_drift_ppm = 1000; /* 20 us from packet to packet */
    round = run(&setup, 9 * NS_PER_SECOND);
    assert_near(round.sd.delay.max_ns - round.sd.delay.min_ns, 49 * 20000, 2);
    assert_near(round.sd.jitter.positive.max_ns, 20000, 2);
}

static void test_duplicates(void **state)
{
    (void)state;
    for (unsigned way = 0; way < IMPAIR_WAYS; way++) {
        struct setup setup = setup_of(50);
        setup.acts.duplicate[way] = every(5, 0);
        const struct round round = run(&setup, 9 * NS_PER_SECOND);
        assert_int_equal(round.received, 50);
        assert_int_equal(round.duplicate, 10);
        assert_int_equal(round.sd.lost + round.ds.lost + round.lost_unknown, 0);
    }
}

static void test_reordering(void **state)
{
    (void)state;
    for (unsigned way = 0; way < IMPAIR_WAYS; way++) {
        struct setup setup = setup_of(48);
        setup.acts.reorder[way] = every(5, 0);
        const struct round round = run(&setup, 9 * NS_PER_SECOND);
        assert_int_equal(round.received, 48);
        assert_int_equal(way == IMPAIR_SD ? round.reordering.sd + round.reordering.both
                                          : round.reordering.ds,
                         9);
        assert_int_equal(round.sd.lost + round.ds.lost + round.lost_unknown, 0);
    }
}

static void test_what_replies_carry(void **state)
{
    (void)state;
    struct setup setup = setup_of(10);
    setup.acts.ttl_ds = 77;
    setup.acts.dscp[IMPAIR_SD] = 46;
    struct round round = run(&setup, 5 * NS_PER_SECOND);
    assert_int_equal(round.reply_tos, 46 << 2);
    setup.acts.dscp[IMPAIR_DS] = 8;
    round = run(&setup, 5 * NS_PER_SECOND);
    assert_int_equal(round.reply_tos, 8 << 2);
}

/* From the second operation to the third: one every 10 s. */
static void test_silence_at_its_time(void **state)
{
    (void)state;
    struct rig rig;
    struct setup setup = setup_of(10);
    setup.acts.is_silent = 1;
    setup.acts.after_ns = 5 * NS_PER_SECOND;
    setup.acts.for_ns = 12 * NS_PER_SECOND;
    init(&rig, &setup);
    world_run(&rig.world, 35 * NS_PER_SECOND);
    const struct tally *tally = &scenario_result(&rig)->tally;
    assert_int_equal(tally->operations - tally->failures[OUTCOME_NO_CONNECTION], 3);
    assert_int_equal(tally->failures[OUTCOME_NO_CONNECTION], 1);
    assert_int_equal(reflect_stats(rig.reflects[0])->impairments[IMPAIR_SILENCE], 3);
    rig_fini(&rig);
}

static void test_refusals(void **state)
{
    (void)state;
    static const enum outcome outcomes[] = {
        [IMPAIR_REFUSE_FAILED] = OUTCOME_REFUSED,
        [IMPAIR_REFUSE_AUTH] = OUTCOME_AUTH,
        [IMPAIR_REFUSE_PORT_IN_USE] = OUTCOME_PORT_IN_USE,
    };
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++) {
        struct setup setup = setup_of(10);
        setup.acts.refuse = every(1, 0);
        setup.acts.refuse_with = (int64_t)i;
        assert_int_equal(run(&setup, 5 * NS_PER_SECOND).outcome, outcomes[i]);
    }
}

/* Held replies of a port that closed meanwhile, and of a responder that ends, are gone. */
static void test_what_is_held_goes_with_its_port(void **state)
{
    (void)state;
    struct rig rig;
    struct setup setup = setup_of(10);
    setup.acts.delay_ns[IMPAIR_DS] = 8 * NS_PER_SECOND;
    init(&rig, &setup);
    world_run(&rig.world, 7 * NS_PER_SECOND);
    assert_int_equal(scenario_result(&rig)->latest.received, 0);
    assert_int_equal(reflect_stats(rig.reflects[0])->impairments[IMPAIR_PORT_CLOSED], 10);
    rig_fini(&rig);
}

int scenarios_impair(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_loss_by_direction),
        cmocka_unit_test(test_a_seed_repeats),
        cmocka_unit_test(test_delay_by_direction),
        cmocka_unit_test(test_jitter_by_direction),
        cmocka_unit_test(test_clock),
        cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_reordering),
        cmocka_unit_test(test_what_replies_carry),
        cmocka_unit_test(test_silence_at_its_time),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_what_is_held_goes_with_its_port),
    };
    return cmocka_run_group_tests_name("impair", tests, NULL, NULL);
}
