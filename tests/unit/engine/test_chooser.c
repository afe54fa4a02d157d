/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Which protocol is chosen: what is tried when, and that thousands are no burst. */
#include "engine/chooser.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "operation/operation.h"
#include "probe/spec_field.h"
#include "support/build.h"
#include "support/cm.h"

#define SECOND NS_PER_SECOND
#define HOUR (3600 * SECOND)
enum { V2, V1, STAMP, ICMP, PLACES };

/* A world: which of the protocols answer there. */
struct world {
    struct chooser *chooser;
    bool answers[PROTOCOL_COUNT];
    unsigned trials, changes;
    struct mono now;
};

static void count_change(void *context, const struct chooser_change *change)
{
    struct world *world = context;
    assert_non_null(change->spec->choice);
    world->changes++;
}

static struct spec *make_head(const char *name)
{
    static const enum protocol usual[PLACES] = {PROTOCOL_IPSLA_V2, PROTOCOL_IPSLA_V1,
                                                PROTOCOL_STAMP, PROTOCOL_ICMP_ECHO};
    struct spec *spec = build_jitter_spec(name, "192.0.2.1");
    struct choice *choice = choice_new();
    for (size_t i = 0; i < PLACES; i++) {
        choice->protocols[i] = (uint8_t)usual[i];
    }
    choice->count = PLACES;
    choice->chosen = PLACES - 1;
    choice->stamp_port = 862;
    spec->operation = &operation_auto;
    spec->control.version = CONTROL_V2;
    spec->control.port = 0;
    spec->packets.bytes = 0;
    spec->choice = choice;
    return spec;
}

static void set_targets(struct world *world, size_t count)
{
    struct spec **specs = mem_alloc(count, sizeof *specs);
    for (size_t i = 0; i < count; i++) {
        char name[32];
        snprintf(name, sizeof name, "target%zu", i);
        specs[i] = make_head(name);
    }
    struct spec_set *set = spec_set_new(specs, count);
    chooser_set_targets(world->chooser, set, world->now);
    spec_set_unref(set);
    free(specs);
}

static struct world *world_new(size_t count)
{
    struct world *world = mem_alloc(1, sizeof *world);
    world->chooser = chooser_new(count_change, world);
    world->now = build_at(0).mono;
    set_targets(world, count);
    return world;
}

static void world_free(struct world *world)
{
    chooser_free(world->chooser);
    free(world);
}

/* What is measured of a target; the caller's reference. */
static struct spec *measured(struct world *world, size_t index)
{
    struct addr ip = build_addr("192.0.2.1");
    return chooser_spec(world->chooser, index, &ip, world->now);
}

static void give_addresses(struct world *world)
{
    for (size_t i = 0; i < chooser_count(world->chooser); i++) {
        spec_unref(measured(world, i));
    }
}

static enum protocol protocol_of(const struct spec *spec)
{
    return (enum protocol)spec->choice->protocols[spec->choice->chosen];
}

static void answer(struct world *world, const struct spec *trial)
{
    bool is_good = world->answers[protocol_of(trial)];
    struct report report = {.spec = trial, .has_run = true};
    report.latest.outcome = is_good ? OUTCOME_OK : OUTCOME_NO_CONNECTION;
    world->trials++;
    chooser_take(world->chooser, &report, world->now);
}

/* Until nothing is due now. */
static void run_now(struct world *world)
{
    struct spec_set *set = chooser_trials(world->chooser, world->now);
    while (set != NULL) {
        for (size_t i = 0; i < set->count; i++) {
            answer(world, set->specs[i]);
        }
        spec_set_unref(set);
        set = chooser_trials(world->chooser, world->now);
    }
}

static void run_until(struct world *world, int64_t ns)
{
    struct mono end = mono_add(build_at(0).mono, ns);
    run_now(world);
    while (!mono_is_before(end, chooser_due(world->chooser))) {
        world->now = mono_max(world->now, chooser_due(world->chooser));
        run_now(world);
    }
    world->now = end;
}

static void assert_measured(struct world *world, size_t place, enum choice_state state)
{
    struct spec *spec = measured(world, 0);
    assert_int_equal(spec->choice->chosen, place);
    assert_int_equal(spec->choice->state, state);
    spec_unref(spec);
}

