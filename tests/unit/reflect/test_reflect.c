/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Control requests: what is granted, refused, dropped; how leases end. */
#include "reflect/reflect.h"

#include <errno.h>

#include "support/build.h"
#include "support/cm.h"
#include "support/drive.h"
#include "support/responder.h"
#include "support/vectors.h"

#define SECONDS(value) ((value)*NS_PER_SECOND)

static void test_listens(void **state)
{
    (void)state;
    responder_prepare();
    assert_int_equal(responder.settings.listen[0].port, 1967);
    assert_int_equal(responder.settings.max_sessions, 1000);
    responder.settings.listen[1] = build_addr("127.0.0.1:2967");
    responder.settings.listen_count = 2;
    responder.settings.permanent[0] = build_addr("0.0.0.0:16000");
    responder.settings.permanent_count = 1;
    responder.reflect = reflect_new(&responder.settings, &responder_seed);
    responder.datagrams = 0;
    assert_false(reflect_is_listening(responder.reflect));
    drive_init(&responder.drive, reflect_machine(responder.reflect), build_at(0));
    drive_poll(&responder.drive);
    int error = 0;
    assert_true(reflect_is_listening(responder.reflect));
    assert_null(reflect_listen_error(responder.reflect, &error));
    assert_int_equal(drive_count(&responder.drive, FX_OPEN), 3);
    assert_non_null(drive_channel(&responder.drive, 1967));
    assert_non_null(drive_channel(&responder.drive, 2967));
    assert_non_null(drive_channel(&responder.drive, 16000));
    responder_tear_down();
}

static void test_cannot_listen(void **state)
{
    (void)state;
    responder_prepare();
    responder.settings.permanent[0] = build_addr("0.0.0.0:16000");
    responder.settings.permanent_count = 1;
    responder.settings.listen_count = 1;
    for (unsigned opens = 0; opens < 2; opens++) {
        responder.reflect = reflect_new(&responder.settings, &responder_seed);
        struct fx fx;
        struct machine machine = reflect_machine(responder.reflect);
        for (unsigned i = 0; i < 2; i++) {
            assert_true(machine.ops->poll(machine.self, build_at(0), &fx));
            assert_int_equal(fx.kind, FX_OPEN);
            struct ev ev = {.kind = i == opens ? EV_ERROR : EV_OPENED, .id = fx.id};
            ev.error = EADDRINUSE;
            machine.ops->input(machine.self, &ev, build_at(0));
        }
        assert_false(machine.ops->poll(machine.self, build_at(0), &fx));
        int error = 0;
        const struct addr *which = reflect_listen_error(responder.reflect, &error);
        assert_non_null(which);
        assert_int_equal(which->port, opens == 0 ? 1967 : 16000);
        assert_int_equal(error, EADDRINUSE);
        assert_false(reflect_is_listening(responder.reflect));
        reflect_free(responder.reflect);
    }
}

static void test_opens_before_it_answers(void **state)
{
    (void)state;
    responder_prepare();
    responder_set_up();
    responder_deliver_vector(1967, RESPONDER_PEER, "C1");
    assert_int_equal(responder.drive.effect_count, 2);
    assert_int_equal(responder.drive.effects[0].fx.kind, FX_OPEN);
    assert_int_equal(responder.drive.effects[0].fx.local.port, 50000);
    const struct vector *c3 = vectors_find(&responder.vectors, "C3");
    responder_assert_reply(RESPONDER_PEER, c3->bytes, c3->size);
    assert_int_equal(responder_results(RESULT_ACCEPTED), 1);
    assert_int_equal(reflect_stats(responder.reflect)->sessions, 1);
    struct addr local = build_addr(RESPONDER_IP);
    assert_true(addr_is_same_ip(&responder_last(RESPONDER_PEER)->fx.local, &local));
    responder_tear_down();
}

static void test_short_reply(void **state)
{
    (void)state;
    responder_prepare();
    responder.settings.reply = REPLY_SHORT;
    responder_set_up();
    responder_deliver_vector(1967, RESPONDER_PEER, "C1");
    const struct vector *c2 = vectors_find(&responder.vectors, "C2");
    responder_assert_reply(RESPONDER_PEER, c2->bytes, c2->size);
    responder_tear_down();
}

