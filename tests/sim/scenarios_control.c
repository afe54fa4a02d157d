/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "operation/operation.h"
#include "sim/scenarios.h"
#include "wire/ipsla.h"

static void init_fake(struct rig *rig, struct fake *fake, enum fake_shape shape, uint32_t status)
{
    *fake = (struct fake){.shape = shape, .status = status};
    rig_init_pair(rig);
    rig_add_fake(rig, RIG_RESPONDER, fake);
    rig_apply_one(rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
}

static void test_every_shape_of_reply_is_accepted(void **state)
{
    (void)state;
    const enum fake_shape shapes[] = {FAKE_LONG, FAKE_SHORT, FAKE_SHORT_24, FAKE_ECHO};
    for (size_t i = 0; i < 4; i++) {
        struct rig rig;
        struct fake fake;
        init_fake(&rig, &fake, shapes[i], 0);
        const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
        assert_int_equal(round->outcome, OUTCOME_OK);
        assert_int_equal(round->received, 10);
        assert_int_equal(fake.requests, 1);
        rig_fini(&rig);
    }
}

static void test_lost_request_is_repeated_with_another_id(void **state)
{
    (void)state;
    struct rig rig;
    struct fake fake = {.shape = FAKE_SILENT};
    rig_init_pair(&rig);
    rig_add_fake(&rig, RIG_RESPONDER, &fake);
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    world_run(&rig.world, 3 * NS_PER_SECOND);
    fake.shape = FAKE_LONG;
    const struct round *round = scenario_run(&rig, 6 * NS_PER_SECOND);
    assert_int_equal(fake.requests, 3);
    assert_int_not_equal(fake.last_ids[1], fake.last_ids[0]);
    assert_int_not_equal(fake.last_ids[2], fake.last_ids[0]);
    assert_int_not_equal(fake.last_ids[2], fake.last_ids[1]);
    assert_int_equal(round->control_retries, 2);
    assert_int_equal(round->control_rtt_ns, 20 * NS_PER_MS);
    assert_int_equal(round->received, 10);
    rig_fini(&rig);
}

/* The reply to the first request comes while the second, which gets lost, is outstanding too. */
static void test_reply_to_any_outstanding_id_is_accepted(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    scenario_rule(&rig, RIG_RESPONDER,
                  (struct simnet_rule){SIMNET_CONTROL, 1, SIMNET_DELAY, 2 * NS_PER_SECOND});
    scenario_rule(&rig, RIG_SENDER, (struct simnet_rule){SIMNET_CONTROL, 2, SIMNET_DROP, 0});
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->schedule.timeout_ns =
        5 * NS_PER_SECOND; /* the port stays open longer than the reply takes */
    rig_apply_one(&rig, spec);
    const struct round *round = scenario_run(&rig, 8 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->control_retries, 1);
    assert_int_equal(round->control_rtt_ns, 2020 * NS_PER_MS);
    rig_fini(&rig);
}

static void test_repeated_reply_is_counted_and_ignored(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    scenario_rule(&rig, RIG_RESPONDER,
                  (struct simnet_rule){SIMNET_CONTROL, 1, SIMNET_DUPLICATE, 50 * NS_PER_MS});
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->received, 10);
    (void)scenario_result(&rig);
    assert_int_equal(rig.engines[0].snapshot->stats.unmatched[UNMATCHED_CONTROL], 1);
    rig_fini(&rig);
}

static void test_unanswered_request_is_no_connection(void **state)
{
    (void)state;
    struct rig rig;
    struct fake fake;
    init_fake(&rig, &fake, FAKE_SILENT, 0);
    world_run(&rig.world, 6 * NS_PER_SECOND - 1);
    assert_false(rig_report(&rig, 0, 0)->has_run);
    const struct round *round = scenario_run(&rig, 1);
    assert_int_equal(round->outcome, OUTCOME_NO_CONNECTION);
    assert_int_equal(round->return_code, RETURN_CODE_NOT_CONNECTED);
    assert_int_equal(round->control_retries, 2);
    assert_int_equal(round->control_rtt_ns, -1);
    assert_int_equal(round->duration_ns, 6 * NS_PER_SECOND);
    assert_int_equal(round->planned, 0);
    assert_int_equal(fake.requests, 3);
    assert_int_equal(scenario_result(&rig)->tally.failures[OUTCOME_NO_CONNECTION], 1);
    assert_int_equal(scenario_result(&rig)->tally.control_retries, 2);
    rig_fini(&rig);
}

