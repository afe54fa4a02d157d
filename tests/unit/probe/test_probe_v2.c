/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The sender's handshake of version 2, and that of version 1 with an MD5 key. */
#include <errno.h>
#include <string.h>

#include "support/build.h"
#include "support/cm.h"
#include "support/sender.h"
#include "wire/ipsla2.h"

#define MS(n) ((n)*NS_PER_MS)
#define CONTROL_V2_PEER "198.51.100.20:1167"

static void set_up(enum auth_algorithm algorithm)
{
    struct spec *spec = build_jitter_spec("t", "198.51.100.20");
    spec->control.version = algorithm == AUTH_MD5 ? CONTROL_V1 : CONTROL_V2;
    spec->control.port = control_version_port(spec->control.version);
    if (algorithm != AUTH_NONE) {
        spec->control.key = (struct auth_key){.id = 7, .algorithm = algorithm, .size = 6};
        memcpy(spec->control.key.secret, "s3cret", 6);
    }
    sender_prepare(spec, build_at(0));
    sender_start(build_at(0));
}

/* The request as the responder of the test has it before it answers. */
static struct ipsla2_message request(size_t index)
{
    const struct drive_effect *effect = sender_sent(index);
    struct ipsla2_message message = {0};
    assert_int_equal(ipsla2_decode_head(effect->bytes, effect->fx.size, &message), IPSLA_ACCEPT);
    assert_int_equal(ipsla2_decode_command(effect->bytes, effect->fx.size, &message), IPSLA_ACCEPT);
    return message;
}

/* The answer of a responder with the same key. */
static void answer(const struct ipsla2_message *message)
{
    uint8_t bytes[IPSLA2_BYTES];
    size_t size = ipsla2_encode(message, bytes);
    if (message->mode != IPSLA2_MODE_NONE) {
        ipsla2_sign(bytes, size, &sender.spec->control.key);
    }
    sender_deliver(CONTROL_V2_PEER, bytes, size);
}

static struct ipsla2_message good_answer(void)
{
    struct ipsla2_message message = request(0);
    message.timestamp += 1;
    message.session_id = 0x55667788;
    return message;
}

static bool is_accepted(void)
{
    return sender.probe.phase == PROBE_TRAIN;
}

static void test_request(void **state)
{
    (void)state;
    static const enum auth_algorithm algorithms[] = {AUTH_NONE, AUTH_SHA256, AUTH_HMAC_SHA256};
    for (unsigned i = 0; i < 3; i++) {
        set_up(algorithms[i]);
        struct ipsla2_message message = request(0);
        assert_int_equal(message.mode, i);
        assert_int_equal(message.key_id, i == 0 ? 0 : 7);
        assert_int_equal(message.destination.port, 16384);
        assert_int_equal(message.duration_ms, 5200);
        assert_true(message.timestamp == timestamp_encode(TIMESTAMP_NTP, build_at(0).wall));
        const struct drive_effect *effect = sender_sent(0);
        assert_int_equal(ipsla2_verify(effect->bytes, effect->fx.size, &sender.spec->control.key),
                         i > 0);
        struct ipsla2_message reply = good_answer();
        answer(&reply);
        assert_true(is_accepted());
        probe_abandon(&sender.probe);
        drive_poll(&sender.drive);
        sender_tear_down();
    }
}

/* The second try is the first one again; the next operation asks anew. */
static void test_retry_and_next(void **state)
{
    (void)state;
    set_up(AUTH_HMAC_SHA256);
    drive_until(&sender.drive, build_at(MS(2000)));
    assert_memory_equal(sender_sent(0)->bytes, sender_sent(1)->bytes, IPSLA2_BYTES);
    struct ipsla2_message first = request(0);
    drive_until(&sender.drive, build_at(MS(6000)));
    assert_int_equal(sender.probe.round->outcome, OUTCOME_NO_CONNECTION);
    drive_forget(&sender.drive);
    sender_start(build_at(MS(60000)));
    struct ipsla2_message second = request(0);
    assert_int_equal(second.sequence, first.sequence + 1);
    assert_memory_not_equal(second.random, first.random, sizeof first.random);
    probe_abandon(&sender.probe);
    drive_poll(&sender.drive);
    sender_tear_down();
}

static void test_reflection_is_no_answer(void **state)
{
    (void)state;
    set_up(AUTH_HMAC_SHA256);
    struct ipsla2_message copy = request(0);
    answer(&copy);
    assert_false(is_accepted());
    sender_assert_unmatched(0, 1, 0, 0);
    drive_until(&sender.drive, build_at(MS(6000)));
    assert_int_equal(sender.probe.round->outcome, OUTCOME_NO_CONNECTION);
    sender_tear_down();
}

