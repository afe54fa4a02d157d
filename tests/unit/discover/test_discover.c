/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "discover/discover.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "support/build.h"
#include "support/cm.h"
#include "support/drive.h"
#include "wire/icmp.h"
#include "wire/ipsla.h"
#include "wire/ipsla2.h"

#define MS(n) ((n)*NS_PER_MS)
#define PEERS_MAX 64

static struct drive drive;
static struct discover *discover;

static const struct discover_settings standard = {
    .methods = {[DISCOVER_V1] = true},
    .control_ports = {1967, 1167},
    .ports = {16384, 16385},
    .parallel = 8,
    .rate = 1000,
    .tries = 2,
    .timeout_ns = MS(500),
    .first_number = 0xff,
    .random = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
};

/* 198.51.100.1, .2, ... */
static void set_up(const struct discover_settings *settings, size_t count)
{
    struct addr peers[PEERS_MAX];
    for (size_t i = 0; i < count; i++) {
        peers[i] = build_addr("198.51.100.1");
        peers[i].ip[3] = (uint8_t)(i + 1);
    }
    discover = discover_new(settings, peers, count);
    drive_init(&drive, discover_machine(discover), build_at(0));
    drive_poll(&drive);
}

static const struct discover_result *v1(size_t index)
{
    return discover_result(discover, index, DISCOVER_V1);
}

static void tear_down(void)
{
    assert_true(discover_is_over(discover));
    assert_int_equal(drive.opened, drive.closed);
    discover_free(discover);
}

/* `size` bytes from the control port of 198.51.100.`last`. */
static void answer(unsigned last, const uint8_t *bytes, size_t size)
{
    char peer[32];
    snprintf(peer, sizeof peer, "198.51.100.%u:1967", last);
    struct ev ev = build_data((struct channel_id){0, 0}, peer, "192.0.2.1:40000", bytes, size);
    drive_input(&drive, ev);
}

/* The first request to the peer of `ev`, in whole. */
static void quote_request(struct ev *ev)
{
    const struct drive_effect *effect;
    for (size_t i = 0; (effect = drive_find(&drive, FX_SEND, i)) != NULL; i++) {
        if (addr_is_equal(&effect->fx.peer, &ev->peer) && effect->fx.id.owner == ev->id.owner) {
            ev->bytes = effect->bytes;
            ev->size = effect->fx.size;
            return;
        }
    }
}

static void icmp(unsigned last, int error)
{
    struct ev ev = {.kind = EV_ERROR, .is_icmp = true, .error = error};
    ev.peer = build_addr("198.51.100.1:1967");
    ev.peer.ip[3] = (uint8_t)last;
    quote_request(&ev);
    drive_input(&drive, ev);
}

static const uint8_t *sent(size_t index)
{
    const struct drive_effect *effect = drive_find(&drive, FX_SEND, index);
    assert_non_null(effect);
    return effect->bytes;
}

static void test_request_is_short_and_not_authenticated(void **state)
{
    (void)state;
    set_up(&standard, 1);
    const struct drive_effect *effect = drive_find(&drive, FX_SEND, 0);
    assert_non_null(effect);
    assert_int_equal(effect->fx.size, 52);
    assert_int_equal(effect->fx.peer.port, 1967);
    assert_memory_equal(effect->bytes, "\1\xff\0\x34", 4);
    assert_memory_equal(effect->bytes + 8, "\0\2\0\x10", 4);
    assert_memory_equal(effect->bytes + 16, "\xc6\x33\x64\1\x40\0\0\x64", 8);
    assert_int_equal(drive_find(&drive, FX_OPEN, 0)->fx.options.ttl, 255);
    drive_until(&drive, build_at(MS(1000)));
    tear_down();
}

