/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "wire/stamp_packet.h"

#include <string.h>

#include "support/cm.h"
#include "support/guard.h"
#include "support/vectors.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* T1 is 13:00:00.25, T2 and T3 are 900 and 950 us later. */
#define T1 UINT64_C(0xed00378040000000)
#define T2 UINT64_C(0xed003780403afb7e)
#define T3 UINT64_C(0xed003780403e425a)
#define T1_PTP UINT64_C(0x6955b9000ee6b280)

static struct vectors vectors;
static struct guard guard;
static uint8_t secret[32];
static const struct crypto_part key = {secret, sizeof secret};
static const struct crypto_part short_key = {secret, 16};

static int load(void **state)
{
    (void)state;
    vectors_load_from(&vectors, "stamp.txt");
    guard_init(&guard, 4096);
    for (size_t i = 0; i < sizeof secret; i++) {
        secret[i] = (uint8_t)i;
    }
    return 0;
}

static int unload(void **state)
{
    (void)state;
    guard_fini(&guard);
    return 0;
}

static const struct {
    const char *name;
    const struct crypto_part *key;
    struct stamp_request wanted;
    bool is_own; /* what we write is the same, octet by octet */
} requests[] = {
    {"S1", NULL, {0, T1, 0x0001, 0}, true},       {"S3", NULL, {258, T1, 0x9680, 0xbeef}, true},
    {"S5", NULL, {1, T1_PTP, 0x4001, 0}, true},   {"S7", NULL, {UINT32_MAX, T1, 0x0001, 0}, true},
    {"S9", NULL, {3, T1, 0x0001, 0}, false},      {"S10", NULL, {3, T1, 0x0001, 0}, false},
    {"S11", NULL, {3, T1, 0x0001, 0}, false},     {"A1", &key, {0, T1, 0x0001, 0}, true},
    {"A3", &key, {7, T1, 0x0001, 0x1234}, true},  {"A7", &key, {0, T1, 0x0001, 0}, false},
    {"A8", &short_key, {0, T1, 0x0001, 0}, true}, {"A9", &key, {7, T1, 0x0001, 0x1234}, false},
    {"A10", &key, {7, T1, 0x0001, 0}, false},     {"A11", &key, {7, T1, 0x0001, 0}, false},
};

static void test_requests(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(requests); i++) {
        const struct vector *v = vectors_find(&vectors, requests[i].name);
        const struct stamp_request *wanted = &requests[i].wanted;
        struct stamp_request read = {0};
        uint8_t *bytes = guard_copy(&guard, v->bytes, v->size);
        assert_int_equal(stamp_request_decode(bytes, v->size, requests[i].key, &read),
                         STAMP_ACCEPT);
        assert_int_equal(read.seq, wanted->seq);
        assert_int_equal(read.t1, wanted->t1);
        assert_int_equal(read.estimate, wanted->estimate);
        assert_int_equal(read.ssid, wanted->ssid);
        if (requests[i].is_own) {
            bytes = guard_end(&guard, v->size);
            stamp_request_encode(wanted, requests[i].key, bytes, v->size);
            assert_memory_equal(bytes, v->bytes, v->size);
        }
    }
}

static const struct {
    const char *name;
    const struct crypto_part *key;
    struct stamp_reply wanted;
    bool is_own;
} replies[] = {
    {"S2", NULL, {0, T2, T3, 0x0001, 0, 0, T1, 0x0001, true, 61}, true},
    {"S4", NULL, {255, T2, T3, 0x8c01, 0xbeef, 258, T1, 0x9680, true, 61}, true},
    {"S6", NULL, {1, T2, T3, 0x0001, 0, 1, T1_PTP, 0x4001, true, 61}, true},
    {"S8", NULL, {9, T2, T3, 0x0001, 0, 9, T1, 0x0001, true, 255}, true},
    {"S12", NULL, {3, T2, T3, 0x0001, 0, 3, T1, 0x0001, true, 61}, true},
    {"S13", NULL, {3, T2, T3, 0x0001, 0, 3, T1, 0x0001, false, 0}, true},
    {"A2", &key, {0, T2, T3, 0x0001, 0, 0, T1, 0x0001, true, 61}, true},
    {"A4", &key, {7, T2, T3, 0x0001, 0x1234, 7, T1, 0x0001, true, 61}, true},
    {"M7", NULL, {1, T3, T2, 0x0001, 0, 1, T1, 0x0001, true, 61}, true},
    {"M8", NULL, {1, 0, 0, 0x0001, 0, 1, T1, 0x0001, true, 61}, true},
    {"M10", NULL, {1, T2, T1, 0x8001, 0, 1, T3, 0x0001, true, 255}, false},
    {"M12", NULL, {1, T2, T1, 0x0001, 0, 0, 0, 0, true, 0}, false},
};

