/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "operation/operation.h"
#include "sim/scenarios.h"

static struct spec *tcp_spec(void)
{
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->operation = &operation_tcp_connect;
    spec->packets.count = 1;
    spec->schedule.timeout_ns = 5 * NS_PER_SECOND;
    return spec;
}

static void tcp_rule(struct rig *rig, unsigned from, uint64_t nth, enum simnet_action action,
                     int64_t extra_ns)
{
    scenario_rule(rig, from, (struct simnet_rule){SIMNET_TCP, nth, action, extra_ns});
}

static struct world_process *sender(struct rig *rig)
{
    return &rig->world.processes[rig->engines[0].process];
}

static struct world_process *responder(struct rig *rig)
{
    return &rig->world.processes[rig->reflect_processes[0]];
}

static uint64_t connects(const struct rig *rig)
{
    return reflect_stats(rig->reflects[0])->tcp_connects;
}

static bool is_listening(const struct rig *rig)
{
    const struct world_channel *channel =
        world_channel_on(&rig->world, rig->reflect_processes[0], RIG_PORT);
    return channel != NULL && channel->transport == TRANSPORT_TCP_LISTEN;
}

/* From connect() until the process sees it: neither what it took to call connect() nor what the
 * responder's process takes to accept. */
static void test_handshake_time_is_exact(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    sender(&rig)->departure.connect_ns = 345678;
    sender(&rig)->timing.input_ns = 123457;
    responder(&rig)->timing.input_ns = 7777777;
    rig_apply_one(&rig, tcp_spec());
    const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->return_code, RETURN_CODE_OK);
    assert_int_equal(round->rtt.min_ns, 20 * NS_PER_MS + 123457);
    assert_int_equal(round->processing.count, 0);
    assert_int_equal(connects(&rig), 1);
    rig_fini(&rig);
}

static void test_responder_closes_first(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    rig_apply_one(&rig, tcp_spec());
    scenario_run(&rig, 25 * NS_PER_SECOND);
    assert_int_equal(connects(&rig), 3);
    assert_int_equal(responder(&rig)->closed_first, 3);
    assert_int_equal(sender(&rig)->left_to_peer, 3);
    assert_int_equal(sender(&rig)->closed_first, 0);
    rig_fini(&rig);
}

static void test_refused_when_nobody_listens(void **state)
{
    (void)state;
    struct rig rig;
    struct reflect_settings settings;
    rig_init_pair(&rig);
    rig_settings(&settings);
    /* The same port of UDP does not help. */
    settings.permanent[0] = (struct addr){.family = ADDR_IPV4, .port = RIG_PORT};
    settings.permanent_count = 1;
    rig_add_reflect(&rig, RIG_RESPONDER, &settings);
    struct spec *spec = tcp_spec();
    spec->control.version = CONTROL_NONE;
    rig_apply_one(&rig, spec);
    const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_REFUSED);
    assert_int_equal(round->return_code, RETURN_CODE_ERROR);
    assert_int_equal(round->sent, 1);
    assert_int_equal(round->lost_unknown, 1);
    assert_int_equal(round->duration_ns, 20 * NS_PER_MS);
    assert_int_equal(connects(&rig), 0);
    rig_fini(&rig);
}

static void test_permanent_port(void **state)
{
    (void)state;
    struct rig rig;
    struct reflect_settings settings;
    rig_init_pair(&rig);
    rig_settings(&settings);
    settings.permanent_tcp[0] = (struct addr){.family = ADDR_IPV4, .port = RIG_PORT};
    settings.permanent_tcp_count = 1;
    rig_add_reflect(&rig, RIG_RESPONDER, &settings);
    struct spec *spec = tcp_spec();
    spec->control.version = CONTROL_NONE;
    rig_apply_one(&rig, spec);
    assert_int_equal(scenario_run(&rig, 5 * NS_PER_SECOND)->rtt.sum_ns, 20 * NS_PER_MS);
    assert_int_equal(scenario_result(&rig)->latest.control_rtt_ns, -1);
    assert_int_equal(connects(&rig), 1);
    rig_fini(&rig);
}

