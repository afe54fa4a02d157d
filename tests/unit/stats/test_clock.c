/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "stats/clock.h"

#include <string.h>

#include "base/rng.h"
#include "support/cm.h"

#define MS(value) ((value)*NS_PER_MS)
#define US(value) ((value)*NS_PER_US)
#define SECONDS(value) ((value)*NS_PER_SECOND)

static struct clock_point point(int64_t at_ns, int64_t ahead_ns, int64_t error_ns)
{
    return (struct clock_point){{at_ns}, ahead_ns, error_ns};
}

static void add(struct clock_filter *filter, struct clock_point what)
{
    clock_filter_add(filter, &what);
}

static void test_knows_nothing_at_first(void **state)
{
    (void)state;
    struct clock_filter filter = {0};
    assert_false(clock_filter_read(&filter, (struct mono){0}, 0).is_known);
}

/* The smallest error wins, until it is too old: 500 us for each second. */
static void test_best_point_ages(void **state)
{
    (void)state;
    struct clock_filter filter = {0};
    add(&filter, point(0, MS(1000), MS(2)));
    add(&filter, point(SECONDS(2), MS(1001), MS(4)));
    struct clock_offset offset = clock_filter_read(&filter, (struct mono){SECONDS(2)}, MS(1000));
    assert_true(offset.is_known && offset.offset_ns == 0 && offset.error_ns == MS(3));
    add(&filter, point(SECONDS(10), MS(1001), MS(4)));
    offset = clock_filter_read(&filter, (struct mono){SECONDS(10)}, MS(1000));
    assert_true(offset.offset_ns == MS(1) && offset.error_ns == MS(4));
}

/* Kept against the monotonic clock: a step of ours changes the offset and nothing else. */
static void test_step_of_ours(void **state)
{
    (void)state;
    struct clock_filter filter = {0};
    add(&filter, point(0, MS(1000), MS(2)));
    struct clock_offset before = clock_filter_read(&filter, (struct mono){0}, MS(990));
    struct clock_offset after = clock_filter_read(&filter, (struct mono){0}, MS(990) + SECONDS(5));
    assert_true(before.offset_ns == MS(10));
    assert_true(after.offset_ns == MS(10) - SECONDS(5));
    assert_true(after.error_ns == before.error_ns);
}

/* What a newer point contradicts is of another time. */
static void test_step_of_theirs(void **state)
{
    (void)state;
    struct clock_filter filter = {0};
    add(&filter, point(0, 0, MS(1)));
    add(&filter, point(SECONDS(1), MS(10), MS(8))); /* 10 <= 8 + 1.5: no */
    assert_int_equal(filter.count, 1);
    assert_true(clock_filter_read(&filter, (struct mono){SECONDS(1)}, 0).offset_ns == MS(10));
    add(&filter, point(SECONDS(2), MS(2), MS(1))); /* 8 <= 1 + 8.5 */
    assert_int_equal(filter.count, 2);
    assert_true(clock_filter_read(&filter, (struct mono){SECONDS(2)}, 0).offset_ns == MS(2));
}

/* What is kept against a clock that was slewed since is worth nothing. */
static void test_slew_of_ours(void **state)
{
    (void)state;
    struct clock_filter filter = {0};
    for (int64_t i = 1; i <= CLOCK_FILTER_POINTS + 3; i++) {
        add(&filter, point(SECONDS(i), MS(1), MS(2)));
    }
    clock_filter_forget(&filter, (struct mono){0});
    assert_int_equal(filter.count, CLOCK_FILTER_POINTS);
    clock_filter_forget(&filter, (struct mono){SECONDS(10)});
    assert_int_equal(filter.count, 2);
    add(&filter, point(SECONDS(12), MS(1), MS(1)));
    assert_int_equal(filter.count, 3);
    clock_filter_forget(&filter, (struct mono){SECONDS(13)});
    assert_false(clock_filter_read(&filter, (struct mono){SECONDS(13)}, 0).is_known);
    add(&filter, point(SECONDS(14), MS(1), MS(1)));
    assert_true(clock_filter_read(&filter, (struct mono){SECONDS(14)}, 0).is_known);
}

/* Whatever comes, the true offset is within the error as long as each point was right. */
static void test_bound_holds(void **state)
{
    (void)state;
    struct rng rng = {7};
    for (unsigned run = 0; run < 200; run++) {
        struct clock_filter filter = {0};
        int64_t true_ns = 0, at_ns = 0;
        for (unsigned i = 0; i < 60; i++) {
            int64_t pause_ns = (int64_t)rng_below(&rng, (uint64_t)SECONDS(20));
            int64_t wander_ns = pause_ns / CLOCK_WANDER_DIVISOR;
            at_ns += pause_ns;
            true_ns += (int64_t)rng_below(&rng, (uint64_t)wander_ns * 2 + 1) - wander_ns;
            true_ns += rng_below(&rng, 20) == 0 ? SECONDS(100) : 0;
            int64_t error_ns = (int64_t)rng_below(&rng, (uint64_t)MS(40)) + 1;
            int64_t off_ns = (int64_t)rng_below(&rng, (uint64_t)error_ns * 2) - error_ns;
            add(&filter, point(at_ns, true_ns + off_ns, error_ns));
            struct clock_offset offset = clock_filter_read(&filter, (struct mono){at_ns}, 0);
            int64_t wrong_ns = offset.offset_ns - true_ns;
            assert_true(wrong_ns <= offset.error_ns && -wrong_ns <= offset.error_ns);
            assert_true(filter.count >= 1 && filter.count <= CLOCK_FILTER_POINTS);
        }
    }
}

