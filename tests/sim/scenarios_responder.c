/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "operation/operation.h"
#include "sim/scenarios.h"

static bool port_is_open(const struct rig *rig, uint16_t port)
{
    return world_channel_on(&rig->world, rig->reflect_processes[0], port) != NULL;
}

static const struct reflect_stats *stats(const struct rig *rig)
{
    return reflect_stats(rig->reflects[0]);
}

static uint64_t dropped(const struct rig *rig)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < REFLECT_DROP_COUNT; i++) {
        sum += stats(rig)->dropped[i];
    }
    return sum;
}

/* Sends a probe now and then without asking for a port. */
struct stranger {
    bool is_open, wants_send, wants_close;
    struct addr to;
    uint8_t seq;
    unsigned replies, last_count;
    uint8_t bytes[32];
};

static void stranger_input(void *self, const struct ev *ev, struct instant now)
{
    struct stranger *stranger = self;
    (void)now;
    if (ev->kind == EV_DATA) {
        stranger->replies++;
        stranger->last_count = ev->bytes[15];
    }
}

static bool stranger_poll(void *self, struct instant now, struct fx *fx)
{
    struct stranger *stranger = self;
    (void)now;
    if (!stranger->is_open && !stranger->wants_close) {
        stranger->is_open = true;
        *fx = (struct fx){.kind = FX_OPEN, .local = {.family = ADDR_IPV4}};
        return true;
    }
    if (stranger->is_open && stranger->wants_close) {
        stranger->is_open = false;
        *fx = (struct fx){.kind = FX_CLOSE};
        return true;
    }
    if (!stranger->wants_send) {
        return false;
    }
    stranger->wants_send = false;
    memset(stranger->bytes, 0, sizeof(stranger->bytes));
    stranger->bytes[1] = 2;
    stranger->bytes[13] = ++stranger->seq;
    *fx = (struct fx){.kind = FX_SEND, .peer = stranger->to, .bytes = stranger->bytes, .size = 32};
    return true;
}

static struct mono stranger_deadline(const void *self)
{
    (void)self;
    return MONO_NEVER;
}

static unsigned add_stranger(struct rig *rig, unsigned node, struct stranger *stranger)
{
    static const struct machine_ops ops = {stranger_input, stranger_poll, stranger_deadline};
    *stranger = (struct stranger){.to = rig->world.net.nodes[RIG_RESPONDER].address};
    stranger->to.port = RIG_PORT;
    return world_process_add(&rig->world, WORLD_SENDER, node, (struct machine){&ops, stranger});
}

static void stranger_probe(struct rig *rig, unsigned process, struct stranger *stranger)
{
    stranger->wants_send = true;
    world_kick(&rig->world, process);
    world_run(&rig->world, 50 * NS_PER_MS);
}

static void stranger_leave(struct rig *rig, unsigned process, struct stranger *stranger)
{
    stranger->wants_close = true;
    world_kick(&rig->world, process);
}

static struct spec *echo_spec(int64_t timeout_ns)
{
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->operation = &operation_udp_echo;
    spec->packets.count = 1;
    spec->packets.bytes = 16;
    spec->schedule.timeout_ns = timeout_ns;
    return spec;
}

/* The request comes at 10 ms and asks for 3 s. */
static void test_port_is_open_for_the_duration(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    rig_apply_one(&rig, echo_spec(3 * NS_PER_SECOND));
    world_run(&rig.world, 9 * NS_PER_MS);
    assert_false(port_is_open(&rig, RIG_PORT));
    world_run(&rig.world, 2 * NS_PER_MS);
    assert_true(port_is_open(&rig, RIG_PORT));
    world_run(&rig.world, 2998 * NS_PER_MS);
    assert_true(port_is_open(&rig, RIG_PORT));
    assert_int_equal(stats(&rig)->sessions, 1);
    world_run(&rig.world, 2 * NS_PER_MS);
    assert_false(port_is_open(&rig, RIG_PORT));
    assert_int_equal(stats(&rig)->sessions, 0);
    assert_int_equal(stats(&rig)->echo_probes, 1);
    assert_int_equal(dropped(&rig), 0);
    rig_fini(&rig);
}

static void test_short_durations_are_raised(void **state)
{
    (void)state;
    struct rig rig;
    struct reflect_settings settings;
    rig_init_pair(&rig);
    reflect_settings_default(&settings);
    settings.min_duration_ns = 4 * NS_PER_SECOND;
    rig_add_reflect(&rig, RIG_RESPONDER, &settings);
    rig_apply_one(&rig, echo_spec(100 * NS_PER_MS));
    world_run(&rig.world, 4 * NS_PER_SECOND + 9 * NS_PER_MS);
    assert_true(port_is_open(&rig, RIG_PORT));
    world_run(&rig.world, 2 * NS_PER_MS);
    assert_false(port_is_open(&rig, RIG_PORT));
    rig_fini(&rig);
}

