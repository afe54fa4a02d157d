/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "discover/discover.h"
#include "sim/scenarios.h"

#define NODES 6 /* that are asked */

static const struct discover_settings standard = {
    .methods = {[DISCOVER_V1] = true},
    .control_ports = {1967, 1967},
    .ports = {RIG_PORT, RIG_PORT + 1},
    .stamp_port = 862,
    .parallel = 32,
    .rate = 50,
    .tries = 3,
    .timeout_ns = NS_PER_SECOND,
};

struct hunt {
    struct rig rig;
    struct discover *discover;
    unsigned process;
};

/* 192.0.2.1, and 198.51.100.2 to .7 at 10 ms. */
static void hunt_begin(struct hunt *hunt, const struct discover_settings *settings)
{
    struct addr peers[NODES];
    rig_init(&hunt->rig, 1);
    simnet_node_add(&hunt->rig.world.net, RIG_SENDER_IP);
    for (unsigned i = 0; i < NODES; i++) {
        char ip[] = "198.51.100.2";
        ip[sizeof ip - 2] = (char)('2' + i);
        assert_true(addr_parse_ip(ip, &peers[i]));
        unsigned node = simnet_node_add(&hunt->rig.world.net, ip);
        simnet_connect(&hunt->rig.world.net, RIG_SENDER, node, 10 * NS_PER_MS);
    }
    hunt->discover = discover_new(settings, peers, NODES);
}

static void hunt_start(struct hunt *hunt)
{
    hunt->process = world_process_add(&hunt->rig.world, WORLD_SENDER, RIG_SENDER,
                                      discover_machine(hunt->discover));
}

static void hunt_end(struct hunt *hunt)
{
    assert_true(discover_is_over(hunt->discover));
    assert_int_equal(world_open_channels(&hunt->rig.world, hunt->process), 0);
    rig_fini(&hunt->rig);
    discover_free(hunt->discover);
}

static uint64_t requests_to(struct hunt *hunt, unsigned node)
{
    return simnet_link(&hunt->rig.world.net, RIG_SENDER, node)->seen[SIMNET_CONTROL];
}

static const struct discover_result *result(const struct hunt *hunt, unsigned node)
{
    return discover_result(hunt->discover, node - 1, DISCOVER_V1);
}

/* Nodes: 1 a responder, 2 refuses, 3 a way with nothing behind it, 4 closed port, 5 a responder
 * whose first answer is lost, 6 no way back. */
static void test_each_node_is_told_apart(void **state)
{
    (void)state;
    struct hunt hunt;
    struct fake fake = {.shape = FAKE_STATUS_16, .status = 2};
    struct reflect_settings settings;
    hunt_begin(&hunt, &standard);
    struct world *world = &hunt.rig.world;
    reflect_settings_default(&settings);
    rig_add_reflect(&hunt.rig, 1, &settings);
    rig_add_fake(&hunt.rig, 2, &fake);
    rig_add_reflect(&hunt.rig, 5, &settings);
    world->sends_icmp = true;
    simnet_link(&world->net, RIG_SENDER, 3)->is_up = false;
    simnet_link(&world->net, 6, RIG_SENDER)->is_up = false;
    simnet_link_rule(simnet_link(&world->net, 5, RIG_SENDER),
                     (struct simnet_rule){SIMNET_CONTROL, 1, SIMNET_DROP, 0});
    world_run(world, NS_PER_MS);
    hunt_start(&hunt);
    world_run(world, 10 * NS_PER_SECOND);
    assert_int_equal(result(&hunt, 1)->outcome, DISCOVER_ACCEPTED);
    assert_int_equal(result(&hunt, 1)->shape, DISCOVER_LONG);
    assert_true(result(&hunt, 1)->rtt_ns == 20 * NS_PER_MS);
    assert_int_equal(result(&hunt, 2)->outcome, DISCOVER_REFUSED);
    assert_int_equal(result(&hunt, 2)->status, 0x20000);
    assert_int_equal(result(&hunt, 3)->outcome, DISCOVER_NO_ANSWER);
    assert_int_equal(result(&hunt, 3)->tries, 3);
    assert_int_equal(result(&hunt, 4)->outcome, DISCOVER_CLOSED);
    assert_int_equal(requests_to(&hunt, 4), 1);
    assert_int_equal(result(&hunt, 5)->outcome, DISCOVER_ACCEPTED);
    assert_true(result(&hunt, 5)->rtt_ns == 20 * NS_PER_MS);
    assert_int_equal(requests_to(&hunt, 5), 2);
    assert_int_equal(result(&hunt, 6)->outcome, DISCOVER_NO_ANSWER);
    assert_int_equal(requests_to(&hunt, 6), 3);
    for (size_t i = 0; i < hunt.rig.reflect_count; i++) {
        unsigned process = hunt.rig.reflect_processes[i];
        assert_null(world_channel_on(world, process, RIG_PORT));
    }
    hunt_end(&hunt);
}

