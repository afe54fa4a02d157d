/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* tcp-connect, seen from the sender and from the responder. */
#include <errno.h>
#include <string.h>

#include "operation/operation.h"
#include "support/build.h"
#include "support/cm.h"
#include "support/responder.h"
#include "support/sender.h"

#define MS(n) ((n)*NS_PER_MS)
#define SECONDS(n) ((n)*NS_PER_SECOND)

static struct spec *tcp_spec(enum control_version control)
{
    struct spec *spec = build_echo_spec("t", "198.51.100.20");
    spec->operation = &operation_tcp_connect;
    spec->packets.bytes = 0;
    spec->control.version = control;
    spec->path.source.port = 4000;
    return spec;
}

static const struct fx *last_open(size_t index)
{
    const struct drive_effect *effect = drive_find(&sender.drive, FX_OPEN, index);
    assert_non_null(effect);
    return &effect->fx;
}

static void connected(int64_t started_ns, int64_t received_ns)
{
    struct ev ev = {.kind = EV_OPENED, .started = build_at(started_ns)};
    ev.received = (struct stamp){.at = build_at(received_ns), .source = STAMP_USER};
    sender.drive.now = build_at(received_ns);
    drive_input(&sender.drive, ev);
}

/* The host has closed its side already. */
static void not_connected(int error)
{
    sender.drive.open_count = 0;
    sender.drive.closed++;
    drive_input(&sender.drive, (struct ev){.kind = EV_ERROR, .error = error});
}

static void test_after_a_handshake(void **state)
{
    (void)state;
    sender_set_up(tcp_spec(CONTROL_V1));
    assert_int_equal(last_open(0)->transport, TRANSPORT_UDP);
    assert_int_equal(last_open(0)->local.port, 0);
    assert_int_equal(sender_sent(0)->bytes[9], 3);
    drive_until(&sender.drive, build_at(MS(5)));
    sender_control(0, 0);
    assert_int_equal(drive_count(&sender.drive, FX_CLOSE), 1);
    assert_int_equal(last_open(1)->transport, TRANSPORT_TCP_CONNECT);
    assert_int_equal(last_open(1)->local.port, 4000);
    assert_true(addr_is_equal(&last_open(1)->peer, &sender.spec->path.peer));
    connected(MS(6), MS(9));
    assert_int_equal(drive_count(&sender.drive, FX_CLOSE), 1);
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_true(round->rtt.sum_ns == MS(3));
    assert_int_equal(round->sent, 1);
    assert_true(round->duration_ns == MS(9));
    sender_tear_down();
}

static void test_without_control(void **state)
{
    (void)state;
    sender_set_up(tcp_spec(CONTROL_NONE));
    assert_int_equal(sender.drive.sent, 0);
    assert_int_equal(last_open(0)->transport, TRANSPORT_TCP_CONNECT);
    connected(0, MS(2));
    drive_until(&sender.drive, build_at(MS(2) + PROBE_SETTLE_NS - 1));
    assert_int_equal(drive_count(&sender.drive, FX_CLOSE), 0);
    assert_int_equal(sender_finish()->outcome, OUTCOME_OK);
    sender_tear_down();
}

static void test_errors(void **state)
{
    (void)state;
    static const struct {
        int error;
        enum outcome outcome;
        enum return_code code;
        unsigned unsent;
    } rows[] = {
        {ECONNREFUSED, OUTCOME_REFUSED, RETURN_CODE_ERROR, 0},
        {EHOSTUNREACH, OUTCOME_UNREACHABLE, RETURN_CODE_ERROR, 0},
        {ENETUNREACH, OUTCOME_UNREACHABLE, RETURN_CODE_ERROR, 0},
        {ETIMEDOUT, OUTCOME_TIMEOUT, RETURN_CODE_TIMEOUT, 0},
        {EADDRINUSE, OUTCOME_LOCAL, RETURN_CODE_ERROR, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sender_set_up(tcp_spec(CONTROL_NONE));
        not_connected(rows[i].error);
        const struct round *round = sender_finish();
        assert_int_equal(round->outcome, rows[i].outcome);
        assert_int_equal(round->return_code, rows[i].code);
        assert_int_equal(round->unsent, rows[i].unsent);
        sender_tear_down();
    }
}

static void test_no_answer(void **state)
{
    (void)state;
    sender_set_up(tcp_spec(CONTROL_NONE));
    drive_until(&sender.drive, build_at(SECONDS(5) - 1));
    assert_int_equal(drive_count(&sender.drive, FX_CLOSE), 0);
    drive_until(&sender.drive, build_at(SECONDS(5)));
    assert_int_equal(drive_count(&sender.drive, FX_CLOSE), 1);
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_TIMEOUT);
    assert_int_equal(round->return_code, RETURN_CODE_TIMEOUT);
    sender_tear_down();
}