static void expect_shape(const uint8_t *bytes, size_t size, enum discover_shape shape)
{
    set_up(&standard, 1);
    drive_until(&drive, build_at(MS(7)));
    answer(1, bytes, size);
    const struct discover_result *result = v1(0);
    assert_true(result->is_over);
    assert_int_equal(result->outcome, DISCOVER_ACCEPTED);
    assert_int_equal(result->shape, shape);
    assert_true(result->rtt_ns == MS(7));
    assert_int_equal(drive.sent, 1);
    tear_down();
}

static void test_shapes_of_success(void **state)
{
    (void)state;
    uint8_t bytes[52];
    set_up(&standard, 1);
    memcpy(bytes, sent(0), sizeof bytes);
    drive_until(&drive, build_at(MS(1000)));
    tear_down();
    expect_shape(bytes, 52, DISCOVER_COPY);
    bytes[3] = 24;
    expect_shape(bytes, 24, DISCOVER_LONG);
    bytes[3] = 8;
    expect_shape(bytes, 8, DISCOVER_SHORT);
    expect_shape(bytes, 24, DISCOVER_PADDED);
}

static void test_refusals_keep_their_status(void **state)
{
    (void)state;
    static const uint8_t as_16[] = {1, 0xff, 0, 8, 0, 2, 0, 0};
    static const uint8_t as_32[] = {1, 0, 0, 8, 0, 0, 0, 4};
    set_up(&standard, 2);
    drive_until(&drive, build_at(MS(3)));
    answer(1, as_16, sizeof as_16);
    answer(2, as_32, sizeof as_32);
    assert_int_equal(v1(0)->outcome, DISCOVER_REFUSED);
    assert_int_equal(v1(0)->status, 0x20000);
    assert_int_equal(v1(1)->outcome, DISCOVER_REFUSED);
    assert_int_equal(v1(1)->status, 4);
    tear_down();
}

/* Ids go on from 0xff to 0; the answer to the first request counts after the second was sent. */
static void test_repeats_and_late_answer(void **state)
{
    (void)state;
    set_up(&standard, 1);
    drive_until(&drive, build_at(MS(500) - 1));
    assert_int_equal(drive.sent, 1);
    drive_until(&drive, build_at(MS(600)));
    assert_int_equal(drive.sent, 2);
    assert_int_equal(sent(1)[1], 0);
    answer(1, (const uint8_t[]){1, 1, 0, 8, 0, 0, 0, 0}, 8);
    assert_false(v1(0)->is_over);
    answer(1, (const uint8_t[]){1, 0xff, 0, 8, 0, 0, 0, 0}, 8);
    assert_true(v1(0)->rtt_ns == MS(600));
    assert_int_equal(v1(0)->tries, 2);
    assert_int_equal(discover_unmatched(discover), 1);
    tear_down();
}

static void test_silence(void **state)
{
    (void)state;
    set_up(&standard, 1);
    drive_until(&drive, build_at(MS(1000) - 1));
    assert_false(discover_is_over(discover));
    drive_until(&drive, build_at(MS(1000)));
    assert_int_equal(v1(0)->outcome, DISCOVER_NO_ANSWER);
    assert_int_equal(drive.sent, 2);
    tear_down();
}

/* The answer of one address, or of another port, is not that of another. */
static void test_answers_belong_to_who_was_asked(void **state)
{
    (void)state;
    static const uint8_t success[] = {1, 0xff, 0, 8, 0, 0, 0, 0};
    set_up(&standard, 2);
    drive_until(&drive, build_at(MS(3)));
    answer(2, success, sizeof success);
    answer(3, success, sizeof success);
    struct ev ev = build_data((struct channel_id){0, 0}, "198.51.100.1:1968", "192.0.2.1:40000",
                              success, sizeof success);
    drive_input(&drive, ev);
    assert_false(v1(0)->is_over || v1(1)->is_over);
    assert_int_equal(discover_unmatched(discover), 3);
    drive_until(&drive, build_at(MS(2000)));
    tear_down();
}

