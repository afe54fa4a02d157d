/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The reflector of STAMP and TWAMP Light: what comes back, how it is numbered, and to whom nothing
 * comes back. */
#include <string.h>

#include "reflect/reflect.h"
#include "support/build.h"
#include "support/cm.h"
#include "support/drive.h"
#include "support/responder.h"
#include "support/vectors.h"
#include "wire/stamp_packet.h"
#include "wire/stamp_tlv.h"

#define MS(value) ((value)*NS_PER_MS)
#define SECONDS(value) ((value)*NS_PER_SECOND)
#define ANOTHER_PORT 8620

static struct vectors vectors;
static uint8_t secret[32];
static const struct crypto_part key = {secret, sizeof secret};

static int load(void **state)
{
    vectors_load_from(&vectors, "stamp.txt");
    for (size_t i = 0; i < sizeof secret; i++) {
        secret[i] = (uint8_t)i;
    }
    return responder_load(state);
}

static void prepare(void)
{
    responder_prepare();
    responder.settings.stamp.ports[0] = build_addr("0.0.0.0:862");
    responder.settings.stamp.port_count = 1;
}

static void set_up(void)
{
    prepare();
    responder_set_up();
}

static void prepare_key(void)
{
    prepare();
    responder.settings.stamp.key =
        (struct auth_key){.algorithm = AUTH_HMAC_SHA256, .size = sizeof secret};
    memcpy(responder.settings.stamp.key.secret, secret, sizeof secret);
}

static void send_vector(const char *peer, const char *name)
{
    const struct vector *v = vectors_find(&vectors, name);
    responder_deliver(STAMP_PORT, peer, v->bytes, v->size);
}

static struct stamp_reply last(const char *peer, const struct crypto_part *with)
{
    struct stamp_reply reply = {0};
    const struct drive_effect *sent = responder_last(peer);
    assert_int_equal(stamp_reply_decode(sent->bytes, sent->fx.size, with, &reply), STAMP_ACCEPT);
    return reply;
}

static uint32_t last_number(const char *peer)
{
    return last(peer, NULL).seq;
}

static void test_reply(void **state)
{
    (void)state;
    static const struct clock_state clock = {.is_synchronized = true,
                                             .estimated_error_ns = MS(125)};
    set_up();
    reflect_set_clock(responder.reflect, &clock);
    send_vector(RESPONDER_PEER, "S3");
    struct stamp_reply reply = last(RESPONDER_PEER, NULL);
    assert_int_equal(responder_last(RESPONDER_PEER)->fx.size, STAMP_OPEN_BYTES);
    assert_int_equal(reply.seq, 0);
    assert_int_equal(reply.sender_seq, 258);
    assert_int_equal(reply.ssid, 0xbeef);
    assert_int_equal(reply.sender_estimate, 0x9680);
    assert_int_equal(reply.estimate, 0x9680);
    assert_int_equal(reply.t1, UINT64_C(0xed00378040000000));
    assert_int_equal(reply.t2, timestamp_encode(TIMESTAMP_NTP, build_at(0).wall));
    assert_int_equal(reply.t3, reply.t2);
    assert_int_equal(reply.ttl, 64);
    assert_int_equal(reflect_stats(responder.reflect)->stamp_packets, 1);
    responder_tear_down();
}

/* Times in the reflector's own format, and none of a clock that nobody has told of. */
static void test_format(void **state)
{
    (void)state;
    prepare();
    responder.settings.timestamp_format = TIMESTAMP_PTP;
    responder_set_up();
    send_vector(RESPONDER_PEER, "S1");
    struct stamp_reply reply = last(RESPONDER_PEER, NULL);
    struct stamp_estimate estimate = stamp_estimate_read(reply.estimate);
    assert_int_equal(estimate.format, TIMESTAMP_PTP);
    assert_false(estimate.is_synchronized);
    assert_int_equal(reply.t2, timestamp_encode(TIMESTAMP_PTP, build_at(0).wall));
    responder_tear_down();
}

