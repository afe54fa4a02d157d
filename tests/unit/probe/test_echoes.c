/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Several echoes in one operation: each reply belongs to its own packet, whatever the order. */
#include <errno.h>
#include <string.h>

#include "support/build.h"
#include "support/cm.h"
#include "support/sender.h"

#define MS(value) ((value)*NS_PER_MS)
#define SECONDS(value) ((value)*NS_PER_SECOND)

#define COUNT 4
#define BYTES 32

/* What was sent, to be returned. */
static uint8_t echoes[COUNT][DRIVE_BYTES_MAX];

static struct spec *echo_spec(void)
{
    struct spec *spec = build_echo_spec("t", "198.51.100.20");
    spec->control.version = CONTROL_NONE;
    spec->packets.bytes = BYTES;
    spec->packets.count = COUNT;
    spec->packets.interval_ns = MS(100);
    spec->schedule.timeout_ns = MS(250);
    return spec;
}

/* All packets leave, none is answered yet. */
static void send_all(struct spec *spec)
{
    sender_set_up(spec);
    drive_until(&sender.drive, build_at(MS(100) * (COUNT - 1)));
    for (size_t i = 0; i < COUNT; i++) {
        memcpy(echoes[i], sender_sent(i)->bytes, BYTES);
        for (size_t k = 0; k < i; k++) {
            assert_memory_not_equal(echoes[i], echoes[k], BYTES);
        }
    }
}

static void answer(unsigned number)
{
    sender_deliver(SENDER_ECHO_PROBES, echoes[number - 1], BYTES);
}

/* In any order, and the second time a copy; what is too late for its own packet is late. */
static void test_each_reply_has_its_packet(void **state)
{
    (void)state;
    send_all(echo_spec());
    drive_until(&sender.drive, build_at(MS(310)));
    answer(3); /* sent at 200 */
    answer(4); /* at 300 */
    answer(1); /* at 0: 60 ms too late */
    answer(3);
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->sent, COUNT);
    assert_int_equal(round->received, 2);
    assert_int_equal(round->late, 1);
    assert_int_equal(round->duplicate, 1);
    assert_int_equal(round->lost_unknown, 1);
    assert_int_equal(round->sd.lost + round->ds.lost, 0);
    assert_true(round->rtt.min_ns == MS(10) && round->rtt.max_ns == MS(110));
    sender_tear_down();
}

static void test_nothing_answered_is_a_timeout(void **state)
{
    (void)state;
    send_all(echo_spec());
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_TIMEOUT);
    assert_int_equal(round->lost_unknown, COUNT);
    sender_tear_down();
}

/* Late replies of the operation before, to the same port, are none of this one's. */
static void test_late_replies_are_of_an_earlier_operation(void **state)
{
    (void)state;
    struct spec *spec = echo_spec();
    spec->path.source = build_addr("192.0.2.10:40000");
    send_all(spec);
    assert_int_equal(sender_finish()->outcome, OUTCOME_TIMEOUT);
    drive_forget(&sender.drive);
    sender_start(build_at(SECONDS(60)));
    for (unsigned number = 1; number <= COUNT; number++) {
        answer(number);
    }
    assert_int_equal(sender.probe.unmatched[UNMATCHED_EARLIER], COUNT);
    drive_until(&sender.drive, build_at(SECONDS(119)));
    assert_int_equal(sender_finish()->rtt.count, 0);
    sender_tear_down();
}

/* The number before the first packet, and the one behind the last. */
static void test_numbers_beyond_the_train_are_refused(void **state)
{
    (void)state;
    enum { LAST_BYTE = 11 };
    send_all(echo_spec());
    for (unsigned back = 0; back <= 1; back++) {
        uint8_t bytes[BYTES];
        memcpy(bytes, echoes[back ? 0 : COUNT - 1], BYTES);
        for (int at = LAST_BYTE; at >= 4; at--) { /* counts the 8 bytes up or down */
            bytes[at] = (uint8_t)(back ? bytes[at] - 1 : bytes[at] + 1);
            if (bytes[at] != (back ? 0xff : 0)) {
                break;
            }
        }
        sender_deliver(SENDER_ECHO_PROBES, bytes, BYTES);
    }
    assert_int_equal(sender.probe.unmatched[UNMATCHED_NONCE], 2);
    assert_int_equal(sender_finish()->outcome, OUTCOME_TIMEOUT);
    sender_tear_down();
}

/* A reply to a packet that has not left yet proves nothing. */
static void test_an_answer_before_its_packet_is_refused(void **state)
{
    (void)state;
    sender_set_up(echo_spec());
    uint8_t bytes[BYTES];
    memcpy(bytes, sender_sent(0)->bytes, BYTES);
    payload_write_nonce(&sender.probe.payload, 2, bytes);
    sender_deliver(SENDER_ECHO_PROBES, bytes, BYTES);
    assert_int_equal(
        sender.probe.unmatched[UNMATCHED_EARLY] + sender.probe.unmatched[UNMATCHED_SEQUENCE], 1);
    assert_int_equal(sender_finish()->received, 0);
    sender_tear_down();
}

/* The pattern follows the number, and is verified. */
static void test_pattern_and_verification(void **state)
{
    (void)state;
    struct spec *spec = echo_spec();
    assert_true(pattern_parse("FF00", &spec->packets.pattern));
    spec->packets.verify_data = true;
    send_all(spec);
    answer(2);
    echoes[2][BYTES - 1] ^= 1;
    answer(3);
    const struct round *round = sender_finish();
    assert_int_equal(round->received, 1);
    assert_int_equal(round->corrupt, 1);
    sender_tear_down();
}

/* An ICMP error quotes any of the packets; others are answered. */
static void test_icmp_error_about_one_of_them(void **state)
{
    (void)state;
    send_all(echo_spec());
    sender_icmp(EHOSTUNREACH, SENDER_ECHO_PROBES, 2, BYTES);
    assert_int_equal(sender.probe.unmatched[UNMATCHED_ICMP], 0);
    answer(4);
    assert_int_equal(sender_finish()->outcome, OUTCOME_OK);
    sender_tear_down();
}

/* The port is asked for until the last packet can be answered. */
static void test_the_request_covers_the_train(void **state)
{
    (void)state;
    struct spec *spec = echo_spec();
    spec->control.version = CONTROL_V1;
    sender_set_up(spec);
    assert_int_equal(handshake_duration_ms(&sender.probe.handshake), 250 + COUNT * 100);
    sender_finish();
    sender_tear_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_reply_has_its_packet),
        cmocka_unit_test(test_nothing_answered_is_a_timeout),
        cmocka_unit_test(test_late_replies_are_of_an_earlier_operation),
        cmocka_unit_test(test_numbers_beyond_the_train_are_refused),
        cmocka_unit_test(test_an_answer_before_its_packet_is_refused),
        cmocka_unit_test(test_pattern_and_verification),
        cmocka_unit_test(test_icmp_error_about_one_of_them),
        cmocka_unit_test(test_the_request_covers_the_train),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
