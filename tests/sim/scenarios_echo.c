/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Several echoes in one operation, compared with what happened to each. */
#include "operation/operation.h"
#include "sim/scenarios.h"

#define ECHOES 5
#define INTERVAL_NS (200 * NS_PER_MS)

static const struct operation *const kinds[] = {&operation_udp_echo, &operation_icmp_echo};
#define KINDS (sizeof kinds / sizeof kinds[0])

/* The target, once the rules of the network stand: its first packet may leave at once. */
static const struct round *run(struct rig *rig, const struct operation *operation)
{
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, operation->has_ports ? RIG_PORT : 0);
    spec->operation = operation;
    spec->packets.count = ECHOES;
    spec->packets.interval_ns = INTERVAL_NS;
    if (!operation->has_ports) {
        spec->control.version = CONTROL_NONE;
    }
    rig_apply_one(rig, spec);
    return scenario_run(rig, 5 * NS_PER_SECOND);
}

static void test_all_come_back(void **state)
{
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        struct rig rig;
        rig_init_default(&rig);
        const struct round *round = run(&rig, kinds[k]);
        assert_int_equal(round->outcome, OUTCOME_OK);
        assert_int_equal(round->received, ECHOES);
        assert_int_equal(round->rtt.sum_ns, ECHOES * 20 * NS_PER_MS);
        rig_fini(&rig);
    }
}

/* Two lost, one doubled, and one that is slower than the two behind it. */
static void test_each_is_booked_by_itself(void **state)
{
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        struct rig rig;
        rig_init_default(&rig);
        scenario_drop_probe(&rig, RIG_SENDER, 1);
        scenario_drop_probe(&rig, RIG_SENDER, 5);
        scenario_rule(&rig, RIG_SENDER,
                      (struct simnet_rule){SIMNET_PROBE, 2, SIMNET_DELAY, 2 * INTERVAL_NS});
        scenario_rule(&rig, RIG_SENDER, (struct simnet_rule){SIMNET_PROBE, 3, SIMNET_DUPLICATE, 0});
        const struct round *round = run(&rig, kinds[k]);
        assert_int_equal(round->outcome, OUTCOME_OK);
        assert_int_equal(round->received, 3);
        assert_int_equal(round->duplicate, 1);
        assert_int_equal(round->lost_unknown, 2);
        assert_int_equal(round->sd.lost + round->ds.lost, 0);
        assert_int_equal(round->rtt.min_ns, 20 * NS_PER_MS);
        assert_int_equal(round->rtt.max_ns, 20 * NS_PER_MS + 2 * INTERVAL_NS);
        const struct tally *tally = &scenario_result(&rig)->tally;
        assert_int_equal(tally->sent, ECHOES);
        assert_int_equal(tally->rtt.count, 3);
        rig_fini(&rig);
    }
}

/* Later than its timeout, and before the operation is over: late, and not the reply to another. */
static void test_late_one(void **state)
{
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        struct rig rig;
        rig_init_default(&rig);
        scenario_rule(&rig, RIG_RESPONDER,
                      (struct simnet_rule){SIMNET_PROBE, 2, SIMNET_DELAY, 1100 * NS_PER_MS});
        scenario_drop_probe(&rig, RIG_SENDER, 5);
        const struct round *round = run(&rig, kinds[k]);
        assert_int_equal(round->outcome, OUTCOME_OK);
        assert_int_equal(round->received, 3);
        assert_int_equal(round->late, 1);
        assert_int_equal(round->lost_unknown, 1);
        rig_fini(&rig);
    }
}

static void test_none_comes_back(void **state)
{
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        struct rig rig;
        rig_init_default(&rig);
        for (unsigned i = 1; i <= ECHOES; i++) {
            scenario_drop_probe(&rig, RIG_RESPONDER, i);
        }
        const struct round *round = run(&rig, kinds[k]);
        assert_int_equal(round->outcome, OUTCOME_TIMEOUT);
        assert_int_equal(round->lost_unknown, ECHOES);
        rig_fini(&rig);
    }
}

/* Spread over longer than the timeout: the responder keeps the port open for the last one. */
static void test_port_is_open_for_the_whole_train(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->operation = &operation_udp_echo;
    spec->packets.count = 4;
    spec->packets.interval_ns = 2 * NS_PER_SECOND;
    rig_apply_one(&rig, spec);
    const struct round *round = scenario_run(&rig, 9 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->received, 4);
    rig_fini(&rig);
}

int scenarios_echo(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_come_back),
        cmocka_unit_test(test_each_is_booked_by_itself),
        cmocka_unit_test(test_late_one),
        cmocka_unit_test(test_none_comes_back),
        cmocka_unit_test(test_port_is_open_for_the_whole_train),
    };
    return cmocka_run_group_tests_name("echo", tests, NULL, NULL);
}
