/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Which refusals become lines, from what a responder counts to what is said of it. */
#include "program/refusal_log.h"

#include <string.h>

#include "support/build.h"
#include "support/cm.h"

#define SECONDS(value) ((value)*NS_PER_SECOND)
#define NO_SESSION (REFLECT_RESULT_COUNT + DROP_NO_SESSION)
#define NOT_ALLOWED (REFLECT_RESULT_COUNT + DROP_NOT_ALLOWED)

static struct fixture {
    struct refusals refusals;
    struct refusal_log log;
    struct mono now;
    unsigned lines, sums;
    uint64_t said; /* datagrams in all lines */
    unsigned reason; /* of the last line */
    uint64_t count;
    struct refused last;
    struct refusal_sum sum;
} fixture;

static void on_line(void *context, unsigned reason, const struct refused *row, uint64_t count)
{
    assert_ptr_equal(context, &fixture);
    fixture.lines++;
    fixture.said += count;
    fixture.reason = reason;
    fixture.count = count;
    fixture.last = *row;
}

static void on_sum(void *context, const struct refusal_sum *sum)
{
    assert_ptr_equal(context, &fixture);
    uint64_t all = 0;
    for (unsigned i = 0; i < REFUSAL_REASONS; i++) {
        all += sum->by_reason[i];
    }
    assert_int_equal(all, sum->datagrams);
    fixture.sums++;
    fixture.said += sum->datagrams;
    fixture.sum = *sum;
}

static int set_up(void **state)
{
    (void)state;
    memset(&fixture, 0, sizeof fixture);
    fixture.now = build_at(0).mono;
    return 0;
}

static void refuse(unsigned reason, uint32_t source)
{
    struct refused what = {.source = build_addr("192.0.2.1:40000"), .port = 5000};
    memcpy(what.source.ip, &source, sizeof source);
    what.last = fixture.now;
    refusals_count(&fixture.refusals, reason, &what);
}

static void look_after(int64_t ns)
{
    static const struct refusal_log_sink sink = {on_line, on_sum, &fixture};
    fixture.now = mono_add(fixture.now, ns);
    refusal_log_look(&fixture.log, &fixture.refusals, fixture.now, &sink);
}

static void test_one_at_once_then_a_sum_each_minute(void **state)
{
    (void)state;
    refuse(RESULT_AUTH, 1);
    look_after(SECONDS(1));
    assert_int_equal(fixture.lines, 1);
    assert_int_equal(fixture.count, 1);
    assert_int_equal(fixture.reason, RESULT_AUTH);
    assert_int_equal(fixture.last.port, 5000);
    assert_int_equal(fixture.last.source.port, 0);
    for (unsigned i = 0; i < 59; i++) {
        refuse(RESULT_AUTH, 1);
        look_after(SECONDS(1));
    }
    assert_int_equal(fixture.lines, 1);
    look_after(SECONDS(1));
    assert_int_equal(fixture.lines, 2);
    assert_int_equal(fixture.count, 59);
    look_after(SECONDS(600));
    assert_int_equal(fixture.lines, 2);
    assert_int_equal(fixture.sums, 0);
}

static void test_each_reason_and_source_has_its_line(void **state)
{
    (void)state;
    refuse(RESULT_AUTH, 1);
    refuse(RESULT_AUTH, 2);
    refuse(RESULT_PORT_NOT_ALLOWED, 1);
    refuse(NO_SESSION, 1);
    look_after(SECONDS(1));
    assert_int_equal(fixture.lines, 4);
    assert_string_equal(refusal_reason_name(NO_SESSION), reflect_drop_name(DROP_NO_SESSION));
    assert_string_equal(refusal_reason_name(RESULT_AUTH), reflect_result_name(RESULT_AUTH));
}

/* A million invented sources: a bounded number of lines, every datagram in one of them, and a
 * source that is refused for another reason is named all the same. */