static void test_unreadable(void **state)
{
    (void)state;
    set_up(&standard, 1);
    answer(1, (const uint8_t[]){2, 0xff, 0, 8, 0, 0, 0, 0}, 8);
    answer(1, NULL, 0);
    assert_false(v1(0)->is_over);
    drive_until(&drive, build_at(MS(1000)));
    assert_int_equal(v1(0)->outcome, DISCOVER_UNREADABLE);
    tear_down();
}

static void test_icmp(void **state)
{
    (void)state;
    set_up(&standard, 3);
    drive_until(&drive, build_at(MS(3)));
    icmp(1, ECONNREFUSED);
    icmp(3, EHOSTUNREACH);
    icmp(9, ECONNREFUSED);
    assert_true(v1(0)->is_over && !v1(1)->is_over && v1(2)->is_over);
    drive_until(&drive, build_at(MS(2000)));
    assert_int_equal(v1(0)->outcome, DISCOVER_CLOSED);
    assert_int_equal(v1(0)->tries, 1);
    assert_int_equal(v1(1)->outcome, DISCOVER_NO_ANSWER);
    assert_int_equal(v1(2)->outcome, DISCOVER_UNREACHABLE);
    assert_int_equal(v1(2)->error, EHOSTUNREACH);
    tear_down();
}

static void test_local_failures(void **state)
{
    (void)state;
    set_up(&standard, 2);
    drive.send_error = ENETUNREACH;
    drive_until(&drive, build_at(MS(1)));
    assert_int_equal(v1(1)->outcome, DISCOVER_UNSENT);
    assert_int_equal(v1(1)->error, ENETUNREACH);
    drive.send_error = ENOBUFS;
    drive_until(&drive, build_at(MS(499)));
    assert_false(v1(0)->is_over);
    drive_until(&drive, build_at(MS(500)));
    assert_int_equal(v1(0)->outcome, DISCOVER_UNSENT);
    assert_int_equal(v1(0)->error, ENOBUFS);
    tear_down();
}

static void test_full_queue_is_tried_again(void **state)
{
    (void)state;
    set_up(&standard, 2);
    drive.send_error = ENOBUFS;
    drive_until(&drive, build_at(MS(1)));
    drive.send_error = 0;
    drive_until(&drive, build_at(MS(502)));
    answer(2, (const uint8_t[]){1, 2, 0, 8, 0, 0, 0, 0}, 8);
    assert_int_equal(v1(1)->outcome, DISCOVER_ACCEPTED);
    drive_until(&drive, build_at(MS(2000)));
    tear_down();
}

static void test_no_channel(void **state)
{
    (void)state;
    struct addr peer = build_addr("198.51.100.1");
    discover = discover_new(&standard, &peer, 1);
    drive_init(&drive, discover_machine(discover), build_at(0));
    drive.open_error = EMFILE;
    drive_poll(&drive);
    assert_int_equal(discover_error(discover, DISCOVER_V1, ADDR_IPV4), EMFILE);
    assert_int_equal(discover_error(discover, DISCOVER_V1, ADDR_IPV6), 0);
    assert_int_equal(v1(0)->outcome, DISCOVER_NOT_ASKED);
    assert_int_equal(v1(0)->error, EMFILE);
    assert_int_equal(drive.sent, 0);
    assert_int_equal(drive.closed, 0);
    assert_true(discover_is_over(discover));
    discover_free(discover);
}

#define SIX "2001:db8::1"

static const struct discover_settings everything = {
    .methods = {true, true, true, true, true, true},
    .control_ports = {1967, 1167},
    .stamp_port = 862,
    .twamp_port = 862,
    .ports = {16384, 16385},
    .parallel = 8,
    .rate = 1000,
    .tries = 2,
    .timeout_ns = MS(500),
    .first_number = 0x10203,
    .random = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
};

