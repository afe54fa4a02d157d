/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/merge.h"

#include <stdio.h>

#include "engine/engine.h"
#include "support/build.h"
#include "support/cm.h"

enum { TARGETS = 200, PARTS = 3 };

static const struct spec_division division = {.count = PARTS, .salt = 3};

static struct spec_set *targets(unsigned first, unsigned count)
{
    struct spec *specs[TARGETS];
    for (unsigned i = 0; i < count; i++) {
        char name[32];
        snprintf(name, sizeof name, "t%u", first + i);
        specs[i] = build_echo_spec(name, "198.51.100.1");
    }
    return build_set(specs, count);
}

/* What an engine with part `number` of `set` publishes. */
static struct snapshot *publish(const struct spec_set *set, unsigned number)
{
    const struct engine_options options = {.start_now = false};
    struct engine *engine = engine_new(&options);
    struct spec_set *part = spec_set_part(set, &division, number);
    engine_apply(engine, part, build_at(0));
    struct snapshot *snapshot = engine_snapshot(engine);
    snapshot->stats.unmatched[UNMATCHED_EARLY] = number + 1;
    snapshot->stats.io = (struct io_stats){.clock_steps = 2, .socket_drops = 3, .strangers = 1};
    snapshot->stats.io.send_errors[SEND_ERROR_OTHER] = number;
    hist_observe(&snapshot->stats.io.loop_lag, &hist_layout_default, number + 100);
    snapshot->stats.rx_stamps[STAMP_KERNEL] = 10 * (number + 1);
    hist_observe(&snapshot->stats.send_lateness, &hist_layout_default, number + 1);
    hist_observe(&snapshot->stats.send_queueing, &hist_layout_default, number + 10);
    spec_set_unref(part);
    engine_free(engine);
    return snapshot;
}

static void release(struct snapshot **snapshots)
{
    for (unsigned i = 0; i < PARTS; i++) {
        snapshot_unref(snapshots[i]);
    }
}

static void test_order_and_sums(void **state)
{
    (void)state;
    struct spec_set *set = targets(0, TARGETS);
    struct snapshot *parts[PARTS] = {publish(set, 0), publish(set, 1), publish(set, 2)};
    struct snapshot *merged = snapshot_merge(parts, set, &division);
    release(parts);
    assert_int_equal(merged->count, TARGETS);
    for (unsigned i = 0; i < TARGETS; i++) {
        assert_ptr_equal(merged->reports[i]->spec, set->specs[i]);
    }
    assert_int_equal(merged->stats.unmatched[UNMATCHED_EARLY], 6);
    assert_int_equal(merged->stats.io.clock_steps, 2);
    assert_int_equal(merged->stats.io.socket_drops, 9);
    assert_int_equal(merged->stats.io.strangers, 3);
    assert_int_equal(merged->stats.io.send_errors[SEND_ERROR_OTHER], 3);
    assert_int_equal(merged->stats.io.loop_lag.sum_ns, 303);
    assert_int_equal(merged->stats.rx_stamps[STAMP_KERNEL], 60);
    assert_int_equal(merged->stats.send_lateness.count, 3);
    assert_int_equal(merged->stats.send_lateness.sum_ns, 6);
    assert_int_equal(merged->stats.send_queueing.sum_ns, 33);
    snapshot_unref(merged);
    spec_set_unref(set);
}

/* Some have the new targets, some still the old ones: each report stands in it once. */
static void test_in_the_middle_of_a_change(void **state)
{
    (void)state;
    struct spec_set *before = targets(0, 150), *after = targets(50, 150);
    struct snapshot *parts[PARTS] = {publish(before, 0), publish(after, 1), publish(before, 2)};
    struct snapshot *merged = snapshot_merge(parts, after, &division);
    assert_int_equal(merged->count, parts[0]->count + parts[1]->count + parts[2]->count);
    for (size_t i = 0; i < merged->count; i++) {
        for (size_t j = 0; j < i; j++) {
            assert_ptr_not_equal(merged->reports[i], merged->reports[j]);
        }
    }
    release(parts);
    snapshot_unref(merged);
    spec_set_unref(before);
    spec_set_unref(after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_and_sums),
        cmocka_unit_test(test_in_the_middle_of_a_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
