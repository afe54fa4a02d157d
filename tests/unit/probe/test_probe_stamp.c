/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* STAMP and TWAMP Light at the sender: what leaves, which replies count, and what they tell. */
#include <string.h>

#include "operation/operation.h"
#include "support/build.h"
#include "support/cm.h"
#include "support/sender.h"
#include "wire/stamp_packet.h"

#define PEER "198.51.100.20"
#define REFLECTOR PEER ":862"
#define MS(value) ((value)*NS_PER_MS)
#define US(value) ((value)*NS_PER_US)
/* Synchronized within 125 ms, and the same without S. */
#define GOOD_ESTIMATE 0x9680
#define UNSYNCHRONIZED 0x1680

static struct spec *stamp_spec(const struct operation *operation)
{
    struct spec *spec = build_jitter_spec("t", PEER);
    spec->operation = operation;
    spec->control.version = CONTROL_NONE;
    spec->path.port = spec->path.peer.port = STAMP_PORT;
    spec->packets.precision = PRECISION_MICROSECONDS;
    spec->packets.bytes = operation == &operation_stamp ? STAMP_OPEN_BYTES : TWAMP_REPLY_BYTES_MIN;
    return spec;
}

/* What is known of the reflector is not asked for. */
static void set_up(enum reflector reflector)
{
    struct spec *spec = stamp_spec(&operation_stamp);
    spec->packets.reflector = reflector;
    sender_set_up(spec);
}

static const struct crypto_part *key_of(struct crypto_part *part)
{
    const struct auth_key *key = &sender.spec->control.key;
    *part = (struct crypto_part){key->secret, key->size};
    return key->algorithm == AUTH_NONE ? NULL : part;
}

/* Request `index` since drive_forget. */
static struct stamp_request request(size_t index)
{
    struct crypto_part part;
    struct stamp_request read;
    const struct drive_effect *sent = sender_sent(index);
    assert_int_equal(stamp_request_decode(sent->bytes, sent->fx.size, key_of(&part), &read),
                     STAMP_ACCEPT);
    return read;
}

/* The answer to it by a clock that is ours: it took 2 ms, and was held for 50 us. */
static struct stamp_reply reply_to(size_t index, uint32_t number)
{
    struct stamp_request asked = request(index);
    struct wall sent;
    assert_true(timestamp_decode(stamp_estimate_read(asked.estimate).format, asked.t1,
                                 build_at(0).wall, &sent));
    return (struct stamp_reply){
        .seq = number,
        .t2 = timestamp_encode(TIMESTAMP_NTP, wall_add(sent, MS(2))),
        .t3 = timestamp_encode(TIMESTAMP_NTP, wall_add(sent, MS(2) + US(50))),
        .estimate = GOOD_ESTIMATE,
        .ssid = asked.ssid,
        .sender_seq = asked.seq,
        .t1 = asked.t1,
        .sender_estimate = asked.estimate,
        .ttl = 255,
    };
}

static void deliver(const struct stamp_reply *reply, size_t size)
{
    struct crypto_part part;
    uint8_t bytes[256] = {0};
    const struct crypto_part *key = key_of(&part);
    stamp_reply_encode(reply, key, bytes, size);
    sender_deliver(REFLECTOR, bytes, size);
}

/* Lets packet `seq` leave; its index since drive_forget is one less. */
static void leave(uint32_t seq)
{
    drive_until(&sender.drive, build_at(MS(20) * (seq - 1) + MS(4)));
}

/* Of ten packets those of `lost_sd` never arrive, and those of `lost_ds` are answered in vain. */
static void run(uint32_t lost_sd, uint32_t lost_ds, bool is_stateful)
{
    uint32_t number = 0;
    for (uint32_t seq = 1; seq <= 10; seq++) {
        leave(seq);
        if ((lost_sd >> seq & 1) != 0) {
            continue;
        }
        struct stamp_reply reply = reply_to(seq - 1, is_stateful ? number : seq - 1);
        number++;
        if ((lost_ds >> seq & 1) == 0) {
            deliver(&reply, STAMP_OPEN_BYTES);
        }
    }
}