/* One address by some methods; 4 ms later all are asked. */
static void set_up_with(const char *ip, const bool methods[DISCOVER_METHOD_COUNT])
{
    struct addr peer = build_addr(ip);
    struct discover_settings settings = everything;
    memcpy(settings.methods, methods, sizeof settings.methods);
    discover = discover_new(&settings, &peer, 1);
    drive_init(&drive, discover_machine(discover), build_at(0));
    drive_poll(&drive);
    drive_until(&drive, build_at(MS(4)));
}

/* One address by one method. */
static void set_up_one(const char *ip, enum discover_method method)
{
    bool methods[DISCOVER_METHOD_COUNT] = {false};
    methods[method] = true;
    set_up_with(ip, methods);
}

static void deliver(const struct fx *to, const uint8_t *bytes, size_t size)
{
    char peer[ADDR_TEXT_MAX];
    struct ev ev = build_data(to->id, addr_format(&to->peer, peer), "192.0.2.1:40000", bytes, size);
    ev.peer = to->peer;
    drive_input(&drive, ev);
}

static const struct discover_result *result(enum discover_method method)
{
    return discover_result(discover, 0, method);
}

static void finish(void)
{
    drive_until(&drive, build_at(MS(3000)));
    tear_down();
}

/* What RFC 6812 has: 172 bytes, mode none, for 100 ms, another port than version 1 asks for. */
static void test_request_of_version_2(void **state)
{
    (void)state;
    struct ipsla2_message message;
    set_up_one("198.51.100.1", DISCOVER_V2);
    const struct drive_effect *effect = drive_find(&drive, FX_SEND, 0);
    assert_int_equal(effect->fx.peer.port, 1167);
    assert_int_equal(effect->fx.size, IPSLA2_BYTES);
    assert_int_equal(ipsla2_decode_head(effect->bytes, effect->fx.size, &message), IPSLA_ACCEPT);
    assert_int_equal(ipsla2_decode_command(effect->bytes, effect->fx.size, &message), IPSLA_ACCEPT);
    assert_int_equal(message.mode, IPSLA2_MODE_NONE);
    assert_int_equal(message.sequence, 0x10203);
    assert_int_equal(message.duration_ms, 100);
    assert_int_equal(message.destination.port, 16385);
    assert_int_not_equal(message.session_id, 0);
    finish();
}

/* What a responder makes of the request that is out. */
static struct ipsla2_message answer_v2(void)
{
    const struct drive_effect *effect = drive_find(&drive, FX_SEND, 0);
    struct ipsla2_message message;
    assert_int_equal(ipsla2_decode_head(effect->bytes, effect->fx.size, &message), IPSLA_ACCEPT);
    assert_int_equal(ipsla2_decode_command(effect->bytes, effect->fx.size, &message), IPSLA_ACCEPT);
    message.session_id ^= 0x100;
    message.timestamp += 5;
    return message;
}

static void deliver_v2(const struct ipsla2_message *message)
{
    uint8_t bytes[IPSLA2_BYTES];
    size_t size = ipsla2_encode(message, bytes);
    deliver(&drive_find(&drive, FX_SEND, 0)->fx, bytes, size);
}

