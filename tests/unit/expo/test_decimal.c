/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "expo/decimal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "base/time.h"
#include "support/cm.h"

#define RANDOM_COUNT 200000

struct number {
    int64_t ns;
    const char *text;
};

/* What `write` makes of a value, with what lies behind it watched. */
static const char *written(char *(*write)(char *, int64_t), int64_t value_ns)
{
    static char text[DECIMAL_MAX + 2];
    memset(text, '#', sizeof text);
    char *end = write(text, value_ns);
    assert_true(end > text && end <= text + DECIMAL_MAX);
    assert_int_equal(*end, '#');
    *end = '\0';
    return text;
}

static const char *count_written(uint64_t value)
{
    static char text[DECIMAL_MAX + 2];
    memset(text, '#', sizeof text);
    char *end = decimal_count(text, value);
    assert_true(end > text && end <= text + DECIMAL_MAX);
    assert_int_equal(*end, '#');
    *end = '\0';
    return text;
}

static void seconds_are_exact(void **state)
{
    (void)state;
    static const struct number numbers[] = {
        {0, "0"},
        {1, "0.000000001"},
        {-1, "-0.000000001"},
        {1000, "0.000001"},
        {250000, "0.00025"},
        {100000000, "0.1"},
        {NS_PER_SECOND, "1"},
        {10 * NS_PER_SECOND, "10"},
        {-1500000000, "-1.5"},
        {1767268800123456789, "1767268800.123456789"},
        {INT64_MAX, "9223372036.854775807"},
        {INT64_MIN, "-9223372036.854775808"},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        assert_string_equal(written(decimal_seconds, numbers[i].ns), numbers[i].text);
    }
}

static void bounds_are_canonical(void **state)
{
    (void)state;
    static const struct number numbers[] = {
        {0, "0.0"},
        {1, "1e-09"},
        {1000, "1e-06"},
        {10000, "1e-05"},
        {99999, "9.9999e-05"},
        {100000, "0.0001"},
        {250000, "0.00025"},
        {1000000, "0.001"},
        {100000000, "0.1"},
        {NS_PER_SECOND, "1.0"},
        {2500000000, "2.5"},
        {5 * NS_PER_SECOND, "5.0"},
        {100 * NS_PER_SECOND, "100.0"},
        {999999 * NS_PER_SECOND, "999999.0"},
        {1000000 * NS_PER_SECOND, "1e+06"},
        {1234567 * NS_PER_SECOND, "1.234567e+06"},
        {INT64_MAX, "9.223372036854775807e+09"},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        assert_string_equal(written(decimal_bound, numbers[i].ns), numbers[i].text);
    }
}

/* The same by the C library, digit by digit and without floating point. */
static const char *expected_seconds(int64_t value_ns)
{
    static char text[DECIMAL_MAX + 8];
    uint64_t magnitude = value_ns < 0 ? 0 - (uint64_t)value_ns : (uint64_t)value_ns;
    snprintf(text, sizeof text, "%s%" PRIu64 ".%09" PRIu64, value_ns < 0 ? "-" : "",
             magnitude / 1000000000, magnitude % 1000000000);
    size_t size = strlen(text);
    while (text[size - 1] == '0') {
        size--;
    }
    text[text[size - 1] == '.' ? size - 1 : size] = '\0';
    return text;
}

static void check(uint64_t value)
{
    char text[DECIMAL_MAX];
    snprintf(text, sizeof text, "%" PRIu64, value);
    assert_string_equal(count_written(value), text);
    const int64_t signs[] = {(int64_t)value, (int64_t)(0 - value)};
    for (size_t i = 0; i < 2; i++) {
        assert_string_equal(written(decimal_seconds, signs[i]), expected_seconds(signs[i]));
    }
}

/* Around each power of ten and of two, where a number gets one digit or one bit more. */
static void every_length_is_exact(void **state)
{
    (void)state;
    uint64_t ten = 1;
    for (unsigned i = 0; i < 20; i++, ten *= 10) {
        for (uint64_t factor = 1; factor < 10; factor++) {
            check(ten * factor - 1);
            check(ten * factor);
            check(ten * factor + 1);
        }
    }
    for (unsigned i = 0; i < 64; i++) {
        check((UINT64_C(1) << i) - 1);
        check(UINT64_C(1) << i);
        check((UINT64_C(1) << i) + 1);
    }
    check(UINT64_MAX);
}

/* Of every size, plain and with zeros at the end. */
static void random_values_are_exact(void **state)
{
    (void)state;
    struct rng rng = {1};
    for (unsigned i = 0; i < RANDOM_COUNT; i++) {
        uint64_t value = rng_u64(&rng) >> rng_below(&rng, 64);
        check(value);
        check(value / 1000 * 1000);
        check(value / 1000000000 * 1000000000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seconds_are_exact),
        cmocka_unit_test(bounds_are_canonical),
        cmocka_unit_test(every_length_is_exact),
        cmocka_unit_test(random_values_are_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