static void test_request(void **state)
{
    (void)state;
    set_up(REFLECTOR_STATEFUL);
    const struct drive_effect *sent = sender_sent(0);
    assert_int_equal(sent->fx.size, STAMP_OPEN_BYTES);
    assert_int_equal(sent->fx.peer.port, STAMP_PORT);
    assert_int_equal(request(0).seq, 0);
    assert_int_equal(request(0).t1, timestamp_encode(TIMESTAMP_NTP, build_at(0).wall));
    assert_int_not_equal(request(0).ssid, 0);
    leave(2);
    assert_int_equal(request(1).seq, 1);
    assert_int_equal(request(1).ssid, request(0).ssid);
    sender_finish();
    sender_tear_down();
}

/* What is longer is padded with a TLV, or, in TWAMP, with zeros; and it may be shorter there. */
static void test_sizes(void **state)
{
    (void)state;
    static const struct {
        const struct operation *operation;
        uint32_t bytes, sent;
        uint8_t type;
    } rows[] = {{&operation_stamp, 100, 100, 1},
                {&operation_stamp, 46, 46, 0},
                {&operation_twamp_light, 100, 100, 0},
                {&operation_twamp_light, 14, 14, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct spec *spec = stamp_spec(rows[i].operation);
        spec->packets.reflector = REFLECTOR_STATELESS;
        spec->packets.bytes = rows[i].bytes;
        sender_set_up(spec);
        assert_int_equal(sender_sent(0)->fx.size, rows[i].sent);
        if (rows[i].sent > STAMP_OPEN_BYTES) {
            assert_int_equal(sender_sent(0)->bytes[STAMP_OPEN_BYTES + 1], rows[i].type);
        }
        sender_finish();
        sender_tear_down();
    }
}

static void test_loss_by_direction(void **state)
{
    (void)state;
    set_up(REFLECTOR_STATEFUL);
    run(1 << 3 | 1 << 6, 1 << 4, true);
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->received, 7);
    assert_int_equal(round->sd.lost, 2);
    assert_int_equal(round->ds.lost, 1);
    assert_int_equal(round->lost_unknown, 0);
    assert_int_equal(round->rtt.min_ns, MS(4) - US(50));
    sender_tear_down();
}

/* Who returns our numbers does not tell; neither does what nobody has asked. */
static void test_loss_without_direction(void **state)
{
    (void)state;
    set_up(REFLECTOR_STATELESS);
    run(1 << 3, 1 << 4, false);
    const struct round *round = sender_finish();
    assert_int_equal(round->sd.lost + round->ds.lost, 0);
    assert_int_equal(round->lost_unknown, 2);
    sender_tear_down();
}

/* The end of a train cannot be told either way. */
static void test_tail(void **state)
{
    (void)state;
    set_up(REFLECTOR_STATEFUL);
    run(1 << 9 | 1 << 10, 0, true);
    const struct round *round = sender_finish();
    assert_int_equal(round->sd.lost + round->ds.lost, 0);
    assert_int_equal(round->lost_unknown, 2);
    sender_tear_down();
}

/* The query leaves alone, from another channel and with another SSID; then the train begins. */
static void ask(uint32_t answer)
{
    sender_set_up(stamp_spec(&operation_stamp));
    assert_int_equal(drive_count(&sender.drive, FX_SEND), 1);
    assert_int_equal(request(0).seq, 65536);
    uint16_t ssid = request(0).ssid;
    struct stamp_reply reply = reply_to(0, answer);
    reply.t1++;
    deliver(&reply, STAMP_OPEN_BYTES);
    assert_int_equal(drive_count(&sender.drive, FX_SEND), 1);
    reply.t1--;
    deliver(&reply, STAMP_OPEN_BYTES);
    assert_int_equal(drive_count(&sender.drive, FX_CLOSE), 1);
    assert_int_equal(drive_count(&sender.drive, FX_OPEN), 2);
    assert_int_not_equal(request(1).ssid, ssid);
    drive_forget(&sender.drive);
    drive_poll(&sender.drive);
}

static void test_query(void **state)
{
    (void)state;
    static const struct {
        uint32_t answer;
        enum reflector reflector;
    } rows[] = {{0, REFLECTOR_STATEFUL}, {7, REFLECTOR_STATEFUL}, {65536, REFLECTOR_STATELESS}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ask(rows[i].answer);
        assert_int_equal(sender.probe.learned.reflector, rows[i].reflector);
        sender_finish();
        /* The answer holds for an hour. */
        drive_forget(&sender.drive);
        sender_start(build_at(MS(60000)));
        assert_int_equal(request(0).seq, 0);
        sender.drive.now = build_at(MS(119000));
        drive_until(&sender.drive, build_at(MS(119000)));
        probe_abandon(&sender.probe);
        drive_poll(&sender.drive);
        drive_forget(&sender.drive);
        sender_start(build_at(MS(3601000)));
        assert_int_equal(request(0).seq, 65536);
        probe_abandon(&sender.probe);
        drive_poll(&sender.drive);
        sender_tear_down();
    }
}

