/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* When one-way delay is told, and why it is not: whole operations with the delays of the worked
 * cases (tests/unit/stats/test_round.c) and clocks that differ. */
#include "probe/trust.h"

#include "support/build.h"
#include "support/cm.h"
#include "support/drive.h"
#include "support/sender.h"
#include "wire/jitter_us.h"

#define MS(value) ((value)*NS_PER_MS)
#define US(value) ((value)*NS_PER_US)
#define SECONDS(value) ((value)*NS_PER_SECOND)
enum { PACKETS = 10 };

static const int64_t delay_sd[PACKETS] = {10, 12, 11, 11, 15, 10, 10, 10, 13, 10};
static const int64_t delay_ds[PACKETS] = {8, 8, 9, 8, 8, 10, 8, 8, 8, 8};
static const uint16_t held[PACKETS] = {1, 1, 2, 1, 1, 1, 1, 1, 1, 1};

/* What the packets of an operation meet. */
struct path {
    int64_t ahead_ns; /* responder's clock minus ours */
    unsigned stepped_from; /* packets from this one on (from 1) meet it `step_ns` further ahead */
    int64_t step_ns;
    unsigned lost_sd, lost_ds; /* bit (1 << packet, from 1) each */
    bool is_not_utc;
    uint64_t claimed; /* microseconds: the responder's offset field */
};

static const struct path nothing_special;

static void deliver_us(const struct sample *sample, uint32_t seq, int64_t t2_ns,
                       const struct path *path)
{
    uint8_t bytes[SPEC_MICROSECONDS_BYTES];
    const struct jitter_us reply = {
        .t1 = timestamp_encode(TIMESTAMP_NTP, (struct wall){sample->t1_ns}),
        .t2 = timestamp_encode(TIMESTAMP_NTP, (struct wall){t2_ns}),
        .t3 = timestamp_encode(TIMESTAMP_NTP, (struct wall){t2_ns + MS(held[seq - 1])}),
        .sender_seq = seq,
        .responder_seq = ++sender.received,
    };
    jitter_us_encode(JITTER_US_SEQ16, &reply, bytes, sizeof bytes);
    sender_return_nonce(bytes);
    for (unsigned i = 0; i < 8; i++) {
        bytes[44 + i] = (uint8_t)(path->claimed >> (56 - 8 * i));
    }
    sender_deliver(SENDER_PROBES, bytes, sizeof bytes);
}

static void answer(uint16_t seq, const struct path *path)
{
    const struct sample *sample = &sender.probe.train.samples[seq - 1];
    bool is_stepped = path->stepped_from != 0 && seq >= path->stepped_from;
    int64_t t2_ns = BUILD_WALL_NS + MS(5) + MS(20) * (seq - 1) + MS(delay_sd[seq - 1]) +
                    path->ahead_ns + (is_stepped ? path->step_ns : 0);
    if (sender.spec->packets.precision == PRECISION_MICROSECONDS) {
        deliver_us(sample, seq, t2_ns, path);
        return;
    }
    struct ipsla_jitter_ms reply =
        sender_reply_to(seq, wall_ms_of_day((struct wall){t2_ns}), held[seq - 1]);
    reply.receive_ms |= path->is_not_utc ? IPSLA_TIME_NOT_UTC : 0;
    sender_deliver_jitter(SENDER_PROBES, &reply);
}

/* The train of a started operation, answered as `path` says. */
static void travel(const struct path *path)
{
    for (uint16_t seq = 1; seq <= PACKETS; seq++) {
        int64_t rtt_ms = delay_sd[seq - 1] + held[seq - 1] + delay_ds[seq - 1];
        drive_until(&sender.drive, build_at(MS(5) + MS(20) * (seq - 1) + MS(rtt_ms)));
        if ((path->lost_sd & 1U << seq) != 0) {
            continue;
        }
        if ((path->lost_ds & 1U << seq) != 0) {
            sender.received++;
            continue;
        }
        answer(seq, path);
    }
}

static struct spec *ms_spec(void)
{
    return build_jitter_spec("a", "198.51.100.20");
}