static void test_refusal_codes_become_outcomes(void **state)
{
    (void)state;
    const struct {
        uint32_t status;
        enum outcome outcome;
    } rows[] = {{1, OUTCOME_REFUSED},
                {2, OUTCOME_AUTH},
                {3, OUTCOME_FORMAT},
                {4, OUTCOME_PORT_IN_USE},
                {77, OUTCOME_REFUSED}};
    const enum fake_shape shapes[] = {FAKE_STATUS_16, FAKE_STATUS_32, FAKE_SECTION};
    for (size_t i = 0; i < 15; i++) {
        struct rig rig;
        struct fake fake;
        init_fake(&rig, &fake, shapes[i % 3], rows[i / 3].status);
        const struct round *round = scenario_run(&rig, 2 * NS_PER_SECOND);
        uint32_t shift = shapes[i % 3] == FAKE_STATUS_32 ? 0 : 16;
        assert_int_equal(round->outcome, rows[i / 3].outcome);
        assert_int_equal(round->control_status, rows[i / 3].status << shift);
        assert_int_equal(round->return_code, RETURN_CODE_NOT_CONNECTED);
        assert_int_equal(round->planned, 0);
        assert_int_equal(fake.requests, 1);
        rig_fini(&rig);
    }
}

static void test_replies_that_fit_no_request_are_counted(void **state)
{
    (void)state;
    const enum fake_shape shapes[] = {FAKE_WRONG_ID, FAKE_GARBAGE};
    for (size_t i = 0; i < 2; i++) {
        struct rig rig;
        struct fake fake;
        init_fake(&rig, &fake, shapes[i], 0);
        assert_int_equal(scenario_run(&rig, 7 * NS_PER_SECOND)->outcome, OUTCOME_NO_CONNECTION);
        assert_int_equal(rig.engines[0].snapshot->stats.unmatched[UNMATCHED_CONTROL], 3);
        rig_fini(&rig);
    }
}

static void test_closed_control_port_is_unreachable(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_pair(&rig);
    rig.world.sends_icmp = true;
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    const struct round *round = scenario_run(&rig, 6 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_PORT_UNREACHABLE);
    assert_int_equal(round->error, ECONNREFUSED);
    assert_int_equal(round->control_retries, 2);
    rig_fini(&rig);
}

/* From a port that nobody else is measured from, the quoted id is enough. */
static void test_closed_control_port_of_an_echo_is_unreachable_at_once(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_pair(&rig);
    rig.world.sends_icmp = true;
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->operation = &operation_udp_echo;
    spec->packets.count = 1;
    rig_apply_one(&rig, spec);
    const struct round *round = scenario_run(&rig, NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_PORT_UNREACHABLE);
    assert_int_equal(round->error, ECONNREFUSED);
    assert_int_equal(round->duration_ns, 20 * NS_PER_MS);
    rig_fini(&rig);
}

/* Reports of closed probe ports during the train change nothing but the losses they stand for. */
static void test_icmp_during_the_train_is_only_a_loss(void **state)
{
    (void)state;
    struct rig rig;
    struct fake fake = {.shape = FAKE_LONG, .port = 7};
    rig_init_pair(&rig);
    rig.world.sends_icmp = true;
    rig_add_fake(&rig, RIG_RESPONDER, &fake);
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_TIMEOUT);
    assert_int_equal(round->lost_unknown, 10);
    rig_fini(&rig);
}

static void test_failed_open_is_a_local_failure(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    struct world_process *sender = &rig.world.processes[rig.engines[0].process];
    sender->fail_open[sender->fail_open_count++] = EMFILE;
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    assert_int_equal(scenario_result(&rig)->latest.outcome, OUTCOME_LOCAL);
    assert_int_equal(scenario_result(&rig)->latest.error, EMFILE);
    assert_int_equal(scenario_result(&rig)->latest.return_code, RETURN_CODE_ERROR);
    world_run(&rig.world, 15 * NS_PER_SECOND);
    assert_int_equal(scenario_result(&rig)->latest.outcome, OUTCOME_OK);
    rig_fini(&rig);
}

static void test_two_targets_with_one_source_port_conflict(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    struct spec *specs[] = {rig_spec("a", RIG_RESPONDER_IP, RIG_PORT),
                            rig_spec("b", RIG_RESPONDER_IP, RIG_PORT + 1)};
    specs[0]->path.source.port = 5000;
    specs[1]->path.source.port = 5000;
    rig_apply(&rig, 0, specs, 2);
    world_run(&rig.world, 5 * NS_PER_SECOND);
    enum outcome a = rig_report(&rig, 0, 0)->latest.outcome;
    enum outcome b = rig_report(&rig, 0, 1)->latest.outcome;
    assert_true((a == OUTCOME_OK && b == OUTCOME_LOCAL) || (a == OUTCOME_LOCAL && b == OUTCOME_OK));
    rig_fini(&rig);
}

static void test_control_that_cannot_be_sent_is_a_local_failure(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    rig.world.processes[rig.engines[0].process].fail_control = true;
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    world_run(&rig.world, 9 * NS_PER_SECOND);
    assert_int_equal(scenario_result(&rig)->latest.outcome, OUTCOME_LOCAL);
    rig_fini(&rig);
}

static void test_target_without_an_address_fails_to_resolve(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->path.peer = (struct addr){0};
    rig_apply_one(&rig, spec);
    world_run(&rig.world, 15 * NS_PER_SECOND);
    assert_int_equal(scenario_result(&rig)->latest.outcome, OUTCOME_RESOLVE);
    assert_int_equal(scenario_result(&rig)->tally.failures[OUTCOME_RESOLVE], 2);
    assert_int_equal(scenario_result(&rig)->tally.operations, 2);
    rig_fini(&rig);
}

