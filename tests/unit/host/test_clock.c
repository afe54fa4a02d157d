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

static struct clock clock_at_noon(void)
{
    struct clock clock = {0};
    clock_take(&clock, noon, 0);
    return clock;
}

static void check(const struct clock *clock, struct wall kernel, int64_t mono_ns, uint32_t error_ns)
{
    struct stamp stamp = clock_stamp(clock, kernel);
    assert_int_equal(stamp.source, STAMP_KERNEL);
    assert_int_equal(stamp.at.wall.ns, kernel.ns);
    assert_int_equal(stamp.at.mono.ns, mono_ns);
    assert_int_equal(stamp.error_ns, error_ns);
}

static void check_replaced(const struct clock *clock, struct wall kernel)
{
    struct stamp stamp = clock_stamp(clock, kernel);
    assert_int_equal(stamp.source, STAMP_USER);
    assert_int_equal(stamp.at.wall.ns, clock->now.wall.ns);
    assert_int_equal(stamp.at.mono.ns, clock->now.mono.ns);
    assert_int_equal(stamp.error_ns, 0);
}

static void test_kernel_stamp_gets_the_same_age_on_both_clocks(void **state)
{
    (void)state;
    struct clock clock = clock_at_noon();
    check(&clock, wall_add(noon.wall, -1500), noon.mono.ns - 1500, 0);
    check(&clock, noon.wall, noon.mono.ns, 0);
    check(&clock, wall_add(noon.wall, -NS_PER_SECOND), noon.mono.ns - NS_PER_SECOND, 0);
}

static void test_impossible_stamp_is_replaced(void **state)
{
    (void)state;
    struct clock clock = clock_at_noon();
    check_replaced(&clock, wall_add(noon.wall, 1));
    check_replaced(&clock, wall_add(noon.wall, -NS_PER_SECOND - 1));
    check_replaced(&clock, (struct wall){0});
}

/* What arrived while the process was stopped for a minute was not received just now. */
static void test_stamp_from_a_pause_is_kept(void **state)
{
    (void)state;
    struct clock clock = clock_at_noon();
    struct instant later = {mono_add(noon.mono, 60 * NS_PER_SECOND),
                            wall_add(noon.wall, 60 * NS_PER_SECOND)};
    clock_take(&clock, later, 0);
    check(&clock, wall_add(noon.wall, NS_PER_MS), noon.mono.ns + NS_PER_MS, 0);
    check_replaced(&clock, wall_add(noon.wall, -1));
    /* The next socket is read a little later. */
    later = (struct instant){mono_add(later.mono, NS_PER_MS), wall_add(later.wall, NS_PER_MS)};
    clock_take(&clock, later, 0);
    check(&clock, wall_add(noon.wall, NS_PER_MS), noon.mono.ns + NS_PER_MS, 0);
    later =
        (struct instant){mono_add(later.mono, NS_PER_SECOND), wall_add(later.wall, NS_PER_SECOND)};
    clock_take(&clock, later, 0);
    check_replaced(&clock, wall_add(noon.wall, NS_PER_MS));
}

static void test_error_of_the_reading_is_that_of_the_stamp(void **state)
{
    (void)state;
    struct clock clock = {0};
    clock_take(&clock, noon, 70);
    check(&clock, wall_add(noon.wall, -1500), noon.mono.ns - 1500, 70);
    check(&clock, wall_add(noon.wall, 70), noon.mono.ns + 70, 70);
    check_replaced(&clock, wall_add(noon.wall, 71));
}

/* Noon, and 10 ms later the clock has been set by `step_ns`. */
static struct clock clock_stepped(int64_t step_ns)
{
    struct clock clock = clock_at_noon();
    struct instant later = {
        mono_add(noon.mono, 10 * NS_PER_MS),
        wall_add(noon.wall, 10 * NS_PER_MS + step_ns),
    };
    clock_take(&clock, later, 0);
    return clock;
}

static void test_stamps_of_both_sides_of_a_step(void **state)
{
    (void)state;
    static const int64_t steps_ns[] = {NS_PER_SECOND * 3600, -NS_PER_SECOND * 3600, 50 * NS_PER_MS,
                                       500 * NS_PER_MS};
    for (size_t i = 0; i < sizeof steps_ns / sizeof steps_ns[0]; i++) {
        int64_t step_ns = steps_ns[i];
        struct clock clock = clock_stepped(step_ns);
        assert_int_equal(clock.steps, 1);
        int64_t at_ns = 2 * NS_PER_MS;
        check(&clock, wall_add(noon.wall, at_ns), noon.mono.ns + at_ns, 0);
        check(&clock, wall_add(noon.wall, at_ns + step_ns), noon.mono.ns + at_ns, 0);
    }
}

/* A step smaller than the time between the readings: the stamp may be of either side, and says so.
 */
static void test_a_stamp_that_both_sides_claim(void **state)
{
    (void)state;
    struct clock clock = clock_stepped(3 * NS_PER_MS);
    check(&clock, wall_add(noon.wall, 5 * NS_PER_MS), noon.mono.ns + 2 * NS_PER_MS, 3 * NS_PER_MS);
    check(&clock, wall_add(noon.wall, 12 * NS_PER_MS), noon.mono.ns + 9 * NS_PER_MS, 0);
}

static void test_slewing_and_reading_errors_are_no_step(void **state)
{
    (void)state;
    struct clock clock = clock_at_noon();
    struct instant later = {mono_add(noon.mono, NS_PER_SECOND),
                            wall_add(noon.wall, NS_PER_SECOND + 2500)};
    clock_take(&clock, later, 600);
    assert_int_equal(clock.steps, 0);
    later.wall.ns += 5000;
    clock_take(&clock, later, 600);
    assert_int_equal(clock.steps, 1);
}

static void test_reading_is_close(void **state)
{
    (void)state;
    struct clock clock = {0};
    struct mono before = clock_mono();
    clock_read(&clock);
    struct mono after = clock_mono();
    assert_in_range(clock.now.mono.ns, before.ns, after.ns);
    assert_true(clock.error_ns > 0 && clock.error_ns <= mono_diff(after, before));
    clock_read(&clock);
    assert_int_equal(clock.steps, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clocks_advance),
        cmocka_unit_test(test_kernel_stamp_gets_the_same_age_on_both_clocks),
        cmocka_unit_test(test_impossible_stamp_is_replaced),
        cmocka_unit_test(test_stamp_from_a_pause_is_kept),
        cmocka_unit_test(test_error_of_the_reading_is_that_of_the_stamp),
        cmocka_unit_test(test_stamps_of_both_sides_of_a_step),
        cmocka_unit_test(test_a_stamp_that_both_sides_claim),
        cmocka_unit_test(test_slewing_and_reading_errors_are_no_step),
        cmocka_unit_test(test_reading_is_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
