/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Operations without a control request, and echoes whose data are verified. */
#include <errno.h>
#include <string.h>

#include "support/build.h"
#include "support/cm.h"
#include "support/sender.h"

#define MS(n) ((n)*NS_PER_MS)

static void set_up_plain(struct spec *spec)
{
    spec->control.version = CONTROL_NONE;
    sender_set_up(spec);
}

static void test_train_starts_at_once(void **state)
{
    (void)state;
    set_up_plain(build_jitter_spec("t", "198.51.100.20"));
    assert_int_equal(sender.probe.phase, PROBE_TRAIN);
    assert_int_equal(sender_sent(0)->fx.size, 32);
    assert_int_equal(sender_sent(0)->fx.peer.port, 16384);
    for (uint16_t seq = 1; seq <= 10; seq++) {
        drive_until(&sender.drive, build_at(MS(20) * (seq - 1) + MS(4)));
        sender_reply(seq);
    }
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->received, 10);
    assert_int_equal(round->control_rtt_ns, -1);
    assert_int_equal(round->control_retries, 0);
    sender_tear_down();
}

/* The probe port may be what is the control port otherwise. */
static void test_control_port_is_no_special_port(void **state)
{
    (void)state;
    struct spec *spec = build_echo_spec("t", "198.51.100.20");
    spec->path.port = spec->path.peer.port = 1967;
    set_up_plain(spec);
    sender_deliver(SENDER_CONTROL, sender_sent(0)->bytes, sender_sent(0)->fx.size);
    assert_int_equal(sender_finish()->outcome, OUTCOME_OK);
    sender_tear_down();
}

static void test_unreachable_ends_an_echo(void **state)
{
    (void)state;
    set_up_plain(build_echo_spec("t", "198.51.100.20"));
    drive_until(&sender.drive, build_at(MS(3)));
    sender_icmp(ECONNREFUSED, SENDER_ECHO_PROBES, 0, 12);
    assert_true(probe_is_idle(&sender.probe));
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_PORT_UNREACHABLE);
    assert_int_equal(round->return_code, RETURN_CODE_NOT_CONNECTED);
    assert_int_equal(round->error, ECONNREFUSED);
    assert_int_equal(round->lost_unknown, 1);
    assert_true(round->duration_ns == MS(3));
    sender_tear_down();
}

static void test_unreachable_train(void **state)
{
    (void)state;
    set_up_plain(build_jitter_spec("t", "198.51.100.20"));
    sender_icmp(EHOSTUNREACH, SENDER_PROBES, 0, 0);
    drive_until(&sender.drive, build_at(MS(100)));
    assert_false(probe_is_idle(&sender.probe));
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_PROHIBITED);
    assert_int_equal(round->sent, 10);
    sender_tear_down();
}

/* A later packet that this host cannot send does not hide what the network said. */
static void test_unreachable_outweighs_a_full_queue(void **state)
{
    (void)state;
    set_up_plain(build_jitter_spec("t", "198.51.100.20"));
    sender_icmp(ECONNREFUSED, SENDER_PROBES, 0, 0);
    sender.drive.send_error = ENOBUFS;
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_PORT_UNREACHABLE);
    assert_int_equal(round->error, ECONNREFUSED);
    assert_int_equal(round->unsent_error, ENOBUFS);
    sender_tear_down();
}

static void test_one_answer_outweighs_unreachable(void **state)
{
    (void)state;
    set_up_plain(build_jitter_spec("t", "198.51.100.20"));
    sender_icmp(EHOSTUNREACH, SENDER_PROBES, 0, 0);
    drive_until(&sender.drive, build_at(MS(30)));
    sender_reply(2);
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->error, 0);
    sender_tear_down();
}

/* Begins an echo of 7 data bytes filled with 01 02 03; `reply` gets what it sends. */
static void set_up_verified(uint8_t reply[11])
{
    struct spec *spec = build_echo_spec("t", "198.51.100.20");
    spec->packets.bytes = 11;
    spec->packets.verify_data = true;
    assert_true(pattern_parse("010203", &spec->packets.pattern));
    set_up_plain(spec);
    assert_int_equal(sender_sent(0)->fx.size, 11);
    memcpy(reply, sender_sent(0)->bytes, 11);
    assert_memory_equal(reply, "\0\1\0\0\1\2\3\1\2\3\1", 11);
}

static void test_verified(void **state)
{
    (void)state;
    uint8_t reply[11];
    set_up_verified(reply);
    sender_deliver(SENDER_ECHO_PROBES, reply, sizeof reply);
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->corrupt, 0);
    sender_tear_down();
}

static void assert_altered(const uint8_t *reply, size_t size)
{
    sender_deliver(SENDER_ECHO_PROBES, reply, size);
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_VERIFY);
    assert_int_equal(round->return_code, RETURN_CODE_VERIFY_ERROR);
    assert_int_equal(round->corrupt, 1);
    assert_int_equal(round->rtt.count, 0);
    sender_tear_down();
}

static void test_altered(void **state)
{
    (void)state;
    uint8_t reply[11];
    for (size_t i = 0; i < sizeof reply; i++) {
        set_up_verified(reply);
        reply[i] ^= 0x10;
        assert_altered(reply, sizeof reply);
    }
    set_up_verified(reply);
    assert_altered(reply, sizeof reply - 1);
}

/* Without verify_data only type, size and nonce count. */
static void test_unverified(void **state)
{
    (void)state;
    uint8_t reply[16] = {0, 1};
    set_up_plain(build_echo_spec("t", "198.51.100.20"));
    sender_return_nonce(reply);
    sender_deliver(SENDER_ECHO_PROBES, reply, sizeof reply);
    assert_int_equal(sender_finish()->outcome, OUTCOME_OK);
    sender_tear_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_train_starts_at_once),
        cmocka_unit_test(test_control_port_is_no_special_port),
        cmocka_unit_test(test_unreachable_ends_an_echo),
        cmocka_unit_test(test_unreachable_train),
        cmocka_unit_test(test_unreachable_outweighs_a_full_queue),
        cmocka_unit_test(test_one_answer_outweighs_unreachable),
        cmocka_unit_test(test_verified),
        cmocka_unit_test(test_altered),
        cmocka_unit_test(test_unverified),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
