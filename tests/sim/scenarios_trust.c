/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What the system says of the sender's clock, and how that clock runs, against what is told. */
#include "sim/scenarios.h"

#define NOT_TOLD 16000000

static void say(struct rig *rig, const struct clock_answer *answer, struct mono slewed_at)
{
    struct clock_state clock = {.slewed_at = slewed_at};
    clock_judge(answer, &clock);
    engine_set_clock(rig->engines[0].engine, &clock);
}

static struct round run_with(const struct clock_answer *answer, bool assumes_clock)
{
    struct rig rig;
    rig_init_default(&rig);
    say(&rig, answer, (struct mono){0});
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->clocks.is_assumed_synchronized = assumes_clock;
    rig_apply_one(&rig, spec);
    const struct round round = *scenario_run(&rig, 5 * NS_PER_SECOND);
    const struct tally *tally = &scenario_result(&rig)->tally;
    assert_int_equal(tally->one_way == NULL ? 0 : tally->one_way->sd.count,
                     round.one_way == ONE_WAY_SHOWN ? 10 : 0);
    if (round.one_way != ONE_WAY_SHOWN) {
        assert_int_equal(tally->withheld[round.one_way], 1);
    }
    rig_fini(&rig);
    return round;
}

/* One row of the rule each, on a path of 10 ms each way: half of the round trip is tolerated. */
static void test_what_the_system_says(void **state)
{
    (void)state;
    static const struct {
        struct clock_answer answer;
        enum one_way told, assumed;
    } rows[] = {
        {{.error = 1}, ONE_WAY_LOCAL_UNKNOWN, ONE_WAY_SHOWN},
        {{.is_unsynchronized = true, .estimated_error_us = NOT_TOLD, .maximum_error_us = NOT_TOLD},
         ONE_WAY_LOCAL_CLOCK,
         ONE_WAY_SHOWN},
        {{.is_pll_alone = true, .estimated_error_us = 16, .maximum_error_us = 5000},
         ONE_WAY_LOCAL_CLOCK,
         ONE_WAY_SHOWN},
        {{.estimated_error_us = 4, .maximum_error_us = 2500000}, ONE_WAY_SHOWN, ONE_WAY_SHOWN},
        {{.estimated_error_us = 4, .maximum_error_us = 2500001},
         ONE_WAY_LOCAL_CLOCK,
         ONE_WAY_SHOWN},
        {{.estimated_error_us = NOT_TOLD, .maximum_error_us = 500}, ONE_WAY_SHOWN, ONE_WAY_SHOWN},
        {{.offset_ns = 10 * NS_PER_MS}, ONE_WAY_SHOWN, ONE_WAY_SHOWN},
        {{.offset_ns = 10 * NS_PER_MS + 1}, ONE_WAY_TOLERANCE, ONE_WAY_TOLERANCE},
        {{.estimated_error_us = 6000, .offset_ns = -5 * NS_PER_MS},
         ONE_WAY_TOLERANCE,
         ONE_WAY_TOLERANCE},
        {{.estimated_error_us = 300000}, ONE_WAY_TOLERANCE, ONE_WAY_TOLERANCE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct round told = run_with(&rows[i].answer, false);
        const struct round assumed = run_with(&rows[i].answer, true);
        assert_string_equal(one_way_name(told.one_way), one_way_name(rows[i].told));
        assert_string_equal(one_way_name(assumed.one_way), one_way_name(rows[i].assumed));
        assert_false(told.is_slewed);
    }
}

static void test_how_long_nobody_adjusted_it(void **state)
{
    (void)state;
    const struct clock_answer dead = {.estimated_error_us = 4, .maximum_error_us = 3600000};
    const struct round round = run_with(&dead, false);
    assert_int_equal(round.clock_fault, CLOCK_STALE);
    assert_int_equal(round.clock_age_minutes, 120);
}

/* The world's own time is the clock that nobody steers. The host reads both as it would. */
static void run_and_watch(struct rig *rig, int64_t ns)
{
    static const struct clock_answer good = {.estimated_error_us = 4};
    struct clock_watch watch = {0};
    struct mono slewed_at = {0};
    say(rig, &good, slewed_at);
    for (int64_t run_ns = 0; run_ns < ns; run_ns += CLOCK_WATCH_NS) {
        struct instant now = world_now(&rig->world, rig->engines[0].process);
        struct clock_watch reading = {now.mono, rig->world.net.now_ns, 50};
        if (clock_watch_take(&watch, &reading)) {
            slewed_at = now.mono;
            say(rig, &good, slewed_at);
        }
        world_run(&rig->world, CLOCK_WATCH_NS);
    }
}

static struct round run_at(int64_t ppm, enum precision precision)
{
    struct rig rig;
    rig_init_default(&rig);
    rig.world.net.nodes[RIG_SENDER].clock.drift_ppb = ppm * 1000;
    rig.world.net.nodes[RIG_SENDER].clock.mono_start_ns = NS_PER_SECOND;
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->packets.precision = precision;
    spec->packets.bytes = SPEC_MICROSECONDS_BYTES;
    rig_apply_one(&rig, spec);
    run_and_watch(&rig, 5 * NS_PER_SECOND);
    const struct report *report = scenario_result(&rig);
    assert_int_equal(report->tally.slewed_operations, report->latest.is_slewed);
    const struct round round = report->latest;
    rig_fini(&rig);
    return round;
}

/* As chronyd does it, 8 %: the round trip is off by as much, and says so. */
static void test_a_slew_is_noticed(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        for (int sign = -1; sign <= 1; sign += 2) {
            const struct round round = run_at(sign * 83333, (enum precision)i);
            assert_true(round.is_slewed);
            assert_string_equal(one_way_name(round.one_way), "local_slew");
            assert_int_equal(round.received, 10);
            assert_int_equal(round.sd.delay.count + round.ds.delay.count, 0);
            assert_int_equal(round.sd.jitter.samples + round.ds.jitter.samples, 0);
            assert_int_equal(round.sd.jitter.dropped, 9);
            assert_int_equal(round.responder_steps, 0);
            assert_true(round.sd.jitter.interarrival_ns == 0);
            assert_false(round.offset.is_known);
            assert_int_equal(round.rtt.count, 10);
        }
    }
}

/* What crystals and daemons do all the time is none. */
static void test_steering_is_no_slew(void **state)
{
    (void)state;
    for (int sign = -1; sign <= 1; sign += 2) {
        const struct round round = run_at(sign * 400, PRECISION_MICROSECONDS);
        assert_false(round.is_slewed);
        assert_int_equal(round.one_way, ONE_WAY_SHOWN);
        assert_int_equal(round.sd.jitter.samples, 9);
    }
}

int scenarios_trust(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_the_system_says),
        cmocka_unit_test(test_how_long_nobody_adjusted_it),
        cmocka_unit_test(test_a_slew_is_noticed),
        cmocka_unit_test(test_steering_is_no_slew),
    };
    return cmocka_run_group_tests_name("trust", tests, NULL, NULL);
}
