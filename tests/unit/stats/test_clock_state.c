/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "stats/clock_state.h"

#include "support/cm.h"

#define SECONDS(value) ((value)*NS_PER_SECOND)
#define US(value) ((value)*NS_PER_US)
#define NOT_TOLD 16000000

/* What the daemons made of the kernel's answer, as seen with each of them (tests/clock). */
static const struct {
    const char *who;
    struct clock_answer answer;
    const char *state;
    int64_t admitted_us;
} rows[] = {
    {"nobody",
     {.is_unsynchronized = true, .estimated_error_us = NOT_TOLD, .maximum_error_us = NOT_TOLD},
     "unsynchronized",
     0},
    {"chronyd", {.estimated_error_us = 4, .maximum_error_us = 180}, "synchronized", 4},
    {"chronyd without rtcsync",
     {.is_unsynchronized = true, .estimated_error_us = 4, .maximum_error_us = 180},
     "unsynchronized",
     4},
    {"chronyd that slews 300 ms",
     {.estimated_error_us = 300000, .maximum_error_us = 300200},
     "synchronized",
     300000},
    {"chronyd, killed an hour ago",
     {.estimated_error_us = 4, .maximum_error_us = 1800180},
     "synchronized",
     4},
    {"chronyd, killed 84 minutes ago",
     {.estimated_error_us = 4, .maximum_error_us = 2520180},
     "stale",
     4},
    {"the longest poll", {.estimated_error_us = 4, .maximum_error_us = 1024200}, "synchronized", 4},
    {"ntpd before any answer",
     {.is_pll_alone = true, .estimated_error_us = 16, .maximum_error_us = 3016},
     "unanswered",
     16},
    {"ntpd that is synchronized",
     {.estimated_error_us = 16, .maximum_error_us = 64000, .offset_ns = -20000},
     "synchronized",
     36},
    {"ntpd with another estimate",
     {.is_pll_alone = true, .estimated_error_us = 14, .maximum_error_us = 64000},
     "synchronized",
     14},
    {"ntpd that slews",
     {.is_pll_alone = true, .estimated_error_us = 16, .offset_ns = 5000},
     "synchronized",
     21},
    {"timesyncd", {.maximum_error_us = 500}, "synchronized", 0},
    {"timesyncd with 69 ms left", {.offset_ns = 69000000}, "synchronized", 69000},
    {"timesyncd with -69 ms left", {.offset_ns = -69000000}, "synchronized", 69000},
    {"ptp4l, phc2sys",
     {.estimated_error_us = NOT_TOLD, .maximum_error_us = 500},
     "synchronized",
     0},
    {"a sandbox", {.error = 1}, "unknown", 0},
};

static void test_each_daemon(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct clock_state clock = {.slewed_at = {77}};
        clock_judge(&rows[i].answer, &clock);
        assert_string_equal(clock_state_name(&clock), rows[i].state);
        assert_true(clock_admitted_ns(&clock) == US(rows[i].admitted_us));
        assert_int_equal(clock.slewed_at.ns, 77);
        assert_int_equal(clock.error, rows[i].answer.error);
        bool is_told = rows[i].answer.error == 0;
        bool has_estimate = is_told && rows[i].answer.estimated_error_us < NOT_TOLD;
        assert_int_equal(clock.maximum_error_ns >= 0, is_told);
        assert_int_equal(clock.estimated_error_ns >= 0, has_estimate);
    }
}

/* Nothing was asked: nothing is known, and nothing admitted. */
static void test_nothing_asked(void **state)
{
    (void)state;
    const struct clock_state clock = {0};
    assert_string_equal(clock_state_name(&clock), "unsynchronized");
    assert_int_equal(clock_admitted_ns(&clock), 0);
    assert_int_equal(clock_age_ns(&clock), 0);
}

static void test_age(void **state)
{
    (void)state;
    struct clock_state clock = {.maximum_error_ns = 2500 * NS_PER_MS};
    assert_true(clock_age_ns(&clock) == SECONDS(5000));
    clock.maximum_error_ns = -1;
    assert_int_equal(clock_age_ns(&clock), 0);
}

/* Whether `ppm` is seen over `apart_ns`, in readings that are `error_ns` wide. */
static bool is_slew(int64_t ppm, int64_t apart_ns, int64_t error_ns)
{
    struct clock_watch watch = {0};
    struct clock_watch reading = {{SECONDS(5)}, SECONDS(4), error_ns};
    assert_false(clock_watch_take(&watch, &reading));
    reading.raw_ns += apart_ns;
    reading.mono.ns += apart_ns + apart_ns / 1000000 * ppm;
    bool is_seen = clock_watch_take(&watch, &reading);
    assert_true(watch.raw_ns == reading.raw_ns && watch.mono.ns == reading.mono.ns);
    assert_false(clock_watch_take(&watch, &reading));
    return is_seen;
}

static void test_slew(void **state)
{
    (void)state;
    static const int64_t apart_ns[] = {CLOCK_WATCH_NS, SECONDS(1), SECONDS(60)};
    for (size_t i = 0; i < 3; i++) {
        for (int sign = -1; sign <= 1; sign += 2) {
            assert_false(is_slew(sign * 100, apart_ns[i], 50));
            assert_false(is_slew(sign * 499, apart_ns[i], 50));
            assert_true(is_slew(sign * 800, apart_ns[i], 50));
            assert_true(is_slew(sign * 83333, apart_ns[i], US(100)));
        }
    }
    assert_false(is_slew(800, CLOCK_WATCH_NS, US(1)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_daemon),
        cmocka_unit_test(test_nothing_asked),
        cmocka_unit_test(test_age),
        cmocka_unit_test(test_slew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
