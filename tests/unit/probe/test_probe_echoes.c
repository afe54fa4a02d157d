/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Several echoes in one operation: each is booked by itself, whatever order their replies have. */
#include <string.h>

#include "operation/operation.h"
#include "support/build.h"
#include "support/cm.h"
#include "support/sender.h"
#include "wire/icmp.h"

#define MS(n) ((n)*NS_PER_MS)
#define SECONDS(n) ((n)*NS_PER_SECOND)
#define INTERVAL_MS 200
#define COUNT 5

/* An operation whose replies the test makes of the packets. */
struct kind {
    const char *name, *peer;
    const struct operation *operation;
};

static const struct kind kinds[] = {
    {"udp-echo", SENDER_ECHO_PROBES, &operation_udp_echo},
    {"icmp-echo", "198.51.100.20:0", &operation_icmp_echo},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

static struct spec *echoes_spec(const struct kind *kind)
{
    struct spec *spec = build_echo_spec("t", "198.51.100.20");
    spec->operation = kind->operation;
    spec->control.version = CONTROL_NONE;
    spec->packets.count = COUNT;
    spec->packets.interval_ns = MS(INTERVAL_MS);
    if (!kind->operation->has_ports) {
        spec->path.port = spec->path.peer.port = 0;
    }
    return spec;
}

struct reply {
    uint8_t bytes[DRIVE_BYTES_MAX];
    size_t size;
};

/* What the other side makes of the packet sent as number `index` since drive_forget. */
static struct reply reply_to(const struct kind *kind, size_t index)
{
    const struct drive_effect *sent = sender_sent(index);
    struct reply reply = {.size = sent->fx.size};
    struct icmp_header header;
    memcpy(reply.bytes, sent->bytes, reply.size);
    if (!kind->operation->has_ports) {
        assert_true(icmp_decode(reply.bytes, reply.size, &header));
        header.type = ICMP_TYPE_ECHO_REPLY;
        icmp_encode(&header, reply.bytes, reply.size);
    }
    return reply;
}

static void deliver(const struct kind *kind, struct reply reply)
{
    sender_deliver(kind->peer, reply.bytes, reply.size);
}

static void answer(const struct kind *kind, size_t index)
{
    deliver(kind, reply_to(kind, index));
}

/* `after_ms` the packet `index` was due. */
static void run_to(size_t index, int64_t after_ms)
{
    drive_until(&sender.drive, build_at(MS((int64_t)index * INTERVAL_MS + after_ms)));
}

static void test_all_answered(void **state)
{
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        sender_set_up(echoes_spec(&kinds[k]));
        for (size_t i = 0; i < COUNT; i++) {
            run_to(i, 2 + (int64_t)i);
            answer(&kinds[k], i);
        }
        const struct round *round = sender_finish();
        assert_int_equal(round->outcome, OUTCOME_OK);
        assert_int_equal(round->sent, COUNT);
        assert_int_equal(round->received, COUNT);
        assert_true(round->rtt.min_ns == MS(2) && round->rtt.max_ns == MS(6));
        assert_true(round->rtt.sum_ns == MS(20));
        assert_int_equal(round->sd.jitter.samples + round->ds.jitter.samples, 0);
        assert_true(round->duration_ns == MS(4 * INTERVAL_MS + 6));
        sender_tear_down();
    }
}

/* Packets 2 and 4 have no reply; their direction is not known. */
static void test_losses(void **state)
{
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        sender_set_up(echoes_spec(&kinds[k]));
        for (size_t i = 0; i < COUNT; i += 2) {
            run_to(i, 3);
            answer(&kinds[k], i);
        }
        const struct round *round = sender_finish();
        assert_int_equal(round->outcome, OUTCOME_OK);
        assert_int_equal(round->received, 3);
        assert_int_equal(round->lost_unknown, 2);
        assert_int_equal(round->sd.lost + round->ds.lost, 0);
        assert_int_equal(round->losses.count, 2);
        sender_tear_down();
    }
}

static void test_none_answered(void **state)
{
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        sender_set_up(echoes_spec(&kinds[k]));
        const struct round *round = sender_finish();
        assert_int_equal(round->outcome, OUTCOME_TIMEOUT);
        assert_int_equal(round->sent, COUNT);
        assert_int_equal(round->lost_unknown, COUNT);
        assert_true(round->duration_ns == MS(4 * INTERVAL_MS) + SECONDS(5));
        sender_tear_down();
    }
}

/* The reply to packet 2 comes after that to packet 3, and after the timeout, and twice. */
static void test_late_reply_is_its_own(void **state)
{
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        struct spec *spec = echoes_spec(&kinds[k]);
        spec->schedule.timeout_ns = MS(300);
        sender_set_up(spec);
        run_to(1, 0);
        struct reply second = reply_to(&kinds[k], 1);
        run_to(2, 4);
        answer(&kinds[k], 2);
        run_to(3, 110);
        deliver(&kinds[k], second);
        assert_int_equal(sender.probe.train.samples[1].fate, FATE_LATE);
        deliver(&kinds[k], second);
        assert_int_equal(sender.probe.train.samples[3].fate, FATE_SENT);
        const struct round *round = sender_finish();
        assert_int_equal(round->late, 1);
        assert_int_equal(round->duplicate, 1);
        assert_int_equal(round->received, 1);
        assert_int_equal(round->lost_unknown, 3);
        assert_true(round->rtt.sum_ns == MS(4));
        sender_tear_down();
    }
}

/* Each has the round trip of its own packet. */
static void test_replies_out_of_order(void **state)
{
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        sender_set_up(echoes_spec(&kinds[k]));
        run_to(2, 1);
        answer(&kinds[k], 2);
        answer(&kinds[k], 1);
        const struct round *round = sender_finish();
        assert_int_equal(round->received, 2);
        assert_int_equal(round->out_of_order, 1);
        assert_true(round->rtt.min_ns == MS(1) && round->rtt.max_ns == MS(INTERVAL_MS + 1));
        sender_tear_down();
    }
}