/* Without an answer the train goes all the same, and a lost packet has no direction. */
static void test_query_without_answer(void **state)
{
    (void)state;
    sender_set_up(stamp_spec(&operation_stamp));
    drive_until(&sender.drive, build_at(PROBE_QUERY_NS - 1));
    assert_int_equal(drive_count(&sender.drive, FX_SEND), 1);
    drive_until(&sender.drive, build_at(PROBE_QUERY_NS));
    assert_int_equal(drive_count(&sender.drive, FX_SEND), 2);
    struct stamp_reply reply = reply_to(1, 0);
    deliver(&reply, STAMP_OPEN_BYTES);
    drive_until(&sender.drive, build_at(PROBE_QUERY_NS + MS(40)));
    reply = reply_to(3, 2);
    deliver(&reply, STAMP_OPEN_BYTES);
    const struct round *round = sender_finish();
    assert_int_equal(round->received, 2);
    assert_int_equal(round->sd.lost + round->ds.lost, 0);
    /* It lives, so it is asked again. */
    assert_int_equal(sender.probe.query_due.ns, 0);
    sender_tear_down();
}

/* A number that is not ours proves a count, without having asked. */
static void test_count_is_proven(void **state)
{
    (void)state;
    sender_set_up(stamp_spec(&operation_stamp));
    drive_until(&sender.drive, build_at(PROBE_QUERY_NS));
    drive_forget(&sender.drive);
    drive_until(&sender.drive, build_at(PROBE_QUERY_NS + MS(20)));
    struct stamp_reply reply = reply_to(0, 0);
    reply.seq = 0; /* to packet 2 */
    deliver(&reply, STAMP_OPEN_BYTES);
    const struct round *round = sender_finish();
    assert_int_equal(round->sd.lost, 1);
    assert_int_equal(sender.probe.learned.reflector, REFLECTOR_STATEFUL);
    sender_tear_down();
}

enum what {
    UNTOUCHED,
    OTHER_T1,
    OTHER_SSID,
    NO_SSID,
    FAR_NUMBER,
    ECHO,
    NO_SENDER,
    SHORT,
    TOO_SHORT
};

/* One reply, changed; how often it counts as received, corrupt, to nothing sent, or of an earlier
 * operation. */
static const struct {
    enum what what;
    unsigned received, corrupt, sequence, earlier;
} odd[] = {
    {UNTOUCHED, 1, 0, 0, 0}, {OTHER_T1, 0, 1, 0, 0},   {OTHER_SSID, 0, 0, 0, 1},
    {NO_SSID, 1, 0, 0, 0},   {FAR_NUMBER, 0, 0, 1, 0}, {ECHO, 0, 1, 0, 0},
    {NO_SENDER, 0, 1, 0, 0}, {SHORT, 1, 0, 0, 0},      {TOO_SHORT, 0, 1, 0, 0},
};

static void deliver_odd(enum what what)
{
    struct stamp_reply reply = reply_to(0, 0);
    size_t size = what == SHORT ? STAMP_REPLY_BYTES_MIN : STAMP_OPEN_BYTES;
    reply.t1 += what == OTHER_T1;
    reply.ssid = what == OTHER_SSID ? reply.ssid ^ 2 : what == NO_SSID ? 0 : reply.ssid;
    reply.sender_seq = what == FAR_NUMBER ? 77 : reply.sender_seq;
    if (what == ECHO || what == NO_SENDER) {
        reply.t3 = reply.t1;
        reply.t1 = reply.sender_seq = reply.sender_estimate = 0;
        reply.t2 = what == ECHO ? 0 : reply.t2;
    }
    if (what == TOO_SHORT) {
        uint8_t bytes[STAMP_REPLY_BYTES_MIN - 1] = {0};
        sender_deliver(REFLECTOR, bytes, sizeof bytes);
    } else {
        deliver(&reply, size);
    }
}

