/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/mem.h"
#include "sim/scenarios.h"

static struct spec *spec_of(const char *name, uint16_t port)
{
    return rig_spec(name, RIG_RESPONDER_IP, port);
}

static unsigned engine_process(const struct rig *rig)
{
    return rig->engines[0].process;
}

/* In the middle of the second run: `a` stays, `b` changes, `c` goes, `d` comes. */
static void test_reload_touches_only_what_changed(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    struct spec *before[] = {spec_of("a", 2001), spec_of("b", 2002), spec_of("c", 2003)};
    rig_apply(&rig, 0, before, 3);
    world_run(&rig.world, 10 * NS_PER_SECOND + 100 * NS_PER_MS);
    assert_int_equal(world_open_channels(&rig.world, engine_process(&rig)), 3);
    struct wall created = rig_report(&rig, 0, 0)->created;
    assert_true(created.ns > 0 && rig_report(&rig, 0, 1)->created.ns == created.ns);

    struct spec *after[] = {spec_of("d", 2004), spec_of("b", 2002), spec_of("a", 2001)};
    after[1]->packets.interval_ns = 30 * NS_PER_MS;
    rig_apply(&rig, 0, after, 3);
    /* b's old run and c's are closed at once; a's goes on; d and b start at once here. */
    assert_int_equal(world_open_channels(&rig.world, engine_process(&rig)), 3);
    world_run(&rig.world, 4 * NS_PER_SECOND);

    const struct report *d = rig_report(&rig, 0, 0);
    assert_string_equal(d->spec->identity.name, "d");
    assert_int_equal(d->tally.operations, 1);
    assert_int_equal(d->tally.received, 10);
    const struct report *b = rig_report(&rig, 0, 1);
    assert_int_equal(b->tally.operations, 1);
    assert_int_equal(b->tally.received, 10);
    const struct report *a = rig_report(&rig, 0, 2);
    assert_int_equal(a->tally.operations, 2);
    assert_int_equal(a->tally.received, 20);
    assert_int_equal(a->tally.sent, 20);
    assert_int_equal(a->latest.rtt.max_ns, 20 * NS_PER_MS);
    /* What a counter began with is told with it. */
    assert_true(a->created.ns == created.ns);
    assert_true(b->created.ns > created.ns + 10 * NS_PER_SECOND && b->created.ns == d->created.ns);
    rig_fini(&rig);
}

static void test_removed_target_closes_its_channel_at_once(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    struct spec *before[] = {spec_of("a", 2001), spec_of("b", 2002)};
    rig_apply(&rig, 0, before, 2);
    world_run(&rig.world, 50 * NS_PER_MS);
    assert_int_equal(world_open_channels(&rig.world, engine_process(&rig)), 2);
    struct spec *after[] = {spec_of("b", 2002)};
    rig_apply(&rig, 0, after, 1);
    assert_int_equal(world_open_channels(&rig.world, engine_process(&rig)), 1);
    world_run(&rig.world, 3 * NS_PER_SECOND);
    assert_int_equal(world_open_channels(&rig.world, engine_process(&rig)), 0);
    assert_int_equal(scenario_result(&rig)->latest.received, 10);
    rig_fini(&rig);
}

static void test_target_that_comes_back_starts_from_zero(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    rig_apply_one(&rig, spec_of("a", 2001));
    world_run(&rig.world, 5 * NS_PER_SECOND);
    rig_apply(&rig, 0, NULL, 0);
    rig_apply_one(&rig, spec_of("a", 2001));
    assert_int_equal(rig_report(&rig, 0, 0)->tally.received, 0);
    assert_false(rig_report(&rig, 0, 0)->has_run);
    (void)scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(scenario_result(&rig)->tally.received, 10);
    rig_fini(&rig);
}

/* The phase is kept: the next start is one period after the last, reload or not. */
static void test_reload_keeps_the_phase(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    rig_apply_one(&rig, spec_of("a", 2001));
    for (int i = 0; i < 7; i++) {
        world_run(&rig.world, 3 * NS_PER_SECOND);
        rig_apply_one(&rig, spec_of("a", 2001));
    }
    world_run(&rig.world, 4 * NS_PER_SECOND);
    assert_int_equal(rig.world.truth.run_count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(
            mono_diff(rig.world.truth.runs[i]->opened.mono, rig.world.truth.runs[0]->opened.mono),
            (int64_t)i * 10 * NS_PER_SECOND);
    }
    rig_fini(&rig);
}

/* The name resolves to another address in the middle of a run: that run is worth nothing, the
 * counters stay, and the next run goes to the new address. */
static void test_moved_target_keeps_its_counters(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    struct reflect_settings settings;
    reflect_settings_default(&settings);
    unsigned other = simnet_node_add(&rig.world.net, "203.0.113.3");
    simnet_connect(&rig.world.net, RIG_SENDER, other, 3 * NS_PER_MS);
    rig_add_reflect(&rig, other, &settings);
    rig_apply_one(&rig, spec_of("a", 2001));
    world_run(&rig.world, 10 * NS_PER_SECOND + 100 * NS_PER_MS);
    struct spec *old = spec_of("a", 2001);
    struct addr ip = rig.world.net.nodes[other].address;
    rig_apply_one(&rig, spec_with_ip(old, &ip));
    spec_unref(old);
    assert_int_equal(world_open_channels(&rig.world, engine_process(&rig)), 0);
    world_run(&rig.world, 12 * NS_PER_SECOND);
    const struct report *report = scenario_result(&rig);
    assert_int_equal(report->latest.rtt.max_ns, 6 * NS_PER_MS);
    assert_int_equal(report->tally.received, 20);
    assert_int_equal(report->tally.sent, 20);
    assert_int_equal(report->tally.operations, 2);
    rig_fini(&rig);
}

