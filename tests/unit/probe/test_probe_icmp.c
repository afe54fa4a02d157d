/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* icmp-echo and icmp-jitter: what is sent, and which replies count. */
#include <errno.h>
#include <string.h>

#include "operation/operation.h"
#include "support/build.h"
#include "support/cm.h"
#include "support/sender.h"
#include "wire/icmp.h"

#define PEER "198.51.100.20"
#define MS(n) ((n)*NS_PER_MS)
/* The port that drive.c binds to stands for the identifier. */
#define IDENTIFIER 40000
#define ECHO_BYTES (8 + 8 + 28)

static struct spec *icmp_spec(const struct operation *operation)
{
    struct spec *spec = build_echo_spec("t", PEER);
    spec->operation = operation;
    spec->control.version = CONTROL_NONE;
    spec->path.port = spec->path.peer.port = 0;
    spec->packets.bytes = 28;
    spec->packets.count = operation == &operation_icmp_echo ? 1 : 10;
    return spec;
}

/* On the wire. */
static uint16_t number_of(uint32_t seq)
{
    return payload_sequence(&sender.probe.payload, seq);
}

/* What the other side makes of the echo that is out. */
static void echo_reply(uint16_t identifier, uint8_t reply[ECHO_BYTES])
{
    const struct icmp_header header = {ICMP_TYPE_ECHO_REPLY, identifier, number_of(1)};
    assert_int_equal(sender_sent(0)->fx.size, ECHO_BYTES);
    memcpy(reply, sender_sent(0)->bytes, ECHO_BYTES);
    icmp_encode(&header, reply, ECHO_BYTES);
}

static void test_echo(void **state)
{
    (void)state;
    uint8_t reply[ECHO_BYTES];
    struct icmp_header header;
    sender_set_up(icmp_spec(&operation_icmp_echo));
    assert_int_equal(drive_find(&sender.drive, FX_OPEN, 0)->fx.transport, TRANSPORT_ICMP_ECHO);
    assert_int_equal(sender_sent(0)->fx.peer.port, 0);
    assert_true(icmp_decode(sender_sent(0)->bytes, ECHO_BYTES, &header));
    assert_int_equal(header.type, ICMP_TYPE_ECHO);
    assert_int_equal(header.identifier, IDENTIFIER);
    assert_int_equal(header.sequence, number_of(1));
    assert_memory_equal(sender_sent(0)->bytes + 8, "\0\0\0\0", 4);
    uint8_t wanted[16 + NONCE_BYTES];
    sender_return_nonce(wanted);
    assert_memory_equal(sender_sent(0)->bytes + 16, wanted + 16, NONCE_BYTES);
    assert_memory_equal(sender_sent(0)->bytes + 24, "\xab\xcd\xab\xcd", 4);
    echo_reply(IDENTIFIER, reply);
    drive_until(&sender.drive, build_at(MS(3)));
    sender_deliver(PEER, reply, sizeof reply);
    sender_deliver(PEER, reply, sizeof reply);
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->rtt.sum_ns, MS(3));
    assert_int_equal(round->duplicate, 1);
    sender_assert_unmatched(0, 0, 0, 0);
    sender_tear_down();
}

static void test_replies_that_are_none(void **state)
{
    (void)state;
    uint8_t reply[ECHO_BYTES], request[ECHO_BYTES];
    sender_set_up(icmp_spec(&operation_icmp_echo));
    memcpy(request, sender_sent(0)->bytes, sizeof request);
    sender_deliver(PEER, request, sizeof request);
    echo_reply(IDENTIFIER, reply);
    reply[20] ^= 1;
    sender_deliver(PEER, reply, sizeof reply);
    echo_reply(IDENTIFIER + 1, reply);
    sender_deliver(PEER, reply, sizeof reply);
    echo_reply(IDENTIFIER, reply);
    sender_deliver("203.0.113.1", reply, sizeof reply);
    sender_deliver(PEER, reply, 0);
    const struct icmp_header header = {ICMP_TYPE_ECHO_REPLY, IDENTIFIER, number_of(1)};
    reply[15] ^= 1; /* another time, with a checksum that agrees */
    icmp_encode(&header, reply, sizeof reply);
    sender_deliver(PEER, reply, sizeof reply);
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_TIMEOUT);
    assert_int_equal(round->corrupt, 4);
    sender_assert_unmatched(1, 0, 1, 0);
    sender_tear_down();
}

