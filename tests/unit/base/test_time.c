/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"

#include "support/cm.h"

static void test_floor_div(void **state)
{
    (void)state;
    static const struct {
        int64_t value, unit, quotient;
    } rows[] = {
        {0, 5, 0},
        {1, 5, 0},
        {4, 5, 0},
        {5, 5, 1},
        {9, 5, 1},
        {-1, 5, -1},
        {-4, 5, -1},
        {-5, 5, -1},
        {-6, 5, -2},
        {-10, 5, -2},
        {7, 1, 7},
        {-7, 1, -7},
        {INT64_MAX, 1, INT64_MAX},
        {INT64_MIN, 1, INT64_MIN},
        {INT64_MIN, INT64_MAX, -2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(floor_div(rows[i].value, rows[i].unit) == rows[i].quotient);
    }
}

static uint32_t ms_of_day(int64_t ns)
{
    return wall_ms_of_day((struct wall){ns});
}

static void test_ms_of_day(void **state)
{
    (void)state;
    const int64_t midnight = INT64_C(1767225600) * NS_PER_SECOND; /* 2026-01-01 00:00 UTC */
    assert_int_equal(ms_of_day(midnight), 0);
    assert_int_equal(ms_of_day(midnight - 1), MS_PER_DAY - 1);
    assert_int_equal(ms_of_day(midnight - NS_PER_MS), MS_PER_DAY - 1);
    assert_int_equal(ms_of_day(midnight - NS_PER_MS - 1), MS_PER_DAY - 2);
    assert_int_equal(ms_of_day(midnight + NS_PER_MS - 1), 0);
    assert_int_equal(ms_of_day(midnight + NS_PER_MS), 1);
    /* 12:34:56.789 and .789999999 */
    assert_int_equal(ms_of_day(midnight + INT64_C(45296789) * NS_PER_MS), 45296789);
    assert_int_equal(ms_of_day(midnight + INT64_C(45296789) * NS_PER_MS + 999999), 45296789);
}

static void test_ms_of_day_before_1970(void **state)
{
    (void)state;
    assert_int_equal(ms_of_day(0), 0);
    assert_int_equal(ms_of_day(-1), MS_PER_DAY - 1);
    assert_int_equal(ms_of_day(-NS_PER_MS), MS_PER_DAY - 1);
    assert_int_equal(ms_of_day(-MS_PER_DAY * NS_PER_MS), 0);
    assert_int_equal(ms_of_day(-MS_PER_DAY * NS_PER_MS - 1), MS_PER_DAY - 1);
    assert_in_range(ms_of_day(INT64_MIN), 0, MS_PER_DAY - 1);
    assert_in_range(ms_of_day(INT64_MAX), 0, MS_PER_DAY - 1);
}

static void test_mono_add(void **state)
{
    (void)state;
    assert_true(mono_add((struct mono){5}, 7).ns == 12);
    assert_true(mono_add((struct mono){5}, -7).ns == -2);
    assert_true(mono_add(MONO_NEVER, 1).ns == INT64_MAX);
    assert_true(mono_add(MONO_NEVER, 0).ns == INT64_MAX);
    assert_true(mono_add(MONO_NEVER, INT64_MAX).ns == INT64_MAX);
    assert_true(mono_add((struct mono){INT64_MAX - 5}, 5).ns == INT64_MAX);
    assert_true(mono_add((struct mono){INT64_MAX - 5}, 6).ns == INT64_MAX);
    assert_true(mono_add((struct mono){INT64_MAX - 5}, 4).ns == INT64_MAX - 1);
}

static void test_compare_and_diff(void **state)
{
    (void)state;
    struct mono a = {100}, b = {130};
    assert_true(mono_diff(b, a) == 30);
    assert_true(mono_diff(a, b) == -30);
    assert_true(mono_is_before(a, b));
    assert_false(mono_is_before(b, a));
    assert_false(mono_is_before(a, a));
    assert_true(mono_min(a, b).ns == 100);
    assert_true(mono_min(b, a).ns == 100);
    assert_true(mono_min(MONO_NEVER, b).ns == 130);
    assert_true(wall_diff(wall_add((struct wall){-7}, 20), (struct wall){-7}) == 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_floor_div),
        cmocka_unit_test(test_ms_of_day),
        cmocka_unit_test(test_ms_of_day_before_1970),
        cmocka_unit_test(test_mono_add),
        cmocka_unit_test(test_compare_and_diff),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