/* The lease ends with the duration; the machine's own deadline says when. */
static void test_lease_expires(void **state)
{
    (void)state;
    responder_prepare();
    responder_set_up();
    responder_ask(RESPONDER_PEER, 16384, 5000);
    drive_forget(&responder.drive);
    drive_until(&responder.drive, build_at(SECONDS(5) - 1));
    assert_int_equal(drive_count(&responder.drive, FX_CLOSE), 0);
    drive_until(&responder.drive, build_at(SECONDS(6)));
    assert_int_equal(drive_count(&responder.drive, FX_CLOSE), 1);
    assert_true(drive_find(&responder.drive, FX_CLOSE, 0)->at.mono.ns ==
                BUILD_MONO_NS + SECONDS(5));
    assert_null(drive_channel(&responder.drive, 16384));
    assert_int_equal(reflect_stats(responder.reflect)->sessions, 0);
    responder_ask(RESPONDER_PEER, 16384, 5000); /* and the port can be had again */
    assert_non_null(drive_channel(&responder.drive, 16384));
    responder_tear_down();
}

/* Probes may keep a port open a little, never for ever. */
static void test_lease_is_bounded(void **state)
{
    (void)state;
    responder_prepare();
    responder_set_up();
    responder_ask(RESPONDER_PEER, 16384, 5000);
    unsigned seconds = 0;
    while (drive_channel(&responder.drive, 16384) != NULL) {
        responder_send_jitter(16384, RESPONDER_PEER, (uint16_t)(++seconds * 2));
        assert_true(seconds < 60);
        drive_until(&responder.drive, build_at(SECONDS(seconds) / 2));
    }
    assert_true(seconds >= 10);
    responder_tear_down();
}

static void test_port_stays_for_the_longest_lease(void **state)
{
    (void)state;
    responder_prepare();
    responder_set_up();
    responder_ask(RESPONDER_PEER, 16384, 5000);
    responder_ask(RESPONDER_OTHER, 16384, 9000);
    drive_until(&responder.drive, build_at(SECONDS(9) - 1));
    assert_non_null(drive_channel(&responder.drive, 16384));
    assert_int_equal(reflect_stats(responder.reflect)->sessions, 1);
    responder_send_jitter(16384, RESPONDER_PEER, 1);
    assert_int_equal(responder_dropped(DROP_NO_SESSION), 1);
    drive_until(&responder.drive, build_at(SECONDS(9)));
    assert_null(drive_channel(&responder.drive, 16384));
    responder_tear_down();
}

static void test_duration_zero_is_raised(void **state)
{
    (void)state;
    responder_prepare();
    responder.settings.min_duration_ns = SECONDS(3);
    responder_set_up();
    responder_deliver_vector(1967, RESPONDER_PEER, "M14");
    drive_until(&responder.drive, build_at(SECONDS(3) - 1));
    assert_non_null(drive_channel(&responder.drive, 50000));
    drive_until(&responder.drive, build_at(SECONDS(3)));
    assert_null(drive_channel(&responder.drive, 50000));
    responder_tear_down();
}

/* Two ways to write the code of a refusal, and silence. */
static void assert_refused(enum reflect_result result, uint8_t id, uint8_t code, uint64_t times)
{
    assert_int_equal(responder_results(result), times);
    if (responder.settings.refusal == REFUSAL_SILENT) {
        assert_int_equal(drive_count(&responder.drive, FX_SEND), 0);
        assert_int_equal(responder_dropped(DROP_REFUSED), responder.datagrams);
        return;
    }
    uint8_t bytes[8] = {1, id, 0, 8, 0, 0, 0, 0};
    bytes[responder.settings.refusal == REFUSAL_STATUS16 ? 5 : 7] = code;
    responder_assert_reply(RESPONDER_PEER, bytes, sizeof bytes);
    assert_int_equal(responder_dropped(DROP_REFUSED), 0);
}