/* Nothing else than what was asked is believed. */
static void test_strange_answers(void **state)
{
    (void)state;
    set_up(AUTH_HMAC_SHA256);
    struct ipsla2_message other = good_answer();
    other.sequence++;
    answer(&other);
    other = good_answer();
    other.random[15] ^= 1;
    answer(&other);
    other = good_answer();
    other.mode = IPSLA2_MODE_NONE;
    answer(&other);
    uint8_t bytes[IPSLA2_BYTES];
    other = good_answer();
    size_t size = ipsla2_encode(&other, bytes); /* without a digest */
    sender_deliver(CONTROL_V2_PEER, bytes, size);
    other.status = IPSLA2_FAIL; /* also when it says no */
    size = ipsla2_encode(&other, bytes);
    sender_deliver(CONTROL_V2_PEER, bytes, size);
    sender_assert_unmatched(0, 5, 0, 0);
    assert_int_equal(sender.probe.phase, PROBE_CONTROL);
    other = good_answer();
    answer(&other);
    assert_true(is_accepted());
    probe_abandon(&sender.probe);
    drive_poll(&sender.drive);
    sender_tear_down();
}

/* Who answers knows what was asked, but does not sign with our key, or not at all: the keys are
 * what to look at. */
static void test_bad_digest_is_auth(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        uint8_t bytes[IPSLA2_BYTES];
        set_up(AUTH_HMAC_SHA256);
        struct ipsla2_message other = good_answer();
        other.mode = i == 0 ? other.mode : IPSLA2_MODE_NONE;
        size_t size = ipsla2_encode(&other, bytes);
        sender_deliver(CONTROL_V2_PEER, bytes, size);
        sender_assert_unmatched(0, 1, 0, 0);
        drive_until(&sender.drive, build_at(MS(6000)));
        assert_int_equal(sender.probe.round->outcome, OUTCOME_AUTH);
        assert_int_equal(sender.probe.round->control_status, 0);
        sender_tear_down();
    }
}

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        uint16_t header, command;
        enum outcome outcome;
    } rows[] = {
        {IPSLA2_FAIL, IPSLA2_PORT_IN_USE, OUTCOME_PORT_IN_USE},
        {IPSLA2_FORMAT, IPSLA2_FORMAT, OUTCOME_FORMAT},
        {IPSLA2_FAIL, IPSLA2_FAIL, OUTCOME_REFUSED},
        {IPSLA2_OK, IPSLA2_FAIL, OUTCOME_REFUSED},
        {IPSLA2_AUTH, IPSLA2_OK, OUTCOME_AUTH},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        set_up(AUTH_SHA256);
        struct ipsla2_message message = good_answer();
        message.status = rows[i].header;
        message.command_status = rows[i].command;
        uint8_t bytes[IPSLA2_BYTES];
        size_t size = ipsla2_encode(&message, bytes);
        if (rows[i].outcome == OUTCOME_AUTH) { /* who refuses the key cannot sign with it */
            sender_deliver(CONTROL_V2_PEER, bytes, size);
        } else {
            answer(&message);
        }
        assert_int_equal(sender.probe.round->outcome, rows[i].outcome);
        sender_tear_down();
    }
}

static void test_suggested_port(void **state)
{
    (void)state;
    set_up(AUTH_HMAC_SHA256);
    struct ipsla2_message message = good_answer();
    message.destination.port = 20000;
    answer(&message);
    assert_true(is_accepted());
    assert_int_equal(sender_sent(1)->fx.peer.port, 20000);
    probe_abandon(&sender.probe);
    drive_poll(&sender.drive);
    sender_tear_down();
}

/* The layout that request number `index` was signed with. */
static unsigned layout_of(size_t index)
{
    unsigned layout = AUTH_LAYOUT_COUNT;
    const struct drive_effect *effect = sender_sent(index);
    assert_true(auth_verify(effect->bytes, effect->fx.size, &sender.spec->control.key, &layout));
    return layout;
}

static struct instant later(struct instant now, int64_t ns)
{
    return (struct instant){mono_add(now.mono, ns), wall_add(now.wall, ns)};
}

/* The responder refuses request number `index`: the next one comes after a pause, unless
 * something else ends it. */
static void refuse_and_wait(size_t index)
{
    sender_control((uint32_t)index, 0x20000);
    assert_int_equal(drive_count(&sender.drive, FX_SEND), index + 1);
    struct mono refused = sender.drive.now.mono;
    struct instant before = later(sender.drive.now, HANDSHAKE_LAYOUT_PAUSE_NS - 1);
    drive_until(&sender.drive, before);
    assert_int_equal(drive_count(&sender.drive, FX_SEND), index + 1);
    sender_control((uint32_t)index, 0x20000); /* repeated: to nothing outstanding */
    sender_assert_unmatched(0, (unsigned)index + 1, 0, 0);
    drive_until(&sender.drive, later(before, 1));
    assert_int_equal(drive_count(&sender.drive, FX_SEND), index + 2);
    assert_true(mono_diff(sender_sent(index + 1)->at.mono, refused) == HANDSHAKE_LAYOUT_PAUSE_NS);
}