static struct spec *us_spec(void)
{
    struct spec *spec = ms_spec();
    spec->packets.precision = PRECISION_MICROSECONDS;
    spec->packets.bytes = SPEC_MICROSECONDS_BYTES;
    return spec;
}

static void begin(struct spec *spec, const struct path *path)
{
    sender_set_up(spec);
    sender.clock.is_synchronized = true;
    sender_handshake();
    travel(path);
}

static struct instant end_of_operation(void)
{
    for (int64_t ms = 300; !probe_is_idle(&sender.probe) && ms < 10000; ms += 10) {
        drive_until(&sender.drive, build_at(MS(ms)));
    }
    assert_true(probe_is_idle(&sender.probe));
    return sender.drive.now;
}

static const struct round *finish(void)
{
    static const struct round_sinks nowhere;
    struct instant now = end_of_operation();
    const struct round *round = probe_collect(&sender.probe, &sender.clock, now, &nowhere);
    assert_non_null(round);
    return round;
}

static void assert_withheld(const struct round *round, enum one_way why)
{
    assert_string_equal(one_way_name(round->one_way), one_way_name(why));
    assert_int_equal(round->sd.delay.count, 0);
    assert_int_equal(round->ds.delay.count, 0);
}

static void assert_shown(const struct round *round, uint32_t count, int64_t sd_ms, int64_t ds_ms)
{
    assert_string_equal(one_way_name(round->one_way), "");
    assert_int_equal(round->sd.delay.count, count);
    assert_int_equal(round->ds.delay.count, count);
    assert_true(round->sd.delay.sum_ns == MS(sd_ms));
    assert_true(round->ds.delay.sum_ns == MS(ds_ms));
}

/* Case A: all packets count; the offset is right within its error, which is half a round trip. */
static void test_good_clocks(void **state)
{
    (void)state;
    for (unsigned is_us = 0; is_us < 2; is_us++) {
        begin(is_us ? us_spec() : ms_spec(), &nothing_special);
        const struct round *round = finish();
        assert_shown(round, 10, 112, 83);
        assert_true(round->rtt.sum_ns == MS(195));
        assert_int_equal(round->negative, 0);
        assert_true(round->offset.is_known);
        int64_t error_ns = is_us ? MS(9) + 1 : MS(10);
        assert_true(round->offset.error_ns == error_ns);
        assert_true(round->offset.offset_ns == (is_us ? MS(1) : US(1500)));
        sender_tear_down();
    }
}

/* Cases B and C: what is lost has no delay. */
static void test_losses(void **state)
{
    (void)state;
    begin(ms_spec(), &(struct path){.lost_sd = 1U << 4, .lost_ds = 1U << 7 | 1U << 10});
    assert_shown(finish(), 7, 81, 59);
    sender_tear_down();
    begin(ms_spec(), &(struct path){.lost_sd = 1U << 5 | 1U << 6});
    assert_shown(finish(), 8, 87, 65);
    sender_tear_down();
}

/* Case D: 12 ms behind is more than the path explains. When that is tolerated, some ways are
 * shorter than milliseconds can tell, and others negative. */
static void test_clock_behind(void **state)
{
    (void)state;
    const struct path behind = {.ahead_ns = -MS(12)};
    begin(ms_spec(), &behind);
    const struct round *round = finish();
    assert_withheld(round, ONE_WAY_OFFSET);
    assert_true(round->offset.offset_ns == -MS(12) + US(1500));
    sender_tear_down();
    struct spec *spec = ms_spec();
    spec->clocks.tolerance_ns = MS(5);
    begin(spec, &behind);
    assert_withheld(finish(), ONE_WAY_RESOLUTION);
    sender_tear_down();
    spec = us_spec();
    spec->clocks.tolerance_ns = MS(5);
    begin(spec, &(struct path){.ahead_ns = -MS(12) + US(1)});
    round = finish();
    assert_int_equal(round->one_way, ONE_WAY_SHOWN);
    assert_int_equal(round->sd.delay.count, 3);
    assert_in_range(round->sd.delay.sum_ns, MS(4), MS(4) + US(3));
    assert_in_range(round->ds.delay.sum_ns, MS(60) - US(3), MS(60));
    assert_int_equal(round->negative, 7);
    assert_true(round->rtt.sum_ns == MS(195));
    assert_int_equal(round->sd.jitter.samples, 9);
    sender_tear_down();
}