static void test_odd_replies(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        set_up(REFLECTOR_STATEFUL);
        leave(1);
        deliver_odd(odd[i].what);
        const struct round *round = sender_finish();
        assert_int_equal(round->received, odd[i].received);
        assert_int_equal(round->corrupt, odd[i].corrupt);
        assert_int_equal(sender.probe.unmatched[UNMATCHED_SEQUENCE], odd[i].sequence);
        assert_int_equal(sender.probe.unmatched[UNMATCHED_EARLIER], odd[i].earlier);
        unsigned deviations = sender.probe.payload.signs.deviations;
        assert_int_equal((deviations & DEVIATION_ECHO) != 0, odd[i].what == ECHO);
        assert_int_equal((deviations & DEVIATION_NO_SENDER) != 0, odd[i].what == NO_SENDER);
        sender_tear_down();
    }
}

/* One real reflector has T1 and T3 in each other's place: they are exchanged back. */
static void test_swapped(void **state)
{
    (void)state;
    set_up(REFLECTOR_STATELESS);
    leave(1);
    struct stamp_reply reply = reply_to(0, 0);
    uint64_t t1 = reply.t1;
    reply.t1 = reply.t3;
    reply.t3 = t1;
    deliver(&reply, STAMP_OPEN_BYTES);
    const struct round *round = sender_finish();
    assert_int_equal(round->received, 1);
    assert_int_equal(round->rtt.sum_ns, MS(4) - US(50));
    assert_int_equal(sender.probe.payload.signs.deviations, DEVIATION_SWAPPED);
    sender_tear_down();
}

/* Times of PTP, of no clock, and in the wrong order. */
static void test_times(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        set_up(REFLECTOR_STATELESS);
        leave(1);
        struct stamp_reply reply = reply_to(0, 0);
        struct wall received, left;
        timestamp_decode(TIMESTAMP_NTP, reply.t2, build_at(0).wall, &received);
        timestamp_decode(TIMESTAMP_NTP, reply.t3, build_at(0).wall, &left);
        if (i == 0) {
            reply.t2 = timestamp_encode(TIMESTAMP_PTP, received);
            reply.t3 = timestamp_encode(TIMESTAMP_PTP, left);
            reply.estimate |= 0x4000;
        } else if (i == 1) {
            reply.t2 = reply.t3 = 0;
        } else {
            reply.t2 = timestamp_encode(TIMESTAMP_NTP, left);
            reply.t3 = timestamp_encode(TIMESTAMP_NTP, received);
        }
        deliver(&reply, STAMP_OPEN_BYTES);
        const struct round *round = sender_finish();
        assert_int_equal(round->received, 1);
        assert_int_equal(round->rtt.sum_ns, i == 0 ? MS(4) - US(50) : MS(4));
        assert_int_equal(round->unprocessed, i == 0 ? 0 : 1);
        sender_tear_down();
    }
}

/* Short replies with one time for both, and an error that nobody computes: all of it is told. One
 * reply tells of the first only. */
static void test_deviations(void **state)
{
    (void)state;
    for (uint32_t count = 1; count <= 2; count++) {
        set_up(REFLECTOR_STATELESS);
        for (uint32_t seq = 1; seq <= count; seq++) {
            leave(seq);
            struct stamp_reply reply = reply_to(seq - 1, seq - 1);
            reply.t3 = reply.t2;
            reply.estimate = 1;
            deliver(&reply, STAMP_REPLY_BYTES_MIN);
        }
        const struct round *round = sender_finish();
        unsigned of_several = DEVIATION_SAME_TIMES | DEVIATION_ESTIMATE;
        assert_int_equal(round->received, count);
        assert_int_equal(round->deviations, DEVIATION_NO_TTL | (count > 1 ? of_several : 0));
        sender_tear_down();
    }
}

/* Nanoseconds where NTP has a fraction: what is held is right, the clock is not believed. */
static void test_nanoseconds(void **state)
{
    (void)state;
    struct spec *spec = stamp_spec(&operation_stamp);
    spec->packets.reflector = REFLECTOR_STATELESS;
    spec->packets.count = 20;
    sender_set_up(spec);
    sender.clock.is_synchronized = true;
    for (uint32_t seq = 1; seq <= 20; seq++) {
        leave(seq);
        struct stamp_reply reply = reply_to(seq - 1, seq - 1);
        struct wall received = {build_at(0).wall.ns + MS(20) * (seq - 1) + MS(2)};
        uint64_t seconds = reply.t2 >> 32 << 32;
        reply.t2 = seconds | (uint64_t)(received.ns % NS_PER_SECOND);
        reply.t3 = seconds | (uint64_t)((received.ns + US(50)) % NS_PER_SECOND);
        deliver(&reply, STAMP_OPEN_BYTES);
    }
    const struct round *round = sender_finish();
    assert_int_equal(round->received, 20);
    assert_in_range(round->processing.min_ns, US(50) - 10, US(50) + 10);
    assert_int_equal(sender.probe.payload.signs.deviations, DEVIATION_NANOSECONDS);
    assert_int_equal(round->one_way, ONE_WAY_RESPONDER_ESTIMATE);
    sender_tear_down();
}

