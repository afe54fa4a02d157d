/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Type 3 probes at the responder: times, counts, and which layout it is. */
#include "reflect/reflect.h"

#include <string.h>

#include "support/build.h"
#include "support/cm.h"
#include "support/drive.h"
#include "support/responder.h"
#include "wire/jitter_us.h"

#define T1 UINT64_C(0xed00378040000000)
#define PROBE_BYTES 64

static void send_us(uint16_t port, const char *peer, enum jitter_us_layout layout, uint32_t seq)
{
    uint8_t bytes[PROBE_BYTES];
    jitter_us_encode(layout, &(struct jitter_us){.t1 = T1, .sender_seq = seq}, bytes, sizeof bytes);
    responder_deliver(port, peer, bytes, sizeof bytes);
}

static struct jitter_us last_us(const char *peer, enum jitter_us_layout layout)
{
    const struct drive_effect *effect = responder_last(peer);
    struct jitter_us reply = {0};
    assert_int_equal(jitter_us_decode_reply(layout, effect->bytes, effect->fx.size, &reply),
                     IPSLA_ACCEPT);
    return reply;
}

static void assert_reply(const char *peer, enum jitter_us_layout layout, uint32_t seq,
                         uint32_t count)
{
    struct jitter_us reply = last_us(peer, layout);
    assert_int_equal(reply.sender_seq, seq);
    assert_int_equal(reply.responder_seq, count);
}

static void set_up(enum timestamp_format format)
{
    responder_prepare();
    responder.settings.timestamp_format = format;
    responder.settings.permanent[0] = build_addr("0.0.0.0:16000");
    responder.settings.permanent_count = 1;
    responder_set_up();
}

/* Received at one moment, sent at another: both are in the reply, to the nanosecond, and the rest
 * of it is what came. */
static void test_times(void **state)
{
    (void)state;
    for (unsigned format = 0; format < TIMESTAMP_FORMAT_COUNT; format++) {
        set_up((enum timestamp_format)format);
        responder_ask(RESPONDER_PEER, 16384, 5000);
        uint8_t bytes[PROBE_BYTES];
        jitter_us_encode(JITTER_US_SEQ16, &(struct jitter_us){.t1 = T1, .sender_seq = 1}, bytes,
                         sizeof bytes);
        memset(bytes + 28, 0x77, 24); /* t4 and both offsets */
        struct ev ev = build_data(drive_channel(&responder.drive, 16384)->id, RESPONDER_PEER,
                                  RESPONDER_IP, bytes, sizeof bytes);
        ev.received = (struct stamp){build_at(900000), STAMP_KERNEL, 0};
        struct instant later = build_at(950001);
        later.wall.ns -= 3600 * NS_PER_SECOND; /* set meanwhile */
        struct machine machine = reflect_machine(responder.reflect);
        struct fx fx;
        responder.datagrams++;
        machine.ops->input(machine.self, &ev, later);
        assert_true(machine.ops->poll(machine.self, later, &fx));
        struct wall t2 = {BUILD_WALL_NS + 900000}, t3 = {BUILD_WALL_NS + 950001};
        struct jitter_us wanted = {T1, timestamp_encode((enum timestamp_format)format, t2),
                                   timestamp_encode((enum timestamp_format)format, t3), 1, 1};
        uint8_t reply[PROBE_BYTES];
        jitter_us_encode(JITTER_US_SEQ16, &wanted, reply, sizeof reply);
        memset(reply + 28, 0x77, 16);
        assert_int_equal(fx.size, sizeof reply);
        assert_memory_equal(fx.bytes, reply, sizeof reply);
        responder.drive.sent++;
        drive_poll(&responder.drive);
        assert_int_equal(reflect_stats(responder.reflect)->jitter_us_probes, 1);
        assert_int_equal(reflect_stats(responder.reflect)->jitter_probes, 0);
        assert_int_equal(reflect_stats(responder.reflect)->processing.count, 1);
        responder_tear_down();
    }
}