static void test_answers_of_version_2(void **state)
{
    (void)state;
    static const struct {
        uint16_t header, auth, command;
        enum discover_outcome outcome;
        uint32_t status;
    } cases[] = {
        {0, 0, 0, DISCOVER_ACCEPTED, 0}, {2, 2, 0, DISCOVER_REFUSED, 2},
        {2, 0, 0, DISCOVER_REFUSED, 2},  {1, 0, 4, DISCOVER_REFUSED, 4},
        {3, 0, 3, DISCOVER_REFUSED, 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        set_up_one("198.51.100.1", DISCOVER_V2);
        struct ipsla2_message message = answer_v2();
        message.status = cases[i].header;
        message.auth_status = cases[i].auth;
        message.command_status = cases[i].command;
        deliver_v2(&message);
        assert_true(result(DISCOVER_V2)->is_over);
        assert_int_equal(result(DISCOVER_V2)->outcome, cases[i].outcome);
        assert_int_equal(result(DISCOVER_V2)->status, cases[i].status);
        assert_true(result(DISCOVER_V2)->rtt_ns == MS(4));
        tear_down();
    }
}

/* A refusal may be no more than a header, an authentication section without random number. */
static void test_compact_refusal(void **state)
{
    (void)state;
    set_up_one("198.51.100.1", DISCOVER_V2);
    struct ipsla2_message message = answer_v2();
    message.status = message.auth_status = IPSLA2_AUTH;
    message.is_compact = true;
    message.has_command = false;
    deliver_v2(&message);
    assert_int_equal(result(DISCOVER_V2)->outcome, DISCOVER_REFUSED);
    assert_int_equal(result(DISCOVER_V2)->status, 2);
    tear_down();
}

/* Our own request come back, another random number, another sequence, a success without command. */
static void test_no_answers_of_version_2(void **state)
{
    (void)state;
    set_up_one("198.51.100.1", DISCOVER_V2);
    const struct drive_effect *effect = drive_find(&drive, FX_SEND, 0);
    deliver(&effect->fx, effect->bytes, effect->fx.size);
    struct ipsla2_message message = answer_v2();
    message.random[3] ^= 1;
    deliver_v2(&message);
    message = answer_v2();
    message.has_command = false;
    deliver_v2(&message);
    assert_int_equal(result(DISCOVER_V2)->outcome, DISCOVER_UNREADABLE);
    message = answer_v2();
    message.sequence++;
    deliver_v2(&message);
    assert_false(result(DISCOVER_V2)->is_over);
    assert_int_equal(discover_unmatched(discover), 4);
    message = answer_v2();
    deliver_v2(&message);
    assert_int_equal(result(DISCOVER_V2)->outcome, DISCOVER_ACCEPTED);
    tear_down();
}

/* Silence is not absence. */
static void test_silence_by_all_methods(void **state)
{
    (void)state;
    set_up_with("198.51.100.1", everything.methods);
    drive_until(&drive, build_at(MS(5)));
    assert_int_equal(drive.sent, 5);
    assert_int_equal(drive.opened, 6);
    finish();
    assert_int_equal(drive.sent, 10);
}

static void test_echo(void **state)
{
    (void)state;
    static const char *const peers[] = {"198.51.100.1", SIX};
    for (size_t i = 0; i < 2; i++) {
        set_up_one(peers[i], DISCOVER_ECHO);
        const struct drive_effect *effect = drive_find(&drive, FX_SEND, 0);
        const struct drive_effect *open = drive_find(&drive, FX_OPEN, 0);
        uint8_t reply[64];
        const struct icmp_header header = {i == 0 ? ICMP_TYPE_ECHO_REPLY : ICMP6_TYPE_ECHO_REPLY,
                                           40000, 0x0203};
        struct icmp_header got;
        assert_int_equal(open->fx.transport, TRANSPORT_ICMP_ECHO);
        assert_int_equal(open->fx.local.family, i == 0 ? ADDR_IPV4 : ADDR_IPV6);
        assert_int_equal(effect->fx.peer.port, 0);
        assert_true(i == 0 ? icmp_decode(effect->bytes, effect->fx.size, &got)
                           : icmp6_decode(effect->bytes, effect->fx.size, &got));
        assert_int_equal(got.identifier, header.identifier);
        assert_int_equal(got.sequence, header.sequence);
        memcpy(reply, effect->bytes, effect->fx.size);
        deliver(&effect->fx, reply, effect->fx.size); /* a request is no reply */
        assert_int_equal(result(DISCOVER_ECHO)->outcome, DISCOVER_UNREADABLE);
        assert_false(result(DISCOVER_ECHO)->is_over);
        if (i == 0) {
            icmp_encode(&header, reply, effect->fx.size);
        } else {
            icmp6_encode(&header, reply);
        }
        deliver(&effect->fx, reply, effect->fx.size);
        assert_int_equal(result(DISCOVER_ECHO)->outcome, DISCOVER_ACCEPTED);
        assert_true(result(DISCOVER_ECHO)->rtt_ns == MS(4));
        tear_down();
    }
}

/* Of UTC, not of UTC, and our own time in the wrong byte order. */
static void test_timestamp(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        set_up_one("198.51.100.1", DISCOVER_TIMESTAMP);
        const struct drive_effect *effect = drive_find(&drive, FX_SEND, 0);
        const struct icmp_header header = {ICMP_TYPE_TIMESTAMP_REPLY, 40000, 0x0203};
        uint8_t reply[ICMP_TIMESTAMP_BYTES];
        assert_int_equal(effect->fx.size, sizeof reply);
        memcpy(reply, effect->bytes, sizeof reply);
        reply[12] = i == 0 ? 0 : 0x80;
        for (unsigned byte = 0; byte < 4 && i == 2; byte++) {
            reply[12 + byte] = reply[11 - byte];
        }
        icmp_encode(&header, reply, sizeof reply);
        deliver(&effect->fx, reply, sizeof reply);
        assert_int_equal(result(DISCOVER_TIMESTAMP)->outcome, DISCOVER_ACCEPTED);
        assert_int_equal(result(DISCOVER_TIMESTAMP)->is_utc, i != 1);
        assert_int_equal(result(DISCOVER_TIMESTAMP)->is_swapped, i == 2);
        tear_down();
    }
}

