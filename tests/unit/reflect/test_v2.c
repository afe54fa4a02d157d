/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reflect/replay.h"
#include "support/build.h"
#include "support/cm.h"
#include "support/responder.h"
#include "wire/ipsla2.h"

#define SECONDS(n) ((n)*NS_PER_SECOND)

static struct auth_key make_key(uint16_t id, enum auth_algorithm algorithm, const char *secret)
{
    struct auth_key key = {.id = id, .algorithm = algorithm, .size = strlen(secret)};
    memcpy(key.secret, secret, key.size);
    return key;
}

/* The key of the vectors, whose time stamps are as old as the vectors. */
static void set_up_keyed(enum auth_algorithm algorithm)
{
    responder_prepare();
    responder.settings.keys[0] = make_key(7, algorithm, "correct-horse-7");
    responder.settings.key_count = 1;
    responder.settings.replay_window_ns = 0;
    responder_set_up();
}

static uint64_t results_v2(enum reflect_result result)
{
    return reflect_stats(responder.reflect)->requests_v2[result];
}

static struct ipsla2_message last_answer(const char *peer)
{
    const struct drive_effect *effect = responder_last(peer);
    struct ipsla2_message message = {0};
    ipsla2_decode_head(effect->bytes, effect->fx.size, &message);
    if (message.has_auth) {
        ipsla2_decode_command(effect->bytes, effect->fx.size, &message);
    }
    return message;
}

/* The vector is answered with this; then everything is as before. */
static void assert_refused(const char *name, enum reflect_result result, uint16_t status)
{
    uint64_t before = results_v2(result);
    drive_forget(&responder.drive);
    responder_deliver_vector(1167, RESPONDER_PEER, name);
    assert_int_equal(drive_count(&responder.drive, FX_OPEN), 0);
    assert_int_equal(results_v2(result), before + 1);
    assert_int_equal(last_answer(RESPONDER_PEER).status, status);
    assert_true(responder_last(RESPONDER_PEER)->fx.size <=
                vectors_find(&responder.vectors, name)->size);
    assert_int_equal(reflect_stats(responder.reflect)->sessions, 0);
}

static void test_authentic_requests(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum auth_algorithm algorithm;
    } rows[] = {{"R1", AUTH_HMAC_SHA256}, {"R4", AUTH_SHA256}, {"R7", AUTH_HMAC_SHA256}};
    for (size_t i = 0; i < 3; i++) {
        set_up_keyed(rows[i].algorithm);
        const struct auth_key *key = &responder.settings.keys[0];
        responder_deliver_vector(i == 0 ? 1967 : 1167, RESPONDER_PEER, rows[i].name);
        assert_non_null(drive_channel(&responder.drive, 50000));
        const struct drive_effect *effect = responder_last(RESPONDER_PEER);
        assert_int_equal(effect->fx.size, IPSLA2_BYTES);
        assert_true(ipsla2_verify(effect->bytes, effect->fx.size, key));
        struct ipsla2_message answer = last_answer(RESPONDER_PEER);
        assert_int_equal(answer.status + answer.auth_status + answer.command_status, 0);
        assert_int_not_equal(answer.session_id, 0x11223344);
        assert_true(answer.timestamp == timestamp_encode(TIMESTAMP_NTP, build_at(0).wall));
        assert_int_equal(results_v2(RESULT_ACCEPTED), 1);
        responder_tear_down();
    }
}

static void test_unsigned_requests(void **state)
{
    (void)state;
    static const char *const names[] = {"R5", "R6"};
    for (size_t i = 0; i < 2; i++) {
        responder_prepare();
        responder_set_up();
        responder_deliver_vector(1167, RESPONDER_PEER, names[i]);
        assert_non_null(drive_channel(&responder.drive, 50000));
        assert_int_equal(last_answer(RESPONDER_PEER).status, IPSLA2_OK);
        responder_tear_down();
        set_up_keyed(AUTH_HMAC_SHA256);
        assert_refused(names[i], RESULT_AUTH, IPSLA2_AUTH);
        responder_tear_down();
    }
}

