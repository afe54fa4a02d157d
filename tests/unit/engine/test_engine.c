/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/engine_state.h"

#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "support/build.h"
#include "support/cm.h"
#include "support/drive.h"
#include "wire/ipsla.h"

#define MS(value) ((value)*NS_PER_MS)
#define SECONDS(value) ((value)*NS_PER_SECOND)

static struct drive drive;
static struct engine *engine;

static void set_up(bool start_now)
{
    const struct engine_options options = {.start_now = start_now};
    engine = engine_new(&options);
    drive_init(&drive, engine_machine(engine), build_at(0));
    drive_poll(&drive);
}

static void apply(struct spec **specs, size_t count)
{
    struct spec_set *set = build_set(specs, count);
    engine_apply(engine, set, drive.now);
    spec_set_unref(set);
    drive_poll(&drive);
}

/* Everything that was opened closes when the last target goes, and no desk stays behind. */
static void tear_down(void)
{
    apply(NULL, 0);
    assert_int_equal(drive.open_count, 0);
    assert_true(drive.machine.ops->deadline(drive.machine.self).ns == INT64_MAX);
    for (unsigned size = 0; size < DESK_SIZES; size++) {
        assert_null(engine->desks.free[size]);
    }
    engine_free(engine);
}

static struct spec *target(unsigned number)
{
    char name[32], ip[32];
    snprintf(name, sizeof name, "t%u", number);
    snprintf(ip, sizeof ip, "198.51.100.%u", number);
    return build_echo_spec(name, ip);
}

/* Accepts every control request and answers every echo seen since drive_forget, in order. */
static void answer_all(void)
{
    for (size_t i = 0; i < drive.effect_count; i++) {
        struct drive_effect effect = drive.effects[i];
        if (effect.fx.kind != FX_SEND || !drive_is_open(&drive, effect.fx.id)) {
            continue;
        }
        uint8_t bytes[IPSLA_RESPONSE_SHORT_BYTES];
        struct ev ev = {.kind = EV_DATA, .id = effect.fx.id, .peer = effect.fx.peer};
        ev.local = build_addr("192.0.2.10");
        ev.bytes = effect.bytes;
        ev.size = effect.fx.size;
        if (effect.fx.peer.port == 1967) {
            ipsla_response_encode_short(effect.bytes[1], 0, bytes);
            ev.bytes = bytes;
            ev.size = sizeof bytes;
        }
        drive_input(&drive, ev);
    }
    drive_forget(&drive);
}

/* One good run of all targets, from `start_s` on. */
static void run_all(int64_t start_s)
{
    drive_forget(&drive);
    drive_until(&drive, build_at(SECONDS(start_s)));
    answer_all();
    drive_until(&drive, build_at(SECONDS(start_s + 1)));
}

static const struct report *report_named(const struct snapshot *snapshot, const char *name)
{
    for (size_t i = 0; i < snapshot->count; i++) {
        if (strcmp(snapshot->reports[i]->spec->identity.name, name) == 0) {
            return snapshot->reports[i];
        }
    }
    return NULL;
}

static void test_empty(void **state)
{
    (void)state;
    set_up(true);
    struct snapshot *snapshot = engine_snapshot(engine);
    assert_int_equal(snapshot->count, 0);
    snapshot_unref(snapshot);
    assert_true(drive.machine.ops->deadline(drive.machine.self).ns == INT64_MAX);
    tear_down();
    engine_free(NULL);
}

static void test_all_targets_run(void **state)
{
    (void)state;
    set_up(true);
    struct spec *keeper = target(3);
    keeper->results.keeps_packets = true;
    apply((struct spec *[]){target(1), target(2), keeper}, 3);
    assert_int_equal(drive_count(&drive, FX_OPEN), 3);
    answer_all();
    drive_until(&drive, build_at(SECONDS(1)));
    struct snapshot *snapshot = engine_snapshot(engine);
    assert_int_equal(snapshot->count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_true(snapshot->reports[i]->has_succeeded);
        assert_int_equal(snapshot->reports[i]->tally.received, 1);
    }
    /* The ledger goes with the operation, unless the spec keeps its packets. */
    assert_int_equal(engine_samples(engine, 0).count, 0);
    assert_int_equal(engine_samples(engine, 2).count, 1);
    assert_int_equal(engine_samples(engine, 2).items[0].fate, FATE_RECEIVED);
    assert_int_equal(snapshot->stats.send_lateness.count, 3);
    assert_int_equal(snapshot->stats.rx_stamps[STAMP_KERNEL], 3);
    snapshot_unref(snapshot);
    tear_down();
}

