/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Which changes of states become lines. The file under test is included: it belongs to no library.
 */
#include "support/build.h"
#include "support/cm.h"

#include "exporter/change_log.c"

#define TARGETS 2000
#define SECONDS(value) ((value)*NS_PER_SECOND)

static struct fixture {
    struct change_log *log;
    struct snapshot *snapshot;
    struct instant now;
    unsigned lines, sums, summed;
    struct state_change last;
    char name[32];
} fixture;

static void on_change(void *context, const struct report *report, const struct state_change *change)
{
    (void)context;
    fixture.lines++;
    fixture.last = *change;
    snprintf(fixture.name, sizeof fixture.name, "%s", report->spec->identity.name);
}

static void on_sum(void *context, const struct change_sum *sum)
{
    (void)context;
    fixture.sums++;
    fixture.summed += sum->count;
    assert_string_not_equal(sum->example, "");
}

static struct report *new_report(size_t number)
{
    char name[32];
    struct report *report = mem_alloc(1, sizeof *report);
    snprintf(name, sizeof name, "t%zu", number);
    report->references = 1;
    report->spec = build_echo_spec(name, "192.0.2.1");
    condition_settle(&report->condition, TARGET_PENDING, fixture.now);
    return report;
}

static void set_up(size_t count)
{
    static const struct change_log_sink sink = {on_change, on_sum, NULL};
    fixture = (struct fixture){
        .log = change_log_new(&sink), .snapshot = snapshot_new(count), .now = build_at(0)};
    for (size_t i = 0; i < count; i++) {
        fixture.snapshot->reports[i] = new_report(i);
    }
}

static void tear_down(void)
{
    change_log_free(fixture.log);
    snapshot_unref(fixture.snapshot);
}

static void settle(size_t index, enum target_state state)
{
    condition_settle(&fixture.snapshot->reports[index]->condition, state, fixture.now);
}

static void look_after(int64_t seconds)
{
    fixture.now = build_at(fixture.now.mono.ns - build_at(0).mono.ns + SECONDS(seconds));
    change_log_look(fixture.log, &fixture.snapshot, 1, fixture.now.mono);
}

static void one_target(void **state)
{
    (void)state;
    set_up(1);
    look_after(1);
    settle(0, TARGET_OK);
    look_after(1);
    assert_int_equal(fixture.lines, 0); /* it began as it should */
    look_after(59);
    settle(0, TARGET_FAILED);
    look_after(1);
    look_after(1);
    assert_int_equal(fixture.lines, 1);
    assert_int_equal(fixture.last.from, TARGET_OK);
    assert_int_equal(fixture.last.to, TARGET_FAILED);
    assert_true(fixture.last.held_ns == SECONDS(60));
    settle(0, TARGET_DEGRADED);
    look_after(1);
    settle(0, TARGET_OK);
    look_after(1);
    assert_int_equal(fixture.lines, 3);
    assert_int_equal(fixture.sums, 0);
    tear_down();
}

/* What never worked is news. */
static void a_first_operation_that_fails(void **state)
{
    (void)state;
    set_up(1);
    settle(0, TARGET_FAILED);
    look_after(1);
    assert_int_equal(fixture.lines, 1);
    tear_down();
}

/* All fail within a minute, and come back: at most 20 lines, and every change is in one. */
static void an_outage_of_many(void **state)
{
    (void)state;
    set_up(TARGETS);
    for (size_t i = 0; i < TARGETS; i++) {
        settle(i, TARGET_OK);
    }
    look_after(1);
    for (unsigned part = 0; part < 2; part++) {
        for (size_t i = 0; i < TARGETS; i++) {
            settle(i, part == 0 ? TARGET_FAILED : TARGET_OK);
            if (i % (TARGETS / 60) == 0) {
                look_after(1);
            }
        }
        for (unsigned i = 0; i < 600; i++) {
            look_after(1);
        }
    }
    assert_in_range(fixture.lines + fixture.sums, 10, 20);
    assert_int_equal(fixture.lines + fixture.summed, 2 * TARGETS);
    tear_down();
}

/* A reload puts others before it: it is the same target. */
static void targets_are_known_by_name(void **state)
{
    (void)state;
    set_up(3);
    for (size_t i = 0; i < 3; i++) {
        settle(i, i == 2 ? TARGET_FAILED : TARGET_OK);
    }
    look_after(1);
    assert_int_equal(fixture.lines, 1);
    struct report *first = fixture.snapshot->reports[0];
    fixture.snapshot->reports[0] = fixture.snapshot->reports[2];
    fixture.snapshot->reports[2] = first;
    look_after(1);
    assert_int_equal(fixture.lines, 1);
    settle(0, TARGET_OK);
    look_after(1);
    assert_int_equal(fixture.lines, 2);
    assert_string_equal(fixture.name, "t2");
    tear_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_target),
        cmocka_unit_test(a_first_operation_that_fails),
        cmocka_unit_test(an_outage_of_many),
        cmocka_unit_test(targets_are_known_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