/* Kernels send a SYN again after 1 s, and after 2 more: that is what the user of it waits too. */
static void test_lost_syn(void **state)
{
    (void)state;
    const int64_t expected_ms[] = {20, 1020, 3020};
    for (uint64_t lost = 0; lost < 3; lost++) {
        struct rig rig;
        rig_init_default(&rig);
        for (uint64_t nth = 1; nth <= lost; nth++) {
            tcp_rule(&rig, RIG_SENDER, nth, SIMNET_DROP, 0);
        }
        rig_apply_one(&rig, tcp_spec());
        const struct round *round = scenario_run(&rig, 8 * NS_PER_SECOND);
        assert_int_equal(round->rtt.sum_ns, expected_ms[lost] * NS_PER_MS);
        assert_int_equal(connects(&rig), 1);
        rig_fini(&rig);
    }
}

static void test_lost_syn_ack(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    tcp_rule(&rig, RIG_RESPONDER, 1, SIMNET_DROP, 0);
    rig_apply_one(&rig, tcp_spec());
    assert_int_equal(scenario_run(&rig, 8 * NS_PER_SECOND)->rtt.sum_ns, 1020 * NS_PER_MS);
    assert_int_equal(connects(&rig), 1);
    rig_fini(&rig);
}

/* The last segment of the handshake is the responder's business: the sender has its answer. */
static void test_lost_ack(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    tcp_rule(&rig, RIG_SENDER, 2, SIMNET_DROP, 0);
    rig_apply_one(&rig, tcp_spec());
    const struct round *round = scenario_run(&rig, 8 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->rtt.sum_ns, 20 * NS_PER_MS);
    assert_int_equal(connects(&rig), 1);
    assert_int_equal(sender(&rig)->closed_first, 1);
    rig_fini(&rig);
}

/* Copies of segments open nothing and end nothing. */
static void test_duplicates(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    for (uint64_t nth = 1; nth <= 3; nth++) {
        tcp_rule(&rig, RIG_SENDER, nth, SIMNET_DUPLICATE, 2 * NS_PER_SECOND);
        tcp_rule(&rig, RIG_RESPONDER, nth, SIMNET_DUPLICATE, 40 * NS_PER_MS);
    }
    rig_apply_one(&rig, tcp_spec());
    const struct round *round = scenario_run(&rig, 8 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->duplicate, 0);
    assert_int_equal(connects(&rig), 1);
    rig_fini(&rig);
}

/* FX_CLOSE comes before the answer; what the network brings afterwards is nobody's. */
static void test_timeout(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    tcp_rule(&rig, RIG_RESPONDER, 1, SIMNET_DELAY, 1500 * NS_PER_MS);
    struct spec *spec = tcp_spec();
    spec->schedule.timeout_ns = 900 * NS_PER_MS;
    rig_apply_one(&rig, spec);
    const struct round *round = scenario_run(&rig, 8 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_TIMEOUT);
    assert_int_equal(round->return_code, RETURN_CODE_TIMEOUT);
    assert_int_equal(round->lost_unknown, 1);
    assert_int_equal(round->duration_ns, (900 + 20) * NS_PER_MS);
    assert_int_equal(connects(&rig), 0);
    rig_fini(&rig);
}

static void test_kernel_gives_up(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    rig.world.syn_tries = 2;
    tcp_rule(&rig, RIG_SENDER, 1, SIMNET_DROP, 0);
    tcp_rule(&rig, RIG_SENDER, 2, SIMNET_DROP, 0);
    rig_apply_one(&rig, tcp_spec());
    const struct round *round = scenario_run(&rig, 8 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_TIMEOUT);
    assert_int_equal(round->sent, 1);
    assert_int_equal(round->duration_ns, 3020 * NS_PER_MS);
    rig_fini(&rig);
}

static void test_abandoned_while_connecting(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    tcp_rule(&rig, RIG_SENDER, 1, SIMNET_DROP, 0);
    rig_apply_one(&rig, tcp_spec());
    world_run(&rig.world, 500 * NS_PER_MS);
    assert_int_equal(world_open_channels(&rig.world, rig.engines[0].process), 1);
    rig_apply(&rig, 0, NULL, 0);
    assert_int_equal(world_open_channels(&rig.world, rig.engines[0].process), 0);
    world_run(&rig.world, 5 * NS_PER_SECOND);
    assert_int_equal(rig.world.net.links[RIG_SENDER][RIG_RESPONDER].seen[SIMNET_TCP], 1);
    rig_fini(&rig);
}

/* The control channel opens, the connection does not. */
static void test_no_socket_for_the_connection(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    sender(&rig)->fail_open[0] = EADDRNOTAVAIL;
    sender(&rig)->fail_open_count = 2;
    rig_apply_one(&rig, tcp_spec());
    const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_LOCAL);
    assert_int_equal(round->error, EADDRNOTAVAIL);
    assert_int_equal(round->unsent, 1);
    rig_fini(&rig);
}