/* As long as the request, 44 at least; what follows the base as it came, unless it is TLVs. */
static const struct {
    const char *name;
    enum reflect_tlv tlv;
    size_t size;
    uint8_t flags; /* of the first octet behind the base */
} sizes[] = {
    {"S9", REFLECT_TLV_AUTO, 44, 0},     {"S10", REFLECT_TLV_AUTO, 44, 0},
    {"S11", REFLECT_TLV_AUTO, 70, 0xaa}, {"S11", REFLECT_TLV_OFF, 70, 0xaa},
    {"S11", REFLECT_TLV_ON, 70, 0xc0},   {"L1", REFLECT_TLV_AUTO, 56, 0},
    {"L1", REFLECT_TLV_OFF, 56, 0x80},   {"L2", REFLECT_TLV_AUTO, 52, 0x80},
};

static void test_sizes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        prepare();
        responder.settings.stamp.tlv = sizes[i].tlv;
        responder_set_up();
        send_vector(RESPONDER_PEER, sizes[i].name);
        const struct drive_effect *sent = responder_last(RESPONDER_PEER);
        assert_int_equal(sent->fx.size, sizes[i].size);
        if (sent->fx.size > STAMP_OPEN_BYTES) {
            assert_int_equal(sent->bytes[STAMP_OPEN_BYTES], sizes[i].flags);
        }
        responder_tear_down();
    }
}

/* Each port, and each SSID, is a session with a count of its own; a pause of five minutes ends it.
 */
static void test_sessions(void **state)
{
    (void)state;
    set_up();
    send_vector(RESPONDER_PEER, "S1");
    send_vector(RESPONDER_PEER, "S7");
    assert_int_equal(last_number(RESPONDER_PEER), 1);
    send_vector(RESPONDER_PEER, "S3");
    assert_int_equal(last_number(RESPONDER_PEER), 0);
    send_vector(RESPONDER_PEER_2, "S1");
    assert_int_equal(last_number(RESPONDER_PEER_2), 0);
    send_vector(RESPONDER_PEER, "S1");
    assert_int_equal(last_number(RESPONDER_PEER), 2);
    assert_int_equal(reflect_stats(responder.reflect)->sessions, 3);
    drive_until(&responder.drive, build_at(SECONDS(299)));
    send_vector(RESPONDER_PEER, "S1");
    assert_int_equal(last_number(RESPONDER_PEER), 3);
    drive_until(&responder.drive, build_at(SECONDS(599)));
    send_vector(RESPONDER_PEER, "S1");
    assert_int_equal(last_number(RESPONDER_PEER), 0);
    responder_tear_down();
}

/* The padding of TWAMP stands where STAMP has an SSID: it makes no sessions. */
static void test_padding_is_no_session(void **state)
{
    (void)state;
    set_up();
    for (uint8_t i = 0; i < 5; i++) {
        uint8_t request[60] = {0};
        memset(request + 14, 0xa0 + i, sizeof request - 14);
        responder_deliver(STAMP_PORT, RESPONDER_PEER, request, sizeof request);
        assert_int_equal(last_number(RESPONDER_PEER), i);
        assert_int_equal(last(RESPONDER_PEER, NULL).ssid, 0);
    }
    assert_int_equal(reflect_stats(responder.reflect)->sessions, 1);
    responder_tear_down();
}

static void test_stateless(void **state)
{
    (void)state;
    prepare();
    responder.settings.stamp.is_stateless = true;
    responder_set_up();
    send_vector(RESPONDER_PEER, "S7");
    assert_int_equal(last_number(RESPONDER_PEER), UINT32_MAX);
    send_vector(RESPONDER_PEER, "S3");
    assert_int_equal(last_number(RESPONDER_PEER), 258);
    assert_int_equal(reflect_stats(responder.reflect)->sessions, 0);
    responder_tear_down();
}