/* The set may be applied again at any moment of a run without a trace in its numbers. */
static void test_reload_at_any_moment_changes_no_number(void **state)
{
    (void)state;
    for (int64_t at_ms = 1; at_ms < 400; at_ms += 13) {
        struct rig rig;
        rig_init_default(&rig);
        scenario_drop_probe(&rig, RIG_SENDER, 10);
        rig_apply_one(&rig, spec_of("a", 2001));
        world_run(&rig.world, at_ms * NS_PER_MS);
        rig_apply_one(&rig, spec_of("a", 2001));
        const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
        assert_int_equal(round->received, 9);
        assert_int_equal(round->lost_unknown, 1);
        assert_int_equal(scenario_result(&rig)->tally.operations, 1);
        rig_fini(&rig);
    }
}

/* Everything that a target keeps, as another value. */
static struct spec *harmless_change(void)
{
    struct spec *spec = spec_of("a", 2001);
    free(spec->identity.owner);
    spec->identity.owner = mem_string("somebody else");
    spec->identity.labels = mem_alloc(1, sizeof(struct label));
    spec->identity.labels[0] =
        (struct label){.name = mem_string("site"), .value = mem_string("here")};
    spec->identity.label_count = 1;
    spec->schedule.frequency_ns = 4 * NS_PER_SECOND;
    spec->schedule.timeout_ns /= 2;
    spec->results.threshold_ns = NS_PER_MS;
    spec->path.tos = 46 << 2;
    spec->path.options.ttl = 7;
    spec->control.tries = 1;
    spec->control.timeout_ns /= 2;
    return spec;
}

/* A change that measures the same, at any moment of a run: that run ends by its own rules and is
 * counted once, the next one goes by the new ones, and no start is called skipped. */
static void test_harmless_change_at_any_moment(void **state)
{
    (void)state;
    for (int64_t at_ms = 1; at_ms < 1500; at_ms += 13) {
        struct rig rig;
        rig_init_default(&rig);
        scenario_drop_probe(&rig, RIG_SENDER, 10);
        rig_apply_one(&rig, spec_of("a", 2001));
        world_run(&rig.world, at_ms * NS_PER_MS);
        rig_apply_one(&rig, harmless_change());
        assert_string_equal(rig_report(&rig, 0, 0)->spec->identity.labels[0].value, "here");
        world_run(&rig.world, (3900 - at_ms) * NS_PER_MS);
        const struct report *report = scenario_result(&rig);
        assert_int_equal(report->tally.operations, 1);
        assert_int_equal(report->latest.received, 9);
        assert_int_equal(report->latest.lost_unknown, 1);
        assert_int_equal(report->latest.over_threshold, 0);
        world_run(&rig.world, 4 * NS_PER_SECOND);
        report = scenario_result(&rig);
        assert_int_equal(report->tally.operations, 2);
        assert_int_equal(report->tally.received, 19);
        assert_int_equal(report->tally.lost_unknown, 1);
        assert_int_equal(report->tally.skipped, 0);
        assert_int_equal(report->latest.over_threshold, 10);
        rig_fini(&rig);
    }
}

static void test_generation_tells_of_news_only(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    rig_apply_one(&rig, spec_of("a", 2001));
    world_run(&rig.world, 100 * NS_PER_MS);
    uint64_t before = engine_generation(rig.engines[0].engine);
    world_run(&rig.world, 3 * NS_PER_SECOND);
    uint64_t after = engine_generation(rig.engines[0].engine);
    assert_true(after > before);
    world_run(&rig.world, 6 * NS_PER_SECOND);
    assert_int_equal(engine_generation(rig.engines[0].engine), after);
    rig_fini(&rig);
}

static void test_snapshot_outlives_everything(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    rig_apply_one(&rig, spec_of("a", 2001));
    world_run(&rig.world, 3 * NS_PER_SECOND);
    struct snapshot *snapshot = engine_snapshot(rig.engines[0].engine);
    rig_fini(&rig);
    assert_int_equal(snapshot->count, 1);
    assert_string_equal(snapshot->reports[0]->spec->identity.name, "a");
    assert_int_equal(snapshot->reports[0]->latest.received, 10);
    snapshot_unref(snapshot);
}

int scenarios_reload(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reload_touches_only_what_changed),
        cmocka_unit_test(test_removed_target_closes_its_channel_at_once),
        cmocka_unit_test(test_target_that_comes_back_starts_from_zero),
        cmocka_unit_test(test_reload_keeps_the_phase),
        cmocka_unit_test(test_moved_target_keeps_its_counters),
        cmocka_unit_test(test_reload_at_any_moment_changes_no_number),
        cmocka_unit_test(test_harmless_change_at_any_moment),
        cmocka_unit_test(test_generation_tells_of_news_only),
        cmocka_unit_test(test_snapshot_outlives_everything),
    };
    return cmocka_run_group_tests_name("reload", tests, NULL, NULL);
}