static void test_responder_counts_what_it_answers(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    scenario_drop_probe(&rig, RIG_SENDER, 2);
    rig.world.processes[rig.reflect_processes[0]].timing.input_ns = 1250 * NS_PER_US;
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    (void)scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(stats(&rig)->requests[RESULT_ACCEPTED], 1);
    assert_int_equal(stats(&rig)->jitter_probes, 9);
    assert_int_equal(stats(&rig)->stamps[STAMP_KERNEL], 9);
    assert_int_equal(stats(&rig)->processing.count, 9);
    assert_int_equal(stats(&rig)->processing.sum_ns, 9 * 1250 * NS_PER_US);
    rig_fini(&rig);
}

static void test_limit_of_sessions_refuses_the_rest(void **state)
{
    (void)state;
    struct rig rig;
    struct reflect_settings settings;
    rig_init_pair(&rig);
    reflect_settings_default(&settings);
    settings.max_sessions = 2;
    rig_add_reflect(&rig, RIG_RESPONDER, &settings);
    struct spec *specs[] = {rig_spec("a", RIG_RESPONDER_IP, 2001),
                            rig_spec("b", RIG_RESPONDER_IP, 2002),
                            rig_spec("c", RIG_RESPONDER_IP, 2003)};
    rig_apply(&rig, 0, specs, 3);
    world_run(&rig.world, 8 * NS_PER_SECOND);
    unsigned served = 0;
    unsigned refused = 0;
    for (size_t i = 0; i < 3; i++) {
        enum outcome outcome = rig_report(&rig, 0, i)->latest.outcome;
        served += outcome == OUTCOME_OK;
        refused += outcome == OUTCOME_REFUSED;
    }
    assert_int_equal(served, 2);
    assert_int_equal(refused, 1);
    assert_int_equal(stats(&rig)->requests[RESULT_LIMIT], 1);
    rig_fini(&rig);
}

static void test_port_taken_by_another_program_is_refused(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    world_run(&rig.world, NS_PER_MS);
    struct world_process *responder = &rig.world.processes[rig.reflect_processes[0]];
    responder->fail_open[responder->fail_open_count++] = EADDRINUSE;
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_PORT_IN_USE);
    assert_int_equal(stats(&rig)->requests[RESULT_PORT_IN_USE], 1);
    assert_int_equal(stats(&rig)->sessions, 0);
    assert_int_equal(scenario_run(&rig, 10 * NS_PER_SECOND)->outcome, OUTCOME_OK);
    rig_fini(&rig);
}

static void test_strangers_get_no_answer(void **state)
{
    (void)state;
    struct rig rig;
    struct stranger stranger;
    rig_init_default(&rig);
    unsigned node = simnet_node_add(&rig.world.net, "203.0.113.9");
    simnet_connect(&rig.world.net, node, RIG_RESPONDER, 5 * NS_PER_MS);
    unsigned process = add_stranger(&rig, node, &stranger);
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    world_run(&rig.world, 70 * NS_PER_MS);
    stranger_probe(&rig, process, &stranger);
    assert_int_equal(scenario_run(&rig, 5 * NS_PER_SECOND)->received, 10);
    assert_int_equal(stranger.replies, 0);
    assert_int_equal(stats(&rig)->dropped[DROP_NO_SESSION], 1);
    stranger_leave(&rig, process, &stranger);
    rig_fini(&rig);
}

static void test_permanent_port_needs_no_request(void **state)
{
    (void)state;
    struct rig rig;
    struct stranger one;
    struct stranger two;
    struct reflect_settings settings;
    rig_init_pair(&rig);
    reflect_settings_default(&settings);
    settings.permanent[0] = (struct addr){.family = ADDR_IPV4, .port = RIG_PORT};
    settings.permanent_count = 1;
    rig_add_reflect(&rig, RIG_RESPONDER, &settings);
    unsigned first = add_stranger(&rig, RIG_SENDER, &one);
    unsigned second = add_stranger(&rig, RIG_SENDER, &two);
    world_run(&rig.world, NS_PER_MS);
    assert_true(reflect_is_listening(rig.reflects[0]));
    for (unsigned i = 1; i <= 3; i++) {
        stranger_probe(&rig, first, &one);
        assert_int_equal(one.last_count, i);
    }
    stranger_probe(&rig, second, &two);
    assert_int_equal(two.last_count, 1);
    assert_int_equal(one.replies, 3);
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    assert_int_equal(scenario_run(&rig, 5 * NS_PER_SECOND)->received, 10);
    world_run(&rig.world, 200 * NS_PER_SECOND);
    assert_true(port_is_open(&rig, RIG_PORT));
    stranger_leave(&rig, first, &one);
    stranger_leave(&rig, second, &two);
    rig_fini(&rig);
}