/* The operations of target 0 end so, `in_a_row` times. */
static void judge(struct world *world, unsigned failed_in_a_row)
{
    struct spec *spec = measured(world, 0);
    struct report report = {.spec = spec, .has_run = true, .failed_in_a_row = failed_in_a_row};
    chooser_judge(world->chooser, &report, world->now);
    spec_unref(spec);
}

static void test_first_that_works(void **state)
{
    (void)state;
    static const enum protocol usual[PLACES] = {PROTOCOL_IPSLA_V2, PROTOCOL_IPSLA_V1,
                                                PROTOCOL_STAMP, PROTOCOL_ICMP_ECHO};
    for (size_t place = 0; place < PLACES; place++) {
        struct world *world = world_new(1);
        for (size_t i = place; i < PLACES; i++) {
            world->answers[usual[i]] = true;
        }
        give_addresses(world);
        assert_true(chooser_is_undecided(world->chooser));
        run_now(world);
        assert_false(chooser_is_undecided(world->chooser));
        assert_measured(world, place, CHOICE_MADE);
        assert_int_equal(world->trials, place + 1);
        assert_true(chooser_take_news(world->chooser));
        assert_false(chooser_take_news(world->chooser));
        assert_int_equal(chooser_changes(world->chooser), 0); /* the first is no change */
        assert_int_equal(world->changes, 1);
        struct spec *spec = measured(world, 0);
        for (size_t i = 0; i < PLACES; i++) {
            assert_int_equal(spec->choice->is_tried[i], i <= place);
        }
        spec_unref(spec);
        world_free(world);
    }
}

/* A target is held back for a while until something is chosen, and is measured by the last one when
 * nothing works. */
static void test_nothing_works(void **state)
{
    (void)state;
    struct world *world = world_new(1);
    struct spec *waits = measured(world, 0);
    assert_int_equal(waits->schedule.start, SPEC_START_AFTER);
    assert_ptr_equal(waits->operation, &operation_icmp_echo);
    spec_unref(waits);
    run_now(world);
    assert_measured(world, ICMP, CHOICE_VAIN);
    struct spec *spec = measured(world, 0);
    assert_int_equal(spec->schedule.start, SPEC_START_SPREAD);
    spec_unref(spec);
    assert_int_equal(world->trials, PLACES);
    run_until(world, 59 * SECOND);
    assert_int_equal(world->trials, PLACES);
    run_until(world, 60 * SECOND);
    assert_int_equal(world->trials, 2 * PLACES);
    run_until(world, 10 * HOUR); /* the pause grows to ten minutes */
    assert_in_range(world->trials, 58 * PLACES, 66 * PLACES);
    world->answers[PROTOCOL_STAMP] = true;
    run_until(world, 11 * HOUR);
    assert_measured(world, STAMP, CHOICE_MADE);
    assert_int_equal(chooser_changes(world->chooser), 1);
    world_free(world);
}

static void test_falls_over_after_failures(void **state)
{
    (void)state;
    struct world *world = world_new(1);
    world->answers[PROTOCOL_IPSLA_V2] = world->answers[PROTOCOL_ICMP_ECHO] = true;
    give_addresses(world);
    run_now(world);
    world->now = mono_add(world->now, 2 * HOUR);
    run_now(world);
    assert_int_equal(world->trials, 1); /* nothing is better than the best */
    world->answers[PROTOCOL_IPSLA_V2] = false;
    world->answers[PROTOCOL_STAMP] = true;
    judge(world, CHOOSER_FAILURES - 1);
    run_now(world);
    assert_measured(world, V2, CHOICE_MADE);
    judge(world, CHOOSER_FAILURES);
    run_now(world);
    assert_measured(world, STAMP, CHOICE_MADE);
    assert_int_equal(chooser_changes(world->chooser), 1);
    world_free(world);
}

/* The host is dead: what worked is kept, and it is not looked for again and again. */
static void test_keeps_what_worked(void **state)
{
    (void)state;
    struct world *world = world_new(1);
    world->answers[PROTOCOL_IPSLA_V1] = true;
    give_addresses(world);
    run_now(world);
    world->answers[PROTOCOL_IPSLA_V1] = false;
    world->now = mono_add(world->now, HOUR / 10);
    judge(world, CHOOSER_FAILURES);
    run_now(world);
    assert_measured(world, V1, CHOICE_VAIN);
    unsigned trials = world->trials;
    judge(world, CHOOSER_FAILURES + 1);
    run_now(world);
    assert_int_equal(world->trials, trials);
    judge(world, 0); /* it is back; what is wanted more is tried at once */
    world->now = mono_add(world->now, CHOOSER_BURST_NS);
    run_now(world);
    assert_measured(world, V1, CHOICE_MADE);
    assert_int_equal(world->trials, trials + 1);
    assert_int_equal(chooser_changes(world->chooser), 0);
    world_free(world);
}

