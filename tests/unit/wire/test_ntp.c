/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "wire/ntp.h"

#include "base/rng.h"
#include "support/cm.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* 2036-02-07 06:28:16 UTC: the second at which the NTP era ends. */
#define ROLLOVER_NS (INT64_C(2085978496) * NS_PER_SECOND)
#define NEW_YEAR_NS (INT64_C(1767225600) * NS_PER_SECOND) /* 2026-01-01 */

static const struct {
    enum timestamp_format format;
    int64_t ns;
    uint64_t stamp;
} known[] = {
    {TIMESTAMP_NTP, NEW_YEAR_NS + 250000000, 0xed00378040000000},
    {TIMESTAMP_NTP, NEW_YEAR_NS + 250900000, 0xed003780403afb7e},
    {TIMESTAMP_NTP, NEW_YEAR_NS + 250950000, 0xed003780403e425a},
    {TIMESTAMP_NTP, NEW_YEAR_NS + 999999999, 0xed003780fffffffb},
    {TIMESTAMP_NTP, 0, 0x83aa7e8000000000},
    {TIMESTAMP_NTP, -1, 0x83aa7e7ffffffffb},
    {TIMESTAMP_NTP, ROLLOVER_NS - 1, 0xfffffffffffffffb},
    {TIMESTAMP_NTP, ROLLOVER_NS, 1}, /* 0 would say that nobody looked */
    {TIMESTAMP_NTP, ROLLOVER_NS + 1, 4},
    {TIMESTAMP_NTP, ROLLOVER_NS + 500000000, 0x80000000},
    {TIMESTAMP_PTP, NEW_YEAR_NS + 250950000, UINT64_C(1767225600) << 32 | 250950000},
    {TIMESTAMP_PTP, NEW_YEAR_NS + 999999999, UINT64_C(1767225600) << 32 | 999999999},
    {TIMESTAMP_PTP, (INT64_C(1) << 32) * NS_PER_SECOND + 7, 7},
};

static void test_known_moments(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(known); i++) {
        struct wall got = {0};
        assert_true(timestamp_encode(known[i].format, (struct wall){known[i].ns}) ==
                    known[i].stamp);
        struct wall near = {known[i].ns};
        assert_true(timestamp_decode(known[i].format, known[i].stamp, near, &got));
        assert_true(got.ns == known[i].ns);
    }
}

/* Whichever side of the end of an era the reader is on. */
static void test_eras(void **state)
{
    (void)state;
    for (int64_t away = -3; away <= 3; away += 2) {
        for (int64_t off = -2; off <= 2; off++) {
            struct wall t = {ROLLOVER_NS + away * NS_PER_SECOND / 2};
            struct wall near = {t.ns + off * 3600 * NS_PER_SECOND};
            struct wall got = {0};
            uint64_t stamp = timestamp_encode(TIMESTAMP_NTP, t);
            assert_true(timestamp_decode(TIMESTAMP_NTP, stamp, near, &got));
            assert_true(got.ns == t.ns);
        }
    }
}

static void test_no_moments(void **state)
{
    (void)state;
    struct wall near = {NEW_YEAR_NS};
    struct wall got = {42};
    assert_false(timestamp_decode(TIMESTAMP_NTP, 0, near, &got));
    assert_false(timestamp_decode(TIMESTAMP_PTP, 0, near, &got));
    assert_false(timestamp_decode(TIMESTAMP_PTP, UINT64_C(5) << 32 | 1000000000, near, &got));
    assert_false(timestamp_decode(TIMESTAMP_PTP, UINT64_MAX, near, &got));
    assert_true(got.ns == 42);
    assert_true(timestamp_decode(TIMESTAMP_PTP, UINT64_C(5) << 32 | 999999999, near, &got));
    assert_true(timestamp_decode(TIMESTAMP_NTP, UINT64_MAX, near, &got));
}

/* Every nanosecond survives; what is later does not become earlier; all bits decode to something
 * within half an era. */
static void test_random_moments(void **state)
{
    (void)state;
    struct rng rng = {7};
    for (unsigned i = 0; i < 200000; i++) {
        enum timestamp_format format = i % 2 == 0 ? TIMESTAMP_NTP : TIMESTAMP_PTP;
        struct wall t = {(int64_t)rng_below(&rng, UINT64_C(4200000000) * 1000000000)};
        struct wall later = {t.ns + (int64_t)rng_below(&rng, 50)};
        struct wall near = {t.ns + (int64_t)rng_below(&rng, 1000000) - 500000};
        struct wall first, second, any = {0};
        assert_true(timestamp_decode(format, timestamp_encode(format, t), near, &first));
        assert_true(timestamp_decode(format, timestamp_encode(format, later), near, &second));
        assert_true(first.ns == t.ns && second.ns == later.ns);
        if (timestamp_decode(format, rng_u64(&rng), near, &any)) {
            int64_t half_ns = (INT64_C(1) << 31) * NS_PER_SECOND;
            assert_true(any.ns - near.ns < half_ns + NS_PER_SECOND);
            assert_true(any.ns - near.ns > -half_ns - NS_PER_SECOND);
        }
    }
}

/* A stamp of today is recent in its own format only, also where one of the two has rolled over. */
static void test_format_is_told_by_what_is_near(void **state)
{
    (void)state;
    static const int64_t moments[] = {NEW_YEAR_NS, ROLLOVER_NS - 1, ROLLOVER_NS + 1};
    for (size_t i = 0; i < COUNT(moments); i++) {
        struct wall near = {moments[i]};
        for (int64_t off = -86400; off <= 86400; off += 43200) {
            struct wall sent = wall_add(near, off * NS_PER_SECOND);
            for (int format = 0; format < TIMESTAMP_FORMAT_COUNT; format++) {
                uint64_t stamp = timestamp_encode((enum timestamp_format)format, sent);
                assert_int_equal(timestamp_format_near(stamp, near), format);
            }
        }
    }
    assert_int_equal(timestamp_format_near(0, (struct wall){NEW_YEAR_NS}), TIMESTAMP_NTP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_moments),
        cmocka_unit_test(test_eras),
        cmocka_unit_test(test_no_moments),
        cmocka_unit_test(test_random_moments),
        cmocka_unit_test(test_format_is_told_by_what_is_near),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