static void test_abandoned(void **state)
{
    (void)state;
    sender_set_up(tcp_spec(CONTROL_NONE));
    probe_abandon(&sender.probe);
    drive_poll(&sender.drive);
    assert_true(probe_is_idle(&sender.probe));
    sender_tear_down();
}

static void test_refused_by_the_responder(void **state)
{
    (void)state;
    sender_set_up(tcp_spec(CONTROL_V1));
    sender_control(0, 4);
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_PORT_IN_USE);
    assert_int_equal(round->return_code, RETURN_CODE_NOT_CONNECTED);
    sender_tear_down();
}

static uint64_t connects(void)
{
    return reflect_stats(responder.reflect)->tcp_connects;
}

/* The port opens before the answer leaves, and closes when the duration is over. */
static void test_responder(void **state)
{
    (void)state;
    responder_prepare();
    responder_allow("192.0.2.0/24");
    responder_set_up();
    responder_deliver_vector(1967, RESPONDER_PEER, "C5");
    const struct fx *open = &responder.drive.effects[0].fx;
    assert_int_equal(open->kind, FX_OPEN);
    assert_int_equal(open->transport, TRANSPORT_TCP_LISTEN);
    assert_int_equal(open->local.port, 50001);
    assert_int_equal(responder_results(RESULT_ACCEPTED), 1);
    responder_deliver(50001, RESPONDER_PEER_2, NULL, 0);
    assert_int_equal(connects(), 1);
    responder_deliver(50001, RESPONDER_OTHER, NULL, 0);
    assert_int_equal(connects(), 1);
    assert_int_equal(responder_dropped(DROP_NO_SESSION), 1);
    drive_until(&responder.drive, build_at(SECONDS(60)));
    assert_null(drive_channel(&responder.drive, 50001));
    responder_tear_down();
}

/* A UDP port and a TCP port of one number are two ports. */
static void test_same_number(void **state)
{
    (void)state;
    responder_prepare();
    responder_allow("192.0.2.0/24");
    responder_set_up();
    responder_ask(RESPONDER_PEER, 50001, 60000);
    responder_deliver_vector(1967, RESPONDER_PEER, "C5");
    assert_int_equal(responder.drive.open_count, 4);
    responder_tear_down();
}

static void test_permanent_port(void **state)
{
    (void)state;
    responder_prepare();
    responder.settings.permanent_tcp[0] = build_addr("0.0.0.0:5000");
    responder.settings.permanent_tcp_count = 1;
    responder.settings.max_sessions = 1;
    assert_true(addr_parse_prefix("192.0.2.0/28", &responder.settings.allow[0]));
    responder.settings.allow_count = 1;
    responder_set_up();
    assert_true(reflect_is_listening(responder.reflect));
    responder_deliver(5000, RESPONDER_PEER, NULL, 0);
    responder_deliver(5000, RESPONDER_OTHER, NULL, 0);
    responder_deliver(5000, "198.51.100.1:40000", NULL, 0);
    assert_int_equal(connects(), 2);
    assert_int_equal(responder_dropped(DROP_NOT_ALLOWED), 1);
    assert_int_equal(reflect_stats(responder.reflect)->sessions, 0);
    responder_tear_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_after_a_handshake),
        cmocka_unit_test(test_without_control),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_no_answer),
        cmocka_unit_test(test_abandoned),
        cmocka_unit_test(test_refused_by_the_responder),
        cmocka_unit_test(test_responder),
        cmocka_unit_test(test_same_number),
        cmocka_unit_test(test_permanent_port),
    };
    return cmocka_run_group_tests(tests, responder_load, NULL);
}