static uint64_t requests(struct hunt *hunt)
{
    uint64_t sum = 0;
    for (unsigned node = 1; node <= NODES; node++) {
        sum += requests_to(hunt, node);
    }
    return sum;
}

/* 4 requests a second; late timers make it fewer, never more. */
static void test_rate_is_a_bound(void **state)
{
    (void)state;
    struct hunt hunt;
    struct discover_settings settings = standard;
    settings.rate = 4;
    settings.timeout_ns = 100 * NS_PER_MS;
    hunt_begin(&hunt, &settings);
    hunt_start(&hunt);
    hunt.rig.world.processes[hunt.process].timing.late_ns = 30 * NS_PER_MS;
    uint64_t before = 0;
    for (int second = 0; second < 7; second++) {
        world_run(&hunt.rig.world, NS_PER_SECOND);
        uint64_t sent = requests(&hunt) - before;
        if (sent > 4 || (second < 4 && sent < 3)) {
            fail_msg("%llu requests in second %d", (unsigned long long)sent, second);
        }
        before += sent;
    }
    assert_int_equal(before, NODES * 3);
    hunt_end(&hunt);
}

/* Version 1, version 2, STAMP, TWAMP and echoes of a responder and of a node without one; the ports that
 * were asked for are closed afterwards. */
static void test_methods(void **state)
{
    (void)state;
    struct hunt hunt;
    struct reflect_settings reflect;
    struct discover_settings settings = standard;
    settings.methods[DISCOVER_V2] = settings.methods[DISCOVER_STAMP] = true;
    settings.methods[DISCOVER_TWAMP] = settings.methods[DISCOVER_ECHO] = true;
    settings.twamp_port = 863;
    hunt_begin(&hunt, &settings);
    reflect_settings_default(&reflect);
    reflect.stamp.port_count = 1;
    reflect.stamp.ports[0] = (struct addr){.family = ADDR_IPV4, .port = settings.stamp_port};
    reflect.twamp.port_count = 1;
    reflect.twamp.ports[0] = (struct addr){.family = ADDR_IPV4, .port = settings.twamp_port};
    rig_add_reflect(&hunt.rig, 1, &reflect);
    hunt.rig.world.sends_icmp = true;
    world_run(&hunt.rig.world, NS_PER_MS);
    hunt_start(&hunt);
    world_run(&hunt.rig.world, 10 * NS_PER_SECOND);
    for (enum discover_method method = DISCOVER_V1; method <= DISCOVER_ECHO; method++) {
        const struct discover_result *here = discover_result(hunt.discover, 0, method);
        const struct discover_result *there = discover_result(hunt.discover, 1, method);
        assert_int_equal(here->outcome, DISCOVER_ACCEPTED);
        assert_true(here->rtt_ns == 20 * NS_PER_MS);
        assert_int_equal(there->outcome,
                         method == DISCOVER_ECHO ? DISCOVER_ACCEPTED : DISCOVER_CLOSED);
    }
    for (uint16_t port = RIG_PORT; port <= RIG_PORT + 1; port++) {
        assert_null(world_channel_on(&hunt.rig.world, hunt.rig.reflect_processes[0], port));
    }
    hunt_end(&hunt);
}

int scenarios_discover(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_node_is_told_apart),
        cmocka_unit_test(test_rate_is_a_bound),
        cmocka_unit_test(test_methods),
    };
    return cmocka_run_group_tests_name("discover", tests, NULL, NULL);
}