#define PEER6 "2001:db8::20"

/* Types 128 and 129, and no checksum of ours. A reply of IPv4 is none. */
static void test_echo_over_ipv6(void **state)
{
    (void)state;
    uint8_t reply[ECHO_BYTES];
    struct spec *spec = icmp_spec(&operation_icmp_echo);
    spec->path.peer = build_addr(PEER6);
    sender_set_up(spec);
    const struct fx *open = &drive_find(&sender.drive, FX_OPEN, 0)->fx;
    assert_int_equal(open->transport, TRANSPORT_ICMP_ECHO);
    assert_int_equal(open->local.family, ADDR_IPV6);
    assert_memory_equal(sender_sent(0)->bytes, "\x80\0\0\0\x9c\x40", 6);
    assert_memory_equal(sender_sent(0)->bytes + 8, "\0\0\0\0", 4);
    memcpy(reply, sender_sent(0)->bytes, sizeof reply);
    sender_deliver(PEER6, reply, sizeof reply);
    echo_reply(IDENTIFIER, reply);
    sender_deliver(PEER6, reply, sizeof reply);
    reply[0] = ICMP6_TYPE_ECHO_REPLY;
    sender_deliver(PEER6, reply, ICMP_HEADER_BYTES - 1);
    drive_until(&sender.drive, build_at(MS(3)));
    sender_deliver(PEER6, reply, sizeof reply);
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->rtt.sum_ns, MS(3));
    assert_int_equal(round->corrupt, 3);
    sender_assert_unmatched(0, 0, 0, 0);
    sender_tear_down();
}

static enum outcome outcome_of_altered(bool verify_data)
{
    uint8_t reply[ECHO_BYTES];
    const struct icmp_header header = {ICMP_TYPE_ECHO_REPLY, IDENTIFIER, number_of(1)};
    struct spec *spec = icmp_spec(&operation_icmp_echo);
    spec->packets.verify_data = verify_data;
    sender_set_up(spec);
    echo_reply(IDENTIFIER, reply);
    reply[ECHO_BYTES - 1] ^= 1;
    icmp_encode(&header, reply, sizeof reply);
    sender_deliver(PEER, reply, sizeof reply);
    enum outcome outcome = sender_finish()->outcome;
    sender_tear_down();
    return outcome;
}

static void test_altered(void **state)
{
    (void)state;
    assert_int_equal(outcome_of_altered(false), OUTCOME_OK);
    assert_int_equal(outcome_of_altered(true), OUTCOME_VERIFY);
}

static void test_unreachable(void **state)
{
    (void)state;
    sender_set_up(icmp_spec(&operation_icmp_echo));
    sender_icmp(EHOSTUNREACH, PEER, 0, ICMP_HEADER_BYTES);
    assert_true(probe_is_idle(&sender.probe));
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_PROHIBITED);
    assert_int_equal(round->error, EHOSTUNREACH);
    sender_tear_down();
}

static void test_no_socket(void **state)
{
    (void)state;
    sender_prepare(icmp_spec(&operation_icmp_echo), build_at(0));
    sender.drive.open_error = EPROTONOSUPPORT;
    sender_start(build_at(0));
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_LOCAL);
    assert_int_equal(round->error, EPROTONOSUPPORT);
    sender_tear_down();
}

static void deliver_times(uint16_t seq, uint32_t receive_ms, uint32_t transmit_ms)
{
    uint8_t reply[ICMP_TIMESTAMP_BYTES];
    const struct icmp_header header = {ICMP_TYPE_TIMESTAMP_REPLY, IDENTIFIER, number_of(seq)};
    memcpy(reply, sender_sent(seq - 1u)->bytes, sizeof reply);
    for (unsigned i = 0; i < 4; i++) {
        reply[12 + i] = (uint8_t)(receive_ms >> (24 - 8 * i));
        reply[16 + i] = (uint8_t)(transmit_ms >> (24 - 8 * i));
    }
    icmp_encode(&header, reply, sizeof reply);
    sender_deliver(PEER, reply, sizeof reply);
}