static void test_refusals(void **state)
{
    (void)state;
    static const enum reflect_refusal refusals[] = {REFUSAL_STATUS16, REFUSAL_STATUS32,
                                                    REFUSAL_SILENT};
    for (size_t i = 0; i < 3; i++) {
        responder_prepare();
        responder.settings.refusal = refusals[i];
        responder_set_up();
        responder_deliver_vector(1967, RESPONDER_PEER, "M18");
        assert_refused(RESULT_AUTH, 0x21, 2, 1);
        responder.drive.open_error = EADDRINUSE;
        responder_deliver_vector(1967, RESPONDER_PEER, "C1");
        assert_refused(RESULT_PORT_IN_USE, 0x21, 4, 1);
        responder.drive.open_error = EACCES;
        responder_deliver_vector(1967, RESPONDER_PEER, "C4");
        assert_refused(RESULT_FAILED, 0xff, 1, 1);
        responder.drive.open_error = EMFILE;
        responder_deliver_vector(1967, RESPONDER_PEER, "C4");
        assert_refused(RESULT_FAILED, 0xff, 1, 2);
        assert_int_equal(reflect_stats(responder.reflect)->sessions, 0);
        responder.drive.open_error = 0;
        responder_deliver_vector(1967, RESPONDER_PEER, "C1"); /* nothing is left of the failures */
        assert_int_equal(responder_results(RESULT_ACCEPTED), 1);
        responder_tear_down();
    }
}

static void test_own_control_port_is_refused(void **state)
{
    (void)state;
    responder_prepare();
    responder.settings.listen[0].port = 2967;
    responder_set_up();
    responder_deliver_vector(2967, RESPONDER_PEER, "M13");
    struct ipsla_request request = {9,    IPSLA_COMMAND_ECHO, {198, 51, 100, 20}, 2967, 5000, false,
                                    false};
    uint8_t bytes[IPSLA_REQUEST_BYTES_MAX];
    size_t size = ipsla_request_encode(&request, bytes);
    responder_deliver(2967, RESPONDER_PEER, bytes, size);
    assert_int_equal(drive_count(&responder.drive, FX_OPEN), 0);
    assert_int_equal(responder_results(RESULT_PORT_IN_USE) + responder_results(RESULT_FAILED), 2);
    responder_tear_down();
}

/* Everything malformed that concerns version 1 gets no answer, and one count under its reason. */
static void test_malformed_requests(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum ipsla_reject reason;
    } rows[] = {
        {"M1", IPSLA_TOO_SHORT},
        {"M2", IPSLA_TOO_SHORT},
        {"M3", IPSLA_NO_COMMAND},
        {"M4", IPSLA_BAD_LENGTH},
        {"M5", IPSLA_BAD_LENGTH},
        {"M6", IPSLA_BAD_SECTION},
        {"M7", IPSLA_BAD_SECTION},
        {"M8", IPSLA_BAD_SECTION},
        {"M9", IPSLA_BAD_SECTION},
        {"M10", IPSLA_DUPLICATE_SECTION},
        {"M11", IPSLA_UNSUPPORTED_COMMAND},
        {"M12", IPSLA_BAD_PORT},
        {"M16", IPSLA_BAD_VERSION},
        {"M17", IPSLA_BAD_VERSION},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        responder_prepare();
        responder_set_up();
        responder_deliver_vector(1967, RESPONDER_PEER, rows[i].name);
        assert_int_equal(responder.drive.effect_count, 0);
        assert_int_equal(responder_dropped(rows[i].reason), 1);
        assert_int_equal(responder_drops(), 1);
        responder_tear_down();
    }
}

static void test_address_of_the_request_does_not_matter(void **state)
{
    (void)state;
    responder_prepare();
    responder_set_up();
    responder_deliver_vector(1967, RESPONDER_PEER, "M15");
    assert_int_equal(responder_results(RESULT_ACCEPTED), 1);
    responder_tear_down();
}

static void test_allow(void **state)
{
    (void)state;
    responder_prepare();
    assert_true(addr_parse_prefix("192.0.2.10/32", &responder.settings.allow[0]));
    assert_true(addr_parse_prefix("203.0.113.0/24", &responder.settings.allow[1]));
    responder.settings.allow_count = 2;
    responder.settings.permanent[0] = build_addr("0.0.0.0:16000");
    responder.settings.permanent_count = 1;
    responder_set_up();
    responder_ask(RESPONDER_OTHER, 16384, 5000);
    responder_deliver(1967, RESPONDER_OTHER, "junk", 4);
    responder_send_jitter(16000, RESPONDER_OTHER, 1);
    assert_int_equal(responder_dropped(DROP_NOT_ALLOWED), 3);
    assert_int_equal(responder.drive.effect_count, 0);
    responder_ask(RESPONDER_PEER, 16384, 5000);
    responder_ask("203.0.113.200:5", 16384, 5000);
    assert_int_equal(responder_results(RESULT_ACCEPTED), 2);
    responder_tear_down();
}

