/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Precision microseconds at the sender: what leaves, and which replies are believed. */
#include "probe/probe.h"

#include <string.h>

#include "support/build.h"
#include "support/cm.h"
#include "support/drive.h"
#include "support/sender.h"
#include "wire/jitter_us.h"

#define MS(value) ((value)*NS_PER_MS)
#define US(value) ((value)*NS_PER_US)

static enum jitter_us_layout layout(void)
{
    return sender.spec->packets.has_long_sequence ? JITTER_US_SEQ32 : JITTER_US_SEQ16;
}

static struct spec *us_spec(void)
{
    struct spec *spec = build_jitter_spec("a", "198.51.100.20");
    spec->packets.precision = PRECISION_MICROSECONDS;
    spec->packets.bytes = SPEC_MICROSECONDS_BYTES;
    return spec;
}

static void set_up(struct spec *spec)
{
    sender_set_up(spec);
    sender_handshake();
}

static uint64_t stamp(int64_t wall_ns)
{
    return timestamp_encode(sender.spec->packets.timestamp_format, (struct wall){wall_ns});
}

static int64_t sent_ns(uint32_t seq)
{
    return sender.probe.train.samples[seq - 1].t1_ns;
}

/* Received `ahead_ns` after the sending and held for `held_ns`, by the responder's clock. */
static struct jitter_us reply_to(uint32_t seq, int64_t ahead_ns, int64_t held_ns)
{
    return (struct jitter_us){
        .t1 = stamp(sent_ns(seq)),
        .t2 = stamp(sent_ns(seq) + ahead_ns),
        .t3 = stamp(sent_ns(seq) + ahead_ns + held_ns),
        .sender_seq = seq,
        .responder_seq = ++sender.received,
    };
}

static void deliver(const struct jitter_us *reply, size_t size)
{
    uint8_t bytes[256];
    jitter_us_encode(layout(), reply, bytes, size);
    sender_return_nonce(bytes);
    sender_deliver(SENDER_PROBES, bytes, size);
}

static void answer_rest(uint32_t first)
{
    for (uint32_t seq = first; seq <= 10; seq++) {
        drive_until(&sender.drive, build_at(MS(5) + MS(20) * (seq - 1) + MS(4)));
        struct jitter_us reply = reply_to(seq, MS(2), 0);
        deliver(&reply, sender.spec->packets.bytes);
    }
}

static void test_request(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct spec *spec = us_spec();
        uint8_t wanted[SPEC_MICROSECONDS_BYTES];
        spec->packets.has_long_sequence = i >= 2;
        spec->packets.timestamp_format = i % 2 == 0 ? TIMESTAMP_NTP : TIMESTAMP_PTP;
        set_up(spec);
        jitter_us_encode(layout(),
                         &(struct jitter_us){.t1 = stamp(BUILD_WALL_NS + MS(5)), .sender_seq = 1},
                         wanted, sizeof wanted);
        sender_return_nonce(wanted);
        const struct drive_effect *sent = sender_sent(0);
        assert_int_equal(sent->fx.size, sizeof wanted);
        assert_memory_equal(sent->bytes, wanted, sizeof wanted);
        answer_rest(1);
        assert_int_equal(sender_finish()->received, 10);
        sender_tear_down();
    }
}

/* 4 ms elapsed, less what the responder held: to the nanosecond. */
static void test_round_trip_and_jitter(void **state)
{
    (void)state;
    static const int64_t held_ns[] = {1, 999, 1000, 1500500, 3999999, 4000000};
    set_up(us_spec());
    for (uint32_t seq = 1; seq <= 6; seq++) {
        drive_until(&sender.drive, build_at(MS(5) + MS(20) * (seq - 1) + MS(4)));
        struct jitter_us reply = reply_to(seq, US(7) * (int64_t)seq, held_ns[seq - 1]);
        deliver(&reply, sender.spec->packets.bytes);
    }
    answer_rest(7);
    const struct round *round = sender_finish();
    assert_int_equal(round->received, 10);
    assert_int_equal(round->corrupt, 0);
    assert_int_equal(round->rtt.min_ns, 0);
    assert_int_equal(round->rtt.max_ns, MS(4));
    assert_int_equal(round->rtt.sum_ns,
                     10 * MS(4) - (1 + 999 + 1000 + 1500500 + 3999999 + 4000000));
    assert_int_equal(round->processing.sum_ns, 1 + 999 + 1000 + 1500500 + 3999999 + 4000000);
    assert_int_equal(round->sd.jitter.samples, 9);
    assert_int_equal(round->sd.jitter.positive.count, 6);
    assert_int_equal(round->sd.jitter.positive.min_ns, US(7));
    assert_int_equal(round->sd.delay.count, 0);
    sender_tear_down();
}

/* More processing than time elapsed, a reply sent before its request came, no time at all: the
 * packet came back, its times are not used. */
static void test_times_that_make_no_sense(void **state)
{
    (void)state;
    set_up(us_spec());
    drive_until(&sender.drive, build_at(MS(5) + MS(160)));
    struct jitter_us replies[] = {
        reply_to(1, MS(2), MS(400)), reply_to(2, MS(2), -1), reply_to(3, 0, 0),
        reply_to(4, MS(2), 0),       reply_to(5, MS(2), 0),
    };
    replies[2].t2 = replies[2].t3 = 0;
    replies[3].t3 = 0;
    replies[4].t3 = 1; /* 1900 or 2036, not now */
    for (size_t i = 0; i < 5; i++) {
        deliver(&replies[i], sender.spec->packets.bytes);
    }
    answer_rest(9);
    const struct round *round = sender_finish();
    assert_int_equal(round->received, 7);
    assert_int_equal(round->corrupt, 5);
    assert_int_equal(round->processing.count, 2);
    assert_int_equal(round->processing.sum_ns, 0);
    assert_int_equal(round->sd.jitter.samples, 1);
    assert_true(round->rtt.min_ns >= 0);
    sender_tear_down();
}

static void test_replies_to_nothing(void **state)
{
    (void)state;
    set_up(us_spec());
    const size_t size = sender.spec->packets.bytes;
    drive_until(&sender.drive, build_at(MS(9)));
    struct jitter_us good = reply_to(1, MS(2), US(50));
    struct jitter_us bad = good;
    bad.t1++;
    deliver(&bad, size);
    bad = good;
    bad.responder_seq = 0;
    deliver(&bad, size);
    deliver(&good, size - 1);
    deliver(&good, size + 1);
    const uint8_t jitter_ms[SPEC_MICROSECONDS_BYTES] = {0, 2};
    sender_deliver(SENDER_PROBES, jitter_ms, sizeof jitter_ms);
    bad = good;
    bad.sender_seq = 2;
    deliver(&bad, size);
    sender_assert_unmatched(0, 0, 1, 0);
    deliver(&good, size);
    deliver(&good, size);
    answer_rest(2);
    const struct round *round = sender_finish();
    assert_int_equal(round->received, 10);
    assert_int_equal(round->corrupt, 5);
    assert_int_equal(round->duplicate, 1);
    sender_tear_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request),
        cmocka_unit_test(test_round_trip_and_jitter),
        cmocka_unit_test(test_times_that_make_no_sense),
        cmocka_unit_test(test_replies_to_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
