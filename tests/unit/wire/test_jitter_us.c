/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "wire/jitter_us.h"

#include <string.h>

#include "support/cm.h"
#include "support/guard.h"
#include "support/vectors.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define T1 UINT64_C(0xed00378040000000)
#define T2 UINT64_C(0xed003780403afb7e)
#define T3 UINT64_C(0xed003780403e425a)

static struct vectors vectors;

static int load(void **state)
{
    (void)state;
    vectors_load(&vectors);
    return 0;
}

static const struct vector *vector(const char *name)
{
    return vectors_find(&vectors, name);
}

/* As requests and replies of the layout with 16-bit numbers, then of the other; and which layout a
 * first packet shows. */
static const struct {
    const char *name;
    enum ipsla_reject request16, reply16, request32, reply32;
    enum jitter_us_layout layout;
} verdicts[] = {
    {"P5", IPSLA_ACCEPT, IPSLA_WRONG_DIRECTION, IPSLA_WRONG_DIRECTION, IPSLA_ACCEPT,
     JITTER_US_SEQ16},
    {"P6", IPSLA_WRONG_DIRECTION, IPSLA_ACCEPT, IPSLA_WRONG_DIRECTION, IPSLA_ACCEPT,
     JITTER_US_UNKNOWN},
    {"P7", IPSLA_WRONG_DIRECTION, IPSLA_ACCEPT, IPSLA_ACCEPT, IPSLA_WRONG_DIRECTION,
     JITTER_US_SEQ32},
    {"P8", IPSLA_WRONG_DIRECTION, IPSLA_ACCEPT, IPSLA_WRONG_DIRECTION, IPSLA_ACCEPT,
     JITTER_US_UNKNOWN},
    {"M21", IPSLA_TOO_SHORT, IPSLA_TOO_SHORT, IPSLA_TOO_SHORT, IPSLA_TOO_SHORT, JITTER_US_UNKNOWN},
    {"M1", IPSLA_TOO_SHORT, IPSLA_TOO_SHORT, IPSLA_TOO_SHORT, IPSLA_TOO_SHORT, JITTER_US_UNKNOWN},
    {"P1", IPSLA_BAD_TYPE, IPSLA_BAD_TYPE, IPSLA_BAD_TYPE, IPSLA_BAD_TYPE, JITTER_US_UNKNOWN},
    {"P2", IPSLA_BAD_TYPE, IPSLA_BAD_TYPE, IPSLA_BAD_TYPE, IPSLA_BAD_TYPE, JITTER_US_UNKNOWN},
    {"M22", IPSLA_BAD_TYPE, IPSLA_BAD_TYPE, IPSLA_BAD_TYPE, IPSLA_BAD_TYPE, JITTER_US_UNKNOWN},
    {"C1", IPSLA_BAD_TYPE, IPSLA_BAD_TYPE, IPSLA_BAD_TYPE, IPSLA_BAD_TYPE, JITTER_US_UNKNOWN},
};

static void test_verdicts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(verdicts); i++) {
        const struct vector *v = vector(verdicts[i].name);
        const struct {
            enum ipsla_reject got, wanted;
        } pairs[] = {
            {jitter_us_decode_request(JITTER_US_SEQ16, v->bytes, v->size, &(struct jitter_us){0}),
             verdicts[i].request16},
            {jitter_us_decode_reply(JITTER_US_SEQ16, v->bytes, v->size, &(struct jitter_us){0}),
             verdicts[i].reply16},
            {jitter_us_decode_request(JITTER_US_SEQ32, v->bytes, v->size, &(struct jitter_us){0}),
             verdicts[i].request32},
            {jitter_us_decode_reply(JITTER_US_SEQ32, v->bytes, v->size, &(struct jitter_us){0}),
             verdicts[i].reply32},
        };
        for (size_t j = 0; j < COUNT(pairs); j++) {
            if (pairs[j].got != pairs[j].wanted) {
                fail_msg("%s, %zu: %s, not %s", v->name, j, ipsla_reject_name(pairs[j].got),
                         ipsla_reject_name(pairs[j].wanted));
            }
        }
        assert_int_equal(jitter_us_recognise(v->bytes, v->size), verdicts[i].layout);
    }
}

static const struct {
    const char *name;
    enum jitter_us_layout layout;
    struct jitter_us probe;
} messages[] = {
    {"P5", JITTER_US_SEQ16, {T1, 0, 0, 1, 0}},
    {"P6", JITTER_US_SEQ16, {T1, T2, T3, 1, 1}},
    {"P7", JITTER_US_SEQ32, {T1, 0, 0, 1, 0}},
    {"P8", JITTER_US_SEQ32, {T1, T2, T3, 1, 1}},
};

