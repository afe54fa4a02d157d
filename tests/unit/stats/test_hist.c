/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "stats/hist.h"

#include "base/rng.h"
#include "base/time.h"
#include "support/cm.h"

static const struct hist_layout layout = {.count = 3, .bounds_ns = {10, 20, 50}};

static void test_bounds_are_inclusive(void **state)
{
    (void)state;
    static const struct {
        int64_t value;
        size_t bucket;
    } rows[] = {{0, 0},  {9, 0},  {10, 0},
                {11, 1}, {20, 1}, {21, 2},
                {50, 2}, {51, 3}, {INT64_C(1) << 60, 3}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct hist hist = {0};
        hist_observe(&hist, &layout, rows[i].value);
        assert_int_equal(hist.count, 1);
        assert_true(hist.sum_ns == rows[i].value);
        for (size_t bucket = 0; bucket <= HIST_BOUNDS_MAX; bucket++) {
            assert_int_equal(hist_bucket(&hist, bucket), bucket == rows[i].bucket);
        }
    }
}

static void test_layout_without_bounds(void **state)
{
    (void)state;
    const struct hist_layout none = {0};
    struct hist hist = {0};
    hist_observe(&hist, &none, 5);
    assert_int_equal(hist_bucket(&hist, 0), 1);
    assert_int_equal(hist.count, 1);
}

static void test_full_layout(void **state)
{
    (void)state;
    struct hist_layout full = {.count = HIST_BOUNDS_MAX};
    struct hist hist = {0};
    for (size_t i = 0; i < HIST_BOUNDS_MAX; i++) {
        full.bounds_ns[i] = (int64_t)i;
    }
    for (int64_t value = 0; value <= HIST_BOUNDS_MAX; value++) {
        hist_observe(&hist, &full, value);
    }
    for (size_t i = 0; i <= HIST_BOUNDS_MAX; i++) {
        assert_int_equal(hist_bucket(&hist, i), 1);
    }
    struct hist copy = hist;
    hist_own(&copy);
    hist_observe(&copy, &full, HIST_BOUNDS_MAX);
    assert_int_equal(hist_bucket(&hist, HIST_BOUNDS_MAX), 1);
    assert_int_equal(hist_bucket(&copy, HIST_BOUNDS_MAX), 2);
    hist_fini(&copy);
    hist_fini(&hist);
}

static void test_merge(void **state)
{
    (void)state;
    struct rng rng = {3};
    struct hist a = {0}, b = {0}, both = {0};
    for (unsigned i = 0; i < 500; i++) {
        int64_t value = (int64_t)rng_below(&rng, 70);
        hist_observe(i % 3 == 0 ? &a : &b, &layout, value);
        hist_observe(&both, &layout, value);
    }
    hist_merge(&a, &b);
    assert_memory_equal(&a, &both, sizeof a);
}

static void test_default_layout(void **state)
{
    (void)state;
    static const int64_t us[] = {100,   250,    500,    1000,   2500,    5000,    10000,  25000,
                                 50000, 100000, 250000, 500000, 1000000, 2500000, 5000000};
    assert_int_equal(hist_layout_default.count, sizeof us / sizeof us[0]);
    for (size_t i = 0; i < hist_layout_default.count; i++) {
        assert_true(hist_layout_default.bounds_ns[i] == us[i] * NS_PER_US);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bounds_are_inclusive), cmocka_unit_test(test_layout_without_bounds),
        cmocka_unit_test(test_full_layout),          cmocka_unit_test(test_merge),
        cmocka_unit_test(test_default_layout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
