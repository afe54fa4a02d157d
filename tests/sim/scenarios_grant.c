/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The time for which the responder keeps the port open, long paths and hosts that stand still: what
 * did not happen in the network is no loss. */
#include "operation/operation.h"
#include "sim/scenarios.h"

static void set_delay(struct rig *rig, int64_t delay_ns)
{
    simnet_link(&rig->world.net, RIG_SENDER, RIG_RESPONDER)->delay_ns = delay_ns;
    simnet_link(&rig->world.net, RIG_RESPONDER, RIG_SENDER)->delay_ns = delay_ns;
}

static uint32_t lost(const struct round *round)
{
    return round->sd.lost + round->ds.lost + round->lost_unknown;
}

/* The process does nothing for `ns` from now on. */
static void stand_still(struct rig *rig, int64_t ns)
{
    rig->world.processes[rig->engines[0].process].busy_until_ns = rig->world.net.now_ns + ns;
}

/* The responder says that it opens the port for 2 s only: what would leave later is not sent, and
 * not waited for. */
static void test_short_grant(void **state)
{
    (void)state;
    struct rig rig;
    struct fake fake = {.shape = FAKE_LONG, .grants_ms = 2000};
    rig_init_pair(&rig);
    rig_add_fake(&rig, RIG_RESPONDER, &fake);
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->packets.count = 250; /* 5 s */
    rig_apply_one(&rig, spec);
    const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(fake.requests, 1);
    assert_int_equal(round->sent, 99); /* at 20 ms, 40 ms ... 1980 ms; the grant ends at 2 s */
    assert_int_equal(round->received, 99);
    assert_int_equal(round->unsent, 151);
    assert_int_equal(round->missed, 151);
    assert_int_equal(lost(round), 0);
    rig_fini(&rig);
}

/* More than a request over IPv4 can ask for, as in a configuration that nobody checked. */
static void test_more_than_can_be_asked_for(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->packets.count = 400;
    spec->packets.interval_ns = 200 * NS_PER_MS;
    spec->schedule.frequency_ns = 100 * NS_PER_SECOND;
    rig_apply_one(&rig, spec);
    const struct round *round = scenario_run(&rig, 90 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->sent, 328); /* until 65.535 s after the request, which takes 20 ms */
    assert_int_equal(round->received, round->sent);
    assert_int_equal(round->missed, 72);
    assert_int_equal(lost(round), 0);
    rig_fini(&rig);
}

/* A round trip of 1.2 s and a timeout of 1 s: late, not lost. The second operation knows already
 * how long to ask for. */
static void test_slow_path_is_late(void **state)
{
    (void)state;
    for (int is_v2 = 0; is_v2 < 2; is_v2++) {
        struct rig rig;
        rig_init_default(&rig);
        set_delay(&rig, 600 * NS_PER_MS);
        struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
        spec->control.version = is_v2 ? CONTROL_V2 : CONTROL_V1;
        rig_apply_one(&rig, spec);
        for (int i = 0; i < 2; i++) {
            const struct round *round = scenario_run(&rig, (5 + 5 * i) * NS_PER_SECOND);
            assert_int_equal(round->outcome, OUTCOME_TIMEOUT);
            assert_int_equal(round->sent, 10);
            assert_int_equal(round->late, 10);
            assert_int_equal(lost(round), 0);
            assert_int_equal(rig_truth(&rig, 0, spec)->control_requests, 2 - i);
        }
        rig_fini(&rig);
    }
}

/* Stopped when the control answer is on its way, until long after the port was closed: the port is
 * asked for again, and the control round trip is that of the network. */
static void test_pause_before_the_first_probe(void **state)
{
    (void)state;
    for (int is_user = 0; is_user < 2; is_user++) {
        struct rig rig;
        rig_init_default(&rig);
        struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
        spec->control.tries = 1;
        spec->clocks.timestamps = is_user ? TIMESTAMPS_USER : TIMESTAMPS_AUTO;
        rig_apply_one(&rig, spec);
        world_run(&rig.world, 15 * NS_PER_MS);
        stand_still(&rig, 4 * NS_PER_SECOND);
        const struct round *round = scenario_run(&rig, 9 * NS_PER_SECOND);
        assert_int_equal(round->outcome, OUTCOME_OK);
        assert_int_equal(round->received, 10);
        assert_int_equal(round->control_rtt_ns, 20 * NS_PER_MS);
        assert_int_equal(rig_truth(&rig, 0, spec)->control_requests, 2);
        rig_fini(&rig);
    }
}

/* The timeout is long, but the responder does not wait so long for a first packet. */
static void test_pause_with_a_long_timeout(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->schedule.timeout_ns = 30 * NS_PER_SECOND;
    spec->schedule.frequency_ns = 100 * NS_PER_SECOND;
    rig_apply_one(&rig, spec);
    world_run(&rig.world, 15 * NS_PER_MS);
    stand_still(&rig, 15 * NS_PER_SECOND);
    const struct round *round = scenario_run(&rig, 60 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->received, 10);
    rig_fini(&rig);
}

/* Twice: then nothing is sent, and it is this host's fault. */
static void test_second_pause_before_the_first_probe(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    rig_apply_one(&rig, spec);
    world_run(&rig.world, 15 * NS_PER_MS);
    stand_still(&rig, 1500 * NS_PER_MS);
    world_run(&rig.world, 1510 * NS_PER_MS);
    stand_still(&rig, 1500 * NS_PER_MS);
    const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_LOCAL);
    assert_int_equal(round->planned, 10);
    assert_int_equal(round->missed, 10);
    assert_int_equal(lost(round), 0);
    world_run(&rig.world, 10 * NS_PER_SECOND);
    assert_int_equal(scenario_result(&rig)->latest.received, 10);
    rig_fini(&rig);
}

/* A TCP port is closed after a while too. */
static void test_pause_before_connecting(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->operation = &operation_tcp_connect;
    spec->packets.count = 1;
    rig_apply_one(&rig, spec);
    world_run(&rig.world, 15 * NS_PER_MS);
    stand_still(&rig, 1500 * NS_PER_MS);
    world_run(&rig.world, 5 * NS_PER_SECOND);
    const struct round *round = &scenario_result(&rig)->latest;
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->rtt.sum_ns, 20 * NS_PER_MS);
    rig_fini(&rig);
}

/* Stopped with the answers in the socket until the wait for them is over: they are read first. */
static void test_answers_that_waited_for_this_host(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    world_run(&rig.world, 205 * NS_PER_MS); /* all are sent, 9 answered */
    stand_still(&rig, 5 * NS_PER_SECOND);
    const struct round *round = scenario_run(&rig, 7 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->received, 10);
    assert_int_equal(round->rtt.max_ns, 20 * NS_PER_MS);
    rig_fini(&rig);
}

int scenarios_grant(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short_grant),
        cmocka_unit_test(test_more_than_can_be_asked_for),
        cmocka_unit_test(test_slow_path_is_late),
        cmocka_unit_test(test_pause_before_the_first_probe),
        cmocka_unit_test(test_pause_with_a_long_timeout),
        cmocka_unit_test(test_second_pause_before_the_first_probe),
        cmocka_unit_test(test_pause_before_connecting),
        cmocka_unit_test(test_answers_that_waited_for_this_host),
    };
    return cmocka_run_group_tests_name("grant", tests, NULL, NULL);
}
