/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Control requests: what is granted, refused, dropped; how leases end. */
#include "reflect/reflect.h"

#include <errno.h>
#include <stdio.h>

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
    responder_allow("192.0.2.10/32");
    responder_allow("203.0.113.0/24");
    responder.settings.permanent[0] = build_addr("0.0.0.0:16000");
    responder.settings.permanent_count = 1;
    responder_set_up();
    responder_ask(RESPONDER_OTHER, 16384, 5000);
    responder_deliver(1967, RESPONDER_OTHER, "junk", 4);
    responder_send_jitter(16000, RESPONDER_OTHER, 1);
    assert_int_equal(responder_dropped(DROP_NOT_ALLOWED), 3);
    assert_int_equal(responder.drive.effect_count, 0);
    responder_ask(RESPONDER_PEER, 16384, 5000);
    responder_ask("203.0.113.200:5000", 16384, 5000);
    assert_int_equal(responder_results(RESULT_ACCEPTED), 2);
    responder_tear_down();
}

/* A service would take an answer for a request, in words that a third party chose. */
static void test_nothing_for_services(void **state)
{
    (void)state;
    responder_prepare();
    responder.settings.permanent[0] = build_addr("0.0.0.0:16000");
    responder.settings.permanent_count = 1;
    responder_set_up();
    responder_ask("192.0.2.10:53", 16384, 5000);
    responder_send_jitter(16000, "192.0.2.10:1023", 1);
    responder_send_jitter(16000, "224.0.0.1:5000", 1);
    assert_int_equal(responder_dropped(DROP_BAD_SOURCE), 3);
    assert_int_equal(responder.drive.effect_count, 0);
    responder_send_jitter(16000, "192.0.2.10:1024", 1);
    assert_int_equal(reflect_stats(responder.reflect)->jitter_probes, 1);
    responder_tear_down();
}

static void test_source_ports_are_a_setting(void **state)
{
    (void)state;
    responder_prepare();
    responder.settings.min_source_port = 0;
    responder_set_up();
    responder_ask("192.0.2.10:53", 16384, 5000);
    assert_int_equal(responder_results(RESULT_ACCEPTED), 1);
    responder_tear_down();
}

static void ask_tcp(const char *peer, uint16_t port)
{
    const struct ipsla_request request = {
        .id = 1, .command = IPSLA_COMMAND_TCP, .port = port, .duration_ms = 5000};
    uint8_t bytes[IPSLA_REQUEST_BYTES_MAX];
    responder_deliver(1967, peer, bytes, ipsla_request_encode(&request, bytes));
}

static void test_ports_that_may_be_asked_for(void **state)
{
    (void)state;
    responder_prepare();
    port_set_remove(&responder.settings.ports, (struct port_range){8080, 8080});
    responder.settings.permanent[0] = build_addr("0.0.0.0:514");
    responder.settings.permanent_count = 1;
    responder_set_up();
    responder_ask(RESPONDER_PEER, 53, 5000);
    responder_ask(RESPONDER_PEER, 1023, 5000);
    responder_ask(RESPONDER_PEER, 8080, 5000);
    ask_tcp(RESPONDER_PEER, 5000); /* there is no allow list */
    assert_int_equal(responder_results(RESULT_PORT_NOT_ALLOWED), 4);
    assert_int_equal(responder.drive.open_count, 3);
    responder_ask(RESPONDER_PEER, 1024, 5000);
    responder_ask(RESPONDER_PEER, 514, 5000); /* which is open anyway */
    ask_tcp("127.0.0.1:40000", 5000);
    assert_int_equal(responder_results(RESULT_ACCEPTED), 3);
    responder_tear_down();
}

static void test_tcp_for_peers_that_are_named(void **state)
{
    (void)state;
    responder_prepare();
    responder_allow("192.0.2.0/24");
    responder_set_up();
    ask_tcp(RESPONDER_PEER, 5000);
    ask_tcp(RESPONDER_PEER, 22);
    assert_int_equal(responder_results(RESULT_ACCEPTED), 1);
    assert_int_equal(responder_results(RESULT_PORT_NOT_ALLOWED), 1);
    responder_tear_down();
}

static bool is_open_after(int64_t ns)
{
    drive_until(&responder.drive, build_at(ns));
    return drive_channel(&responder.drive, 16384) != NULL;
}

/* Nobody can say "for an hour" and go. */
static void test_unused_lease_is_short(void **state)
{
    (void)state;
    responder_prepare();
    responder_set_up();
    responder_ask(RESPONDER_PEER, 16384, 60000);
    assert_true(is_open_after(REFLECT_UNUSED_NS - 1));
    assert_false(is_open_after(REFLECT_UNUSED_NS));
    responder_tear_down();
}

static void test_used_lease_is_as_long_as_asked(void **state)
{
    (void)state;
    responder_prepare();
    responder_set_up();
    responder_ask(RESPONDER_PEER, 16384, 60000);
    assert_true(is_open_after(SECONDS(9)));
    responder_send_jitter(16384, RESPONDER_PEER, 1);
    assert_true(is_open_after(SECONDS(60) - 1));
    assert_false(is_open_after(SECONDS(60)));
    responder_tear_down();
}

