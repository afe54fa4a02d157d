/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What replies, late, wrong or none, make of an operation. */
#include "probe/probe.h"

#include <errno.h>

#include "support/build.h"
#include "support/cm.h"
#include "support/drive.h"
#include "support/sender.h"
#include "wire/ipsla.h"

#define MS(value) ((value)*NS_PER_MS)
#define SECONDS(value) ((value)*NS_PER_SECOND)

static void test_wrong_source(void **state)
{
    (void)state;
    sender_set_up_jitter();
    uint8_t accept[IPSLA_RESPONSE_SHORT_BYTES];
    ipsla_response_encode_short(0xff, 0, accept);
    sender_deliver("203.0.113.1:1967", accept, sizeof accept);
    sender_deliver("198.51.100.20:1968", accept, sizeof accept);
    assert_int_equal(sender.probe.phase, PROBE_CONTROL);
    sender_assert_unmatched(2, 0, 0, 0);
    sender_handshake();
    struct ipsla_jitter_ms message = sender_reply_to(1, 43200007, 0);
    sender_deliver_jitter("203.0.113.1:16384", &message);
    sender_deliver_jitter("198.51.100.20:16385", &message);
    sender_assert_unmatched(4, 0, 0, 0);
    sender.received = 0;
    sender_run(1, 10);
    assert_int_equal(sender_finish()->received, 10);
    sender_tear_down();
}

static void test_probe_before_the_train(void **state)
{
    (void)state;
    sender_set_up_jitter();
    const struct ipsla_jitter_ms message = {0, 43200000, 43200001, 1, 1};
    sender_deliver_jitter(SENDER_PROBES, &message);
    sender_assert_unmatched(0, 0, 0, 1);
    assert_int_equal(sender.probe.phase, PROBE_CONTROL);
    assert_int_equal(sender_finish()->outcome, OUTCOME_NO_CONNECTION);
    sender_tear_down();
}

static void test_unsent_sequence(void **state)
{
    (void)state;
    sender_set_up_jitter();
    sender_handshake();
    struct ipsla_jitter_ms message = sender_reply_to(2, 43200007, 0);
    sender_deliver_jitter(SENDER_PROBES, &message);
    message.sender_seq = 0;
    sender_deliver_jitter(SENDER_PROBES, &message);
    message.sender_seq = 11;
    sender_deliver_jitter(SENDER_PROBES, &message);
    sender_assert_unmatched(0, 0, 3, 0);
    assert_int_equal(sender_finish()->received, 0);
    sender_tear_down();
}

static void test_duplicates(void **state)
{
    (void)state;
    sender_set_up_jitter();
    sender_handshake();
    sender_run(1, 9);
    sender.received--;
    sender_reply(9);
    sender.received--;
    sender_reply(3);
    sender_run(10, 10);
    drive_until(&sender.drive, build_at(MS(200)));
    sender.received--;
    sender_reply(10); /* after the last answer, before the socket closes */
    const struct round *round = sender_finish();
    assert_int_equal(round->duplicate, 3);
    assert_int_equal(round->received, 10);
    assert_int_equal(round->rtt.count, 10);
    sender_tear_down();
}

/* The kernel's stamp of each reply is that of the driver's clock; the reply is read 3 ms later. */
static void test_whose_times(void **state)
{
    (void)state;
    for (unsigned who = 0; who < TIMESTAMPS_COUNT; who++) {
        struct spec *spec = build_jitter_spec("a", "198.51.100.20");
        bool is_user = who == TIMESTAMPS_USER;
        spec->clocks.timestamps = (enum timestamps)who;
        sender_set_up(spec);
        assert_int_equal(sender_sent(0)->fx.kind, FX_SEND);
        sender_control(0, 0);
        const struct drive_effect *probe = sender_sent(1);
        assert_int_equal(probe->fx.wants_stamp, !is_user);
        struct ipsla_jitter_ms reply = sender_reply_to(1, wall_ms_of_day(sender.drive.now.wall), 0);
        uint8_t bytes[32];
        ipsla_jitter_ms_encode(&reply, bytes, sizeof bytes);
        sender_return_nonce(bytes);
        struct ev ev = {
            .kind = EV_DATA,
            .peer = build_addr(SENDER_PROBES),
            .bytes = bytes,
            .size = sizeof bytes,
            .received = {.at = sender.drive.now, .source = STAMP_KERNEL},
        };
        struct instant read = {mono_add(sender.drive.now.mono, MS(3)),
                               wall_add(sender.drive.now.wall, MS(3))};
        probe_input(&sender.probe, &ev, read);
        const struct sample *sample = train_find(&sender.probe.train, 1);
        assert_int_equal(sample->fate, FATE_RECEIVED);
        assert_int_equal(sample->t4_source, is_user ? STAMP_USER : STAMP_KERNEL);
        assert_true(sample->t4_ns - sample->t1_ns == (is_user ? MS(3) : 0));
        (void)sender_finish();
        sender_tear_down();
    }
}