/* Version 1 control opened it: 16-bit numbers, whatever the probe looks like. */
static void test_layout_of_a_session(void **state)
{
    (void)state;
    set_up(TIMESTAMP_NTP);
    responder_ask(RESPONDER_PEER, 16384, 5000);
    send_us(16384, RESPONDER_PEER, JITTER_US_SEQ32, 1);
    assert_int_equal(responder_dropped(IPSLA_WRONG_DIRECTION), 1);
    send_us(16384, RESPONDER_PEER, JITTER_US_SEQ16, 5);
    assert_reply(RESPONDER_PEER, JITTER_US_SEQ16, 5, 1);
    responder_send_jitter(16384, RESPONDER_PEER, 6);
    assert_int_equal(responder_last_jitter(RESPONDER_PEER).responder_seq, 2);
    responder_ask(RESPONDER_PEER, 16384, 5000);
    send_us(16384, RESPONDER_PEER, JITTER_US_SEQ16, 1);
    assert_reply(RESPONDER_PEER, JITTER_US_SEQ16, 1, 1);
    responder_tear_down();
}

/* The first packet of each flow decides, and then it stays: beyond 65535 only that helps. */
static void test_layout_on_a_permanent_port(void **state)
{
    (void)state;
    set_up(TIMESTAMP_NTP);
    send_us(16000, RESPONDER_PEER, JITTER_US_SEQ32, 1);
    assert_reply(RESPONDER_PEER, JITTER_US_SEQ32, 1, 1);
    send_us(16000, RESPONDER_PEER_2, JITTER_US_SEQ16, 1);
    assert_reply(RESPONDER_PEER_2, JITTER_US_SEQ16, 1, 1);
    send_us(16000, RESPONDER_PEER, JITTER_US_SEQ32, 0x10000);
    assert_reply(RESPONDER_PEER, JITTER_US_SEQ32, 0x10000, 2);
    send_us(16000, RESPONDER_PEER_2, JITTER_US_SEQ32, 2);
    assert_int_equal(responder_dropped(IPSLA_WRONG_DIRECTION), 1);
    send_us(16000, RESPONDER_PEER, JITTER_US_SEQ32, 1);
    assert_reply(RESPONDER_PEER, JITTER_US_SEQ32, 1, 1);
    /* A flow that begins where no layout can be told. */
    send_us(16000, RESPONDER_OTHER, JITTER_US_SEQ16, 0);
    assert_int_equal(responder_dropped(IPSLA_WRONG_DIRECTION), 2);
    send_us(16000, RESPONDER_OTHER, JITTER_US_SEQ32, 7);
    assert_reply(RESPONDER_OTHER, JITTER_US_SEQ32, 7, 1);
    responder_tear_down();
}

/* Beyond 65535 packets the count goes on where the layout has room for it. */
static void test_long_count(void **state)
{
    (void)state;
    set_up(TIMESTAMP_NTP);
    for (uint32_t seq = 1; seq <= 65537; seq++) {
        drive_forget(&responder.drive);
        send_us(16000, RESPONDER_PEER, JITTER_US_SEQ32, seq);
    }
    assert_reply(RESPONDER_PEER, JITTER_US_SEQ32, 65537, 65537);
    responder_tear_down();
}

/* What is no request changes nothing: not even which port a session's probes come from. */
static void test_replies_are_dropped(void **state)
{
    (void)state;
    set_up(TIMESTAMP_NTP);
    responder_ask(RESPONDER_PEER, 16384, 5000);
    static const char *const replies[] = {"P6", "P8", "M21"};
    for (size_t i = 0; i < 3; i++) {
        responder_deliver_vector(16384, RESPONDER_PEER_2, replies[i]);
        responder_deliver_vector(16000, RESPONDER_PEER_2, replies[i]);
    }
    assert_int_equal(responder_dropped(IPSLA_WRONG_DIRECTION), 4);
    assert_int_equal(responder_dropped(IPSLA_TOO_SHORT), 2);
    assert_int_equal(reflect_stats(responder.reflect)->sessions, 1);
    send_us(16384, "192.0.2.10:40009", JITTER_US_SEQ16, 1);
    assert_reply("192.0.2.10:40009", JITTER_US_SEQ16, 1, 1);
    responder_tear_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_layout_of_a_session),
        cmocka_unit_test(test_layout_on_a_permanent_port),
        cmocka_unit_test(test_long_count),
        cmocka_unit_test(test_replies_are_dropped),
    };
    return cmocka_run_group_tests(tests, responder_load, NULL);
}