static void test_better_once_an_hour(void **state)
{
    (void)state;
    struct world *world = world_new(1);
    world->answers[PROTOCOL_STAMP] = true;
    give_addresses(world);
    run_now(world);
    unsigned trials = world->trials;
    run_until(world, 10 * HOUR);
    assert_in_range(world->trials - trials, 2 * 7, 2 * 14); /* V2 and V1, once an hour */
    world->answers[PROTOCOL_IPSLA_V1] = true;
    run_until(world, 12 * HOUR);
    assert_measured(world, V1, CHOICE_MADE);
    assert_int_equal(chooser_changes(world->chooser), 1);
    world_free(world);
}

static void test_reload_keeps_the_choice(void **state)
{
    (void)state;
    struct world *world = world_new(3);
    world->answers[PROTOCOL_STAMP] = true;
    give_addresses(world);
    run_now(world);
    unsigned trials = world->trials;
    struct spec *before = measured(world, 0);
    set_targets(world, 2);
    give_addresses(world);
    run_now(world);
    assert_int_equal(chooser_count(world->chooser), 2);
    assert_int_equal(world->trials, trials);
    struct spec *after = measured(world, 0);
    assert_true(spec_is_equal(before, after));
    spec_unref(before);
    spec_unref(after);
    world_free(world);
}

/* A target that goes while it is tried leaves nothing behind, and what comes of it is ignored. */
static void test_leaves_during_a_trial(void **state)
{
    (void)state;
    struct world *world = world_new(1);
    give_addresses(world);
    struct spec_set *trials = chooser_trials(world->chooser, world->now);
    assert_int_equal(trials->count, 1);
    set_targets(world, 0);
    answer(world, trials->specs[0]);
    spec_set_unref(trials);
    trials = chooser_trials(world->chooser, world->now);
    assert_int_equal(trials->count, 0);
    spec_set_unref(trials);
    assert_int_equal(chooser_due(world->chooser).ns, MONO_NEVER.ns);
    world_free(world);
}

/* Thousands that nobody answers: never more than so many at the same time, and no burst. */
static void test_thousands_are_no_burst(void **state)
{
    (void)state;
    enum { TARGETS = 3000 };
    struct world *world = world_new(TARGETS);
    size_t most = 0;
    give_addresses(world);
    struct spec_set *set = chooser_trials(world->chooser, world->now);
    assert_int_equal(set->count, CHOOSER_BURST);
    spec_set_unref(set);
    for (unsigned i = 0; i < 100; i++) {
        world->now = mono_add(world->now, CHOOSER_BURST_NS);
        set = chooser_trials(world->chooser, world->now);
        most = set != NULL && set->count > most ? set->count : most;
        spec_set_unref(set);
    }
    assert_int_equal(most, CHOOSER_PARALLEL_MAX);
    assert_int_equal(chooser_due(world->chooser).ns, MONO_NEVER.ns);
    world_free(world);
}

static void test_a_name_without_address_waits(void **state)
{
    (void)state;
    struct world *world = world_new(1);
    struct addr none = {0};
    struct spec *spec = chooser_spec(world->chooser, 0, &none, world->now);
    assert_int_equal(spec->schedule.start, SPEC_START_SPREAD); /* it fails as any name does */
    spec_unref(spec);
    assert_null(chooser_trials(world->chooser, world->now));
    assert_false(chooser_is_undecided(world->chooser));
    give_addresses(world);
    run_now(world);
    assert_int_equal(world->trials, PLACES);
    world_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_that_works),
        cmocka_unit_test(test_nothing_works),
        cmocka_unit_test(test_falls_over_after_failures),
        cmocka_unit_test(test_keeps_what_worked),
        cmocka_unit_test(test_better_once_an_hour),
        cmocka_unit_test(test_reload_keeps_the_choice),
        cmocka_unit_test(test_leaves_during_a_trial),
        cmocka_unit_test(test_thousands_are_no_burst),
        cmocka_unit_test(test_a_name_without_address_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