/* What the reflector says of its clock, and whether that opens the one-way delays. */
static const struct {
    uint16_t first, others;
    bool is_trusted;
    enum one_way wanted;
} clocks[] = {
    {GOOD_ESTIMATE, GOOD_ESTIMATE, false, ONE_WAY_TOLERANCE}, /* 125 ms, the round trip 4 ms */
    {0x8a80, 0x8a80, false, ONE_WAY_SHOWN}, /* 30 us */
    {UNSYNCHRONIZED, UNSYNCHRONIZED, false, ONE_WAY_RESPONDER_CLOCK},
    {0x8000, 0x8000, false, ONE_WAY_RESPONDER_CLOCK}, /* multiplier 0 */
    {0x8001, 0x8001, false, ONE_WAY_RESPONDER_ESTIMATE}, /* as two real ones say always */
    {0x8001, 0x8002, false, ONE_WAY_SHOWN}, /* somebody looks at it */
    {0x0001, 0x0001, true, ONE_WAY_SHOWN},
    {0x8001, 0x8001, true, ONE_WAY_SHOWN},
};

static void test_clocks(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof clocks / sizeof clocks[0]; i++) {
        struct spec *spec = stamp_spec(&operation_stamp);
        spec->packets.reflector = REFLECTOR_STATELESS;
        spec->clocks.trusts_peer = clocks[i].is_trusted;
        sender_set_up(spec);
        sender.clock.is_synchronized = true;
        for (uint32_t seq = 1; seq <= 10; seq++) {
            leave(seq);
            struct stamp_reply reply = reply_to(seq - 1, seq - 1);
            reply.estimate = seq == 1 ? clocks[i].first : clocks[i].others;
            deliver(&reply, STAMP_OPEN_BYTES);
        }
        assert_int_equal(sender_finish()->one_way, clocks[i].wanted);
        sender_tear_down();
    }
}

static void test_keys(void **state)
{
    (void)state;
    static const struct auth_key key = {
        .algorithm = AUTH_HMAC_SHA256, .size = 15, .secret = "correct-horse-7"};
    struct spec *spec = stamp_spec(&operation_stamp);
    spec->packets.reflector = REFLECTOR_STATEFUL;
    spec->control.key = key;
    sender_set_up(spec);
    leave(1);
    assert_int_equal(sender_sent(0)->fx.size, STAMP_KEYED_BYTES);
    struct stamp_reply reply = reply_to(0, 0);
    deliver(&reply, STAMP_KEYED_BYTES);
    leave(2);
    reply = reply_to(1, 1);
    uint8_t open[STAMP_OPEN_BYTES] = {0};
    stamp_reply_encode(&reply, NULL, open, sizeof open);
    sender_deliver(REFLECTOR, open, sizeof open);
    const struct round *round = sender_finish();
    assert_int_equal(round->received, 1);
    assert_int_equal(round->corrupt, 1);
    sender_tear_down();
}

/* Our clock is told as the system judges it. */
static void test_our_clock_is_told(void **state)
{
    (void)state;
    static const struct clock_state good = {.is_synchronized = true, .estimated_error_ns = US(30)};
    struct spec *spec = stamp_spec(&operation_stamp);
    spec->packets.reflector = REFLECTOR_STATEFUL;
    sender_prepare(spec, build_at(0));
    probe_set_clock(&sender.probe, &good);
    sender_start(build_at(0));
    struct stamp_estimate told = stamp_estimate_read(request(0).estimate);
    assert_true(told.is_synchronized);
    assert_in_range(told.error_ns, US(30), US(31));
    sender_finish();
    sender_tear_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_loss_by_direction),
        cmocka_unit_test(test_loss_without_direction),
        cmocka_unit_test(test_tail),
        cmocka_unit_test(test_query),
        cmocka_unit_test(test_query_without_answer),
        cmocka_unit_test(test_count_is_proven),
        cmocka_unit_test(test_odd_replies),
        cmocka_unit_test(test_swapped),
        cmocka_unit_test(test_deviations),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_nanoseconds),
        cmocka_unit_test(test_clocks),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_our_clock_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