static void test_late(void **state)
{
    (void)state;
    sender_set_up_jitter();
    sender_handshake();
    sender_run(1, 9);
    drive_until(&sender.drive, build_at(MS(5 + 180) + SECONDS(5) + 1));
    assert_int_equal(drive_count(&sender.drive, FX_CLOSE), 0);
    sender_reply(10);
    const struct round *round = sender_finish();
    assert_int_equal(round->late, 1);
    assert_int_equal(round->received, 9);
    assert_int_equal(round->lost_unknown, 0);
    assert_int_equal(round->outcome, OUTCOME_OK);
    sender_tear_down();
}

/* The host tells that `count` datagrams were lost in the socket. */
static void drop(uint32_t count)
{
    drive_input(&sender.drive, (struct ev){.kind = EV_DROPPED, .dropped = count});
}

static void test_drops_are_no_loss(void **state)
{
    (void)state;
    sender_set_up_jitter();
    sender_handshake();
    sender_run(1, 7);
    drop(2);
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->received, 7);
    assert_int_equal(round->dropped_here, 2);
    assert_int_equal(round->lost_unknown, 1);
    sender_tear_down();
}

/* Nothing can be said of the network; the next operation starts from nothing. */
static void test_all_dropped(void **state)
{
    (void)state;
    sender_set_up_jitter();
    sender_handshake();
    drop(10);
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_LOCAL);
    assert_int_equal(round->return_code, RETURN_CODE_ERROR);
    assert_true(round->is_all_dropped);
    assert_int_equal(round->error, ENOBUFS);
    assert_int_equal(round->dropped_here, 10);
    drive_until(&sender.drive, build_at(SECONDS(60)));
    sender_start(sender.drive.now);
    drive_poll(&sender.drive);
    assert_int_equal(sender.probe.socket_drops, 0);
    probe_abandon(&sender.probe);
    drive_poll(&sender.drive);
    sender_tear_down();
}

static void test_one_of_all_was_lost(void **state)
{
    (void)state;
    sender_set_up_jitter();
    sender_handshake();
    drop(9);
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_TIMEOUT);
    assert_int_equal(round->dropped_here, 9);
    assert_int_equal(round->lost_unknown, 1);
    sender_tear_down();
}

/* Each unanswered request takes one. */
static void test_control_dropped(void **state)
{
    (void)state;
    for (uint32_t missing = 0; missing <= 1; missing++) {
        sender_set_up_jitter();
        drop(sender.spec->control.tries - missing);
        const struct round *round = sender_finish();
        assert_int_equal(round->outcome, missing == 0 ? OUTCOME_LOCAL : OUTCOME_NO_CONNECTION);
        sender_tear_down();
    }
}

/* One packet missing: its timeout, then the grace for late replies, then the end. */
static void test_grace(void **state)
{
    (void)state;
    sender_set_up_jitter();
    sender_handshake();
    sender_run(1, 9);
    drive_until(&sender.drive, build_at(MS(5 + 180) + SECONDS(5) + PROBE_GRACE_NS - 1));
    assert_int_equal(drive_count(&sender.drive, FX_CLOSE), 0);
    drive_until(&sender.drive, build_at(MS(5 + 180) + SECONDS(5) + PROBE_GRACE_NS));
    assert_int_equal(drive_count(&sender.drive, FX_CLOSE), 1);
    const struct round *round = sender_finish();
    assert_int_equal(round->lost_unknown, 1);
    assert_true(round->duration_ns == MS(5 + 180) + SECONDS(5));
    sender_tear_down();
}

static void test_latest_end(void **state)
{
    (void)state;
    struct spec *spec = build_jitter_spec("t", "198.51.100.20");
    spec->packets.count = 1;
    sender_prepare(spec, build_at(0));
    probe_start(&sender.probe, build_at(0), build_at(SECONDS(6)).mono);
    drive_poll(&sender.drive);
    sender_control(0, 0);
    drive_until(&sender.drive, build_at(SECONDS(6) - 1));
    assert_int_equal(drive_count(&sender.drive, FX_CLOSE), 0);
    drive_until(&sender.drive, build_at(SECONDS(6)));
    assert_int_equal(drive_count(&sender.drive, FX_CLOSE), 1);
    assert_int_equal(sender_finish()->outcome, OUTCOME_TIMEOUT);
    sender_tear_down();
}

