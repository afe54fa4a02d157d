/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/state.h"

#include <string.h>

#include "support/build.h"
#include "support/cm.h"

static void test_names(void **state)
{
    (void)state;
    static const char *const names[TARGET_STATE_COUNT] = {
        [TARGET_PENDING] = "pending",   [TARGET_OK] = "ok",
        [TARGET_DEGRADED] = "degraded", [TARGET_FAILED] = "failed",
        [TARGET_INACTIVE] = "inactive",
    };
    for (unsigned i = 0; i < TARGET_STATE_COUNT; i++) {
        assert_string_equal(target_state_name((enum target_state)i), names[i]);
    }
}

/* The first state is where a target begins, whichever it is; the same again is no change. */
static void test_the_first_state_is_no_change(void **state)
{
    (void)state;
    struct condition condition = {0};
    condition_settle(&condition, TARGET_INACTIVE, build_at(0));
    condition_settle(&condition, TARGET_INACTIVE, build_at(NS_PER_SECOND));
    assert_int_equal(condition.state, TARGET_INACTIVE);
    assert_int_equal(condition.changes, 0);
    assert_true(condition.since.mono.ns == build_at(0).mono.ns);
}

static void test_a_change_is_told(void **state)
{
    (void)state;
    struct condition first = {0};
    struct state_change change;
    condition_settle(&first, TARGET_PENDING, build_at(0));
    assert_false(condition_change(NULL, &first, &change));
    assert_false(condition_change(&first, &first, &change));
    struct condition second = first;
    condition_settle(&second, TARGET_FAILED, build_at(7 * NS_PER_SECOND));
    assert_true(condition_change(&first, &second, &change));
    assert_int_equal(change.from, TARGET_PENDING);
    assert_int_equal(change.to, TARGET_FAILED);
    assert_true(change.at.ns == build_at(7 * NS_PER_SECOND).wall.ns);
    assert_true(change.held_ns == 7 * NS_PER_SECOND);
    assert_int_equal(change.missed, 0);
    assert_true(condition_change(NULL, &second, &change)); /* seen for the first time */
    assert_int_equal(change.missed, 0);
    assert_false(condition_change(&second, &second, &change));
}

/* Whoever looks seldom learns of the last change, and how many there were. */
static void test_missed_changes_are_counted(void **state)
{
    (void)state;
    struct condition seen = {0};
    struct state_change change;
    condition_settle(&seen, TARGET_OK, build_at(0));
    struct condition now = seen;
    condition_settle(&now, TARGET_FAILED, build_at(1));
    condition_settle(&now, TARGET_OK, build_at(3));
    condition_settle(&now, TARGET_FAILED, build_at(9));
    assert_true(condition_change(&seen, &now, &change));
    assert_int_equal(change.from, TARGET_OK);
    assert_int_equal(change.to, TARGET_FAILED);
    assert_int_equal(change.missed, 2);
    assert_true(change.held_ns == 6);
}

/* A target that measures something else begins again: what was seen before says nothing. */
static void test_another_life_begins_again(void **state)
{
    (void)state;
    struct condition old = {0}, fresh = {0};
    struct state_change change;
    condition_settle(&old, TARGET_PENDING, build_at(0));
    condition_settle(&old, TARGET_OK, build_at(1));
    condition_settle(&fresh, TARGET_PENDING, build_at(5));
    assert_false(condition_change(&old, &fresh, &change));
    condition_settle(&fresh, TARGET_FAILED, build_at(9));
    assert_true(condition_change(&old, &fresh, &change));
    assert_int_equal(change.from, TARGET_PENDING);
    assert_int_equal(change.missed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_the_first_state_is_no_change),
        cmocka_unit_test(test_a_change_is_told),
        cmocka_unit_test(test_missed_changes_are_counted),
        cmocka_unit_test(test_another_life_begins_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