static void assert_probes_are_equal(const struct jitter_us *a, const struct jitter_us *b)
{
    assert_true(a->t1 == b->t1 && a->t2 == b->t2 && a->t3 == b->t3);
    assert_int_equal(a->sender_seq, b->sender_seq);
    assert_int_equal(a->responder_seq, b->responder_seq);
}

static void test_vectors_byte_for_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(messages); i++) {
        const struct vector *v = vector(messages[i].name);
        uint8_t bytes[VECTOR_BYTES_MAX];
        struct jitter_us got = {0};
        jitter_us_encode(messages[i].layout, &messages[i].probe, bytes, v->size);
        assert_memory_equal(bytes, v->bytes, v->size);
        if (i % 2 == 0) {
            assert_int_equal(jitter_us_decode_request(messages[i].layout, v->bytes, v->size, &got),
                             IPSLA_ACCEPT);
        } else {
            assert_int_equal(jitter_us_decode_reply(messages[i].layout, v->bytes, v->size, &got),
                             IPSLA_ACCEPT);
        }
        assert_probes_are_equal(&got, &messages[i].probe);
    }
}

/* The reply is the request with t2, t3, offset and number: t4 and the sender's offset stay. */
static void test_fill_reply(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(messages); i += 2) {
        const struct vector *request = vector(messages[i].name);
        const struct vector *reply = vector(messages[i + 1].name);
        uint8_t bytes[VECTOR_BYTES_MAX], wanted[VECTOR_BYTES_MAX];
        memcpy(bytes, request->bytes, request->size);
        memcpy(wanted, reply->bytes, reply->size);
        memset(bytes + 28, 0x11, 24);
        memset(wanted + 28, 0x11, 16);
        jitter_us_fill_reply(messages[i].layout, bytes, T2, T3, 1);
        assert_memory_equal(bytes, wanted, reply->size);
    }
}

/* Each field that a responder fills in, on its own, makes a request a reply. */
static void test_direction(void **state)
{
    (void)state;
    static const struct jitter_us marks[] = {
        {T1, 1, 0, 1, 0}, {T1, 0, 1, 1, 0}, {T1, 0, 0, 1, 1}, {T1, 0, 0, 1, UINT16_MAX}};
    for (enum jitter_us_layout layout = JITTER_US_SEQ16; layout <= JITTER_US_SEQ32; layout++) {
        for (size_t i = 0; i < COUNT(marks); i++) {
            uint8_t bytes[64];
            struct jitter_us got = {.t1 = 99};
            jitter_us_encode(layout, &marks[i], bytes, sizeof bytes);
            assert_int_equal(jitter_us_decode_request(layout, bytes, sizeof bytes, &got),
                             IPSLA_WRONG_DIRECTION);
            assert_int_equal(got.t1, 99);
            assert_int_equal(jitter_us_decode_reply(layout, bytes, sizeof bytes, &got),
                             marks[i].responder_seq == 0 ? IPSLA_WRONG_DIRECTION : IPSLA_ACCEPT);
        }
    }
}

static void test_width_of_numbers(void **state)
{
    (void)state;
    struct jitter_us probe = {T1, T2, T3, 0x12345678, 0x9abcdef0};
    struct jitter_us got;
    uint8_t bytes[60];
    jitter_us_encode(JITTER_US_SEQ32, &probe, bytes, sizeof bytes);
    assert_int_equal(jitter_us_decode_reply(JITTER_US_SEQ32, bytes, sizeof bytes, &got),
                     IPSLA_ACCEPT);
    assert_probes_are_equal(&got, &probe);
    jitter_us_encode(JITTER_US_SEQ16, &probe, bytes, sizeof bytes);
    assert_int_equal(jitter_us_decode_reply(JITTER_US_SEQ16, bytes, sizeof bytes, &got),
                     IPSLA_ACCEPT);
    assert_int_equal(got.sender_seq, 0x5678);
    assert_int_equal(got.responder_seq, 0xdef0);
}

/* A type 3 request with these four words from byte 52 on. */
static enum jitter_us_layout recognise(const char *hex, size_t size)
{
    uint8_t bytes[64];
    jitter_us_encode(JITTER_US_SEQ32, &(struct jitter_us){.t1 = T1}, bytes, sizeof bytes);
    hex_decode(hex, bytes + 52, 8);
    return jitter_us_recognise(bytes, size);
}

static void test_recognition(void **state)
{
    (void)state;
    assert_int_equal(recognise("00010000abcdabcd", 64), JITTER_US_SEQ16);
    assert_int_equal(recognise("ffff000000000000", 64), JITTER_US_SEQ16);
    assert_int_equal(recognise("00010000abcdabcd", 56), JITTER_US_SEQ16);
    assert_int_equal(recognise("0000000100000000", 64), JITTER_US_SEQ32);
    assert_int_equal(recognise("0000ffff00000000", 60), JITTER_US_SEQ32);
    assert_int_equal(recognise("0000000100000000", 59), JITTER_US_UNKNOWN);
    assert_int_equal(recognise("0000000100000001", 64), JITTER_US_UNKNOWN);
    assert_int_equal(recognise("00000001abcdabcd", 64), JITTER_US_UNKNOWN);
    assert_int_equal(recognise("0000000000000000", 64), JITTER_US_UNKNOWN);
    assert_int_equal(recognise("0001000100000000", 64), JITTER_US_UNKNOWN);
}