static void test_refusals(void **state)
{
    (void)state;
    set_up_keyed(AUTH_HMAC_SHA256);
    assert_refused("M23", RESULT_AUTH, IPSLA2_AUTH);
    assert_refused("R4", RESULT_AUTH, IPSLA2_AUTH); /* mode 1 with a key for mode 2 */
    assert_refused("M24", RESULT_FORMAT, IPSLA2_FORMAT);
    assert_refused("M26", RESULT_FORMAT, IPSLA2_FORMAT);
    assert_refused("M29", RESULT_FORMAT, IPSLA2_FORMAT);
    assert_refused("M30", RESULT_FORMAT, IPSLA2_FORMAT);
    assert_refused("M27", RESULT_AUTH, IPSLA2_AUTH); /* unsigned: nothing else is looked at */
    drive_forget(&responder.drive);
    responder_deliver_vector(1167, RESPONDER_PEER, "M25");
    responder_deliver_vector(1167, RESPONDER_PEER, "R3"); /* a refusal is no request */
    assert_int_equal(responder.drive.effect_count, 0);
    assert_int_equal(responder_dropped(IPSLA_BAD_LENGTH), 1);
    assert_int_equal(responder_dropped(IPSLA_WRONG_DIRECTION), 1);
    responder_tear_down();
    responder_prepare();
    responder_set_up();
    assert_refused("M27", RESULT_FORMAT, IPSLA2_FORMAT);
    assert_refused("R1", RESULT_AUTH, IPSLA2_AUTH); /* no key to verify it with */
    responder_tear_down();
}

/* A refusal for want of authentication carries no digest that a key has made. */
static void test_nothing_is_signed_for_strangers(void **state)
{
    (void)state;
    static const uint8_t zeros[IPSLA2_DIGEST_BYTES] = {0};
    set_up_keyed(AUTH_HMAC_SHA256);
    responder_deliver_vector(1167, RESPONDER_PEER, "M23");
    assert_memory_equal(ipsla2_digest(responder_last(RESPONDER_PEER)->bytes), zeros, sizeof zeros);
    responder_tear_down();
}

static void test_repeated_request_resets_nothing(void **state)
{
    (void)state;
    set_up_keyed(AUTH_HMAC_SHA256);
    responder_deliver_vector(1167, RESPONDER_PEER, "R1");
    uint32_t session_id = last_answer(RESPONDER_PEER).session_id;
    responder_send_jitter(50000, RESPONDER_PEER, 1);
    responder_deliver_vector(1167, RESPONDER_PEER, "R1");
    assert_int_equal(last_answer(RESPONDER_PEER).session_id, session_id);
    responder_send_jitter(50000, RESPONDER_PEER, 2);
    assert_int_equal(responder_last_jitter(RESPONDER_PEER).responder_seq, 2);
    responder_tear_down();
}

static void test_replay(void **state)
{
    (void)state;
    set_up_keyed(AUTH_HMAC_SHA256);
    responder_deliver_vector(1167, RESPONDER_PEER, "R1");
    responder_deliver_vector(1167, RESPONDER_OTHER, "R1");
    assert_int_equal(last_answer(RESPONDER_OTHER).status, IPSLA2_AUTH);
    drive_until(&responder.drive, build_at(SECONDS(61)));
    assert_refused("R1", RESULT_AUTH, IPSLA2_AUTH);
    responder_tear_down();
}

static void set_up_window(int64_t window_ns)
{
    responder_prepare();
    responder.settings.keys[0] = make_key(7, AUTH_HMAC_SHA256, "correct-horse-7");
    responder.settings.key_count = 1;
    responder.settings.replay_window_ns = window_ns;
    responder_set_up();
}

/* R1 was sent twelve hours before these tests play. */
/* A reload starts another responder with the memory of the one before. */
static void test_replay_after_a_restart(void **state)
{
    (void)state;
    struct replay_memory *memory = mem_alloc(1, sizeof *memory);
    for (unsigned run = 0; run < 2; run++) {
        set_up_keyed(AUTH_HMAC_SHA256);
        responder.settings.replays = memory;
        reflect_free(responder.reflect);
        responder_set_up();
        responder_deliver_vector(1967, run == 0 ? RESPONDER_PEER : RESPONDER_OTHER, "R1");
        assert_int_equal(results_v2(run == 0 ? RESULT_ACCEPTED : RESULT_AUTH), 1);
        responder_tear_down();
    }
    free(memory);
}

static void test_replay_window(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        set_up_window(SECONDS(12 * 3600 - 1 + (int64_t)i));
        responder_deliver_vector(1167, RESPONDER_PEER, "R1");
        assert_int_equal(last_answer(RESPONDER_PEER).status, i == 0 ? IPSLA2_AUTH : IPSLA2_OK);
        responder_tear_down();
    }
}