static void test_loops(void **state)
{
    (void)state;
    static const char *const peers[] = {"192.0.2.10:1967", "192.0.2.10:1167", "192.0.2.10:0"};
    responder_prepare();
    responder.settings.permanent[0] = build_addr("0.0.0.0:16000");
    responder.settings.permanent_count = 1;
    responder_set_up();
    for (size_t i = 0; i < 3; i++) {
        responder_ask(peers[i], 16384, 5000);
        responder_send_jitter(16000, peers[i], 1);
        assert_int_equal(responder_dropped(DROP_LOOP), 2 * (i + 1));
    }
    assert_int_equal(responder.drive.effect_count, 0);
    responder_tear_down();
}

static void test_limit(void **state)
{
    (void)state;
    responder_prepare();
    responder.settings.max_sessions = 2;
    responder_set_up();
    assert_int_equal(reflect_stats(responder.reflect)->max_sessions, 2);
    responder_ask(RESPONDER_PEER, 16384, 5000);
    responder_ask(RESPONDER_OTHER, 16384, 5000);
    drive_forget(&responder.drive);
    responder_ask(RESPONDER_PEER_2, 16384, 5000); /* on the open port */
    responder_assert_reply(RESPONDER_PEER_2, "\x01\x42\x00\x08\x00\x01\x00\x00", 8);
    responder_ask(RESPONDER_PEER_2, 16385, 5000); /* on another one */
    assert_int_equal(responder_results(RESULT_LIMIT), 2);
    assert_int_equal(drive_count(&responder.drive, FX_OPEN), 0);
    responder_ask(RESPONDER_PEER, 16384, 5000); /* a known one goes on */
    assert_int_equal(responder_results(RESULT_ACCEPTED), 3);
    drive_until(&responder.drive, build_at(SECONDS(5)));
    assert_int_equal(reflect_stats(responder.reflect)->sessions, 0);
    responder_ask(RESPONDER_PEER_2, 16385, 5000); /* room again */
    assert_int_equal(responder_results(RESULT_ACCEPTED), 4);
    responder_tear_down();
}

/* Every new port until the limit, again and again: nothing leaks. */
static void test_flood_of_ports(void **state)
{
    (void)state;
    responder_prepare();
    responder.settings.max_sessions = 100;
    responder_set_up();
    for (unsigned round = 0; round < 5; round++) {
        for (unsigned i = 0; i < 300; i++) {
            responder_ask(RESPONDER_PEER, (uint16_t)(20000 + i), 5000);
        }
        assert_int_equal(reflect_stats(responder.reflect)->sessions, 100);
        assert_int_equal(responder.drive.open_count, 102);
        drive_until(&responder.drive, build_at(SECONDS(10) * (round + 1)));
        assert_int_equal(reflect_stats(responder.reflect)->sessions, 0);
        assert_int_equal(responder.drive.open_count, 2);
    }
    assert_int_equal(responder_results(RESULT_ACCEPTED), 500);
    assert_int_equal(responder_results(RESULT_LIMIT), 1000);
    responder_tear_down();
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(reflect_drop_name(IPSLA_BAD_PORT), "bad_port");
    assert_string_equal(reflect_drop_name(DROP_NOT_ALLOWED), "not_allowed");
    assert_string_equal(reflect_drop_name(DROP_SEND_FAILED), "send_failed");
    assert_string_equal(reflect_result_name(RESULT_ACCEPTED), "accepted");
    assert_string_equal(reflect_result_name(RESULT_PORT_IN_USE), "port_in_use");
    for (unsigned i = 1; i < REFLECT_DROP_COUNT; i++) {
        for (unsigned j = 1; j < i; j++) {
            assert_string_not_equal(reflect_drop_name(i), reflect_drop_name(j));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_listens),
        cmocka_unit_test(test_cannot_listen),
        cmocka_unit_test(test_opens_before_it_answers),
        cmocka_unit_test(test_short_reply),
        cmocka_unit_test(test_lease_expires),
        cmocka_unit_test(test_lease_is_bounded),
        cmocka_unit_test(test_port_stays_for_the_longest_lease),
        cmocka_unit_test(test_duration_zero_is_raised),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_own_control_port_is_refused),
        cmocka_unit_test(test_malformed_requests),
        cmocka_unit_test(test_address_of_the_request_does_not_matter),
        cmocka_unit_test(test_allow),
        cmocka_unit_test(test_loops),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_flood_of_ports),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, responder_load, NULL);
}