/* Less is granted than was asked for, and the answer says so. */
static void test_longest_lease_is_a_setting(void **state)
{
    (void)state;
    responder_prepare();
    responder.settings.max_duration_ns = SECONDS(20);
    responder_set_up();
    responder_ask(RESPONDER_PEER, 16384, 60000);
    const struct drive_effect *answer = responder_last(RESPONDER_PEER);
    assert_int_equal(answer->bytes[22] << 8 | answer->bytes[23], 20000);
    responder_send_jitter(16384, RESPONDER_PEER, 1);
    assert_true(is_open_after(SECONDS(20) - 1));
    assert_false(is_open_after(SECONDS(20)));
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
    responder.settings.max_sessions_per_source = 1000;
    responder.settings.requests_per_source = 0;
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

/* As many as are free: so one source has half of all at the most. Many that take all they can get,
 * and use none of it, keep nobody out. */
static void test_sources_share(void **state)
{
    (void)state;
    responder_prepare();
    responder_set_up();
    for (unsigned source = 1; source <= 50; source++) {
        char peer[32];
        snprintf(peer, sizeof peer, "192.0.2.%u:40000", source);
        for (unsigned i = 0; i < 600; i++) {
            responder_ask(peer, (uint16_t)(1024 + source * 1000 + i), 5000);
            drive_forget(&responder.drive);
        }
        if (source == 1) {
            assert_int_equal(reflect_stats(responder.reflect)->sessions, 500);
            assert_int_equal(responder_results(RESULT_SOURCE_LIMIT), 100);
        }
    }
    assert_int_equal(reflect_stats(responder.reflect)->sessions, 1000);
    drive_until(&responder.drive, build_at(100 * NS_PER_MS));
    uint64_t accepted = responder_results(RESULT_ACCEPTED);
    responder_ask("198.51.100.1:40000", 30000, 5000);
    assert_int_equal(responder_results(RESULT_ACCEPTED), accepted + 1);
    responder_tear_down();
}

/* IPv6: the hosts of a network are one source. */
static void test_quota_is_a_setting(void **state)
{
    (void)state;
    responder_prepare();
    responder.settings.max_sessions_per_source = 2;
    responder.settings.listen[1] = build_addr("[::]:2967");
    responder_set_up();
    for (unsigned i = 0; i < 3; i++) {
        const struct ipsla_request request = {.command = IPSLA_COMMAND_JITTER,
                                              .port = (uint16_t)(16384 + i),
                                              .duration_ms = 5000,
                                              .is_ipv6 = true};
        uint8_t bytes[IPSLA_REQUEST_BYTES_MAX];
        char peer[32];
        snprintf(peer, sizeof peer, "[2001:db8:1:2::%u]:40000", i + 1);
        responder_deliver(2967, peer, bytes, ipsla_request_encode(&request, bytes));
        responder_ask(RESPONDER_PEER, (uint16_t)(17000 + i), 5000);
    }
    assert_int_equal(responder_results(RESULT_ACCEPTED), 4);
    assert_int_equal(responder_results(RESULT_SOURCE_LIMIT), 2);
    responder_tear_down();
}

static void test_requests_have_a_budget(void **state)
{
    (void)state;
    responder_prepare();
    responder.settings.requests_per_source = 10;
    assert_true(addr_parse_prefix("192.0.2.11/32", &responder.settings.reserve_for[0]));
    responder.settings.reserve_for_count = 1;
    responder_set_up();
    for (unsigned i = 0; i < 15; i++) {
        responder_ask(RESPONDER_PEER, 16384, 5000);
        responder_ask(RESPONDER_OTHER, 16384, 5000);
    }
    assert_int_equal(responder_dropped(DROP_SOURCE_LIMIT), 5);
    assert_int_equal(responder_results(RESULT_ACCEPTED), 25);
    drive_until(&responder.drive, build_at(SECONDS(1) / 10));
    responder_ask(RESPONDER_PEER, 16384, 5000);
    assert_int_equal(responder_results(RESULT_ACCEPTED), 26);
    responder_tear_down();
}

static void ask_from(unsigned source, uint16_t port)
{
    char peer[32];
    snprintf(peer, sizeof peer, "10.0.%u.%u:40000", source / 256, source % 256);
    responder_ask(peer, port, 60000);
    drive_forget(&responder.drive);
}

/* From as many sources as one likes, which need not exist: what nobody has used gives way. */
static void test_unused_sessions_give_way(void **state)
{
    (void)state;
    responder_prepare();
    responder.settings.max_sessions = 10;
    responder_set_up();
    responder_ask(RESPONDER_PEER, 16384, 60000);
    responder_send_jitter(16384, RESPONDER_PEER, 1);
    for (unsigned i = 0; i < 9; i++) {
        ask_from(i, (uint16_t)(20000 + i));
    }
    ask_from(9, 21000); /* the others may still be about to start */
    assert_int_equal(responder_results(RESULT_LIMIT), 1);
    drive_until(&responder.drive, build_at(100 * NS_PER_MS));
    for (unsigned i = 0; i < 8; i++) {
        ask_from(100 + i, (uint16_t)(22000 + i));
    }
    assert_int_equal(responder_results(RESULT_LIMIT), 1);
    assert_int_equal(reflect_stats(responder.reflect)->sessions, 10);
    assert_int_equal(responder.drive.open_count, 12);
    assert_null(drive_channel(&responder.drive, 20000));
    assert_non_null(drive_channel(&responder.drive, 20008));
    assert_non_null(drive_channel(&responder.drive, 16384)); /* in use */
    responder_tear_down();
}

/* The port of the one that gives way is the port that is asked for. */
static void test_way_is_given_on_the_same_port(void **state)
{
    (void)state;
    responder_prepare();
    responder.settings.max_sessions = 1;
    responder_set_up();
    responder_ask(RESPONDER_PEER, 16384, 60000);
    drive_until(&responder.drive, build_at(100 * NS_PER_MS));
    responder_ask(RESPONDER_OTHER, 16384, 60000);
    assert_int_equal(responder_results(RESULT_ACCEPTED), 2);
    responder_send_jitter(16384, RESPONDER_OTHER, 1);
    assert_int_equal(responder_last_jitter(RESPONDER_OTHER).responder_seq, 1);
    responder_tear_down();
}

static void test_reserve(void **state)
{
    (void)state;
    responder_prepare();
    responder.settings.max_sessions = 10;
    responder.settings.max_sessions_per_source = 10;
    responder.settings.reserved_sessions = 3;
    assert_true(addr_parse_prefix("192.0.2.10/32", &responder.settings.reserve_for[0]));
    responder.settings.reserve_for_count = 1;
    responder_set_up();
    for (unsigned i = 0; i < 9; i++) {
        responder_ask(RESPONDER_OTHER, (uint16_t)(20000 + i), 60000);
        if (i < 7) {
            responder_send_jitter((uint16_t)(20000 + i), RESPONDER_OTHER, 1);
        }
    }
    assert_int_equal(responder_results(RESULT_LIMIT), 2);
    for (unsigned i = 0; i < 3; i++) {
        responder_ask(RESPONDER_PEER, (uint16_t)(21000 + i), 60000);
    }
    assert_int_equal(responder_results(RESULT_ACCEPTED), 10);
    drive_until(&responder.drive, build_at(100 * NS_PER_MS));
    responder_ask(RESPONDER_OTHER, 22000, 60000); /* and what they have not used stays theirs */
    assert_int_equal(responder_results(RESULT_LIMIT), 3);
    responder_tear_down();
}

static uint64_t rooms_asked(void)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < responder.drive.effect_count; i++) {
        const struct fx *fx = &responder.drive.effects[i].fx;
        sum += fx->kind == FX_OPEN ? fx->room_bytes : 0;
    }
    return sum;
}