static void test_corrupt(void **state)
{
    (void)state;
    sender_set_up_jitter();
    sender_handshake();
    struct ipsla_jitter_ms message = sender_reply_to(1, 43200007, 0);
    uint8_t bytes[64];
    ipsla_jitter_ms_encode(&message, bytes, sizeof bytes);
    sender_return_nonce(bytes);
    sender_deliver(SENDER_PROBES, bytes, 31);
    sender_deliver(SENDER_PROBES, bytes, 33);
    sender_deliver(SENDER_PROBES, bytes, 15);
    sender_deliver(SENDER_PROBES, bytes, 0);
    bytes[1] = 1;
    sender_deliver(SENDER_PROBES, bytes, 32);
    bytes[1] = 3;
    sender_deliver(SENDER_PROBES, bytes, 32);
    message.send_ms++; /* not what we sent */
    sender_deliver_jitter(SENDER_PROBES, &message);
    message.send_ms--;
    message.responder_seq = 0; /* our own request, reflected */
    sender_deliver_jitter(SENDER_PROBES, &message);
    assert_int_equal(sender.probe.train.arrivals, 0);
    sender.received = 0;
    sender_run(1, 10);
    const struct round *round = sender_finish();
    assert_int_equal(round->corrupt, 8);
    assert_int_equal(round->received, 10);
    sender_assert_unmatched(0, 0, 0, 0);
    sender_tear_down();
}

static void test_corrupt_echo(void **state)
{
    (void)state;
    sender_set_up(build_echo_spec("t", "198.51.100.20"));
    sender_handshake();
    uint8_t bytes[17] = {0, 1};
    sender_deliver(SENDER_ECHO_PROBES, bytes, 15);
    sender_deliver(SENDER_ECHO_PROBES, bytes, 17);
    bytes[1] = 2;
    sender_deliver(SENDER_ECHO_PROBES, bytes, 16);
    const struct round *round = sender_finish();
    assert_int_equal(round->corrupt, 3);
    assert_int_equal(round->outcome, OUTCOME_TIMEOUT);
    sender_tear_down();
}

/* Responder stamps on both sides of midnight: jitter is small, and so is the round trip. */
static void test_midnight(void **state)
{
    (void)state;
    struct spec *spec = build_jitter_spec("t", "198.51.100.20");
    spec->packets.count = 3;
    struct instant start = build_at(0);
    start.wall.ns += MS(INT64_C(43199978) - 5); /* 5 ms before 23:59:59.978 */
    sender_prepare(spec, start);
    sender_start(start);
    static const uint32_t receive_ms[] = {86399985, 5, 26}; /* P4 is the second: sent .998 */
    struct instant now = start;
    now.mono.ns += MS(5);
    now.wall.ns += MS(5);
    drive_until(&sender.drive, now);
    sender_control(0, 0);
    for (uint16_t seq = 1; seq <= 3; seq++) {
        struct instant at = now;
        at.mono.ns += MS(20 * (seq - 1) + 14);
        at.wall.ns += MS(20 * (seq - 1) + 14);
        drive_until(&sender.drive, at);
        struct ipsla_jitter_ms message = sender_reply_to(seq, receive_ms[seq - 1], 0);
        if (seq == 2) {
            assert_int_equal(message.send_ms, 86399998);
        }
        sender_deliver_jitter(SENDER_PROBES, &message);
    }
    drive_until(&sender.drive,
                build_at(SECONDS(9)).mono.ns > sender.drive.now.mono.ns
                    ? (struct instant){build_at(SECONDS(9)).mono, {start.wall.ns + SECONDS(9)}}
                    : sender.drive.now);
    const struct samples samples = train_samples(&sender.probe.train);
    assert_true(samples.items[0].t2_ns - samples.items[0].t1_ns == MS(7));
    assert_true(samples.items[1].t2_ns - samples.items[1].t1_ns == MS(7));
    assert_true(samples.items[2].t2_ns - samples.items[2].t1_ns == MS(8));
    static const struct round_sinks nowhere;
    const struct round *round =
        probe_collect(&sender.probe, &sender.clock, sender.drive.now, &nowhere);
    assert_true(round->rtt.sum_ns == MS(42));
    assert_int_equal(round->sd.jitter.samples, 2);
    assert_int_equal(round->sd.jitter.positive.count, 1);
    assert_true(round->sd.jitter.positive.sum_ns == MS(1));
    assert_int_equal(round->sd.jitter.negative.count, 0);
    sender_tear_down();
}

/* A responder without the time of day marks its stamps with bit 31: jitter and round trip still
 * hold. */