static void decode_all(const uint8_t *bytes, size_t size)
{
    struct jitter_us probe;
    for (enum jitter_us_layout layout = JITTER_US_SEQ16; layout <= JITTER_US_SEQ32; layout++) {
        if (jitter_us_decode_request(layout, bytes, size, &probe) == IPSLA_ACCEPT) {
            assert_true((probe.t2 | probe.t3 | probe.responder_seq) == 0);
            assert_true(size >= jitter_us_bytes_min(layout));
        }
        if (jitter_us_decode_reply(layout, bytes, size, &probe) == IPSLA_ACCEPT) {
            assert_int_not_equal(probe.responder_seq, 0);
            assert_true(size >= jitter_us_bytes_min(layout));
        }
    }
    enum jitter_us_layout layout = jitter_us_recognise(bytes, size);
    assert_true(layout == JITTER_US_UNKNOWN || size >= jitter_us_bytes_min(layout));
}

static void test_every_truncation_and_mutation(void **state)
{
    (void)state;
    struct guard guard;
    guard_init(&guard, VECTOR_BYTES_MAX);
    for (size_t i = 0; i < vectors.count; i++) {
        const struct vector *v = &vectors.items[i];
        for (size_t size = 0; size <= v->size; size++) {
            decode_all(guard_copy(&guard, v->bytes, size), size);
        }
        for (size_t at = 0; at < v->size && at < 64; at++) {
            uint8_t *bytes = guard_copy(&guard, v->bytes, v->size);
            for (unsigned value = 0; value < 256; value++) {
                bytes[at] = (uint8_t)value;
                decode_all(bytes, v->size);
            }
        }
    }
    guard_fini(&guard);
}

/* The codec writes up to the last byte and no further. */
static void test_sizes(void **state)
{
    (void)state;
    struct guard guard;
    guard_init(&guard, 80);
    for (enum jitter_us_layout layout = JITTER_US_SEQ16; layout <= JITTER_US_SEQ32; layout++) {
        for (size_t size = jitter_us_bytes_min(layout); size <= 80; size++) {
            uint8_t *bytes = guard_end(&guard, size);
            struct jitter_us got;
            jitter_us_encode(layout, &(struct jitter_us){T1, 0, 0, 3, 0}, bytes, size);
            jitter_us_fill_reply(layout, bytes, T2, T3, 9);
            assert_int_equal(jitter_us_decode_reply(layout, bytes, size, &got), IPSLA_ACCEPT);
            assert_probes_are_equal(&got, &(struct jitter_us){T1, T2, T3, 3, 9});
        }
    }
    guard_fini(&guard);
}

/* Signed 32.32 seconds; all bits set is "unknown". */
static void test_responder_offset(void **state)
{
    (void)state;
    static const struct {
        uint64_t wire;
        int64_t ns;
    } cases[] = {
        {0, 0},
        {UINT64_C(1) << 32, INT64_C(1000000000)},
        {UINT64_C(1) << 31, 500000000},
        {0 - (UINT64_C(1) << 31), -500000000},
        {UINT64_C(0x7fffffff00000000), INT64_C(2147483647000000000)},
        {UINT64_C(0x8000000000000000), INT64_C(-2147483648000000000)},
        {UINT64_MAX - 1, -1},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t bytes[JITTER_US_SEQ16_BYTES_MIN];
        int64_t ns = 42;
        jitter_us_encode(JITTER_US_SEQ16, &(struct jitter_us){T1, T2, T3, 1, 1}, bytes,
                         sizeof bytes);
        for (unsigned k = 0; k < 8; k++) {
            bytes[44 + k] = (uint8_t)(cases[i].wire >> (56 - 8 * k));
        }
        assert_true(jitter_us_responder_offset(bytes, sizeof bytes, &ns));
        assert_true(ns == cases[i].ns);
        memset(bytes + 44, 0xff, 8);
        assert_false(jitter_us_responder_offset(bytes, sizeof bytes, &ns));
        assert_true(ns == cases[i].ns);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_vectors_byte_for_byte),
        cmocka_unit_test(test_fill_reply),
        cmocka_unit_test(test_direction),
        cmocka_unit_test(test_width_of_numbers),
        cmocka_unit_test(test_recognition),
        cmocka_unit_test(test_every_truncation_and_mutation),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_responder_offset),
    };
    return cmocka_run_group_tests(tests, load, NULL);
}
