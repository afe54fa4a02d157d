/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Sender and responder over IPv6: what differs from IPv4. */
#include <string.h>

#include "reflect/lease.h"
#include "support/build.h"
#include "support/cm.h"
#include "support/responder.h"
#include "support/sender.h"

#define TARGET "2001:db8:2::20"
#define PEER "[2001:db8:1::10]:40000"

static void end(void)
{
    probe_abandon(&sender.probe);
    drive_poll(&sender.drive);
    sender_tear_down();
}

static const struct drive_effect *open_and_ask(struct spec *spec)
{
    sender_set_up(spec);
    const struct drive_effect *sent = sender_sent(0);
    assert_non_null(sent);
    return sent;
}

static void test_request_is_that_of_the_vector(void **state)
{
    (void)state;
    struct spec *spec = build_jitter_spec("six", TARGET);
    spec->packets.count = 100;
    spec->path.port = spec->path.peer.port = 50505;
    const struct drive_effect *sent = open_and_ask(spec);
    const struct vector *c6 = vectors_find(&responder.vectors, "C6");
    assert_int_equal(sent->fx.size, c6->size);
    assert_int_equal(sent->bytes[1], sender_id(0));
    assert_memory_equal(sent->bytes, c6->bytes, 1);
    assert_memory_equal(sent->bytes + 2, c6->bytes + 2, c6->size - 2);
    assert_int_equal(drive_find(&sender.drive, FX_OPEN, 0)->fx.local.family, ADDR_IPV6);
    end();
}

static void test_duration_is_not_clamped(void **state)
{
    (void)state;
    struct spec *spec = build_jitter_spec("six", TARGET);
    spec->packets.count = 6000;
    const struct drive_effect *sent = open_and_ask(spec);
    assert_memory_equal(sent->bytes + 36, "\x00\x01\xe8\x48", 4); /* 5000 + 6000 x 20 */
    end();
}

/* A link-local source is bound on the interface of the peer. */
static void test_source_takes_the_interface_of_the_peer(void **state)
{
    (void)state;
    struct spec *spec = build_jitter_spec("six", "fe80::1");
    spec->path.peer.scope = 7;
    spec->path.source = build_addr("fe80::2");
    const struct drive_effect *sent = open_and_ask(spec);
    assert_int_equal(drive_find(&sender.drive, FX_OPEN, 0)->fx.local.scope, 7);
    assert_int_equal(sent->fx.peer.scope, 7);
    end();
}

static void test_global_source_has_no_interface(void **state)
{
    (void)state;
    struct spec *spec = build_jitter_spec("six", "fe80::1");
    spec->path.peer.scope = 7;
    spec->path.source = build_addr("2001:db8::2");
    open_and_ask(spec);
    assert_int_equal(drive_find(&sender.drive, FX_OPEN, 0)->fx.local.scope, 0);
    end();
}

static void set_up_dual_stack(void)
{
    responder_prepare();
    responder.settings.listen[1] = build_addr("[::]:2967");
    responder.settings.listen_count = 2;
}

static void test_responder_answers_in_40_bytes(void **state)
{
    (void)state;
    uint8_t expected[40];
    set_up_dual_stack();
    responder_set_up();
    const struct vector *c6 = vectors_find(&responder.vectors, "C6");
    memcpy(expected, c6->bytes, sizeof expected);
    expected[3] = sizeof expected;
    responder_deliver_vector(2967, PEER, "C6");
    responder_assert_reply(PEER, expected, sizeof expected);
    struct addr local = build_addr(RESPONDER_IPV6);
    const struct drive_channel *channel = drive_channel(&responder.drive, 50505);
    assert_non_null(channel);
    assert_true(addr_is_same_ip(&channel->local, &local));
    responder_send_jitter(50505, PEER, 1);
    assert_int_equal(responder_last_jitter(PEER).responder_seq, 1);
    responder_tear_down();
}

static void test_responder_bounds_a_duration_of_weeks(void **state)
{
    (void)state;
    struct ipsla_request request = {
        .command = IPSLA_COMMAND_ECHO, .is_ipv6 = true, .port = 7000, .duration_ms = UINT32_MAX};
    uint8_t bytes[IPSLA_REQUEST_BYTES_MAX];
    set_up_dual_stack();
    responder_set_up();
    responder_deliver(2967, PEER, bytes, ipsla_request_encode(&request, bytes));
    ipsla_echo_encode(bytes, 16);
    responder_deliver(7000, PEER, bytes, 16);
    struct instant almost = responder.drive.now;
    almost.mono.ns += responder.settings.max_duration_ns - 1;
    drive_until(&responder.drive, almost);
    assert_non_null(drive_channel(&responder.drive, 7000));
    almost.mono.ns += 1;
    drive_until(&responder.drive, almost);
    assert_null(drive_channel(&responder.drive, 7000));
    responder_tear_down();
}

/* The same port of both versions: two sockets. A permanent IPv4 port is none for IPv6. */
static void test_versions_do_not_share_ports(void **state)
{
    (void)state;
    set_up_dual_stack();
    responder.settings.permanent[0] = build_addr("0.0.0.0:50505");
    responder.settings.permanent_count = 1;
    responder_set_up();
    drive_forget(&responder.drive);
    responder_deliver_vector(2967, PEER, "C6");
    assert_int_equal(drive_count(&responder.drive, FX_OPEN), 1);
    assert_int_equal(responder_results(RESULT_ACCEPTED), 1);
    responder_tear_down();
}

static void test_allow_tells_versions_apart(void **state)
{
    (void)state;
    set_up_dual_stack();
    assert_true(addr_parse_prefix("2001:db8:1::/48", &responder.settings.allow[0]));
    responder.settings.allow_count = 1;
    responder_set_up();
    responder_deliver_vector(2967, PEER, "C6");
    assert_int_equal(responder_results(RESULT_ACCEPTED), 1);
    responder_deliver_vector(2967, "[2001:db8:9::10]:40000", "C6");
    responder_deliver_vector(1967, RESPONDER_PEER, "C4");
    assert_int_equal(responder_dropped(DROP_NOT_ALLOWED), 2);
    responder_tear_down();
}

/* One link-local address behind two interfaces is two senders. */
static void test_interfaces_tell_senders_apart(void **state)
{
    (void)state;
    struct lease_book book;
    struct addr local = build_addr("[fe80::1]:7000");
    struct addr left = build_addr("[fe80::9]:40000");
    struct addr right = left;
    local.scope = left.scope = 2;
    right.scope = 3;
    lease_init(&book, &(struct siphash_key){{1, 2}}, 4, 0);
    uint32_t port = lease_add_port(&book, &local, TRANSPORT_UDP, false);
    struct lease_session *session = lease_add_session(&book, port, &left);
    lease_set_expiry(&book, session, (struct mono){1});
    assert_ptr_equal(lease_find_control(&book, port, &left), session);
    assert_null(lease_find_control(&book, port, &right));
    lease_fini(&book);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_is_that_of_the_vector),
        cmocka_unit_test(test_duration_is_not_clamped),
        cmocka_unit_test(test_source_takes_the_interface_of_the_peer),
        cmocka_unit_test(test_global_source_has_no_interface),
        cmocka_unit_test(test_responder_answers_in_40_bytes),
        cmocka_unit_test(test_responder_bounds_a_duration_of_weeks),
        cmocka_unit_test(test_versions_do_not_share_ports),
        cmocka_unit_test(test_allow_tells_versions_apart),
        cmocka_unit_test(test_interfaces_tell_senders_apart),
    };
    return cmocka_run_group_tests(tests, responder_load, NULL);
}