/* Control ids have 8 bits: go round them. */
static void test_ids_wrap(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->schedule.frequency_ns = NS_PER_SECOND;
    spec->schedule.timeout_ns = 200 * NS_PER_MS;
    spec->packets.count = 2;
    rig_apply_one(&rig, spec);
    (void)scenario_run(&rig, 300 * NS_PER_SECOND - NS_PER_MS);
    assert_int_equal(scenario_result(&rig)->tally.operations, 300);
    assert_int_equal(scenario_result(&rig)->tally.received, 600);
    assert_int_equal(scenario_result(&rig)->tally.control_retries, 0);
    rig_fini(&rig);
}

/* A datagram that looks as if the responder had sent it, on its way after what is there already. */
static void forge(struct rig *rig, uint16_t from, const uint8_t *bytes, size_t size)
{
    struct simnet_packet *packet = simnet_packet_new(bytes, size);
    const struct world_process *sender = &rig->world.processes[rig->engines[0].process];
    packet->from = rig->world.net.nodes[RIG_RESPONDER].address;
    packet->from.port = from;
    packet->to = rig->world.net.nodes[RIG_SENDER].address;
    packet->to.port = sender->channels[0].local.port;
    packet->ttl = 64;
    simnet_send(&rig->world.net, RIG_RESPONDER, packet, rig->world.net.now_ns);
}

/* Another target knows the port that all jitter targets share. It refuses with every id before the
 * responder's answer is here, and answers packets with every number and millisecond. */
static void test_liar_neither_refuses_nor_answers(void **state)
{
    (void)state;
    enum { GUESSED_MS = 64 };
    for (unsigned is_dead = 0; is_dead <= 1; is_dead++) {
        struct rig rig;
        struct fake fake = {.shape = FAKE_LONG, .port = RIG_PORT, .is_probe_silent = is_dead};
        rig_init_pair(&rig);
        rig_add_fake(&rig, RIG_RESPONDER, &fake);
        rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
        world_run(&rig.world, 5 * NS_PER_MS);
        for (unsigned id = 0; id <= UINT8_MAX; id++) {
            const uint8_t refusal[8] = {1, (uint8_t)id, 0, 8, 0, 2, 0, 0};
            forge(&rig, 1967, refusal, sizeof refusal);
        }
        world_run(&rig.world, 20 * NS_PER_MS);
        int64_t now_ns = rig.world.net.now_ns;
        struct instant now = simnet_clock_read(&rig.world.net.nodes[RIG_SENDER].clock, now_ns);
        for (unsigned i = 0; i < GUESSED_MS * is_dead; i++) {
            uint8_t reply[32];
            const struct ipsla_jitter_ms guess = {
                .send_ms = wall_ms_of_day(now.wall) - i,
                .sender_seq = 1,
                .responder_seq = 1,
            };
            ipsla_jitter_ms_encode(&guess, reply, sizeof reply);
            forge(&rig, RIG_PORT, reply, sizeof reply);
        }
        world_run(&rig.world, 8 * NS_PER_SECOND);
        const struct report *report = scenario_result(&rig);
        assert_int_equal(report->latest.outcome, is_dead ? OUTCOME_TIMEOUT : OUTCOME_OK);
        assert_int_equal(report->latest.received, is_dead ? 0 : 10);
        assert_int_equal(report->unmatched[UNMATCHED_CONTROL], UINT8_MAX + 1);
        assert_int_equal(report->unmatched[UNMATCHED_NONCE], GUESSED_MS * is_dead);
        rig_fini(&rig);
    }
}

int scenarios_control(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_shape_of_reply_is_accepted),
        cmocka_unit_test(test_lost_request_is_repeated_with_another_id),
        cmocka_unit_test(test_reply_to_any_outstanding_id_is_accepted),
        cmocka_unit_test(test_repeated_reply_is_counted_and_ignored),
        cmocka_unit_test(test_unanswered_request_is_no_connection),
        cmocka_unit_test(test_refusal_codes_become_outcomes),
        cmocka_unit_test(test_replies_that_fit_no_request_are_counted),
        cmocka_unit_test(test_liar_neither_refuses_nor_answers),
        cmocka_unit_test(test_closed_control_port_is_unreachable),
        cmocka_unit_test(test_closed_control_port_of_an_echo_is_unreachable_at_once),
        cmocka_unit_test(test_icmp_during_the_train_is_only_a_loss),
        cmocka_unit_test(test_failed_open_is_a_local_failure),
        cmocka_unit_test(test_two_targets_with_one_source_port_conflict),
        cmocka_unit_test(test_control_that_cannot_be_sent_is_a_local_failure),
        cmocka_unit_test(test_target_without_an_address_fails_to_resolve),
        cmocka_unit_test(test_ids_wrap),
    };
    return cmocka_run_group_tests_name("control", tests, NULL, NULL);
}