/* A time in PTP format is as good as one in NTP format: what counts is how far off it is. The
 * answer has the format of the request. */
static void test_replay_window_in_each_format(void **state)
{
    (void)state;
    static const struct {
        int64_t age_ns;
        uint16_t status;
    } rows[] = {{0, IPSLA2_OK},
                {SECONDS(299), IPSLA2_OK},
                {-SECONDS(299), IPSLA2_OK},
                {SECONDS(301), IPSLA2_AUTH},
                {-SECONDS(301), IPSLA2_AUTH}};
    for (int format = 0; format < TIMESTAMP_FORMAT_COUNT; format++) {
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            set_up_window(SECONDS(300));
            const struct vector *v = vectors_find(&responder.vectors, "R1");
            struct ipsla2_message message = {0};
            struct wall sent = wall_add(build_at(0).wall, -rows[i].age_ns);
            uint8_t bytes[IPSLA2_BYTES];
            ipsla2_decode_head(v->bytes, v->size, &message);
            ipsla2_decode_command(v->bytes, v->size, &message);
            message.timestamp = timestamp_encode((enum timestamp_format)format, sent);
            size_t size = ipsla2_encode(&message, bytes);
            ipsla2_sign(bytes, size, &responder.settings.keys[0]);
            responder_deliver(1167, RESPONDER_PEER, bytes, size);
            assert_int_equal(last_answer(RESPONDER_PEER).status, rows[i].status);
            assert_true(last_answer(RESPONDER_PEER).timestamp ==
                        timestamp_encode((enum timestamp_format)format, build_at(0).wall));
            responder_tear_down();
        }
    }
}

/* Version 1: each layout of a known key is taken, and nothing else while there are keys. */
static void test_md5(void **state)
{
    (void)state;
    responder_prepare();
    responder.settings.keys[0] = make_key(2, AUTH_MD5, "one");
    responder.settings.keys[1] = make_key(3, AUTH_MD5, "another");
    responder.settings.key_count = 2;
    responder_set_up();
    uint8_t bytes[IPSLA_REQUEST_BYTES];
    const struct vector *v = vectors_find(&responder.vectors, "C1");
    for (unsigned i = 0; i < AUTH_LAYOUT_COUNT; i++) {
        memcpy(bytes, v->bytes, sizeof bytes);
        auth_sign(bytes, sizeof bytes, &responder.settings.keys[i % 2], i);
        responder_deliver(1967, RESPONDER_PEER, bytes, sizeof bytes);
        assert_int_equal(responder_results(RESULT_ACCEPTED), i + 1);
        assert_int_equal(responder_last(RESPONDER_PEER)->fx.size, 24);
    }
    drive_until(&responder.drive, build_at(SECONDS(20)));
    drive_forget(&responder.drive);
    bytes[35] = 2; /* the other key's id */
    responder_deliver(1967, RESPONDER_PEER, bytes, sizeof bytes);
    bytes[35] = 9; /* nobody's */
    responder_deliver(1967, RESPONDER_PEER, bytes, sizeof bytes);
    responder_deliver_vector(1967, RESPONDER_PEER, "C1");
    assert_int_equal(responder_results(RESULT_AUTH), 3);
    assert_int_equal(drive_count(&responder.drive, FX_OPEN), 0);
    responder_tear_down();
}

/* The answer of one responder is no request for another, signed or not. */
static void test_answer_is_no_request(void **state)
{
    (void)state;
    responder_prepare();
    responder_set_up();
    responder_deliver_vector(1167, RESPONDER_PEER, "R5");
    const struct drive_effect answer = *responder_last(RESPONDER_PEER);
    drive_forget(&responder.drive);
    responder_deliver(1167, RESPONDER_OTHER, answer.bytes, answer.fx.size);
    assert_int_equal(responder.drive.effect_count, 0);
    assert_int_equal(responder_dropped(DROP_LOOP), 1);
    responder_tear_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_authentic_requests),
        cmocka_unit_test(test_unsigned_requests),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_nothing_is_signed_for_strangers),
        cmocka_unit_test(test_repeated_request_resets_nothing),
        cmocka_unit_test(test_replay),
        cmocka_unit_test(test_replay_after_a_restart),
        cmocka_unit_test(test_replay_window),
        cmocka_unit_test(test_replay_window_in_each_format),
        cmocka_unit_test(test_md5),
        cmocka_unit_test(test_answer_is_no_request),
    };
    return cmocka_run_group_tests(tests, responder_load, NULL);
}