static void test_clock_that_is_not_utc(void **state)
{
    (void)state;
    static const uint32_t bases[] = {0x80000000, 0x89706006, 0xffffffff - 30};
    for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++) {
        struct spec *spec = build_jitter_spec("t", "198.51.100.20");
        spec->packets.count = 3;
        sender_set_up(spec);
        sender_handshake();
        for (uint16_t seq = 1; seq <= 3; seq++) {
            drive_until(&sender.drive, build_at(MS(5) + MS(20) * (seq - 1) + MS(9)));
            uint32_t receive_ms = bases[i] + 20u * (seq - 1u) + (seq == 2 ? 3 : 0);
            receive_ms |= IPSLA_TIME_NOT_UTC; /* wraps within 31 bits */
            struct ipsla_jitter_ms message = sender_reply_to(seq, receive_ms, 1);
            sender_deliver_jitter(SENDER_PROBES, &message);
        }
        const struct round *round = sender_finish();
        assert_true(round->rtt.sum_ns == MS(24));
        assert_int_equal(round->sd.jitter.samples, 2);
        assert_true(round->sd.jitter.positive.sum_ns == MS(3));
        assert_true(round->sd.jitter.negative.sum_ns == MS(3));
        assert_int_equal(round->sd.delay.count, 0);
        sender_tear_down();
    }
}

static void test_send_errors_are_unsent(void **state)
{
    (void)state;
    sender_set_up_jitter();
    sender_handshake();
    sender_run(1, 2);
    sender.drive.send_error = ENOBUFS;
    drive_until(&sender.drive, build_at(MS(5 + 40)));
    sender.drive.send_error = 0;
    sender_run(4, 10);
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->unsent, 1);
    assert_int_equal(round->sent, 9);
    assert_int_equal(round->received, 9);
    assert_int_equal(round->planned, 10);
    assert_int_equal(round->error, 0);
    sender_tear_down();
}

static void test_nothing_could_be_sent(void **state)
{
    (void)state;
    sender_set_up_jitter();
    drive_until(&sender.drive, build_at(MS(5)));
    sender.drive.send_error = EPERM;
    sender_control(0, 0);
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_LOCAL);
    assert_int_equal(round->error, EPERM);
    assert_int_equal(round->unsent, 10);
    assert_int_equal(round->sent, 0);
    sender_tear_down();
}

/* The answer to an echo that never left belongs to nothing. */
static void test_reply_to_unsent_echo(void **state)
{
    (void)state;
    sender_set_up(build_echo_spec("t", "198.51.100.20"));
    drive_until(&sender.drive, build_at(MS(5)));
    sender.drive.send_error = ENOBUFS;
    sender_control(0, 0);
    uint8_t bytes[16] = {0, 1};
    sender_return_nonce(bytes);
    sender_deliver(SENDER_ECHO_PROBES, bytes, sizeof bytes);
    sender_assert_unmatched(0, 0, 1, 0);
    assert_int_equal(sender_finish()->outcome, OUTCOME_LOCAL);
    sender_tear_down();
}

static void test_over_threshold(void **state)
{
    (void)state;
    struct spec *spec = build_jitter_spec("t", "198.51.100.20");
    spec->results.threshold_ns = MS(3);
    sender_set_up(spec);
    sender_handshake();
    sender_run(1, 10);
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->return_code, RETURN_CODE_OVER_THRESHOLD);
    assert_int_equal(round->over_threshold, 10);
    sender_tear_down();
}

/* A wall clock that jumps during an operation bends nothing. */
static void test_wall_clock_step(void **state)
{
    (void)state;
    sender_set_up_jitter();
    sender_handshake();
    sender_run(1, 4);
    for (uint16_t seq = 5; seq <= 10; seq++) {
        struct instant at = build_at(MS(5) + MS(20) * (seq - 1) + MS(4));
        at.wall.ns -= SECONDS(7200);
        drive_until(&sender.drive, at);
        sender_reply(seq);
    }
    struct instant end = build_at(SECONDS(59));
    end.wall.ns -= SECONDS(7200);
    drive_until(&sender.drive, end);
    const struct round *round = sender_finish();
    assert_int_equal(round->received, 10);
    assert_true(round->rtt.sum_ns == MS(40));
    assert_int_equal(round->sd.jitter.positive.count + round->sd.jitter.negative.count, 0);
    sender_tear_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong_source),
        cmocka_unit_test(test_probe_before_the_train),
        cmocka_unit_test(test_unsent_sequence),
        cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_whose_times),
        cmocka_unit_test(test_late),
        cmocka_unit_test(test_drops_are_no_loss),
        cmocka_unit_test(test_all_dropped),
        cmocka_unit_test(test_one_of_all_was_lost),
        cmocka_unit_test(test_control_dropped),
        cmocka_unit_test(test_grace),
        cmocka_unit_test(test_latest_end),
        cmocka_unit_test(test_corrupt),
        cmocka_unit_test(test_corrupt_echo),
        cmocka_unit_test(test_midnight),
        cmocka_unit_test(test_clock_that_is_not_utc),
        cmocka_unit_test(test_send_errors_are_unsent),
        cmocka_unit_test(test_nothing_could_be_sent),
        cmocka_unit_test(test_reply_to_unsent_echo),
        cmocka_unit_test(test_over_threshold),
        cmocka_unit_test(test_wall_clock_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