/* Two programs on one host (or behind one NAT) measure to the same port at the same time, with
 * losses: each must see its own count. */
static void test_senders_behind_one_address_are_kept_apart(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    unsigned second = rig_add_engine(&rig, RIG_SENDER, true);
    rig.world.net.links[RIG_SENDER][RIG_RESPONDER].loss_ppm = 200000;
    rig.world.net.links[RIG_RESPONDER][RIG_SENDER].loss_ppm = 100000;
    for (unsigned i = 0; i <= second; i++) {
        struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
        spec->packets.count = 100;
        spec->control.tries = 5;
        spec->control.timeout_ns = 500 * NS_PER_MS;
        rig_apply(&rig, i, &spec, 1);
    }
    world_run(&rig.world, 9 * NS_PER_SECOND);
    for (unsigned i = 0; i <= second; i++) {
        char text[200];
        struct expectation expected;
        const struct report *report = rig_report(&rig, i, 0);
        truth_expect(rig_truth(&rig, i, report->spec), report->spec, &expected);
        assert_int_equal(report->latest.outcome, OUTCOME_OK);
        assert_true(expected.is_direction_known);
        assert_true(expected.lost_sd > 5 && expected.lost_ds > 2);
        struct rig_scope scope = {true, true};
        const char *difference =
            round_difference(&report->latest, &expected, scope, text, sizeof(text));
        if (difference != NULL) {
            fail_msg("%s", difference);
        }
    }
    rig_fini(&rig);
}

/* The second run asks from the same place while the lease of the first still lives, and loses its
 * first packet: with a count that went on, the loss would look like one on the way back. */
static void test_request_starts_the_count_again(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    scenario_drop_probe(&rig, RIG_SENDER, 11);
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->path.source = (struct addr){.family = ADDR_IPV4, .port = 7000};
    spec->schedule.frequency_ns = 2 * NS_PER_SECOND;
    spec->schedule.timeout_ns = 3 * NS_PER_SECOND;
    rig_apply_one(&rig, spec);
    assert_int_equal(scenario_run(&rig, 1900 * NS_PER_MS)->received, 10);
    assert_int_equal(stats(&rig)->sessions, 1);
    const struct round *round = scenario_run(&rig, 4000 * NS_PER_MS);
    assert_int_equal(stats(&rig)->requests[RESULT_ACCEPTED], 2);
    assert_int_equal(round->received, 9);
    assert_int_equal(round->sd.lost, 1);
    assert_int_equal(round->ds.lost, 0);
    rig_fini(&rig);
}

/* A packet of the run before comes from another port of the same host just when the new run has
 * asked for the port and not sent yet. It must not become part of the new run's count: the loss of
 * the first packet would look like one on the way back. */
static void test_stray_probe_does_not_take_over_a_fresh_session(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    /* It left at 100 ms; the second request arrives at 10.010 s, its first packet would at 10.030
     * s. */
    scenario_rule(&rig, RIG_SENDER,
                  (struct simnet_rule){SIMNET_PROBE, 5, SIMNET_DELAY, 9910 * NS_PER_MS});
    scenario_drop_probe(&rig, RIG_SENDER, 11);
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    assert_int_equal(scenario_run(&rig, 8 * NS_PER_SECOND)->sd.lost, 1);
    const struct round *round = scenario_run(&rig, 10 * NS_PER_SECOND);
    assert_int_equal(round->received, 9);
    assert_int_equal(round->sd.lost, 1);
    assert_int_equal(round->ds.lost, 0);
    rig_fini(&rig);
}

static void restart_responder(struct rig *rig, const struct reflect_settings *settings)
{
    reflect_stop(rig->reflects[0]);
    world_kick(&rig->world, rig->reflect_processes[0]);
    assert_int_equal(world_open_channels(&rig->world, rig->reflect_processes[0]), 0);
    rig_add_reflect(rig, RIG_RESPONDER, settings);
}

/* A restarted responder has no session for the rest of the run: those packets are the tail. */
static void test_restart_in_the_middle_of_a_run(void **state)
{
    (void)state;
    struct rig rig;
    struct reflect_settings settings;
    rig_init_default(&rig);
    reflect_settings_default(&settings);
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    world_run(&rig.world, 95 * NS_PER_MS);
    restart_responder(&rig, &settings);
    const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->received, 4);
    assert_int_equal(round->lost_unknown, 6);
    assert_int_equal(scenario_run(&rig, 10 * NS_PER_SECOND)->received, 10);
    rig_fini(&rig);
}

