/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Answers that were not earned: late ones of earlier operations, and what somebody sends who has
 * not seen our packets, or has seen only those for another target. Everything in them is right but
 * what was drawn. */
#include <errno.h>
#include <string.h>

#include "operation/operation.h"
#include "support/build.h"
#include "support/cm.h"
#include "support/sender.h"
#include "wire/jitter_us.h"

#define MS(n) ((n)*NS_PER_MS)
#define SECONDS(n) ((n)*NS_PER_SECOND)
#define BYTES_MAX 256

static void assert_unmatched(enum unmatched reason, unsigned count)
{
    for (unsigned i = 0; i < UNMATCHED_COUNT; i++) {
        assert_int_equal(sender.probe.unmatched[i], i == (unsigned)reason ? count : 0);
    }
}

static struct spec *plain_echo(uint32_t bytes)
{
    struct spec *spec = build_echo_spec("t", "198.51.100.20");
    spec->control.version = CONTROL_NONE;
    spec->packets.bytes = bytes;
    return spec;
}

/* The echo that the running operation has sent; its size. */
static size_t copy_echo(uint8_t bytes[BYTES_MAX])
{
    const struct drive_effect *sent = sender_sent(0);
    memcpy(bytes, sent->bytes, BYTES_MAX);
    return sent->fx.size;
}

/* Each row: an echo whose reply comes in the next operation, to the same port. */
static void test_late_echo_is_not_the_next_one(void **state)
{
    (void)state;
    static const struct {
        bool verify_data;
        const char *pattern;
    } rows[] = {{false, NULL}, {true, NULL}, {false, "00"}, {true, "ABCD"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t late[BYTES_MAX];
        struct spec *spec = plain_echo(16);
        spec->path.source = build_addr("192.0.2.10:40000");
        spec->packets.verify_data = rows[i].verify_data;
        assert_true(rows[i].pattern == NULL ||
                    pattern_parse(rows[i].pattern, &spec->packets.pattern));
        sender_set_up(spec);
        size_t size = copy_echo(late);
        assert_int_equal(sender_finish()->outcome, OUTCOME_TIMEOUT);
        drive_forget(&sender.drive);
        sender_start(build_at(SECONDS(60)));
        sender_deliver(SENDER_ECHO_PROBES, late, size);
        assert_int_equal(sender.probe.phase, PROBE_SETTLE);
        assert_unmatched(UNMATCHED_EARLIER, 1);
        drive_until(&sender.drive, build_at(SECONDS(119)));
        const struct round *round = sender_finish();
        assert_int_equal(round->outcome, OUTCOME_TIMEOUT);
        assert_int_equal(round->rtt.count, 0);
        sender_tear_down();
    }
}

/* Who is off the path knows all but what was drawn. */
static void test_guessed_echo(void **state)
{
    (void)state;
    for (unsigned verify_data = 0; verify_data <= 1; verify_data++) {
        uint8_t guess[BYTES_MAX];
        struct spec *spec = plain_echo(16);
        spec->packets.verify_data = verify_data;
        sender_set_up(spec);
        size_t size = copy_echo(guess);
        for (size_t at = 4; at < 4 + NONCE_BYTES; at++) {
            guess[at] ^= 1;
            sender_deliver(SENDER_ECHO_PROBES, guess, size);
            guess[at] ^= 1;
        }
        assert_unmatched(UNMATCHED_NONCE, NONCE_BYTES);
        const struct round *round = sender_finish();
        assert_int_equal(round->outcome, verify_data ? OUTCOME_VERIFY : OUTCOME_TIMEOUT);
        assert_int_equal(round->corrupt, 0);
        sender_tear_down();
    }
}

/* What may be somebody else's fails nothing that the responder answers. */
static void test_good_echo_outweighs_a_guess(void **state)
{
    (void)state;
    uint8_t guess[BYTES_MAX];
    struct spec *spec = plain_echo(16);
    spec->packets.verify_data = true;
    sender_set_up(spec);
    size_t size = copy_echo(guess);
    guess[4] ^= 1;
    sender_deliver(SENDER_ECHO_PROBES, guess, size);
    guess[4] ^= 1;
    sender_deliver(SENDER_ECHO_PROBES, guess, size - 1);
    sender_deliver(SENDER_ECHO_PROBES, guess, size);
    assert_int_equal(sender_finish()->outcome, OUTCOME_OK);
    sender_tear_down();
}

/* As many random bytes as there is room for, and the pattern behind them, or nothing but it. */
static void test_random_bytes_of_an_echo(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *source;
        uint32_t bytes;
        size_t random;
    } rows[] = {
        {NULL, NULL, 4, 0},
        {NULL, NULL, 5, 1},
        {NULL, NULL, 12, 8},
        {NULL, NULL, 100, 8},
        {"FF00", NULL, 100, 0},
        {"FF00", "192.0.2.10:0", 100, 0},
        {"FF00", "192.0.2.10:4000", 100, 8},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t wanted[BYTES_MAX];
        struct spec *spec = plain_echo(rows[i].bytes);
        if (rows[i].pattern != NULL) {
            assert_true(pattern_parse(rows[i].pattern, &spec->packets.pattern));
        }
        if (rows[i].source != NULL) {
            spec->path.source = build_addr(rows[i].source);
        }
        sender_set_up(spec);
        memcpy(wanted, "\0\1\0\0", 4);
        pattern_fill(&spec->packets.pattern, wanted + 4, rows[i].bytes - 4);
        sender_return_nonce(wanted);
        assert_int_equal(sender.probe.payload.nonce_bytes, rows[i].random);
        assert_int_equal(sender_sent(0)->fx.size, rows[i].bytes);
        assert_memory_equal(sender_sent(0)->bytes, wanted, rows[i].bytes);
        sender_finish();
        sender_tear_down();
    }
}