static void test_owners_differ(void **state)
{
    (void)state;
    set_up(true);
    apply((struct spec *[]){target(1), target(2), target(3)}, 3);
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < i; j++) {
            assert_int_not_equal(drive.open[i].id.owner, drive.open[j].id.owner);
        }
    }
    tear_down();
}

static void test_first_start_is_at_the_phase(void **state)
{
    (void)state;
    set_up(false);
    apply((struct spec *[]){target(1), target(2)}, 2);
    struct mono first = drive.machine.ops->deadline(drive.machine.self);
    assert_true(first.ns > BUILD_MONO_NS && first.ns < BUILD_MONO_NS + SECONDS(60));
    assert_int_equal(drive.opened, 0);
    drive_until(&drive, build_at(SECONDS(60)));
    assert_int_equal(drive.opened, 2);
    tear_down();
}

static void test_order_is_that_of_the_set(void **state)
{
    (void)state;
    set_up(true);
    apply((struct spec *[]){target(3), target(1), target(2)}, 3);
    struct snapshot *snapshot = engine_snapshot(engine);
    assert_string_equal(snapshot->reports[0]->spec->identity.name, "t3");
    assert_string_equal(snapshot->reports[1]->spec->identity.name, "t1");
    assert_string_equal(snapshot->reports[2]->spec->identity.name, "t2");
    snapshot_unref(snapshot);
    apply((struct spec *[]){target(2), target(4), target(3)}, 3);
    snapshot = engine_snapshot(engine);
    assert_string_equal(snapshot->reports[0]->spec->identity.name, "t2");
    assert_string_equal(snapshot->reports[1]->spec->identity.name, "t4");
    assert_string_equal(snapshot->reports[2]->spec->identity.name, "t3");
    snapshot_unref(snapshot);
    tear_down();
}

static void test_generation(void **state)
{
    (void)state;
    set_up(true);
    uint64_t before = engine_generation(engine);
    apply((struct spec *[]){target(1)}, 1);
    uint64_t applied = engine_generation(engine);
    assert_true(applied > before);
    assert_true(engine_generation(engine) == applied);
    answer_all();
    drive_until(&drive, build_at(SECONDS(1)));
    uint64_t ran = engine_generation(engine);
    assert_true(ran > applied);
    drive_until(&drive, build_at(SECONDS(59)));
    assert_true(engine_generation(engine) == ran);
    tear_down();
}

static void test_unchanged_reports_are_shared(void **state)
{
    (void)state;
    struct spec *slow = target(2);
    slow->schedule.frequency_ns = SECONDS(300);
    set_up(true);
    apply((struct spec *[]){target(1), slow}, 2);
    answer_all();
    drive_until(&drive, build_at(SECONDS(1)));
    struct snapshot *first = engine_snapshot(engine);
    run_all(60);
    struct snapshot *second = engine_snapshot(engine);
    assert_ptr_not_equal(first->reports[0], second->reports[0]);
    assert_ptr_equal(first->reports[1], second->reports[1]);
    assert_int_equal(first->reports[0]->tally.operations, 1); /* frozen */
    assert_int_equal(second->reports[0]->tally.operations, 2);
    snapshot_unref(first);
    tear_down();
    assert_int_equal(second->reports[1]->tally.operations, 1); /* outlives the engine */
    snapshot_unref(second);
}

