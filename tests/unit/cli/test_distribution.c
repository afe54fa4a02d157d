/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/distribution.h"

#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "cli/values.h"
#include "support/cm.h"

#define VALUES_MAX 2000
#define COLUMNS_MAX 79

static void format(const int64_t *values, size_t count, bool is_utf8, const char *expected)
{
    struct buf out = {0};
    cli_histogram_add(values, count, is_utf8, &out);
    assert_string_equal(buf_string(&out), expected);
    buf_fini(&out);
}

static void test_percentiles(void **state)
{
    (void)state;
    int64_t values[100];
    struct buf out = {0};
    for (int i = 0; i < 100; i++) {
        values[i] = (i + 1) * NS_PER_MS;
    }
    cli_percentiles_add(values, 0, "RTT", &out);
    cli_percentiles_add(values, 100, "RTT", &out);
    cli_percentiles_add(values, 1, "SD Jitter", &out);
    assert_string_equal(buf_string(&out),
                        "RTT percentiles 50/95/99: 50.000/95.000/99.000 milliseconds\n"
                        "SD Jitter percentiles 50/95/99: 1.000/1.000/1.000 milliseconds\n");
    buf_fini(&out);
}

static void test_histogram(void **state)
{
    (void)state;
    int64_t values[40];
    for (int i = 0; i < 40; i++) {
        values[i] = (i < 20 ? 100 : i < 30 ? 150 : i < 39 ? 199 : 7000) * NS_PER_US;
    }
    format(values, 40, false,
           "RTT histogram, milliseconds:\n"
           "     0.100 -   0.120      20 ########################################\n"
           "     0.120 -   0.140       0\n"
           "     0.140 -   0.160      10 ####################\n"
           "     0.160 -   0.180       0\n"
           "     0.180 -   0.200       9 ##################\n"
           "     0.200 or more         1 ##\n");
    format(values, 5, true,
           "RTT histogram, milliseconds:\n"
           "     0.100 -   0.101       5 ████████████████████████████████████████\n");
    format(values, 4, false, "");
}

/* One of very many is still seen. */
static void test_the_least_is_seen(void **state)
{
    (void)state;
    static int64_t values[VALUES_MAX];
    for (size_t i = 0; i < VALUES_MAX; i++) {
        values[i] = (i + 1 < VALUES_MAX ? 100 : 5000) * NS_PER_US;
    }
    struct buf out = {0};
    cli_histogram_add(values, VALUES_MAX, false, &out);
    assert_non_null(strstr(buf_string(&out), " or more         1 #\n"));
    buf_clear(&out);
    cli_histogram_add(values, VALUES_MAX, true, &out);
    assert_non_null(strstr(buf_string(&out), " or more         1 ▏\n"));
    buf_fini(&out);
}

static size_t columns(const char *line, size_t size)
{
    size_t count = 0;
    for (size_t i = 0; i < size; i++) {
        count += ((unsigned char)line[i] & 0xc0) != 0x80;
    }
    return count;
}

/* Whatever the values: each is in one bin, the bins are few, and the lines fit. */
static void test_any_values(void **state)
{
    (void)state;
    static int64_t values[VALUES_MAX];
    struct rng rng = {7};
    for (int round = 0; round < 300; round++) {
        size_t count = 1 + rng_below(&rng, VALUES_MAX);
        uint64_t range = UINT64_C(1) << rng_below(&rng, 43);
        for (size_t i = 0; i < count; i++) {
            values[i] = (int64_t)(rng_below(&rng, 20) == 0 ? rng_below(&rng, UINT64_C(1) << 42)
                                                           : rng_below(&rng, range));
        }
        cli_sort(values, count);
        struct cli_bins bins;
        uint64_t sum = 0;
        cli_bins_fill(values, count, &bins);
        assert_in_range(bins.count, 1, CLI_HISTOGRAM_BINS_MAX);
        for (size_t i = 0; i < bins.count; i++) {
            sum += bins.counts[i];
        }
        assert_int_equal(sum, count);
        assert_true(bins.first_ns <= values[0]);
        struct buf out = {0};
        cli_histogram_add(values, count, round % 2 == 0, &out);
        for (const char *at = buf_string(&out); *at != '\0';) {
            size_t size = strcspn(at, "\n");
            assert_in_range(columns(at, size), 1, COLUMNS_MAX);
            at += size + 1;
        }
        buf_fini(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_percentiles),
        cmocka_unit_test(test_histogram),
        cmocka_unit_test(test_the_least_is_seen),
        cmocka_unit_test(test_any_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