static struct spec *train(enum precision precision)
{
    struct spec *spec = build_jitter_spec("t", "198.51.100.20");
    spec->control.version = CONTROL_NONE;
    spec->packets.precision = precision;
    spec->packets.bytes = precision == PRECISION_MICROSECONDS ? 64 : 32;
    return spec;
}

/* The reply to packet 1, with everything in place. */
static size_t jitter_reply(uint8_t bytes[BYTES_MAX])
{
    const struct drive_effect *sent = sender_sent(0);
    memcpy(bytes, sent->bytes, BYTES_MAX);
    if (sender.spec->packets.precision == PRECISION_MICROSECONDS) {
        jitter_us_fill_reply(JITTER_US_SEQ16, bytes, 1, 1, 1);
    } else {
        ipsla_jitter_ms_fill_reply(bytes, 0, 0, 1);
    }
    return sent->fx.size;
}

/* Number and time are right, which a target sees of its own train: it does not answer for others.
 */
static void test_jitter_without_the_random_bytes(void **state)
{
    (void)state;
    for (unsigned precision = 0; precision < PRECISION_COUNT; precision++) {
        uint8_t reply[BYTES_MAX];
        size_t header = precision == PRECISION_MICROSECONDS ? 56 : 16;
        sender_set_up(train((enum precision)precision));
        size_t size = jitter_reply(reply);
        for (size_t at = header; at < header + NONCE_BYTES; at++) {
            reply[at] ^= 0x80;
            sender_deliver(SENDER_PROBES, reply, size);
            reply[at] ^= 0x80;
        }
        assert_unmatched(UNMATCHED_NONCE, NONCE_BYTES);
        sender_deliver(SENDER_PROBES, reply, size);
        assert_int_equal(sender.probe.train.arrivals, 1);
        assert_int_equal(sender_finish()->corrupt, 0);
        sender_tear_down();
    }
}

/* It is not damaged, and it says nothing about this operation. */
static void test_late_jitter_is_not_corrupt(void **state)
{
    (void)state;
    for (unsigned precision = 0; precision < PRECISION_COUNT; precision++) {
        uint8_t late[BYTES_MAX];
        struct spec *spec = train((enum precision)precision);
        spec->path.source = build_addr("192.0.2.10:40000");
        sender_set_up(spec);
        size_t size = jitter_reply(late);
        sender_finish();
        drive_forget(&sender.drive);
        sender_start(build_at(SECONDS(60)));
        sender_deliver(SENDER_PROBES, late, size);
        assert_unmatched(UNMATCHED_EARLIER, 1);
        drive_until(&sender.drive, build_at(SECONDS(119)));
        assert_int_equal(sender_finish()->corrupt, 0);
        sender_tear_down();
    }
}

/* All jitter targets may share one port, so a refusal of version 1 has 8 bits to guess: who sends
 * all of them ends nothing that the responder accepts. */