/* What the host counts is in the next snapshot. */
static void test_io(void **state)
{
    (void)state;
    const struct io_stats io = {.clock_steps = 3, .socket_drops = 2};
    set_up(true);
    struct snapshot *snapshot = engine_snapshot(engine);
    assert_int_equal(snapshot->stats.io.clock_steps, 0);
    snapshot_unref(snapshot);
    engine_set_io(engine, &io);
    snapshot = engine_snapshot(engine);
    assert_int_equal(snapshot->stats.io.clock_steps, 3);
    assert_int_equal(snapshot->stats.io.socket_drops, 2);
    snapshot_unref(snapshot);
    tear_down();
}

/* One stays, one changes, one goes, one comes. */
static void test_apply(void **state)
{
    (void)state;
    set_up(true);
    apply((struct spec *[]){target(1), target(2), target(3)}, 3);
    answer_all();
    drive_until(&drive, build_at(SECONDS(1)));
    struct spec *changed = target(2);
    changed->packets.bytes++;
    apply((struct spec *[]){target(4), changed, target(1)}, 3);
    struct snapshot *snapshot = engine_snapshot(engine);
    assert_int_equal(report_named(snapshot, "t1")->tally.operations, 1);
    assert_true(report_named(snapshot, "t1")->has_run);
    assert_int_equal(report_named(snapshot, "t2")->tally.operations, 0);
    assert_false(report_named(snapshot, "t2")->has_run);
    assert_false(report_named(snapshot, "t4")->has_run);
    assert_null(report_named(snapshot, "t3"));
    snapshot_unref(snapshot);
    /* the phase of the one that stayed did not move */
    drive_forget(&drive);
    drive_until(&drive, build_at(SECONDS(60) - 1));
    struct addr peer = build_addr("198.51.100.1:1967");
    for (size_t i = 0; i < drive.effect_count; i++) {
        assert_false(addr_is_equal(&drive.effects[i].fx.peer, &peer));
    }
    drive_until(&drive, build_at(SECONDS(60)));
    bool has_started = false;
    for (size_t i = 0; i < drive.effect_count; i++) {
        has_started |= addr_is_equal(&drive.effects[i].fx.peer, &peer);
    }
    assert_true(has_started);
    tear_down();
}

/* Targets that go in the middle of a run close their channel at once, and count nowhere. */
static void test_apply_during_runs(void **state)
{
    (void)state;
    set_up(true);
    apply((struct spec *[]){target(1), target(2)}, 2);
    assert_int_equal(drive.open_count, 2);
    struct spec *changed = target(2);
    changed->packets.bytes = 100;
    apply((struct spec *[]){changed}, 1);
    assert_int_equal(drive.closed, 2);
    assert_int_equal(drive.open_count, 1);
    drive_forget(&drive);
    struct snapshot *snapshot = engine_snapshot(engine);
    assert_int_equal(snapshot->count, 1);
    snapshot_unref(snapshot);
    apply((struct spec *[]){target(1)}, 1);
    apply((struct spec *[]){target(1)}, 1);
    assert_int_equal(drive_count(&drive, FX_OPEN), 1); /* its run goes on */
    tear_down();
}

static void test_moved_address_keeps_counters(void **state)
{
    (void)state;
    set_up(true);
    apply((struct spec *[]){target(1)}, 1);
    answer_all();
    drive_until(&drive, build_at(SECONDS(1)));
    struct spec *spec = target(1);
    struct addr ip = build_addr("203.0.113.9");
    struct spec *moved = spec_with_ip(spec, &ip);
    uint64_t before = engine_generation(engine);
    spec_unref(spec);
    apply((struct spec *[]){moved}, 1);
    assert_true(engine_generation(engine) > before);
    struct snapshot *snapshot = engine_snapshot(engine);
    assert_int_equal(snapshot->reports[0]->tally.operations, 1);
    assert_true(addr_is_same_ip(&snapshot->reports[0]->spec->path.peer, &ip));
    snapshot_unref(snapshot);
    drive_forget(&drive);
    drive_until(&drive, build_at(SECONDS(60)));
    assert_true(addr_is_same_ip(&drive_find(&drive, FX_SEND, 0)->fx.peer, &ip));
    tear_down();
}