static struct sample sample(int64_t t1_ns, int64_t sd_ns, int64_t held_ns, int64_t ds_ns)
{
    return (struct sample){.t1_ns = t1_ns,
                           .t2_ns = t1_ns + sd_ns,
                           .t3_ns = t1_ns + sd_ns + held_ns,
                           .t4_ns = t1_ns + sd_ns + held_ns + ds_ns,
                           .fate = FATE_RECEIVED,
                           .has_remote_times = true};
}

static void test_survey(void **state)
{
    (void)state;
    struct sample items[] = {
        sample(0, MS(30), MS(1), MS(30)),     sample(MS(20), MS(12), MS(2), MS(8)),
        sample(MS(40), MS(11), MS(1), MS(9)), sample(MS(60), MS(1), MS(1), MS(1)),
        sample(MS(80), MS(2), MS(1), MS(2)),  sample(MS(99), MS(2), MS(1), MS(2)),
    };
    items[1].error_ns = 700;
    items[3].fate = FATE_LATE;
    items[4].has_remote_times = false;
    items[5].fate = FATE_SENT;
    const struct samples samples = {items, 6, NULL, 0, NULL};
    struct clock_survey survey;
    clock_survey(&samples, 1, &survey);
    assert_int_equal(survey.samples, 3);
    assert_int_equal(survey.steps, 0);
    assert_true(survey.rtt_ns == MS(20) && survey.error_ns == MS(10) + 1 + 700);
    assert_true(survey.offset_ns == MS(2) && survey.sd_ns == MS(12) && survey.ds_ns == MS(8));
    assert_true(survey.at_ns == items[1].t4_ns);
    const struct samples none = {items + 3, 3, NULL, 0, NULL};
    clock_survey(&none, 1, &survey);
    assert_int_equal(survey.samples, 0);
    assert_true(survey.error_ns == 0);
}

/* A way that is shorter than a step of the wire, or than the error of our stamps. */
static void test_survey_of_short_ways(void **state)
{
    (void)state;
    static const struct {
        int64_t sd_ns, ds_ns, resolution_ns;
        uint32_t error_ns, unresolved;
    } rows[] = {
        {MS(1), MS(1), MS(1), 0, 0},    {0, MS(1), MS(1), 0, 1},
        {MS(1), 0, MS(1), 0, 1},        {-MS(1), MS(3), MS(1), 0, 0},
        {US(50), US(50), 1, 300, 0},    {US(50), US(50), 1, US(51), 1},
        {US(50), US(52), 1, US(51), 1}, {MS(3), MS(3), MS(1), US(51), 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sample item = sample(0, rows[i].sd_ns, 0, rows[i].ds_ns);
        item.error_ns = rows[i].error_ns;
        const struct samples samples = {&item, 1, NULL, 0};
        struct clock_survey survey;
        clock_survey(&samples, rows[i].resolution_ns, &survey);
        assert_int_equal(survey.unresolved, rows[i].unresolved);
    }
}

/* Only what would need a packet to arrive before it left: the round trip, and the slack. */
static void test_clock_was_set(void **state)
{
    (void)state;
    const struct sample before = sample(0, MS(10), 0, MS(10));
    static const struct {
        int64_t step_ns;
        bool is_seen;
    } cases[] = {
        {0, false},
        {MS(20), false},
        {-MS(20), false},
        {MS(20) + US(200), true},
        {SECONDS(3), true},
        {-SECONDS(3), true},
        {-MS(20) - US(200), true},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sample after = sample(MS(20), MS(10), 0, MS(10));
        after.t2_ns += cases[i].step_ns;
        after.t3_ns += cases[i].step_ns;
        assert_int_equal(sample_clock_was_set(&before, &after, 1), cases[i].is_seen);
        assert_int_equal(sample_clock_was_set(&after, &before, 1), cases[i].is_seen);
    }
    /* Steps of the wire, and of a clock that is steered, are none. */
    struct sample after = sample(SECONDS(60), MS(10), 0, MS(10));
    after.t2_ns += MS(20) + MS(2) + MS(30);
    after.t3_ns += MS(20) + MS(2) + MS(30);
    assert_false(sample_clock_was_set(&before, &after, MS(1)));
}

static void test_words(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ONE_WAY_COUNT; i++) {
        bool is_empty = i == ONE_WAY_SHOWN;
        assert_int_equal(strlen(one_way_name((enum one_way)i)) == 0, is_empty);
        assert_int_equal(strlen(one_way_text((enum one_way)i)) == 0, is_empty);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_knows_nothing_at_first),
        cmocka_unit_test(test_best_point_ages),
        cmocka_unit_test(test_step_of_ours),
        cmocka_unit_test(test_step_of_theirs),
        cmocka_unit_test(test_slew_of_ours),
        cmocka_unit_test(test_bound_holds),
        cmocka_unit_test(test_survey),
        cmocka_unit_test(test_survey_of_short_ways),
        cmocka_unit_test(test_clock_was_set),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