/* New sessions beyond the limit are not answered, those that there are go on. */
static void test_limits(void **state)
{
    (void)state;
    prepare();
    responder.settings.max_sessions_per_source = 1;
    responder_set_up();
    send_vector(RESPONDER_PEER, "S1");
    send_vector(RESPONDER_PEER_2, "S1");
    assert_int_equal(responder_dropped(DROP_SOURCE_LIMIT), 1);
    send_vector(RESPONDER_PEER, "S1");
    assert_int_equal(last_number(RESPONDER_PEER), 1);
    responder_tear_down();
}

/* A session of slow packets keeps its place, and its count, for four of its intervals. */
static void test_slow_sessions_stay(void **state)
{
    (void)state;
    prepare();
    responder.settings.max_sessions = 1;
    responder_set_up();
    for (int64_t i = 0; i < 3; i++) {
        drive_until(&responder.drive, build_at(SECONDS(2 * i)));
        send_vector(RESPONDER_PEER, "S1");
    }
    drive_until(&responder.drive, build_at(SECONDS(11)));
    send_vector(RESPONDER_PEER_2, "S1");
    assert_int_equal(responder_dropped(DROP_LIMIT), 1);
    send_vector(RESPONDER_PEER, "S1");
    assert_int_equal(last_number(RESPONDER_PEER), 3);
    drive_until(&responder.drive, build_at(SECONDS(30)));
    send_vector(RESPONDER_PEER_2, "S1");
    assert_int_equal(last_number(RESPONDER_PEER_2), 0);
    responder_tear_down();
}

static void test_keyed(void **state)
{
    (void)state;
    prepare_key();
    responder_set_up();
    send_vector(RESPONDER_PEER, "A9");
    assert_int_equal(responder_last(RESPONDER_PEER)->fx.size, 140);
    assert_int_equal(last(RESPONDER_PEER, &key).sender_seq, 7);
    /* The HMAC of the TLVs covers the number of the reply. */
    const uint8_t *sent = responder_last(RESPONDER_PEER)->bytes + STAMP_KEYED_BYTES;
    uint8_t tail[28], wanted[28];
    memcpy(tail, sent, sizeof tail);
    assert_int_equal(tail[0], 0);
    memcpy(wanted, tail, 8);
    stamp_tlv_sign(&key, 0, wanted, 8);
    assert_memory_equal(tail + 12, wanted + 12, STAMP_HMAC_BYTES);

    static const char *const refused[] = {"A5", "A6", "A8", "S1", "S11"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        send_vector(RESPONDER_PEER, refused[i]);
        assert_int_equal(responder_dropped(DROP_BAD_HMAC), i + 1);
    }
    assert_int_equal(reflect_stats(responder.reflect)->sessions, 1);
    responder_tear_down();
}

/* No reply is answered, and nothing that comes from a port of ours: no two reflectors talk. */
static void test_loops(void **state)
{
    (void)state;
    prepare();
    responder.settings.min_source_port = 0;
    responder_set_up();
    static const char *const replies[] = {"S2", "S4", "S6", "S8", "S12", "M7", "M10", "M11"};
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        send_vector(RESPONDER_PEER, replies[i]);
        assert_int_equal(responder_dropped(DROP_LOOP), i + 1);
    }
    send_vector("192.0.2.10:862", "S1");
    assert_int_equal(responder_dropped(DROP_LOOP), 9);
    send_vector("192.0.2.10:863", "S1");
    assert_int_equal(last_number("192.0.2.10:863"), 0);
    responder_tear_down();
}

static void test_what_is_dropped(void **state)
{
    (void)state;
    set_up();
    send_vector(RESPONDER_PEER, "M2");
    send_vector("192.0.2.10:862", "S1");
    send_vector(RESPONDER_PEER, "L21");
    assert_int_equal(responder_dropped(IPSLA_TOO_SHORT), 1);
    assert_int_equal(responder_dropped(DROP_BAD_SOURCE) + responder_dropped(DROP_LOOP), 1);
    assert_int_equal(responder_dropped(DROP_UNWANTED), 1);
    responder_tear_down();
}