/* On a permanent port it goes on answering, but counts from 1 again: no loss has a direction. */
static void test_restart_with_a_permanent_port(void **state)
{
    (void)state;
    struct rig rig;
    struct reflect_settings settings;
    rig_init_pair(&rig);
    reflect_settings_default(&settings);
    settings.permanent[0] = (struct addr){.family = ADDR_IPV4, .port = RIG_PORT};
    settings.permanent_count = 1;
    rig_add_reflect(&rig, RIG_RESPONDER, &settings);
    scenario_drop_probe(&rig, RIG_SENDER, 7);
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    world_run(&rig.world, 95 * NS_PER_MS);
    restart_responder(&rig, &settings);
    world_run(&rig.world, 5 * NS_PER_SECOND);
    const struct round *round = &scenario_result(&rig)->latest;
    assert_null(round_imbalance(round));
    assert_int_equal(round->received, 9);
    assert_int_equal(round->lost_unknown, 1);
    rig_fini(&rig);
}

/* Trains from one port without a request between them: the first packet starts the count again. So
 * a lost answer to it and a lost second packet are told apart. */
static void test_next_train_on_a_permanent_port(void **state)
{
    (void)state;
    struct rig rig;
    struct reflect_settings settings;
    rig_init_pair(&rig);
    reflect_settings_default(&settings);
    settings.permanent[0] = (struct addr){.family = ADDR_IPV4, .port = RIG_PORT};
    settings.permanent_count = 1;
    rig_add_reflect(&rig, RIG_RESPONDER, &settings);
    scenario_drop_probe(&rig, RIG_RESPONDER, 11);
    scenario_drop_probe(&rig, RIG_SENDER, 12);
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->control.version = CONTROL_NONE;
    spec->path.source = (struct addr){.family = ADDR_IPV4, .port = 7000};
    rig_apply_one(&rig, spec);
    assert_int_equal(scenario_run(&rig, 5 * NS_PER_SECOND)->received, 10);
    const struct round *round = scenario_run(&rig, 10 * NS_PER_SECOND);
    assert_int_equal(round->ds.lost, 1);
    assert_int_equal(round->sd.lost, 1);
    assert_int_equal(stats(&rig)->sessions, 1);
    rig_fini(&rig);
}

/* Three packets of the next train are lost at its beginning, and the answer to one later: the
 * count starts again all the same, so each loss has its direction. */
static void test_lost_beginning_on_a_permanent_port(void **state)
{
    (void)state;
    struct rig rig;
    struct reflect_settings settings;
    rig_init_pair(&rig);
    reflect_settings_default(&settings);
    settings.permanent[0] = (struct addr){.family = ADDR_IPV4, .port = RIG_PORT};
    settings.permanent_count = 1;
    rig_add_reflect(&rig, RIG_RESPONDER, &settings);
    for (unsigned i = 11; i <= 13; i++) {
        scenario_drop_probe(&rig, RIG_SENDER, i);
    }
    scenario_drop_probe(&rig, RIG_RESPONDER, 12);
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->control.version = CONTROL_NONE;
    spec->path.source = (struct addr){.family = ADDR_IPV4, .port = 7000};
    rig_apply_one(&rig, spec);
    assert_int_equal(scenario_run(&rig, 5 * NS_PER_SECOND)->received, 10);
    const struct round *round = scenario_run(&rig, 10 * NS_PER_SECOND);
    assert_int_equal(round->received, 6);
    assert_int_equal(round->sd.lost, 3);
    assert_int_equal(round->ds.lost, 1);
    rig_fini(&rig);
}

int scenarios_responder(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_port_is_open_for_the_duration),
        cmocka_unit_test(test_short_durations_are_raised),
        cmocka_unit_test(test_responder_counts_what_it_answers),
        cmocka_unit_test(test_limit_of_sessions_refuses_the_rest),
        cmocka_unit_test(test_port_taken_by_another_program_is_refused),
        cmocka_unit_test(test_strangers_get_no_answer),
        cmocka_unit_test(test_permanent_port_needs_no_request),
        cmocka_unit_test(test_senders_behind_one_address_are_kept_apart),
        cmocka_unit_test(test_request_starts_the_count_again),
        cmocka_unit_test(test_stray_probe_does_not_take_over_a_fresh_session),
        cmocka_unit_test(test_restart_in_the_middle_of_a_run),
        cmocka_unit_test(test_restart_with_a_permanent_port),
        cmocka_unit_test(test_next_train_on_a_permanent_port),
        cmocka_unit_test(test_lost_beginning_on_a_permanent_port),
    };
    return cmocka_run_group_tests_name("responder", tests, NULL, NULL);
}