/* Version 1 in 68 bytes; no timestamps. The copy is that of 68 bytes too. */
static void test_ipv6(void **state)
{
    (void)state;
    set_up_with(SIX, everything.methods);
    assert_int_equal(drive.sent, 4);
    assert_int_equal(drive.opened, 5);
    assert_int_equal(result(DISCOVER_TIMESTAMP)->outcome, DISCOVER_NOT_ASKED);
    assert_int_equal(result(DISCOVER_TIMESTAMP)->error, 0);
    const struct drive_effect *effect = drive_find(&drive, FX_SEND, 0);
    assert_int_equal(effect->fx.size, IPSLA_REQUEST_IPV6_BYTES);
    assert_memory_equal(effect->bytes + 16, effect->fx.peer.ip, 16);
    deliver(&effect->fx, effect->bytes, effect->fx.size);
    assert_int_equal(result(DISCOVER_V1)->outcome, DISCOVER_ACCEPTED);
    assert_int_equal(result(DISCOVER_V1)->shape, DISCOVER_COPY);
    finish();
}

/* The same control port for both versions: the channel tells what was asked. */
static void test_versions_on_one_port(void **state)
{
    (void)state;
    struct addr peer = build_addr("198.51.100.1");
    struct discover_settings settings = everything;
    settings.control_ports[1] = 1967;
    settings.methods[DISCOVER_ECHO] = settings.methods[DISCOVER_TIMESTAMP] = false;
    discover = discover_new(&settings, &peer, 1);
    drive_init(&drive, discover_machine(discover), build_at(0));
    drive_poll(&drive);
    drive_until(&drive, build_at(MS(4)));
    struct ev ev = {.kind = EV_ERROR, .is_icmp = true, .error = ECONNREFUSED};
    ev.id = drive_find(&drive, FX_SEND, 1)->fx.id;
    ev.peer = build_addr("198.51.100.1:1967");
    quote_request(&ev);
    drive_input(&drive, ev);
    assert_int_equal(result(DISCOVER_V2)->outcome, DISCOVER_CLOSED);
    assert_false(result(DISCOVER_V1)->is_over);
    finish();
}