static void test_flood(void **state)
{
    (void)state;
    uint32_t source = 0;
    for (unsigned second = 0; second < 600; second++) {
        for (unsigned i = 0; i < 1000; i++) {
            refuse(NOT_ALLOWED, ++source);
        }
        look_after(SECONDS(1));
    }
    assert_in_range(fixture.lines + fixture.sums, REFUSAL_ROWS, 4 * REFUSAL_ROWS + 10);
    fixture.lines = 0;
    refuse(RESULT_AUTH, 7);
    look_after(SECONDS(1));
    assert_int_equal(fixture.lines, 1);
    assert_int_equal(fixture.reason, RESULT_AUTH);
    look_after(REFUSAL_LOG_PERIOD_NS);
    look_after(REFUSAL_LOG_PERIOD_NS);
    assert_int_equal(fixture.said, source + 1);
    assert_int_equal(fixture.sum.by_reason[RESULT_AUTH], 0);
}

/* All reasons, all sources: the burst, ten lines a minute, and one sum. */
static void test_lines_are_bounded(void **state)
{
    (void)state;
    uint64_t refused = 0;
    for (unsigned second = 0; second < 600; second++) {
        for (unsigned reason = 0; reason < REFUSAL_REASONS; reason++) {
            for (uint32_t source = 0; source < REFUSAL_ROWS; source++) {
                refuse(reason, source + 1);
                refused++;
            }
        }
        look_after(SECONDS(1));
    }
    assert_in_range(fixture.lines, 20, REFUSAL_LOG_BURST + 10 * REFUSAL_LOG_BURST);
    assert_in_range(fixture.sums, 4, 10);
    look_after(REFUSAL_LOG_PERIOD_NS);
    look_after(REFUSAL_LOG_PERIOD_NS);
    assert_int_equal(fixture.said, refused);
}

/* A quiet row is given away, and its new source is named at once. */
static void test_rows_are_given_away(void **state)
{
    (void)state;
    for (uint32_t source = 1; source <= REFUSAL_ROWS + 1; source++) {
        refuse(RESULT_AUTH, source);
    }
    look_after(SECONDS(1));
    assert_int_equal(fixture.lines, REFUSAL_ROWS);
    fixture.now = mono_add(fixture.now, REFUSAL_KEEP_NS);
    refuse(RESULT_AUTH, 77);
    look_after(SECONDS(1));
    assert_int_equal(fixture.lines, REFUSAL_ROWS + 1);
    assert_int_equal(fixture.count, 1);
    assert_memory_equal(fixture.last.source.ip, &(uint32_t){77}, 4);
    assert_int_equal(fixture.sums, 1);
    assert_int_equal(fixture.sum.datagrams, 1);
}

/* Another responder in its place counts from 0. */
static void test_counts_that_begin_again(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 5; i++) {
        refuse(RESULT_AUTH, 1);
    }
    fixture.refusals.beyond[RESULT_AUTH] = 9;
    look_after(SECONDS(1));
    assert_int_equal(fixture.count, 5);
    memset(&fixture.refusals, 0, sizeof fixture.refusals);
    refuse(RESULT_AUTH, 1);
    fixture.refusals.beyond[RESULT_AUTH] = 3;
    look_after(SECONDS(1));
    assert_int_equal(fixture.lines, 2);
    assert_int_equal(fixture.count, 1);
    look_after(REFUSAL_LOG_PERIOD_NS);
    assert_int_equal(fixture.sum.datagrams, 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_one_at_once_then_a_sum_each_minute, set_up),
        cmocka_unit_test_setup(test_each_reason_and_source_has_its_line, set_up),
        cmocka_unit_test_setup(test_flood, set_up),
        cmocka_unit_test_setup(test_lines_are_bounded, set_up),
        cmocka_unit_test_setup(test_rows_are_given_away, set_up),
        cmocka_unit_test_setup(test_counts_that_begin_again, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
