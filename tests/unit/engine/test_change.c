/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Targets taken in step by step, and what is published of them. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "engine/engine_state.h"
#include "support/build.h"
#include "support/cm.h"
#include "support/drive.h"

#define SECONDS(value) ((value)*NS_PER_SECOND)

enum { MANY = 1000, COST_OF_NEW = 8 };

static struct drive drive;
static struct engine *engine;

static void set_up(bool start_now)
{
    const struct engine_options options = {.start_now = start_now};
    engine = engine_new(&options);
    drive_init(&drive, engine_machine(engine), build_at(0));
    drive_poll(&drive);
}

static void apply(struct spec_set *set)
{
    engine_apply(engine, set, drive.now);
    drive_poll(&drive);
}

static void tear_down(void)
{
    struct spec_set *nothing = build_set(NULL, 0);
    apply(nothing);
    spec_set_unref(nothing);
    assert_int_equal(drive.open_count, 0);
    engine_free(engine);
}

static struct spec *target(unsigned number)
{
    char name[32];
    snprintf(name, sizeof name, "t%u", number);
    return build_echo_spec(name, "198.51.100.1");
}

static struct spec_set *targets(unsigned first, unsigned count)
{
    struct spec *specs[MANY + 1];
    assert_true(count <= MANY + 1);
    for (unsigned i = 0; i < count; i++) {
        specs[i] = target(first + i);
    }
    return build_set(specs, count);
}

/* Steps through a change, polling after each as a host does. Returns how many steps it took. */
static unsigned step_through(struct spec_set *set)
{
    unsigned steps = 1;
    struct change *change = change_new(set);
    engine_begin(engine, change);
    for (; engine_step(engine, drive.now); steps++) {
        drive_poll(&drive);
    }
    drive_poll(&drive);
    engine_publish(engine, SIZE_MAX);
    change_free(change);
    return steps;
}

/* Packets that are due leave between the steps, however many targets come. */
static void test_new_targets_come_in_steps(void **state)
{
    (void)state;
    set_up(false);
    struct spec *fast = target(MANY);
    fast->schedule.start = SPEC_START_AFTER;
    fast->schedule.start_after_ns = NS_PER_MS;
    struct spec_set *one = build_set(&fast, 1);
    apply(one);
    struct spec *specs[MANY + 1];
    for (unsigned i = 0; i < MANY; i++) {
        specs[i] = target(i);
        specs[i]->schedule.start = SPEC_START_AFTER;
    }
    specs[MANY] = spec_ref(one->specs[0]);
    struct spec_set *set = build_set(specs, MANY + 1);
    struct change *change = change_new(set);
    engine_begin(engine, change);
    assert_true(engine_step(engine, drive.now));
    drive_poll(&drive); /* as a host does after every step */
    drive_until(&drive, build_at(NS_PER_MS));
    assert_int_equal(drive.opened, 1); /* the old one starts in time, no new one does yet */
    unsigned steps = 1;
    while (engine_step(engine, drive.now)) {
        steps++;
    }
    assert_true(steps >= MANY * COST_OF_NEW / ENGINE_STEP_TARGETS);
    assert_int_equal(engine_published(engine)->count, 1);
    assert_true(engine_publish(engine, SIZE_MAX));
    assert_int_equal(engine_published(engine)->count, MANY + 1);
    assert_string_equal(engine_published(engine)->reports[MANY]->spec->identity.name, "t1000");
    change_free(change);
    spec_set_unref(one);
    spec_set_unref(set);
    engine_free(engine);
}

/* What did not change costs next to nothing, and nothing of it moves. */
static void test_same_targets_stay(void **state)
{
    (void)state;
    set_up(false);
    struct spec_set *set = targets(0, MANY);
    apply(set);
    struct mono deadline = drive.machine.ops->deadline(drive.machine.self);
    struct snapshot *before = engine_snapshot(engine);
    assert_true(step_through(set) <= 2 + 3 * MANY / ENGINE_STEP_TARGETS);
    assert_true(drive.machine.ops->deadline(drive.machine.self).ns == deadline.ns);
    for (unsigned i = 0; i < MANY; i++) {
        assert_ptr_equal(engine_published(engine)->reports[i], before->reports[i]);
    }
    snapshot_unref(before);
    spec_set_unref(set);
    tear_down();
}

/* Packets leave the calendar where they were entered, whatever became of the schedule. */
static void test_calendar_follows_the_schedule(void **state)
{
    (void)state;
    set_up(false);
    for (unsigned round = 0; round < 4; round++) {
        struct spec *specs[16];
        for (unsigned i = 0; i < 16; i++) {
            specs[i] = target(i);
            specs[i]->schedule.frequency_ns = SECONDS(round % 2 == 0 ? 60 : 6);
            specs[i]->schedule.start = round == 3 ? SPEC_START_PENDING : SPEC_START_SPREAD;
        }
        struct spec_set *set = build_set(specs, 16);
        apply(set);
        spec_set_unref(set);
        assert_int_equal(engine->calendar.packets, round == 3 ? 0 : round == 1 ? 320 : 32);
    }
    tear_down();
}