/* Two packets are answered 4 ms after they were sent. */
static const struct round *two_answers_within(int64_t threshold_ns, const uint32_t first[2],
                                              const uint32_t second[2])
{
    struct spec *spec = icmp_spec(&operation_icmp_jitter);
    spec->packets.count = 2;
    spec->results.threshold_ns = threshold_ns;
    sender_set_up(spec);
    drive_until(&sender.drive, build_at(MS(4)));
    deliver_times(1, first[0], first[1]);
    drive_until(&sender.drive, build_at(MS(24)));
    deliver_times(2, second[0], second[1]);
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->received, 2);
    return round;
}

static const struct round *two_answers(const uint32_t first[2], const uint32_t second[2])
{
    return two_answers_within(5 * NS_PER_SECOND, first, second);
}

static void test_jitter(void **state)
{
    (void)state;
    const uint32_t first[2] = {1000, 1001}, second[2] = {1023, 1023};
    const struct round *round = two_answers(first, second);
    assert_int_equal(drive_find(&sender.drive, FX_OPEN, 0)->fx.transport, TRANSPORT_ICMP_TIMESTAMP);
    assert_int_equal(sender_sent(0)->fx.size, ICMP_TIMESTAMP_BYTES);
    assert_int_equal(round->rtt.min_ns, MS(3));
    assert_int_equal(round->rtt.max_ns, MS(4));
    assert_int_equal(round->processing.sum_ns, MS(1));
    assert_int_equal(round->sd.jitter.positive.sum_ns, MS(3));
    assert_int_equal(round->ds.jitter.negative.sum_ns, MS(2));
    sender_tear_down();
}

/* An average jitter of 2.5 ms, with round trips of 3 and 4 ms: the operation is judged by the
 * jitter, each packet by its round trip. */
static void test_over_threshold(void **state)
{
    (void)state;
    const uint32_t first[2] = {1000, 1001}, second[2] = {1023, 1023};
    static const struct {
        int64_t threshold_ns;
        enum return_code return_code;
        uint32_t packets;
    } cases[] = {
        {MS(3), RETURN_CODE_OK, 1},
        {MS(5) / 2, RETURN_CODE_OK, 2},
        {MS(2), RETURN_CODE_OVER_THRESHOLD, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct round *round = two_answers_within(cases[i].threshold_ns, first, second);
        assert_int_equal(round->return_code, cases[i].return_code);
        assert_int_equal(round->over_threshold, cases[i].packets);
        sender_tear_down();
    }
}

static void test_midnight_and_other_clocks(void **state)
{
    (void)state;
    static const uint32_t pairs[][2][2] = {
        {{86399990, 86399990}, {10, 10}},
        {{0x829f4ec9, 0x829f4ec9}, {0x829f4edd, 0x829f4edd}},
        {{0xfffffff6, 0xfffffff6}, {0x8000000a, 0x8000000a}},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        const struct round *round = two_answers(pairs[i][0], pairs[i][1]);
        assert_int_equal(round->corrupt, 0);
        assert_int_equal(round->sd.jitter.samples, 1);
        assert_int_equal(round->sd.jitter.max_ns, 0);
        sender_tear_down();
    }
}

/* Beyond a day without bit 31, of two clocks, or sent before it came: a round trip without times.
 */
static void test_senseless_times(void **state)
{
    (void)state;
    static const uint32_t good[2] = {1000, 1000};
    static const uint32_t bad[][2] = {
        {86400000, 86400000}, {1000, 0x800003e8}, {1000, 999}, {1000, 9000}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const struct round *round = two_answers(good, bad[i]);
        assert_int_equal(round->corrupt, 1);
        assert_int_equal(round->rtt.sum_ns, MS(8));
        assert_int_equal(round->sd.jitter.samples, 0);
        sender_tear_down();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_echo),
        cmocka_unit_test(test_replies_that_are_none),
        cmocka_unit_test(test_echo_over_ipv6),
        cmocka_unit_test(test_altered),
        cmocka_unit_test(test_unreachable),
        cmocka_unit_test(test_no_socket),
        cmocka_unit_test(test_jitter),
        cmocka_unit_test(test_over_threshold),
        cmocka_unit_test(test_midnight_and_other_clocks),
        cmocka_unit_test(test_senseless_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