/* The refusal of request `number` is believed when nobody has accepted that until its time is over.
 */
static void refuse(uint32_t number)
{
    sender_control(number, 0x20000);
    assert_int_equal(sender.probe.phase, PROBE_CONTROL);
    drive_until(&sender.drive, later(sender.drive.now, sender.spec->control.timeout_ns));
    assert_int_equal(sender.probe.round->outcome, OUTCOME_AUTH);
}

static void test_md5_layouts_in_turn(void **state)
{
    (void)state;
    set_up(AUTH_MD5);
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(layout_of(i), i);
        refuse_and_wait(i);
    }
    sender_control(5, 0);
    assert_true(is_accepted());
    assert_int_equal(sender.probe.round->auth_layout, 6);
    probe_abandon(&sender.probe);
    drive_poll(&sender.drive);
    drive_forget(&sender.drive);
    sender_start(build_at(MS(60000)));
    assert_int_equal(layout_of(0), 5); /* remembered */
    refuse(6);
    sender_tear_down();
}

static void test_md5_wrong_key(void **state)
{
    (void)state;
    set_up(AUTH_MD5);
    for (unsigned i = 0; i + 1 < AUTH_LAYOUT_COUNT; i++) {
        refuse_and_wait(i);
        assert_int_equal(sender.probe.phase, PROBE_CONTROL);
    }
    refuse(AUTH_LAYOUT_COUNT - 1);
    drive_forget(&sender.drive);
    sender_start(build_at(MS(60000)));
    refuse(AUTH_LAYOUT_COUNT); /* one an operation from now on */
    sender_tear_down();
}

/* An ICMP error that quotes the random number is believed at once; what quotes less ends nothing,
 * another random number is not ours. */
static void test_icmp(void **state)
{
    (void)state;
    enum { RANDOM_END = 48 };
    for (unsigned i = 0; i <= 1; i++) {
        set_up(AUTH_HMAC_SHA256);
        sender_icmp(ECONNREFUSED, CONTROL_V2_PEER, 0, RANDOM_END - 1);
        assert_int_equal(sender.probe.phase, PROBE_CONTROL);
        struct ev ev = {.kind = EV_ERROR, .error = ECONNREFUSED, .is_icmp = true};
        uint8_t quote[IPSLA2_BYTES];
        memcpy(quote, sender_sent(0)->bytes, sizeof quote);
        ev.peer = build_addr(CONTROL_V2_PEER);
        ev.bytes = quote;
        ev.size = sizeof quote;
        quote[RANDOM_END - 1] ^= 1;
        drive_input(&sender.drive, ev);
        assert_int_equal(sender.probe.phase, PROBE_CONTROL);
        assert_int_equal(sender.probe.unmatched[UNMATCHED_ICMP], 1);
        quote[RANDOM_END - 1] ^= 1;
        ev.error = i == 0 ? ECONNREFUSED : EHOSTUNREACH;
        drive_input(&sender.drive, ev);
        assert_int_equal(probe_is_idle(&sender.probe), i == 0);
        assert_int_equal(sender_finish()->outcome,
                         i == 0 ? OUTCOME_PORT_UNREACHABLE : OUTCOME_UNREACHABLE);
        sender_tear_down();
    }
}

/* The same request twice: nothing tells which of the two the answer is to. */
static void test_answer_to_a_repeated_request_has_no_round_trip(void **state)
{
    (void)state;
    for (int64_t tries = 1; tries <= 2; tries++) {
        set_up(AUTH_HMAC_SHA256);
        drive_until(&sender.drive, build_at(MS(2000) * (tries - 1) + MS(5)));
        struct ipsla2_message message = good_answer();
        answer(&message);
        assert_true(is_accepted());
        assert_true(sender.probe.round->control_rtt_ns == (tries == 1 ? MS(5) : -1));
        probe_abandon(&sender.probe);
        drive_poll(&sender.drive);
        sender_tear_down();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request),
        cmocka_unit_test(test_icmp),
        cmocka_unit_test(test_answer_to_a_repeated_request_has_no_round_trip),
        cmocka_unit_test(test_retry_and_next),
        cmocka_unit_test(test_reflection_is_no_answer),
        cmocka_unit_test(test_strange_answers),
        cmocka_unit_test(test_bad_digest_is_auth),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_suggested_port),
        cmocka_unit_test(test_md5_layouts_in_turn),
        cmocka_unit_test(test_md5_wrong_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