/* The port of a target that changed passes from the old session to the new one. */
static void test_old_closes_before_new_opens(void **state)
{
    (void)state;
    set_up(true);
    struct spec_set *set = targets(0, 1);
    apply(set);
    assert_int_equal(drive.open_count, 1);
    drive_forget(&drive);
    struct spec *specs[] = {target(7), target(0)};
    specs[1]->packets.bytes++;
    struct spec_set *changed = build_set(specs, 2);
    step_through(changed);
    assert_true(drive.effect_count >= 3);
    assert_int_equal(drive.effects[0].fx.kind, FX_CLOSE);
    assert_int_equal(drive_count(&drive, FX_OPEN), 2);
    spec_set_unref(set);
    spec_set_unref(changed);
    tear_down();
}

/* A result that comes in while a change is taken in is in what is published after it. */
static void test_news_during_a_change(void **state)
{
    (void)state;
    set_up(true);
    struct spec_set *set = targets(0, 3);
    apply(set);
    drive_until(&drive, build_at(SECONDS(1)));
    struct spec_set *more = targets(0, 100);
    struct change *change = change_new(more);
    engine_begin(engine, change);
    assert_true(engine_step(engine, drive.now));
    drive_poll(&drive); /* as a host does after every step */
    drive_until(&drive, build_at(SECONDS(59))); /* nobody has answered */
    while (engine_step(engine, drive.now)) {
    }
    drive_poll(&drive);
    engine_publish(engine, SIZE_MAX);
    change_free(change);
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(engine_published(engine)->reports[i]->has_run, i < 3);
    }
    spec_set_unref(set);
    spec_set_unref(more);
    tear_down();
}

/* Publishing is O(what is new), a part at a time. */
static void test_publishing_in_parts(void **state)
{
    (void)state;
    set_up(true);
    struct spec_set *set = targets(0, 5);
    apply(set);
    uint64_t generation = engine_generation(engine);
    drive_until(&drive, build_at(SECONDS(59)));
    assert_true(engine_generation(engine) > generation);
    assert_false(engine_publish(engine, 2));
    assert_false(engine_publish(engine, 2));
    assert_true(engine_publish(engine, 2));
    for (unsigned i = 0; i < 5; i++) {
        assert_true(engine_published(engine)->reports[i]->has_run);
    }
    struct snapshot *copy = snapshot_copy(engine_published(engine));
    assert_ptr_equal(copy->reports[4], engine_published(engine)->reports[4]);
    assert_true(engine_publish(engine, 0));
    spec_set_unref(set);
    tear_down();
    assert_string_equal(copy->reports[4]->spec->identity.name, "t4"); /* outlives the engine */
    snapshot_unref(copy);
}

/* Whatever is under way when the engine goes, nothing leaks. */
static void test_freed_during_a_change(void **state)
{
    (void)state;
    for (unsigned steps = 0; steps < 40; steps += 3) {
        set_up(true);
        struct spec_set *set = targets(0, 100), *other = targets(50, 100);
        apply(set);
        struct change *change = change_new(other);
        engine_begin(engine, change);
        for (unsigned i = 0; i < steps && engine_step(engine, drive.now); i++) {
        }
        engine_free(engine);
        change_free(change);
        spec_set_unref(set);
        spec_set_unref(other);
    }
    change_free(NULL);
}

/* What new targets did before this program began is theirs; others have their own. */
static void test_pasts_of_new_targets(void **state)
{
    (void)state;
    set_up(false);
    struct spec *old = target(1);
    struct spec_set *first = build_set(&old, 1);
    apply(first);
    struct spec *specs[] = {spec_ref(old), target(2), target(3)};
    struct spec_set *second = build_set(specs, 3);
    struct history **pasts = mem_alloc(3, sizeof(struct history *));
    const struct history_entry entry = {.sent = 7};
    for (unsigned i = 0; i < 2; i++) {
        pasts[i] = history_new(5);
        history_append(pasts[i], &entry);
    }
    struct history *wanted = pasts[1];
    struct change *change = change_new(second);
    change_set_pasts(change, pasts);
    engine_begin(engine, change);
    while (engine_step(engine, drive.now)) {
    }
    engine_publish(engine, SIZE_MAX);
    change_free(change);
    const struct snapshot *snapshot = engine_published(engine);
    assert_null(snapshot->reports[0]->history);
    assert_ptr_equal(snapshot->reports[1]->history, wanted);
    assert_null(snapshot->reports[2]->history);
    spec_set_unref(first);
    spec_set_unref(second);
    tear_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new_targets_come_in_steps),
        cmocka_unit_test(test_same_targets_stay),
        cmocka_unit_test(test_calendar_follows_the_schedule),
        cmocka_unit_test(test_old_closes_before_new_opens),
        cmocka_unit_test(test_news_during_a_change),
        cmocka_unit_test(test_publishing_in_parts),
        cmocka_unit_test(test_freed_during_a_change),
        cmocka_unit_test(test_pasts_of_new_targets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