static void test_clock_far_off(void **state)
{
    (void)state;
    begin(ms_spec(), &(struct path){.ahead_ns = SECONDS(7)});
    const struct round *round = finish();
    assert_withheld(round, ONE_WAY_OFFSET);
    assert_true(round->offset.offset_ns == SECONDS(7) + US(1500));
    sender_tear_down();
    /* A tolerance as wide as the error does not make negative delays. */
    struct spec *spec = ms_spec();
    spec->clocks.tolerance_ns = MS(100);
    begin(spec, &(struct path){.ahead_ns = MS(60)});
    round = finish();
    assert_withheld(round, ONE_WAY_NEGATIVE);
    assert_int_equal(round->negative, 10);
    sender_tear_down();
}

static void test_our_clock(void **state)
{
    (void)state;
    begin(ms_spec(), &nothing_special);
    sender.clock.is_synchronized = false;
    const struct round *round = finish();
    assert_withheld(round, ONE_WAY_LOCAL_CLOCK);
    assert_true(round->offset.is_known);
    sender_tear_down();
    struct spec *spec = ms_spec();
    spec->clocks.is_assumed_synchronized = true;
    begin(spec, &nothing_special);
    sender.clock = (struct clock_state){.estimated_error_ns = SECONDS(16)};
    assert_shown(finish(), 10, 112, 83);
    sender_tear_down();
}

/* Slewed before: what was known of the offset is not known any more. During: nothing is told that
 * goes by our clock. */
static void test_our_clock_is_slewed(void **state)
{
    (void)state;
    for (unsigned is_during = 0; is_during < 2; is_during++) {
        begin(ms_spec(), &nothing_special);
        const struct clock_point better = {build_at(-MS(50)).mono, 0, 1};
        clock_filter_add(&sender.probe.filter, &better);
        sender.clock.slewed_at = build_at(is_during ? MS(100) : -MS(20)).mono;
        const struct round *round = finish();
        assert_int_equal(round->one_way, is_during ? ONE_WAY_LOCAL_SLEW : ONE_WAY_SHOWN);
        assert_int_equal(round->is_slewed, is_during);
        assert_int_equal(round->sd.jitter.samples, is_during ? 0 : 9);
        assert_int_equal(round->sd.jitter.dropped, is_during ? 9 : 0);
        assert_int_equal(round->offset.is_known, !is_during);
        assert_int_equal(sender.probe.filter.count, !is_during);
        assert_true(is_during || round->offset.error_ns == MS(10));
        assert_true(round->rtt.sum_ns == MS(195));
        sender_tear_down();
    }
}

/* Set while the packets were under way: round trips and jitter do not notice. */
static void test_our_clock_is_set(void **state)
{
    (void)state;
    for (int sign = -1; sign <= 1; sign += 2) {
        begin(ms_spec(), &nothing_special);
        static const struct round_sinks nowhere;
        struct instant now = end_of_operation();
        now.wall.ns += sign * MS(50);
        const struct round *round = probe_collect(&sender.probe, &sender.clock, now, &nowhere);
        assert_withheld(round, ONE_WAY_LOCAL_STEP);
        assert_true(round->rtt.sum_ns == MS(195));
        assert_true(round->sd.jitter.positive.sum_ns == MS(9));
        /* The offset is against our clock as it stands now. */
        assert_true(round->offset.offset_ns == US(1500) - sign * MS(50));
        sender_tear_down();
    }
}

static void test_responder_not_on_utc(void **state)
{
    (void)state;
    begin(ms_spec(), &(struct path){.is_not_utc = true});
    const struct round *round = finish();
    assert_withheld(round, ONE_WAY_RESPONDER_CLOCK);
    assert_false(round->offset.is_known);
    assert_int_equal(round->sd.jitter.samples, 9);
    sender_tear_down();
    begin(us_spec(), &(struct path){.claimed = UINT64_MAX});
    assert_withheld(finish(), ONE_WAY_RESPONDER_CLOCK);
    sender_tear_down();
}