static void test_replies(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(replies); i++) {
        const struct vector *v = vectors_find(&vectors, replies[i].name);
        const struct stamp_reply *wanted = &replies[i].wanted;
        struct stamp_reply read = {0};
        uint8_t *bytes = guard_copy(&guard, v->bytes, v->size);
        assert_int_equal(stamp_reply_decode(bytes, v->size, replies[i].key, &read), STAMP_ACCEPT);
        assert_int_equal(read.seq, wanted->seq);
        assert_int_equal(read.t2, wanted->t2);
        assert_int_equal(read.t3, wanted->t3);
        assert_int_equal(read.estimate, wanted->estimate);
        assert_int_equal(read.ssid, wanted->ssid);
        assert_int_equal(read.sender_seq, wanted->sender_seq);
        assert_int_equal(read.t1, wanted->t1);
        assert_int_equal(read.sender_estimate, wanted->sender_estimate);
        assert_int_equal(read.has_ttl, wanted->has_ttl);
        assert_int_equal(read.ttl, wanted->ttl);
        if (replies[i].is_own) {
            bytes = guard_end(&guard, v->size);
            stamp_reply_encode(wanted, replies[i].key, bytes, v->size);
            assert_memory_equal(bytes, v->bytes, v->size);
        }
    }
}

/* As a request, as a reply. */
static const struct {
    const char *name;
    const struct crypto_part *key;
    enum stamp_reject request, reply;
} refused[] = {
    {"M1", NULL, STAMP_TOO_SHORT, STAMP_TOO_SHORT},
    {"M1", &key, STAMP_TOO_SHORT, STAMP_TOO_SHORT},
    {"M2", NULL, STAMP_TOO_SHORT, STAMP_TOO_SHORT},
    {"M3", NULL, STAMP_ACCEPT, STAMP_TOO_SHORT},
    {"M13", &key, STAMP_BAD_HMAC, STAMP_BAD_HMAC},
    {"A5", &key, STAMP_BAD_HMAC, STAMP_BAD_HMAC},
    {"A6", &key, STAMP_BAD_HMAC, STAMP_BAD_HMAC},
    {"A8", &key, STAMP_BAD_HMAC, STAMP_BAD_HMAC},
    {"A1", &short_key, STAMP_BAD_HMAC, STAMP_BAD_HMAC},
};

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++) {
        const struct vector *v = vectors_find(&vectors, refused[i].name);
        struct stamp_request request = {.seq = 99};
        struct stamp_reply reply = {.seq = 99};
        uint8_t *bytes = guard_copy(&guard, v->bytes, v->size);
        enum stamp_reject got = stamp_request_decode(bytes, v->size, refused[i].key, &request);
        assert_int_equal(got, refused[i].request);
        assert_true(got == STAMP_ACCEPT || request.seq == 99);
        assert_int_equal(stamp_reply_decode(bytes, v->size, refused[i].key, &reply),
                         refused[i].reply);
        assert_int_equal(reply.seq, 99);
    }
}

static const struct {
    uint16_t written;
    struct stamp_estimate read;
} estimates[] = {
    {0x0001, {false, TIMESTAMP_NTP, 1}}, /* 0.23 ns */
    {0x8001, {true, TIMESTAMP_NTP, 1}},
    {0x4001, {false, TIMESTAMP_PTP, 1}},
    {0x8c01, {true, TIMESTAMP_NTP, 954}}, /* 2^-20 s */
    {0x9680, {true, TIMESTAMP_NTP, 125000000}},
    {0xa001, {true, TIMESTAMP_NTP, NS_PER_SECOND}},
    {0xa101, {true, TIMESTAMP_NTP, 2 * NS_PER_SECOND}},
    {0x9901, {true, TIMESTAMP_NTP, 7812500}},
    {0x9a03, {true, TIMESTAMP_NTP, 46875000}},
    {0x3fff, {false, TIMESTAMP_NTP, INT64_MAX}},
    {0x8000, {false, TIMESTAMP_NTP, -1}}, /* must not be */
};

static void test_estimates(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(estimates); i++) {
        struct stamp_estimate read = stamp_estimate_read(estimates[i].written);
        assert_int_equal(read.is_synchronized, estimates[i].read.is_synchronized);
        assert_int_equal(read.format, estimates[i].read.format);
        assert_int_equal(read.error_ns, estimates[i].read.error_ns);
    }
}

/* What is written never says less than what is known, and at most a 128th more. */
static void test_estimates_are_rounded_up(void **state)
{
    (void)state;
    for (int64_t error_ns = 31; error_ns < INT64_MAX / 4; error_ns += error_ns / 3) {
        const struct stamp_estimate estimate = {true, TIMESTAMP_PTP, error_ns};
        uint16_t written = stamp_estimate_write(&estimate);
        struct stamp_estimate read = stamp_estimate_read(written);
        assert_true(read.is_synchronized);
        assert_int_equal(read.format, TIMESTAMP_PTP);
        assert_in_range(read.error_ns, error_ns, error_ns + error_ns / 128 + 1);
        assert_in_range(written & 0xff, 128, 255);
    }
    assert_int_equal(stamp_estimate_write(&(struct stamp_estimate){false, TIMESTAMP_NTP, -1}),
                     0x3fff);
    assert_int_equal(stamp_estimate_write(&(struct stamp_estimate){true, TIMESTAMP_NTP, 0}),
                     0x8080);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_replies),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_estimates),
        cmocka_unit_test(test_estimates_are_rounded_up),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