/* The reply has the DSCP of its request, or the one that was asked for; no ECN. */
static void test_dscp(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        set_up();
        const struct vector *v = vectors_find(&vectors, i == 0 ? "S1" : "L3");
        struct ev ev = build_data(drive_channel(&responder.drive, STAMP_PORT)->id, RESPONDER_PEER,
                                  RESPONDER_IP ":862", v->bytes, v->size);
        ev.tos = 34 << 2 | 2;
        ev.ttl = 61;
        drive_input(&responder.drive, ev);
        responder.datagrams++;
        assert_int_equal(responder_last(RESPONDER_PEER)->fx.tos, i == 0 ? 34 << 2 : 46 << 2);
        assert_int_equal(last(RESPONDER_PEER, NULL).ttl, 61);
        responder_tear_down();
    }
}

/* Follow-Up Telemetry: when the reply before this one left. */
static void test_follow_up(void **state)
{
    (void)state;
    set_up();
    send_vector(RESPONDER_PEER, "L8");
    uint64_t t3 = last(RESPONDER_PEER, NULL).t3;
    drive_until(&responder.drive, build_at(MS(20)));
    send_vector(RESPONDER_PEER, "L8");
    const uint8_t *tail = responder_last(RESPONDER_PEER)->bytes + STAMP_OPEN_BYTES;
    static const uint8_t header[] = {0, 7, 0, 16, 0, 0, 0, 0};
    assert_memory_equal(tail, header, sizeof header);
    uint64_t told = 0;
    for (size_t i = 8; i < 16; i++) {
        told = told << 8 | tail[i];
    }
    assert_int_equal(told, t3);
    responder_tear_down();
}

/* Probes of IP SLA are not answered there, and nobody can ask for the port. */
static void test_is_no_probe_port(void **state)
{
    (void)state;
    prepare();
    responder.settings.stamp.ports[0].port = ANOTHER_PORT;
    responder_set_up();
    responder_ask(RESPONDER_PEER, ANOTHER_PORT, 5000);
    assert_int_equal(responder_results(RESULT_PORT_IN_USE), 1);
    responder_tear_down();
}

/* A change opens and closes such ports, and a session lives on. */
static void test_change(void **state)
{
    (void)state;
    set_up();
    send_vector(RESPONDER_PEER, "S1");
    struct reflect_settings wanted = responder.settings;
    wanted.stamp.ports[1] = build_addr("0.0.0.0:8620");
    wanted.stamp.port_count = 2;
    reflect_change(responder.reflect, &wanted);
    drive_poll(&responder.drive);
    assert_non_null(drive_channel(&responder.drive, ANOTHER_PORT));
    send_vector(RESPONDER_PEER, "S1");
    assert_int_equal(last_number(RESPONDER_PEER), 1);
    wanted.stamp.port_count = 0;
    reflect_change(responder.reflect, &wanted);
    drive_poll(&responder.drive);
    assert_null(drive_channel(&responder.drive, STAMP_PORT));
    assert_true(reflect_is_listening(responder.reflect));
    responder_tear_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reply),
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_sessions),
        cmocka_unit_test(test_padding_is_no_session),
        cmocka_unit_test(test_stateless),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_slow_sessions_stay),
        cmocka_unit_test(test_keyed),
        cmocka_unit_test(test_loops),
        cmocka_unit_test(test_what_is_dropped),
        cmocka_unit_test(test_dscp),
        cmocka_unit_test(test_follow_up),
        cmocka_unit_test(test_is_no_probe_port),
        cmocka_unit_test(test_change),
    };
    return cmocka_run_group_tests(tests, load, NULL);
}