/* The pair across the step is no jitter of the network; the others are as before. */
static void test_responder_is_set(void **state)
{
    (void)state;
    for (unsigned is_us = 0; is_us < 2; is_us++) {
        for (int sign = -1; sign <= 1; sign += 2) {
            begin(is_us ? us_spec() : ms_spec(),
                  &(struct path){.stepped_from = 5, .step_ns = sign * SECONDS(30)});
            const struct round *round = finish();
            assert_withheld(round, ONE_WAY_RESPONDER_STEP);
            assert_int_equal(round->responder_steps, 1);
            assert_int_equal(round->sd.jitter.samples, 8);
            assert_int_equal(round->sd.jitter.dropped, 1);
            assert_int_equal(round->ds.jitter.samples, 8);
            assert_int_equal(round->ds.jitter.dropped, 1);
            /* 2 -1 0 (4) -5 0 0 3 -3 and 0 1 -1 (0) 2 -2 0 0 0 */
            assert_true(round->sd.jitter.positive.sum_ns == MS(5));
            assert_true(round->sd.jitter.negative.sum_ns == MS(9));
            assert_true(round->ds.jitter.positive.sum_ns == MS(3));
            assert_true(round->sd.jitter.interarrival_ns < (double)MS(1));
            assert_true(round->rtt.sum_ns == MS(195));
            assert_false(round->offset.is_known);
            sender_tear_down();
        }
    }
}

/* An operation whose clocks admit `ours_ns` and `theirs` (32.32 seconds) of error. */
static enum one_way judge(int64_t tolerance, int64_t ours_ns, uint64_t theirs)
{
    struct spec *spec = us_spec();
    spec_set_tolerance(spec, tolerance);
    begin(spec, &(struct path){.claimed = theirs});
    sender.clock.estimated_error_ns = ours_ns;
    enum one_way one_way = finish()->one_way;
    sender_tear_down();
    return one_way;
}

static void test_tolerance(void **state)
{
    (void)state;
    const uint64_t ms = UINT64_C(4294967); /* of 2^32 */
    assert_int_equal(judge(US(500), US(500), 0), ONE_WAY_SHOWN);
    assert_int_equal(judge(US(500), US(501), 0), ONE_WAY_TOLERANCE);
    assert_int_equal(judge(US(500), 0, ms), ONE_WAY_TOLERANCE);
    assert_int_equal(judge(US(500), 0, 0 - ms), ONE_WAY_TOLERANCE);
    assert_int_equal(judge(US(1100), 0, ms), ONE_WAY_SHOWN);
    assert_int_equal(judge(US(1100), US(200), ms), ONE_WAY_TOLERANCE);
    /* Of the shorter way of the fastest packet, 8 ms. */
    assert_int_equal(judge(-5, US(400), 0), ONE_WAY_SHOWN);
    assert_int_equal(judge(-5, US(401), 0), ONE_WAY_TOLERANCE);
    /* Without one: half of the fastest round trip, 9 ms. */
    assert_int_equal(judge(0, MS(9), 0), ONE_WAY_SHOWN);
    assert_int_equal(judge(0, MS(9) + 1, 0), ONE_WAY_TOLERANCE);
}

static void test_nothing_came_back(void **state)
{
    (void)state;
    begin(ms_spec(), &(struct path){.lost_sd = UINT16_MAX});
    const struct round *round = finish();
    assert_withheld(round, ONE_WAY_NO_SAMPLES);
    assert_false(round->offset.is_known);
    sender_tear_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_clocks),       cmocka_unit_test(test_losses),
        cmocka_unit_test(test_clock_behind),      cmocka_unit_test(test_clock_far_off),
        cmocka_unit_test(test_our_clock),         cmocka_unit_test(test_our_clock_is_slewed),
        cmocka_unit_test(test_our_clock_is_set),  cmocka_unit_test(test_responder_not_on_utc),
        cmocka_unit_test(test_responder_is_set),  cmocka_unit_test(test_tolerance),
        cmocka_unit_test(test_nothing_came_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