static void test_guessed_refusal(void **state)
{
    (void)state;
    sender_set_up_jitter();
    for (unsigned id = 0; id <= UINT8_MAX; id++) {
        uint8_t bytes[IPSLA_RESPONSE_SHORT_BYTES];
        ipsla_response_encode_short((uint8_t)id, 0x20000, bytes);
        sender_deliver(SENDER_CONTROL, bytes, sizeof bytes);
        sender_deliver(SENDER_CONTROL, bytes, sizeof bytes);
    }
    assert_int_equal(sender.probe.phase, PROBE_CONTROL);
    assert_unmatched(UNMATCHED_CONTROL, 2 * UINT8_MAX + 1);
    drive_until(&sender.drive, build_at(MS(5)));
    sender_control(0, 0);
    assert_int_equal(sender.probe.phase, PROBE_TRAIN);
    drive_until(&sender.drive, build_at(MS(9)));
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_TIMEOUT);
    assert_true(round->control_rtt_ns == MS(5));
    assert_int_equal(round->control_status, 0);
    sender_tear_down();
}

/* From a port of its own there are 22 bits: the refusal is believed at once. */
static void test_refusal_to_a_port_of_its_own(void **state)
{
    (void)state;
    for (unsigned i = 0; i <= 1; i++) {
        struct spec *spec = i == 0 ? build_echo_spec("t", "198.51.100.20")
                                   : build_jitter_spec("t", "198.51.100.20");
        spec->path.is_alone = i == 1;
        sender_set_up(spec);
        assert_false(drive_find(&sender.drive, FX_OPEN, 0)->fx.may_share);
        sender_control(0, 0x20000);
        assert_true(probe_is_idle(&sender.probe));
        assert_int_equal(sender_finish()->outcome, OUTCOME_AUTH);
        sender_tear_down();
    }
}

static void test_ids_are_drawn(void **state)
{
    (void)state;
    unsigned successors = 0;
    uint8_t latest[HANDSHAKE_IDS] = {0};
    struct spec *spec = build_jitter_spec("t", "198.51.100.20");
    spec->control.tries = HANDSHAKE_TRIES_MAX;
    sender_prepare(spec, build_at(0));
    for (unsigned i = 0; i < 100; i++) {
        drive_forget(&sender.drive);
        sender_start(build_at(SECONDS(60 * i)));
        drive_until(&sender.drive, build_at(SECONDS(60 * i + 50)));
        for (unsigned k = 0; k < HANDSHAKE_TRIES_MAX; k++) {
            uint8_t id = sender_sent(k)->bytes[1];
            unsigned number = i * HANDSHAKE_TRIES_MAX + k;
            for (unsigned j = 0; j < HANDSHAKE_IDS && j < number; j++) {
                assert_int_not_equal(latest[j], id);
            }
            successors += number > 0 && id == (uint8_t)(latest[(number - 1) % HANDSHAKE_IDS] + 1);
            latest[number % HANDSHAKE_IDS] = id;
        }
    }
    assert_in_range(successors, 0, 10); /* of 500; one in 256 by chance */
    sender_tear_down();
}

static uint8_t first_id(uint8_t seed_byte)
{
    const uint8_t seed[HANDSHAKE_SEED_BYTES] = {seed_byte};
    uint8_t request[IPSLA_REQUEST_BYTES_MAX];
    struct spec *spec = build_jitter_spec("t", "198.51.100.20");
    struct probe probe;
    probe_init(&probe, spec, seed);
    handshake_start(&probe.handshake, spec);
    handshake_write(&probe.handshake, build_at(0), request);
    probe_fini(&probe);
    spec_unref(spec);
    return request[1];
}

/* The name of the target says nothing about the first id, the seed of the start does. */
static void test_first_id_is_another_at_each_start(void **state)
{
    (void)state;
    bool seen[UINT8_MAX + 1] = {false};
    unsigned different = 0;
    for (unsigned i = 0; i < 100; i++) {
        uint8_t id = first_id((uint8_t)i);
        different += !seen[id];
        seen[id] = true;
    }
    assert_in_range(different, 60, 100);
}