/* Errors that quote another request, or so little of it that they may be anybody's. */
static void test_icmp_must_quote_the_request(void **state)
{
    (void)state;
    uint8_t quote[52];
    struct ev ev = {.kind = EV_ERROR, .is_icmp = true, .error = ECONNREFUSED};
    set_up(&standard, 1);
    ev.peer = build_addr("198.51.100.1:1967");
    memcpy(quote, sent(0), sizeof quote);
    ev.bytes = quote;
    ev.size = sizeof quote;
    for (size_t i = 0; i < sizeof quote; i++) {
        quote[i] ^= 1;
        drive_input(&drive, ev);
        quote[i] ^= 1;
    }
    assert_false(result(DISCOVER_V1)->is_over);
    assert_int_equal(result(DISCOVER_V1)->outcome, DISCOVER_NO_ANSWER);
    ev.size = 1;
    drive_input(&drive, ev);
    assert_false(result(DISCOVER_V1)->is_over);
    assert_int_equal(result(DISCOVER_V1)->outcome, DISCOVER_CLOSED);
    ev.size = 2;
    drive_input(&drive, ev);
    assert_true(result(DISCOVER_V1)->is_over);
    finish();
}

/* The methods of an address follow one another, and the addresses. */
static void test_order(void **state)
{
    (void)state;
    set_up(&everything, 3);
    drive_until(&drive, build_at(MS(100)));
    assert_int_equal(drive.sent, 7); /* and a connection */
    for (size_t i = 0; i < 7; i++) {
        const struct fx *fx = &drive_find(&drive, FX_SEND, i)->fx;
        static const uint16_t ports[] = {1967, 1167, 862, 0, 0};
        assert_int_equal(fx->peer.ip[3], i / 5 + 1);
        assert_int_equal(fx->peer.port, ports[i % 5]);
    }
    drive_until(&drive, build_at(MS(5000)));
    assert_int_equal(discover_count(discover), discover_total(discover));
    tear_down();
}

static void test_bounded_in_flight(void **state)
{
    (void)state;
    struct discover_settings settings = standard;
    settings.parallel = 3;
    settings.tries = 1;
    set_up(&settings, 5);
    drive_until(&drive, build_at(MS(499)));
    assert_int_equal(drive.sent, 3);
    icmp(2, ECONNREFUSED);
    assert_int_equal(drive.sent, 4);
    drive_until(&drive, build_at(MS(500)));
    assert_int_equal(drive.sent, 5);
    drive_until(&drive, build_at(MS(2000)));
    tear_down();
}

/* Requests are 1 s / rate apart, repeats included. */
static void test_bounded_rate(void **state)
{
    (void)state;
    struct discover_settings settings = standard;
    settings.rate = 30;
    settings.parallel = PEERS_MAX;
    set_up(&settings, 40);
    drive_until(&drive, build_at(MS(4000)));
    assert_int_equal(drive.sent, 80);
    for (size_t i = 1; i < drive.sent; i++) {
        int64_t apart_ns = mono_diff(drive_find(&drive, FX_SEND, i)->at.mono,
                                     drive_find(&drive, FX_SEND, i - 1)->at.mono);
        assert_true(apart_ns >= 33333334);
    }
    tear_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_is_short_and_not_authenticated),
        cmocka_unit_test(test_shapes_of_success),
        cmocka_unit_test(test_refusals_keep_their_status),
        cmocka_unit_test(test_repeats_and_late_answer),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_answers_belong_to_who_was_asked),
        cmocka_unit_test(test_unreadable),
        cmocka_unit_test(test_icmp),
        cmocka_unit_test(test_local_failures),
        cmocka_unit_test(test_full_queue_is_tried_again),
        cmocka_unit_test(test_no_channel),
        cmocka_unit_test(test_request_of_version_2),
        cmocka_unit_test(test_answers_of_version_2),
        cmocka_unit_test(test_compact_refusal),
        cmocka_unit_test(test_no_answers_of_version_2),
        cmocka_unit_test(test_silence_by_all_methods),
        cmocka_unit_test(test_echo),
        cmocka_unit_test(test_timestamp),
        cmocka_unit_test(test_ipv6),
        cmocka_unit_test(test_versions_on_one_port),
        cmocka_unit_test(test_icmp_must_quote_the_request),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_bounded_in_flight),
        cmocka_unit_test(test_bounded_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