/* The request came after 10 ms; the connection was complete at 50 ms and keeps the port open for
 * one more second, which is more than was asked for. */
static void test_end_of_the_lease_closes_the_listener(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    struct spec *spec = tcp_spec();
    spec->schedule.timeout_ns = 1 * NS_PER_SECOND;
    rig_apply_one(&rig, spec);
    world_run(&rig.world, 1050 * NS_PER_MS - 1);
    assert_true(is_listening(&rig));
    world_run(&rig.world, 1);
    assert_false(is_listening(&rig));
    struct spec *late = tcp_spec();
    late->control.version = CONTROL_NONE;
    rig_apply_one(&rig, late);
    assert_int_equal(scenario_run(&rig, 1 * NS_PER_SECOND)->outcome, OUTCOME_REFUSED);
    assert_int_equal(connects(&rig), 1);
    rig_fini(&rig);
}

/* One listener for both; each has a session of its own. */
static void test_two_senders(void **state)
{
    (void)state;
    for (unsigned is_shared = 0; is_shared < 2; is_shared++) {
        struct rig rig;
        rig_init_default(&rig);
        unsigned node = RIG_SENDER;
        if (!is_shared) {
            node = simnet_node_add(&rig.world.net, "203.0.113.3");
            simnet_connect(&rig.world.net, node, RIG_RESPONDER, 30 * NS_PER_MS);
        }
        rig_add_engine(&rig, node, true);
        world_run(&rig.world, NS_PER_MS);
        size_t control = world_open_channels(&rig.world, rig.reflect_processes[0]);
        struct spec *mine = tcp_spec();
        struct spec *theirs = tcp_spec();
        rig_apply(&rig, 0, &mine, 1);
        rig_apply(&rig, 1, &theirs, 1);
        world_run(&rig.world, NS_PER_SECOND);
        assert_int_equal(world_open_channels(&rig.world, rig.reflect_processes[0]), control + 1);
        assert_int_equal(reflect_stats(rig.reflects[0])->sessions, 2);
        assert_int_equal(rig_report(&rig, 0, 0)->latest.rtt.sum_ns, 20 * NS_PER_MS);
        assert_int_equal(rig_report(&rig, 1, 0)->latest.rtt.sum_ns,
                         (is_shared ? 20 : 60) * NS_PER_MS);
        assert_int_equal(connects(&rig), 2);
        rig_fini(&rig);
    }
}

/* The port was opened for somebody else: the kernel connects, the responder counts a stranger. */
static void test_stranger_on_an_open_port(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    unsigned node = simnet_node_add(&rig.world.net, "203.0.113.3");
    simnet_connect(&rig.world.net, node, RIG_RESPONDER, 30 * NS_PER_MS);
    rig_add_engine(&rig, node, true);
    rig_apply_one(&rig, tcp_spec());
    world_run(&rig.world, 500 * NS_PER_MS);
    struct spec *uninvited = tcp_spec();
    uninvited->control.version = CONTROL_NONE;
    rig_apply(&rig, 1, &uninvited, 1);
    world_run(&rig.world, 500 * NS_PER_MS);
    assert_int_equal(rig_report(&rig, 1, 0)->latest.rtt.sum_ns, 60 * NS_PER_MS);
    assert_int_equal(responder(&rig)->connections, 2);
    assert_int_equal(connects(&rig), 1);
    assert_int_equal(reflect_stats(rig.reflects[0])->dropped[DROP_NO_SESSION], 1);
    rig_fini(&rig);
}

int scenarios_tcp(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_handshake_time_is_exact),
        cmocka_unit_test(test_responder_closes_first),
        cmocka_unit_test(test_refused_when_nobody_listens),
        cmocka_unit_test(test_permanent_port),
        cmocka_unit_test(test_lost_syn),
        cmocka_unit_test(test_lost_syn_ack),
        cmocka_unit_test(test_lost_ack),
        cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_timeout),
        cmocka_unit_test(test_kernel_gives_up),
        cmocka_unit_test(test_abandoned_while_connecting),
        cmocka_unit_test(test_no_socket_for_the_connection),
        cmocka_unit_test(test_end_of_the_lease_closes_the_listener),
        cmocka_unit_test(test_two_senders),
        cmocka_unit_test(test_stranger_on_an_open_port),
    };
    return cmocka_run_group_tests_name("tcp", tests, NULL, NULL);
}
