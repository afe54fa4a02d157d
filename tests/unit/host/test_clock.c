/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/clock.h"

static const struct instant noon = {.mono = {5000000000}, .wall = {1767268800000000000}};

static void test_clocks_advance(void **state)
{
    (void)state;
    struct instant a = clock_now();
    struct instant b = clock_now();
    assert_true(b.mono.ns >= a.mono.ns);
    assert_true(a.mono.ns > 0);
    assert_true(a.wall.ns > noon.wall.ns / 2);
}

static void test_kernel_stamp_gets_the_same_age_on_both_clocks(void **state)
{
    (void)state;
    struct stamp stamp = clock_stamp_from_kernel(wall_add(noon.wall, -1500), noon);
    assert_int_equal(stamp.source, STAMP_KERNEL);
    assert_int_equal(stamp.at.wall.ns, noon.wall.ns - 1500);
    assert_int_equal(stamp.at.mono.ns, noon.mono.ns - 1500);
}

static void check_replaced(struct wall kernel)
{
    struct stamp stamp = clock_stamp_from_kernel(kernel, noon);
    assert_int_equal(stamp.source, STAMP_USER);
    assert_int_equal(stamp.at.wall.ns, noon.wall.ns);
    assert_int_equal(stamp.at.mono.ns, noon.mono.ns);
}

static void test_impossible_stamp_is_replaced(void **state)
{
    (void)state;
    check_replaced(wall_add(noon.wall, 1));
    check_replaced(wall_add(noon.wall, -NS_PER_SECOND - 1));
    check_replaced((struct wall){0});
}

static void test_stamp_at_the_edges_is_kept(void **state)
{
    (void)state;
    assert_int_equal(clock_stamp_from_kernel(noon.wall, noon).source, STAMP_KERNEL);
    struct wall oldest = wall_add(noon.wall, -NS_PER_SECOND);
    assert_int_equal(clock_stamp_from_kernel(oldest, noon).source, STAMP_KERNEL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clocks_advance),
        cmocka_unit_test(test_kernel_stamp_gets_the_same_age_on_both_clocks),
        cmocka_unit_test(test_impossible_stamp_is_replaced),
        cmocka_unit_test(test_stamp_at_the_edges_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