/* The first ports get large buffers; however many there are, they share what is set by
 * max_sessions, and what closes gives its part back. */
static void test_receive_buffers_are_bounded(void **state)
{
    (void)state;
    responder_prepare();
    responder.settings.max_sessions = 100;
    responder.settings.max_sessions_per_source = 100;
    responder_set_up();
    uint64_t first = 0;
    for (unsigned round = 0; round < 2; round++) {
        uint64_t sum = 0;
        for (unsigned i = 0; i < 100; i++) {
            drive_forget(&responder.drive);
            responder_ask(RESPONDER_PEER, (uint16_t)(20000 + i), 5000);
            first = i == 0 && round == 0 ? rooms_asked() : first;
            assert_true(i > 0 || rooms_asked() == first);
            sum += rooms_asked();
        }
        assert_true(sum <= 100 * (uint64_t)REFLECT_ROOM_MIN_BYTES);
        drive_until(&responder.drive, build_at(SECONDS(10) * (round + 1)));
    }
    assert_int_equal(first, 100 * REFLECT_ROOM_MIN_BYTES / REFLECT_ROOM_SHARE);
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
        cmocka_unit_test(test_nothing_for_services),
        cmocka_unit_test(test_source_ports_are_a_setting),
        cmocka_unit_test(test_ports_that_may_be_asked_for),
        cmocka_unit_test(test_tcp_for_peers_that_are_named),
        cmocka_unit_test(test_unused_lease_is_short),
        cmocka_unit_test(test_used_lease_is_as_long_as_asked),
        cmocka_unit_test(test_longest_lease_is_a_setting),
        cmocka_unit_test(test_sources_share),
        cmocka_unit_test(test_quota_is_a_setting),
        cmocka_unit_test(test_requests_have_a_budget),
        cmocka_unit_test(test_unused_sessions_give_way),
        cmocka_unit_test(test_way_is_given_on_the_same_port),
        cmocka_unit_test(test_reserve),
        cmocka_unit_test(test_receive_buffers_are_bounded),
    };
    return cmocka_run_group_tests(tests, responder_load, NULL);
}
