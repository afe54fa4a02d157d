/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/wakes.h"

#define TICK_NS NS_PER_MS

static const struct mono start = {5 * NS_PER_SECOND};

static struct mono at(int64_t ns)
{
    return mono_add(start, ns);
}

/* How long a wake-up taken at `now` has to wait. */
static int64_t wait_ns(struct wakes *wakes, struct mono now)
{
    int64_t ns = mono_diff(wakes_take(wakes, now), now);
    return ns > 0 ? ns : 0;
}

static void test_without_a_tick_nothing_waits(void **state)
{
    (void)state;
    struct wakes wakes = {0};
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(wait_ns(&wakes, start), 0);
    }
    assert_false(wakes.is_busy);
}

static void test_saved_ones_first(void **state)
{
    (void)state;
    struct wakes wakes = {.tick_ns = TICK_NS};
    for (int i = 0; i < WAKES_SAVED; i++) {
        assert_int_equal(wait_ns(&wakes, start), 0);
    }
    assert_int_equal(wait_ns(&wakes, start), TICK_NS);
    assert_int_equal(wait_ns(&wakes, at(TICK_NS)), TICK_NS);
    assert_int_equal(wait_ns(&wakes, at(10 * TICK_NS)), 0);
}

/* Two a tick on average are too many; the saved ones last for a while. */
static void use_up(struct wakes *wakes, struct mono *now)
{
    for (int i = 0; i < 10 * WAKES_SAVED && !wakes->is_busy; i++) {
        *now = mono_add(*now, wait_ns(wakes, *now) + TICK_NS / 4);
    }
}

static void test_busy_and_calm(void **state)
{
    (void)state;
    struct wakes wakes = {.tick_ns = TICK_NS};
    struct mono now = start;
    use_up(&wakes, &now);
    assert_true(wakes.is_busy);
    for (int i = 0; i < 100; i++) {
        wakes_note(&wakes, i % WAKES_CALM == 0);
        assert_true(wakes.is_busy);
        struct mono until = wakes_take(&wakes, now);
        assert_true(until.ns > now.ns && mono_diff(until, now) <= TICK_NS);
        now = mono_add(until, TICK_NS / 10);
    }
    for (int i = 0; i < WAKES_CALM; i++) {
        wakes_note(&wakes, false);
    }
    assert_false(wakes.is_busy);
}

/* Ticks that were slept through are not made up for. */
static void test_busy_saves_nothing(void **state)
{
    (void)state;
    struct wakes wakes = {.tick_ns = TICK_NS};
    struct mono now = start;
    use_up(&wakes, &now);
    now = mono_add(now, 100 * TICK_NS);
    assert_int_equal(wait_ns(&wakes, now), 0);
    assert_int_equal(wait_ns(&wakes, now), TICK_NS);
}

static void test_few_events_never_wait(void **state)
{
    (void)state;
    struct wakes wakes = {.tick_ns = TICK_NS};
    for (int i = 0; i < 10000; i++) {
        assert_int_equal(wait_ns(&wakes, at(i * 3 * TICK_NS / 2)), 0);
    }
    assert_false(wakes.is_busy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_a_tick_nothing_waits),
        cmocka_unit_test(test_saved_ones_first),
        cmocka_unit_test(test_busy_and_calm),
        cmocka_unit_test(test_busy_saves_nothing),
        cmocka_unit_test(test_few_events_never_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
