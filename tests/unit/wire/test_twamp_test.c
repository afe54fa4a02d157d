/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "wire/twamp_test.h"

#include <string.h>

#include "support/cm.h"
#include "support/guard.h"
#include "support/vectors.h"
#include "wire/twamp_stream.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define T1 UINT64_C(0xed00378040000000)
#define T2 UINT64_C(0xed003780403afb7e)
#define T3 UINT64_C(0xed003780403e425a)

static struct vectors vectors;
static struct guard guard;
static struct twamp_protection open_mode, authenticated, encrypted;
static const struct stamp_request request = {0, T1, 0x0001, 0};
static const struct stamp_reply reply = {0, T2, T3, 0x0001, 0, 0, T1, 0x0001, true, 61};

/* The session of the vectors has the SID of C14. */
static int load(void **state)
{
    (void)state;
    struct twamp_keys connection;
    vectors_load_from(&vectors, "twamp.txt");
    guard_init(&guard, 4096);
    for (size_t i = 0; i < sizeof connection.aes; i++) {
        connection.aes[i] = (uint8_t)(0x80 + i);
    }
    for (size_t i = 0; i < sizeof connection.hmac; i++) {
        connection.hmac[i] = (uint8_t)(0xa0 + i);
    }
    open_mode.mode = TWAMP_MIXED;
    authenticated.mode = TWAMP_AUTHENTICATED;
    twamp_keys_of_session(&connection, vectors_find(&vectors, "C14")->bytes + 4,
                          &authenticated.keys);
    encrypted = authenticated;
    encrypted.mode = TWAMP_ENCRYPTED;
    return 0;
}

static int unload(void **state)
{
    (void)state;
    guard_fini(&guard);
    return 0;
}

static void test_session_keys(void **state)
{
    (void)state;
    const struct vector *v = vectors_find(&vectors, "T0");
    assert_int_equal(v->size, 48);
    assert_memory_equal(authenticated.keys.aes, v->bytes, 16);
    assert_memory_equal(authenticated.keys.hmac, v->bytes + 16, 32);
}

static const struct {
    const char *request, *reply;
    const struct twamp_protection *protection;
} pairs[] = {
    {"T1", "T2", &authenticated},
    {"T3", "T4", &encrypted},
    {"T5", "T6", &open_mode},
};

static void assert_reply(const struct stamp_reply *read)
{
    assert_int_equal(read->seq, reply.seq);
    assert_int_equal(read->t1, reply.t1);
    assert_int_equal(read->t2, reply.t2);
    assert_int_equal(read->t3, reply.t3);
    assert_int_equal(read->estimate, reply.estimate);
    assert_int_equal(read->sender_seq, reply.sender_seq);
    assert_int_equal(read->sender_estimate, reply.sender_estimate);
    assert_true(read->has_ttl);
    assert_int_equal(read->ttl, reply.ttl);
}

static void test_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        const struct vector *v = vectors_find(&vectors, pairs[i].request);
        struct stamp_request read = {0};
        struct stamp_reply answer = {0};
        uint8_t *bytes = guard_copy(&guard, v->bytes, v->size);
        assert_int_equal(twamp_request_decode(bytes, v->size, pairs[i].protection, &read),
                         STAMP_ACCEPT);
        assert_int_equal(read.seq, request.seq);
        assert_int_equal(read.t1, request.t1);
        assert_int_equal(read.estimate, request.estimate);
        assert_int_equal(read.ssid, 0);
        bytes = guard_end(&guard, v->size);
        twamp_request_encode(&request, pairs[i].protection, bytes, v->size);
        assert_memory_equal(bytes, v->bytes, v->size);

        v = vectors_find(&vectors, pairs[i].reply);
        bytes = guard_copy(&guard, v->bytes, v->size);
        assert_int_equal(twamp_reply_decode(bytes, v->size, pairs[i].protection, &answer),
                         STAMP_ACCEPT);
        assert_reply(&answer);
        assert_int_equal(v->size, twamp_reply_bytes_min(pairs[i].protection));
        bytes = guard_end(&guard, v->size);
        twamp_reply_encode(&reply, pairs[i].protection, bytes);
        assert_memory_equal(bytes, v->bytes, v->size);
    }
}

/* What RFC 6038 calls symmetrical size is padding to us. */
static void test_symmetrical_size(void **state)
{
    (void)state;
    const struct vector *v = vectors_find(&vectors, "T7");
    struct stamp_request read;
    assert_int_equal(twamp_request_decode(v->bytes, v->size, &open_mode, &read), STAMP_ACCEPT);
    assert_int_equal(read.t1, T1);
}

static void test_every_truncation(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        const struct twamp_protection *protection = pairs[i].protection;
        const struct vector *v = vectors_find(&vectors, pairs[i].reply);
        bool is_open = protection == &open_mode;
        size_t reply_min = is_open ? STAMP_REPLY_BYTES_MIN : v->size;
        struct stamp_reply answer;
        for (size_t size = 0; size < v->size; size++) {
            uint8_t *bytes = guard_copy(&guard, v->bytes, size);
            assert_int_equal(twamp_reply_decode(bytes, size, protection, &answer) == STAMP_ACCEPT,
                             size >= reply_min);
        }
        v = vectors_find(&vectors, pairs[i].request);
        for (size_t size = 0; size < v->size; size++) {
            struct stamp_request read;
            uint8_t *bytes = guard_copy(&guard, v->bytes, size);
            assert_int_equal(twamp_request_decode(bytes, size, protection, &read) == STAMP_ACCEPT,
                             size >= twamp_request_bytes_min(protection));
        }
    }
}

/* In encrypted mode every octet is protected, in authenticated mode the first block and the HMAC.
 */
static void test_changed_octets(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const struct vector *v = vectors_find(&vectors, pairs[i].reply);
        for (size_t at = 0; at < v->size; at++) {
            struct stamp_reply answer;
            uint8_t *bytes = guard_copy(&guard, v->bytes, v->size);
            bytes[at] ^= 1;
            bool is_protected = pairs[i].protection == &encrypted || at < 16 || at >= 96;
            assert_int_equal(twamp_reply_decode(bytes, v->size, pairs[i].protection, &answer),
                             is_protected ? STAMP_BAD_HMAC : STAMP_ACCEPT);
        }
    }
    struct stamp_reply answer;
    const struct vector *t8 = vectors_find(&vectors, "T8");
    assert_int_equal(twamp_reply_decode(t8->bytes, t8->size, &encrypted, &answer), STAMP_BAD_HMAC);
}

/* A packet of another mode, of another session, or without keys is none of ours. */
static void test_other_protection(void **state)
{
    (void)state;
    struct stamp_request read;
    const struct vector *t1 = vectors_find(&vectors, "T1");
    const struct vector *t5 = vectors_find(&vectors, "T5");
    struct twamp_protection other = authenticated;
    other.keys.hmac[31] ^= 1;
    assert_int_equal(twamp_request_decode(t1->bytes, t1->size, &encrypted, &read), STAMP_BAD_HMAC);
    assert_int_equal(twamp_request_decode(t1->bytes, t1->size, &other, &read), STAMP_BAD_HMAC);
    assert_int_equal(twamp_request_decode(t5->bytes, t5->size, &encrypted, &read), STAMP_BAD_HMAC);
    assert_int_equal(twamp_request_decode(t5->bytes, 0, &encrypted, &read), STAMP_TOO_SHORT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_session_keys),     cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_symmetrical_size), cmocka_unit_test(test_every_truncation),
        cmocka_unit_test(test_changed_octets),   cmocka_unit_test(test_other_protection),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
