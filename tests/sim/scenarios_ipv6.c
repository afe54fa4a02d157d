/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/scenarios.h"

#define SENDER_IP "2001:db8:1::1"
#define RESPONDER_IP SCENARIO_RESPONDER_IPV6

void scenario_init_ipv6(struct rig *rig)
{
    struct reflect_settings settings;
    rig_init(rig, 1);
    unsigned sender = simnet_node_add(&rig->world.net, SENDER_IP);
    unsigned responder = simnet_node_add(&rig->world.net, RESPONDER_IP);
    simnet_connect(&rig->world.net, sender, responder, 10 * NS_PER_MS);
    rig_add_engine(rig, sender, true);
    rig_settings(&settings);
    settings.listen[0].family = ADDR_IPV6;
    rig_add_reflect(rig, responder, &settings);
}

static void test_jitter_with_losses(void **state)
{
    (void)state;
    struct rig rig;
    scenario_init_ipv6(&rig);
    scenario_drop_probe(&rig, RIG_SENDER, 3);
    scenario_drop_probe(&rig, RIG_RESPONDER, 6);
    rig_apply_one(&rig, rig_spec("six", RESPONDER_IP, RIG_PORT));
    const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->received, 8);
    assert_int_equal(round->sd.lost, 1);
    assert_int_equal(round->ds.lost, 1);
    rig_fini(&rig);
}

/* 80 s with pauses that no extension bridges: the port is open as long as it was asked for. */
static void test_long_run_keeps_its_port(void **state)
{
    (void)state;
    struct rig rig;
    scenario_init_ipv6(&rig);
    struct spec *spec = rig_spec("six", RESPONDER_IP, RIG_PORT);
    spec->packets.count = 40;
    spec->packets.interval_ns = 2 * NS_PER_SECOND;
    spec->schedule.frequency_ns = 200 * NS_PER_SECOND;
    rig_apply_one(&rig, spec);
    const struct round *round = scenario_run(&rig, 100 * NS_PER_SECOND);
    assert_int_equal(round->received, 40);
    rig_fini(&rig);
}

int scenarios_ipv6(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_jitter_with_losses),
        cmocka_unit_test(test_long_run_keeps_its_port),
    };
    return cmocka_run_group_tests_name("ipv6", tests, NULL, NULL);
}