/* A target that answers garbage leaves the others alone. */
static void test_others_are_untouched(void **state)
{
    (void)state;
    set_up(true);
    apply((struct spec *[]){target(1), target(2)}, 2);
    for (unsigned i = 0; i < 100; i++) {
        struct ev ev = build_data(drive.open[0].id, "198.51.100.1:1967", "192.0.2.10",
                                  (const uint8_t *)"garbage", 7);
        drive_input(&drive, ev);
    }
    struct drive_effect *effects = drive.effects;
    size_t kept = 0;
    for (size_t i = 0; i < drive.effect_count; i++) {
        if (effects[i].fx.id.owner != drive.open[0].id.owner) {
            effects[kept++] = effects[i];
        }
    }
    drive.effect_count = kept;
    answer_all();
    drive_until(&drive, build_at(SECONDS(20)));
    struct snapshot *snapshot = engine_snapshot(engine);
    assert_int_equal(snapshot->reports[0]->latest.outcome, OUTCOME_NO_CONNECTION);
    assert_int_equal(snapshot->reports[1]->latest.outcome, OUTCOME_OK);
    assert_int_equal(snapshot->stats.unmatched[UNMATCHED_CONTROL], 100);
    snapshot_unref(snapshot);
    tear_down();
}

/* Hundreds of targets, reloaded at random while they run: the rules of the seam hold throughout. */
static void test_many_targets_and_reloads(void **state)
{
    (void)state;
    enum { TARGETS = 250 };
    struct rng rng = {17};
    set_up(false);
    for (unsigned reload = 0; reload < 40; reload++) {
        struct spec *specs[TARGETS];
        size_t count = 0;
        for (unsigned i = 0; i < TARGETS; i++) {
            if (rng_below(&rng, 5) == 0) {
                continue;
            }
            specs[count] = target(i);
            specs[count]->schedule.frequency_ns = SECONDS(5);
            specs[count]->schedule.timeout_ns = SECONDS(1);
            specs[count]->control.timeout_ns = MS(700);
            specs[count]->control.tries = (uint8_t)(1 + rng_below(&rng, 2));
            count++;
        }
        apply(specs, count);
        drive_forget(&drive);
        drive_until(&drive, build_at(MS(777) * (reload + 1)));
        answer_all();
        struct snapshot *snapshot = engine_snapshot(engine);
        assert_int_equal(snapshot->count, count);
        snapshot_unref(snapshot);
        assert_true(drive.open_count <= TARGETS);
    }
    assert_true(drive.opened > TARGETS);
    tear_down();
    assert_int_equal(drive.opened, drive.closed);
}

/* Cut short before anything came back, there is no result; a target that waits goes on waiting. */
static void test_cut_short(void **state)
{
    (void)state;
    set_up(true);
    apply((struct spec *[]){target(1)}, 1);
    uint64_t before = engine_generation(engine);
    engine_cut_short(engine, drive.now);
    drive_poll(&drive);
    assert_int_equal(drive.open_count, 0);
    assert_true(engine_generation(engine) > before);
    struct snapshot *snapshot = engine_snapshot(engine);
    assert_false(snapshot->reports[0]->has_run);
    assert_int_equal(snapshot->reports[0]->tally.operations, 0);
    snapshot_unref(snapshot);
    run_all(60);
    engine_cut_short(engine, drive.now);
    drive_poll(&drive);
    snapshot = engine_snapshot(engine);
    assert_int_equal(snapshot->reports[0]->tally.operations, 1);
    snapshot_unref(snapshot);
    assert_true(engine_first_due_ns(engine, 0) == BUILD_WALL_NS + SECONDS(60));
    tear_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_all_targets_run),
        cmocka_unit_test(test_owners_differ),
        cmocka_unit_test(test_first_start_is_at_the_phase),
        cmocka_unit_test(test_order_is_that_of_the_set),
        cmocka_unit_test(test_generation),
        cmocka_unit_test(test_unchanged_reports_are_shared),
        cmocka_unit_test(test_io),
        cmocka_unit_test(test_apply),
        cmocka_unit_test(test_apply_during_runs),
        cmocka_unit_test(test_moved_address_keeps_counters),
        cmocka_unit_test(test_others_are_untouched),
        cmocka_unit_test(test_cut_short),
        cmocka_unit_test(test_many_targets_and_reloads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