/* Errors that quote nothing of ours: another port, other bytes, an operation that is over. */
static void test_icmp_that_quotes_nothing_of_ours(void **state)
{
    (void)state;
    struct ev ev = {.kind = EV_ERROR, .error = ECONNREFUSED, .is_icmp = true};
    uint8_t quote[IPSLA_REQUEST_BYTES];
    sender_set_up(build_echo_spec("t", "198.51.100.20"));
    sender_icmp(ECONNREFUSED, "198.51.100.20:9", 0, 0);
    sender_icmp(ECONNREFUSED, SENDER_ECHO_PROBES, 0, IPSLA_REQUEST_BYTES);
    memcpy(quote, sender_sent(0)->bytes, sizeof quote);
    ev.peer = build_addr(SENDER_CONTROL);
    ev.bytes = quote;
    ev.size = sizeof quote;
    for (size_t i = 0; i < sizeof quote; i++) {
        quote[i] ^= 1;
        drive_input(&sender.drive, ev);
        quote[i] ^= 1;
    }
    assert_int_equal(sender.probe.phase, PROBE_CONTROL);
    assert_false(sender.probe.is_unreachable);
    assert_unmatched(UNMATCHED_ICMP, 2 + sizeof quote);
    assert_int_equal(sender_finish()->outcome, OUTCOME_NO_CONNECTION);
    sender_tear_down();
}

/* Eight bytes behind the IP header, as some routers quote: the ports and nothing that was drawn. It
 * ends nothing, and is the reason when nothing else is heard. */
static void test_weak_icmp(void **state)
{
    (void)state;
    sender_set_up(build_echo_spec("t", "198.51.100.20"));
    sender_icmp(ECONNREFUSED, SENDER_CONTROL, 0, 0);
    assert_int_equal(sender.probe.phase, PROBE_CONTROL);
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_PORT_UNREACHABLE);
    assert_int_equal(round->error, ECONNREFUSED);
    assert_int_equal(round->control_retries, 2);
    sender_tear_down();
    sender_set_up(plain_echo(16));
    sender_icmp(ECONNREFUSED, SENDER_ECHO_PROBES, 0, 11);
    assert_int_equal(sender.probe.phase, PROBE_SETTLE);
    round = sender_finish();
    assert_int_equal(round->outcome, OUTCOME_PORT_UNREACHABLE);
    assert_true(round->duration_ns == SECONDS(5));
    sender_tear_down();
}

/* All ids to the port that all jitter targets share. */
static void test_guessed_icmp(void **state)
{
    (void)state;
    struct ev ev = {.kind = EV_ERROR, .error = ECONNREFUSED, .is_icmp = true};
    uint8_t quote[IPSLA_REQUEST_BYTES];
    sender_set_up_jitter();
    memcpy(quote, sender_sent(0)->bytes, sizeof quote);
    ev.peer = build_addr(SENDER_CONTROL);
    ev.bytes = quote;
    ev.size = sizeof quote;
    for (unsigned id = 0; id <= UINT8_MAX; id++) {
        quote[1] = (uint8_t)id;
        drive_input(&sender.drive, ev);
    }
    assert_unmatched(UNMATCHED_ICMP, UINT8_MAX);
    sender_control(0, 0);
    assert_int_equal(sender.probe.phase, PROBE_TRAIN);
    sender_finish();
    sender_tear_down();
}

/* The error about a packet of the train before, in the handshake of the next operation. */
static void test_icmp_of_the_train_before(void **state)
{
    (void)state;
    sender_set_up_jitter();
    sender_handshake();
    struct drive_effect probe = *sender_sent(0);
    sender_finish();
    sender_start(build_at(SECONDS(60)));
    drive_input(&sender.drive, (struct ev){.kind = EV_ERROR,
                                           .error = ECONNREFUSED,
                                           .is_icmp = true,
                                           .peer = build_addr(SENDER_PROBES),
                                           .bytes = probe.bytes,
                                           .size = probe.fx.size});
    assert_unmatched(UNMATCHED_ICMP, 1);
    assert_false(sender.probe.is_unreachable);
    probe_abandon(&sender.probe);
    drive_poll(&sender.drive);
    sender_tear_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_late_echo_is_not_the_next_one),
        cmocka_unit_test(test_guessed_echo),
        cmocka_unit_test(test_good_echo_outweighs_a_guess),
        cmocka_unit_test(test_random_bytes_of_an_echo),
        cmocka_unit_test(test_jitter_without_the_random_bytes),
        cmocka_unit_test(test_late_jitter_is_not_corrupt),
        cmocka_unit_test(test_guessed_refusal),
        cmocka_unit_test(test_refusal_to_a_port_of_its_own),
        cmocka_unit_test(test_ids_are_drawn),
        cmocka_unit_test(test_first_id_is_another_at_each_start),
        cmocka_unit_test(test_icmp_that_quotes_nothing_of_ours),
        cmocka_unit_test(test_weak_icmp),
        cmocka_unit_test(test_guessed_icmp),
        cmocka_unit_test(test_icmp_of_the_train_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