/* Of the operation before, to the same port: each of its packets is known. */
static void test_reply_to_an_earlier_operation(void **state)
{
    (void)state;
    struct reply late[COUNT];
    struct spec *spec = echoes_spec(&kinds[0]);
    spec->path.source = build_addr("192.0.2.10:40000");
    sender_set_up(spec);
    run_to(COUNT, 0);
    for (size_t i = 0; i < COUNT; i++) {
        late[i] = reply_to(&kinds[0], i);
    }
    sender_finish();
    drive_forget(&sender.drive);
    sender_start(build_at(SECONDS(60)));
    for (size_t i = 0; i < COUNT; i++) {
        deliver(&kinds[0], late[i]);
    }
    assert_int_equal(sender.probe.unmatched[UNMATCHED_EARLIER], COUNT);
    assert_int_equal(sender.probe.unmatched[UNMATCHED_NONCE], 0);
    drive_until(&sender.drive, build_at(SECONDS(119)));
    assert_int_equal(sender_finish()->outcome, OUTCOME_TIMEOUT);
    sender_tear_down();
}

/* Who has seen packet 1 cannot answer packet 2, even when that is under way. */
static void test_each_reply_is_earned(void **state)
{
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        const struct operation *operation = kinds[k].operation;
        sender_set_up(echoes_spec(&kinds[k]));
        run_to(1, 0);
        struct payload_data data = operation->data(sender.spec);
        struct reply forged = reply_to(&kinds[k], 1);
        memcpy(forged.bytes + data.at, reply_to(&kinds[k], 0).bytes + data.at, NONCE_BYTES);
        if (!operation->has_ports) {
            struct icmp_header header;
            assert_false(icmp_decode(forged.bytes, forged.size, &header));
            header = (struct icmp_header){ICMP_TYPE_ECHO_REPLY, sender.probe.payload.identifier,
                                          payload_sequence(&sender.probe.payload, 2)};
            icmp_encode(&header, forged.bytes, forged.size);
        }
        deliver(&kinds[k], forged);
        assert_int_equal(sender.probe.train.samples[1].fate, FATE_SENT);
        sender_finish();
        sender_tear_down();
    }
}

/* Where only the nonce tells, a pattern leaves it its place; one echo is nothing but the pattern.
 */
static void test_pattern(void **state)
{
    (void)state;
    for (uint32_t count = 1; count <= 2; count++) {
        struct spec *spec = echoes_spec(&kinds[0]);
        spec->packets.count = count;
        assert_true(pattern_parse("FF00", &spec->packets.pattern));
        sender_set_up(spec);
        assert_int_equal(sender.probe.payload.nonce_bytes, count == 1 ? 0 : NONCE_BYTES);
        assert_memory_equal(sender_sent(0)->bytes + 12, "\xff\x00\xff\x00", 4);
        sender_finish();
        sender_tear_down();
    }
}

/* Whole, as the checksum of ICMP says, but with other data than were sent. */
static struct reply altered_reply(const struct kind *kind, size_t index)
{
    struct reply reply = reply_to(kind, index);
    const struct icmp_header header = {
        ICMP_TYPE_ECHO_REPLY, sender.probe.payload.identifier,
        payload_sequence(&sender.probe.payload, (uint32_t)index + 1)};
    reply.bytes[reply.size - 1] ^= 1;
    if (!kind->operation->has_ports) {
        icmp_encode(&header, reply.bytes, reply.size);
    }
    return reply;
}

static void verify(const struct kind *kind, size_t good)
{
    struct spec *spec = echoes_spec(kind);
    spec->packets.verify_data = true;
    spec->packets.bytes = 28;
    sender_set_up(spec);
    run_to(COUNT - 1, 1);
    for (size_t i = 0; i < COUNT; i++) {
        deliver(kind, i < good ? reply_to(kind, i) : altered_reply(kind, i));
    }
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, good > 0 ? OUTCOME_OK : OUTCOME_VERIFY);
    assert_int_equal(round->corrupt, COUNT - good);
    assert_int_equal(round->lost_unknown, COUNT - good);
    sender_tear_down();
}

/* Altered replies are no replies: the operation fails when there are no others. */
static void test_verified(void **state)
{
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        verify(&kinds[k], 0);
        verify(&kinds[k], 2);
    }
}

/* The port is asked for until the last echo's timeout; one echo asks for the timeout alone. */
static void test_duration_of_the_request(void **state)
{
    (void)state;
    for (uint32_t count = 1; count <= COUNT; count += COUNT - 1) {
        struct ipsla_request request;
        struct spec *spec = echoes_spec(&kinds[0]);
        spec->control.version = CONTROL_V1;
        spec->packets.count = count;
        sender_set_up(spec);
        const struct drive_effect *sent = sender_sent(0);
        assert_int_equal(ipsla_request_decode(sent->bytes, sent->fx.size, &request), IPSLA_ACCEPT);
        assert_int_equal(request.duration_ms, 5000 + (count - 1) * INTERVAL_MS);
        sender_finish();
        sender_tear_down();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_answered),
        cmocka_unit_test(test_losses),
        cmocka_unit_test(test_none_answered),
        cmocka_unit_test(test_late_reply_is_its_own),
        cmocka_unit_test(test_replies_out_of_order),
        cmocka_unit_test(test_reply_to_an_earlier_operation),
        cmocka_unit_test(test_each_reply_is_earned),
        cmocka_unit_test(test_pattern),
        cmocka_unit_test(test_verified),
        cmocka_unit_test(test_duration_of_the_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
