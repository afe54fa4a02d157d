/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/session.h"

#include <stdio.h>
#include <string.h>

#include "engine/calendar.h"
#include "support/build.h"
#include "support/cm.h"
#include "support/drive.h"
#include "wire/ipsla.h"

#define MS(value) ((value)*NS_PER_MS)
#define SECONDS(value) ((value)*NS_PER_SECOND)

/* The session as a machine of its own, and its host. */
static struct rig {
    struct session session;
    struct engine_stats stats;
    struct evidence_store evidence;
    struct drive drive;
    unsigned news;
    uint8_t scratch[IO_DATAGRAM_MAX];
} rig;

static void rig_input(void *self, const struct ev *ev, struct instant now)
{
    (void)self;
    assert_int_equal(ev->id.owner, 7);
    probe_input(&rig.session.probe, ev, now);
}

static bool rig_poll(void *self, struct instant now, struct fx *fx)
{
    (void)self;
    static const struct clock_state clock;
    struct session_env env = {
        .scratch = rig.scratch, .stats = &rig.stats, .clock = &clock, .evidence = &rig.evidence};
    bool has_effect = session_poll(&rig.session, now, fx, &env);
    rig.news += env.has_news;
    return has_effect;
}

static struct mono rig_deadline(const void *self)
{
    (void)self;
    return session_deadline(&rig.session);
}

static const struct machine_ops rig_ops = {rig_input, rig_poll, rig_deadline};

static const uint8_t seed[HANDSHAKE_SEED_BYTES] = {1, 2, 3};

/* Of the phases. */
static const struct calendar calendar = {.key = {{1, 2}}};

static void set_up(struct spec *spec)
{
    memset(&rig, 0, sizeof rig);
    session_init(&rig.session, 7, spec, seed, NULL);
    session_plan(&rig.session, 0, true, build_at(0));
    spec_unref(spec);
    drive_init(&rig.drive, (struct machine){&rig_ops, &rig}, build_at(0));
    drive_poll(&rig.drive);
}

static void tear_down(void)
{
    session_leave(&rig.session);
    drive_poll(&rig.drive);
    assert_true(session_is_gone(&rig.session));
    assert_int_equal(rig.drive.open_count, 0);
    assert_true(session_deadline(&rig.session).ns == INT64_MAX);
    session_fini(&rig.session);
}

/* Accepts the latest control request. */
static void accept(void)
{
    const struct drive_effect *last = &rig.drive.effects[rig.drive.effect_count - 1];
    uint8_t bytes[IPSLA_RESPONSE_SHORT_BYTES];
    assert_int_equal(last->fx.kind, FX_SEND);
    ipsla_response_encode_short(last->bytes[1], 0, bytes);
    drive_input(&rig.drive, build_data((struct channel_id){7, 0}, "198.51.100.20:1967",
                                       "192.0.2.10", bytes, sizeof bytes));
}

static void answer_echo(void)
{
    uint8_t bytes[16] = {0, 1};
    payload_write_nonce(&rig.session.probe.payload, 1, bytes);
    drive_input(&rig.drive, build_data((struct channel_id){7, 0}, "198.51.100.20:50000",
                                       "192.0.2.10", bytes, sizeof bytes));
}

static struct instant wall_at(int64_t wall_ns)
{
    return (struct instant){.mono = {BUILD_MONO_NS}, .wall = {wall_ns}};
}

/* The wall-clock moment of the first start, modulo the frequency. */
static int64_t phase_of(const char *name, int64_t frequency_ns, int64_t wall_ns)
{
    struct spec *spec = build_jitter_spec(name, "198.51.100.20");
    struct session session;
    spec->schedule.frequency_ns = frequency_ns;
    session_init(&session, 0, spec, seed, NULL);
    session_plan(&session, calendar_phase_ns(&calendar, spec), false, wall_at(wall_ns));
    int64_t wait_ns = session_deadline(&session).ns - BUILD_MONO_NS;
    assert_true(wait_ns >= 0 && wait_ns < frequency_ns);
    session_fini(&session);
    spec_unref(spec);
    return (wall_ns + wait_ns) % frequency_ns;
}

static void test_phase(void **state)
{
    (void)state;
    int64_t phase = phase_of("berlin", SECONDS(60), BUILD_WALL_NS);
    assert_true(phase_of("berlin", SECONDS(60), BUILD_WALL_NS + 1) == phase);
    assert_true(phase_of("berlin", SECONDS(60), BUILD_WALL_NS + phase) == phase);
    assert_true(phase_of("berlin", SECONDS(60), BUILD_WALL_NS + phase + 1) == phase);
    assert_true(phase_of("berlin", SECONDS(60), BUILD_WALL_NS + SECONDS(12345)) == phase);
    assert_true(phase_of("paris", SECONDS(60), BUILD_WALL_NS) != phase);
    /* exactly at the moment: now */
    struct spec *spec = build_jitter_spec("berlin", "198.51.100.20");
    struct session session;
    int64_t wall_ns = BUILD_WALL_NS - BUILD_WALL_NS % SECONDS(60) + phase;
    session_init(&session, 0, spec, seed, NULL);
    session_plan(&session, calendar_phase_ns(&calendar, spec), false, wall_at(wall_ns));
    assert_true(session_deadline(&session).ns == BUILD_MONO_NS);
    session_fini(&session);
    spec_unref(spec);
}

/* A thousand targets are not all due in the same few seconds. */
static void test_phases_spread(void **state)
{
    (void)state;
    unsigned seconds[60] = {0};
    for (unsigned i = 0; i < 1000; i++) {
        char name[32];
        snprintf(name, sizeof name, "site-%u", i);
        seconds[phase_of(name, SECONDS(60), BUILD_WALL_NS) / NS_PER_SECOND]++;
    }
    for (unsigned i = 0; i < 60; i++) {
        assert_in_range(seconds[i], 3, 45);
    }
}

static void test_one_run(void **state)
{
    (void)state;
    set_up(build_echo_spec("t", "198.51.100.20"));
    assert_false(rig.session.report->has_run);
    assert_true(report_is_awaited(rig.session.report, build_at(0).mono));
    assert_int_equal(rig.drive.effects[0].fx.id.owner, 7);
    struct report *before = rig.session.report;
    drive_until(&rig.drive, build_at(MS(3)));
    accept();
    drive_until(&rig.drive, build_at(MS(8)));
    answer_echo();
    assert_int_equal(rig.news, 0);
    drive_until(&rig.drive, build_at(SECONDS(1)));
    assert_int_equal(rig.news, 1);
    const struct report *report = rig.session.report;
    assert_ptr_not_equal(report, before);
    assert_true(report->has_run && report->has_succeeded);
    assert_int_equal(report->latest.outcome, OUTCOME_OK);
    assert_true(report->latest.rtt.sum_ns == MS(5));
    assert_int_equal(report->tally.operations, 1);
    assert_int_equal(report->tally.received, 1);
    assert_true(report->tally.rtt.sum_ns == MS(5));
    assert_true(report->last_run.ns > BUILD_WALL_NS &&
                report->last_run.ns < BUILD_WALL_NS + SECONDS(1));
    assert_true(report->last_success.ns == report->last_run.ns);
    assert_true(session_deadline(&rig.session).ns == BUILD_MONO_NS + SECONDS(60));
    assert_int_equal(rig.stats.send_lateness.count, 1);
    assert_int_equal(rig.stats.rx_stamps[STAMP_KERNEL], 1);
    tear_down();
}

/* Nobody answers; the operation would go on for longer. */
static void test_budget_cuts_short(void **state)
{
    (void)state;
    struct spec *spec = build_echo_spec("t", "198.51.100.20");
    spec->schedule.budget_ns = SECONDS(1);
    set_up(spec);
    drive_until(&rig.drive, build_at(SECONDS(1) - 1));
    assert_int_equal(rig.news, 0);
    drive_until(&rig.drive, build_at(SECONDS(1)));
    assert_int_equal(rig.news, 1);
    assert_true(rig.session.report->was_cut);
    assert_false(rig.session.report->has_run);
    assert_int_equal(rig.drive.open_count, 0);
    tear_down();
}

/* What the cut-off packets were is not known: the result is about the others. */
static void test_budget_keeps_what_is_known(void **state)
{
    (void)state;
    struct spec *spec = build_echo_spec("t", "198.51.100.20");
    spec->schedule.budget_ns = SECONDS(1);
    spec->packets.count = 2;
    spec->packets.interval_ns = MS(200);
    spec->results.keeps_packets = true;
    set_up(spec);
    accept();
    answer_echo();
    drive_until(&rig.drive, build_at(SECONDS(1)));
    const struct report *report = rig.session.report;
    assert_true(report->was_cut && report->has_run);
    assert_int_equal(report->latest.received, 1);
    assert_int_equal(report->latest.planned, 1);
    assert_int_equal(report->packet_count, 1);
    assert_int_equal(report->packets[0].fate, FATE_RECEIVED);
    tear_down();
}

/* Also when this thread comes too late for both, the end of the wait and that of the budget. */
static void test_budget_leaves_what_timed_out(void **state)
{
    (void)state;
    for (int64_t late_ns = 0; late_ns <= MS(400); late_ns += MS(100)) {
        struct spec *spec = build_echo_spec("t", "198.51.100.20");
        spec->schedule.timeout_ns = MS(900);
        spec->schedule.budget_ns = SECONDS(1);
        set_up(spec);
        accept();
        drive_until(&rig.drive, build_at(MS(800)));
        rig.drive.now = build_at(SECONDS(1) + late_ns);
        drive_poll(&rig.drive);
        drive_until(&rig.drive, build_at(SECONDS(2)));
        const struct report *report = rig.session.report;
        assert_true(report->has_run && !report->was_cut);
        assert_int_equal(report->latest.outcome, OUTCOME_TIMEOUT);
        tear_down();
    }
}

static void test_budget_leaves_what_is_answered(void **state)
{
    (void)state;
    struct spec *spec = build_echo_spec("t", "198.51.100.20");
    spec->schedule.budget_ns = MS(50); /* within the wait for duplicates */
    set_up(spec);
    accept();
    answer_echo();
    drive_until(&rig.drive, build_at(SECONDS(1)));
    const struct report *report = rig.session.report;
    assert_true(report->has_run && !report->was_cut);
    assert_int_equal(report->latest.outcome, OUTCOME_OK);
    assert_null(report->packets);
    tear_down();
}

static void test_failure_keeps_last_success(void **state)
{
    (void)state;
    set_up(build_echo_spec("t", "198.51.100.20"));
    accept();
    answer_echo();
    drive_until(&rig.drive, build_at(SECONDS(1)));
    int64_t success_ns = rig.session.report->last_success.ns;
    drive_until(&rig.drive, build_at(SECONDS(119)));
    const struct report *report = rig.session.report;
    assert_int_equal(report->latest.outcome, OUTCOME_NO_CONNECTION);
    assert_int_equal(report->tally.operations, 2);
    assert_int_equal(report->tally.failures[OUTCOME_NO_CONNECTION], 1);
    assert_int_equal(report->latest.received, 0);
    assert_true(report->has_succeeded);
    assert_true(report->last_success.ns == success_ns);
    assert_true(report->last_run.ns > success_ns);
    tear_down();
}

/* A handshake of 3 x 1.9 s every second: starts 1 to 5 pass, the next is 6. */
static void test_skipped_starts(void **state)
{
    (void)state;
    struct spec *spec = build_jitter_spec("t", "198.51.100.20");
    spec->schedule.frequency_ns = SECONDS(1);
    spec->schedule.timeout_ns = MS(500);
    spec->control.timeout_ns = MS(1900);
    set_up(spec);
    drive_until(&rig.drive, build_at(SECONDS(6) - 1));
    assert_int_equal(rig.session.report->tally.operations, 1);
    assert_int_equal(rig.session.report->tally.skipped, 5);
    assert_true(session_deadline(&rig.session).ns == BUILD_MONO_NS + SECONDS(6));
    assert_int_equal(rig.drive.opened, 1);
    drive_until(&rig.drive, build_at(SECONDS(6)));
    assert_int_equal(rig.drive.opened, 2);
    drive_until(&rig.drive, build_at(SECONDS(12)));
    assert_int_equal(rig.session.report->tally.skipped, 10);
    tear_down();
}

static void wake_at(int64_t ns)
{
    rig.drive.now = build_at(ns);
    drive_poll(&rig.drive);
}

/* The thread stands still while nothing runs: the latest of the starts that passed is made, late.
 */
static void test_missed_starts(void **state)
{
    (void)state;
    struct spec *spec = build_echo_spec("t", "198.51.100.20");
    spec->schedule.frequency_ns = SECONDS(1);
    spec->schedule.timeout_ns = MS(200);
    spec->control.timeout_ns = MS(200);
    spec->schedule.life_ns = SECONDS(20);
    set_up(spec);
    drive_until(&rig.drive, build_at(SECONDS(1) - 1));
    wake_at(MS(4300));
    assert_int_equal(rig.stats.start_lateness.count, 2);
    assert_true(rig.stats.start_lateness.sum_ns == MS(300));
    drive_until(&rig.drive, build_at(SECONDS(5) - 1));
    assert_int_equal(rig.session.report->tally.operations, 2);
    assert_int_equal(rig.session.report->tally.missed_starts, 3);
    assert_int_equal(rig.session.report->tally.skipped, 0);
    assert_true(session_deadline(&rig.session).ns == BUILD_MONO_NS + SECONDS(5));
    wake_at(SECONDS(100)); /* its life ended at 20 */
    drive_until(&rig.drive, build_at(SECONDS(101)));
    assert_int_equal(rig.session.report->tally.missed_starts, 3 + 14);
    assert_true(rig.session.report->is_inactive);
    tear_down();
}

/* Late replies are not waited for beyond the next start. */
static void test_run_ends_before_the_next_start(void **state)
{
    (void)state;
    struct spec *spec = build_echo_spec("t", "198.51.100.20");
    spec->schedule.frequency_ns = SECONDS(2);
    spec->schedule.timeout_ns = MS(1500);
    set_up(spec);
    accept();
    drive_until(&rig.drive, build_at(SECONDS(2) - 1));
    assert_int_equal(rig.drive.closed, 1);
    assert_int_equal(rig.session.report->latest.outcome, OUTCOME_TIMEOUT);
    drive_until(&rig.drive, build_at(SECONDS(2)));
    assert_int_equal(rig.drive.opened, 2);
    assert_int_equal(rig.session.report->tally.skipped, 0);
    tear_down();
}

static struct session started(enum spec_start start, int64_t after_ns, bool start_now)
{
    struct spec *spec = build_echo_spec("t", "198.51.100.20");
    struct session session;
    spec->schedule.start = start;
    spec->schedule.start_after_ns = after_ns;
    spec->schedule.life_ns = SECONDS(600);
    session_init(&session, 0, spec, seed, NULL);
    session_plan(&session, calendar_phase_ns(&calendar, spec), start_now, build_at(0));
    spec_unref(spec);
    return session;
}

static void test_first_start_is_as_configured(void **state)
{
    (void)state;
    static const struct {
        enum spec_start start;
        int64_t after_ns;
        bool start_now;
        int64_t due_ns;
    } rows[] = {
        {SPEC_START_NOW, 0, false, BUILD_MONO_NS},
        {SPEC_START_AFTER, 0, false, BUILD_MONO_NS},
        {SPEC_START_AFTER, SECONDS(90), false, BUILD_MONO_NS + SECONDS(90)},
        {SPEC_START_PENDING, 0, false, INT64_MAX},
        {SPEC_START_PENDING, 0, true, BUILD_MONO_NS},
        {SPEC_START_AFTER, SECONDS(90), true, BUILD_MONO_NS},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct session session = started(rows[i].start, rows[i].after_ns, rows[i].start_now);
        assert_true(session_deadline(&session).ns == rows[i].due_ns);
        assert_int_equal(session.report->is_inactive, rows[i].due_ns == INT64_MAX);
        assert_int_equal(
            session.report->next_start.ns,
            rows[i].due_ns == INT64_MAX ? 0 : BUILD_WALL_NS + rows[i].due_ns - BUILD_MONO_NS);
        for (int64_t at_ns = SECONDS(0); at_ns <= SECONDS(90); at_ns += SECONDS(90)) {
            struct mono at = build_at(at_ns).mono;
            assert_int_equal(report_is_awaited(session.report, at), at.ns >= rows[i].due_ns);
        }
        session_fini(&session);
    }
}

/* Starts at 0, 60 and 120 s; life ends at 120 s, where none is started any more. */
static void test_life_ends(void **state)
{
    (void)state;
    struct spec *spec = build_echo_spec("t", "198.51.100.20");
    spec->schedule.life_ns = SECONDS(120);
    set_up(spec);
    accept();
    answer_echo();
    drive_until(&rig.drive, build_at(SECONDS(1)));
    assert_false(rig.session.report->is_inactive);
    drive_until(&rig.drive, build_at(SECONDS(60)));
    accept();
    answer_echo();
    assert_false(rig.session.report->is_inactive);
    drive_until(&rig.drive, build_at(SECONDS(61)));
    assert_true(rig.session.report->is_inactive);
    assert_true(session_deadline(&rig.session).ns == INT64_MAX);
    assert_int_equal(rig.session.report->latest.outcome, OUTCOME_OK);
    drive_until(&rig.drive, build_at(SECONDS(100000)));
    assert_int_equal(rig.drive.opened, 2);
    assert_int_equal(rig.session.report->tally.operations, 2);
    assert_int_equal(rig.session.report->tally.skipped, 0);
    tear_down();
}

/* A new schedule of the session at `ns`, which is planned as an engine does. */
static void reschedule(int64_t ns, const struct spec_schedule *schedule)
{
    struct spec *spec = build_echo_spec("t", "198.51.100.20");
    spec->schedule = *schedule;
    session_update(&rig.session, spec, build_at(ns));
    if (rig.session.plan != PLAN_IS_MADE) {
        session_plan(&rig.session, 0, false, build_at(ns));
    }
    spec_unref(spec);
}

/* Of a target that started at 0 and has one result, at 25 s. */
static void test_new_schedule_is_planned_again(void **state)
{
    (void)state;
    static const struct {
        struct spec_schedule schedule; /* but for the timeout */
        int64_t next_ns; /* INT64_MAX: never */
    } rows[] = {
        {{.frequency_ns = SECONDS(60), .start = SPEC_START_NOW}, SECONDS(60)},
        {{.frequency_ns = SECONDS(10), .start = SPEC_START_NOW}, SECONDS(30)},
        {{.frequency_ns = SECONDS(90), .start = SPEC_START_NOW}, SECONDS(90)},
        {{.frequency_ns = SECONDS(60), .start = SPEC_START_PENDING}, INT64_MAX},
        {{.frequency_ns = SECONDS(60), .start = SPEC_START_AFTER, .start_after_ns = SECONDS(7)},
         SECONDS(32)},
        {{.frequency_ns = SECONDS(60), .start = SPEC_START_NOW, .life_ns = SECONDS(60)}, INT64_MAX},
        {{.frequency_ns = SECONDS(60), .start = SPEC_START_NOW, .life_ns = SECONDS(61)},
         SECONDS(60)},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct spec *spec = build_echo_spec("t", "198.51.100.20");
        struct spec_schedule schedule = rows[i].schedule;
        schedule.timeout_ns = spec->schedule.timeout_ns;
        spec->schedule.start = SPEC_START_NOW;
        set_up(spec);
        accept();
        answer_echo();
        drive_until(&rig.drive, build_at(SECONDS(25)));
        reschedule(SECONDS(25), &schedule);
        bool is_never = rows[i].next_ns == INT64_MAX;
        assert_true(session_deadline(&rig.session).ns ==
                    (is_never ? INT64_MAX : BUILD_MONO_NS + rows[i].next_ns));
        assert_int_equal(rig.session.report->is_inactive, is_never);
        assert_int_equal(rig.session.report->tally.operations, 1);
        tear_down();
    }
}

/* A run that a new schedule finds ends as it would have, and no start that it covers is skipped. */
static void test_new_schedule_waits_for_the_run(void **state)
{
    (void)state;
    struct spec *spec = build_echo_spec("t", "198.51.100.20");
    struct spec_schedule schedule = spec->schedule;
    spec->schedule.start = SPEC_START_NOW;
    schedule.start = SPEC_START_NOW;
    schedule.frequency_ns = SECONDS(1);
    set_up(spec);
    accept();
    reschedule(SECONDS(0), &schedule);
    drive_until(&rig.drive, build_at(SECONDS(7)));
    assert_int_equal(rig.session.report->latest.outcome, OUTCOME_TIMEOUT);
    assert_int_equal(rig.session.report->tally.operations, 1);
    assert_int_equal(rig.session.report->tally.skipped, 0);
    drive_until(&rig.drive, build_at(SECONDS(8) - 1));
    assert_int_equal(rig.drive.opened, 1);
    drive_until(&rig.drive, build_at(SECONDS(8)));
    assert_int_equal(rig.drive.opened, 2);
    tear_down();
}

/* The last operation of a life is abandoned because the address changed: it is over all the same,
 * and the report says so. */
static void test_life_ends_without_a_result(void **state)
{
    (void)state;
    struct spec *spec = build_echo_spec("t", "198.51.100.20");
    struct addr ip = build_addr("203.0.113.9");
    spec->schedule.life_ns = SECONDS(1);
    struct spec *moved = spec_with_ip(spec, &ip);
    set_up(spec);
    session_update(&rig.session, moved, build_at(0));
    spec_unref(moved);
    drive_poll(&rig.drive);
    assert_true(session_deadline(&rig.session).ns == INT64_MAX);
    assert_true(rig.session.report->is_inactive);
    assert_int_equal(rig.session.report->tally.operations, 0);
    tear_down();
}

static void test_address_change(void **state)
{
    (void)state;
    struct spec *spec = build_echo_spec("t", "198.51.100.20");
    struct addr ip = build_addr("203.0.113.9");
    struct spec *moved = spec_with_ip(spec, &ip);
    set_up(spec);
    accept();
    session_update(&rig.session, moved, build_at(0));
    spec_unref(moved);
    drive_poll(&rig.drive);
    assert_int_equal(rig.drive.open_count, 0);
    assert_false(rig.session.report->has_run);
    assert_true(addr_is_same_ip(&rig.session.report->spec->path.peer, &ip));
    /* the abandoned run counts nowhere */
    assert_int_equal(rig.session.report->tally.operations, 0);
    assert_true(session_deadline(&rig.session).ns == BUILD_MONO_NS + SECONDS(60));
    drive_forget(&rig.drive);
    drive_until(&rig.drive, build_at(SECONDS(60)));
    assert_true(addr_is_same_ip(&drive_find(&rig.drive, FX_SEND, 0)->fx.peer, &ip));
    tear_down();
}

/* What the address did not answer, in a row; another address has a new chance. */
static void test_failures_in_a_row(void **state)
{
    (void)state;
    struct spec *spec = build_echo_spec("t", "198.51.100.20");
    struct addr ip = build_addr("203.0.113.9");
    struct spec *moved = spec_with_ip(spec, &ip);
    set_up(spec);
    drive_until(&rig.drive, build_at(SECONDS(119)));
    assert_int_equal(rig.session.report->failed_in_a_row, 2);
    drive_until(&rig.drive, build_at(SECONDS(120)));
    accept();
    answer_echo();
    drive_until(&rig.drive, build_at(SECONDS(179)));
    assert_int_equal(rig.session.report->failed_in_a_row, 0);
    drive_until(&rig.drive, build_at(SECONDS(239)));
    assert_int_equal(rig.session.report->failed_in_a_row, 1);
    session_update(&rig.session, moved, build_at(0));
    spec_unref(moved);
    assert_int_equal(rig.session.report->failed_in_a_row, 0);
    tear_down();
}

/* The next operation, of minute `minute`: answered `after_ms` later, or never when negative. */
static void run_echo(int64_t minute, int64_t after_ms)
{
    drive_until(&rig.drive, build_at(SECONDS(60 * minute)));
    accept();
    if (after_ms >= 0) {
        drive_until(&rig.drive, build_at(SECONDS(60 * minute) + MS(after_ms)));
        answer_echo();
    }
    drive_until(&rig.drive, build_at(SECONDS(60 * minute + 59)));
}

static void expect_state(enum target_state state, enum target_state before, unsigned changes)
{
    const struct condition *condition = &rig.session.report->condition;
    assert_int_equal(condition->state, state);
    assert_int_equal(condition->before, before);
    assert_int_equal(condition->changes, changes);
}

/* Two operations in a row turn a limit, either way; one that fails says nothing about it. */
static void test_states(void **state)
{
    (void)state;
    struct spec *spec = build_echo_spec("t", "198.51.100.20");
    limit_put(&spec->results.limits, SEVERITY_WARNING, LIMIT_RTT, 0.05);
    spec->results.limits.consecutive = 2;
    struct spec *without = spec_with_ip(spec, &spec->path.peer);
    without->results.limits = (struct limit_set){0};
    set_up(spec);
    expect_state(TARGET_PENDING, TARGET_PENDING, 0);
    assert_true(rig.session.report->condition.since.mono.ns == build_at(0).mono.ns);
    run_echo(0, 10);
    expect_state(TARGET_OK, TARGET_PENDING, 1);
    run_echo(1, 100);
    expect_state(TARGET_OK, TARGET_PENDING, 1);
    run_echo(2, 100);
    expect_state(TARGET_DEGRADED, TARGET_OK, 2);
    run_echo(3, -1);
    expect_state(TARGET_FAILED, TARGET_DEGRADED, 3);
    run_echo(4, 10);
    expect_state(TARGET_DEGRADED, TARGET_FAILED, 4);
    run_echo(5, 10);
    expect_state(TARGET_OK, TARGET_DEGRADED, 5);
    run_echo(6, 100);
    run_echo(7, 100);
    expect_state(TARGET_DEGRADED, TARGET_OK, 6);
    session_update(&rig.session, without, build_at(SECONDS(480)));
    expect_state(TARGET_OK, TARGET_DEGRADED, 7);
    assert_true(rig.session.report->condition.since.mono.ns == build_at(SECONDS(480)).mono.ns);
    spec_unref(without);
    tear_down();
}

/* The last operation of a life decides nothing any more. */
static void test_inactive_states(void **state)
{
    (void)state;
    struct spec *spec = build_echo_spec("t", "198.51.100.20");
    spec->schedule.life_ns = SECONDS(1);
    set_up(spec);
    run_echo(0, 10);
    expect_state(TARGET_INACTIVE, TARGET_PENDING, 1);
    assert_true(rig.session.report->has_succeeded);
    tear_down();
}

static void test_same_address_changes_nothing(void **state)
{
    (void)state;
    struct spec *spec = build_echo_spec("t", "198.51.100.20");
    struct spec *again = build_echo_spec("t", "198.51.100.20");
    set_up(spec);
    accept();
    session_update(&rig.session, again, build_at(0));
    spec_unref(again);
    drive_poll(&rig.drive);
    assert_int_equal(rig.drive.open_count, 1);
    answer_echo();
    drive_until(&rig.drive, build_at(SECONDS(1)));
    assert_int_equal(rig.session.report->latest.outcome, OUTCOME_OK);
    tear_down();
}

static void reload_unchanged(void)
{
    struct spec *again = build_echo_spec("t", "198.51.100.20");
    session_update(&rig.session, again, build_at(0));
    spec_unref(again);
}

/* A run that began after one reload and sees another: it holds on to no spec that is gone. */
static void test_reloads_around_a_run(void **state)
{
    (void)state;
    set_up(build_echo_spec("t", "198.51.100.20"));
    accept();
    answer_echo();
    drive_until(&rig.drive, build_at(SECONDS(59)));
    reload_unchanged();
    drive_forget(&rig.drive);
    drive_until(&rig.drive, build_at(SECONDS(60)));
    reload_unchanged();
    accept();
    answer_echo();
    drive_until(&rig.drive, build_at(SECONDS(61)));
    assert_int_equal(rig.session.report->tally.operations, 2);
    assert_int_equal(rig.session.report->latest.outcome, OUTCOME_OK);
    tear_down();
}

static void test_unmatched_go_to_the_stats(void **state)
{
    (void)state;
    set_up(build_echo_spec("t", "198.51.100.20"));
    answer_echo(); /* before any probe */
    accept();
    answer_echo();
    drive_until(&rig.drive, build_at(SECONDS(1)));
    assert_int_equal(rig.stats.unmatched[UNMATCHED_EARLY], 1);
    assert_int_equal(rig.session.report->unmatched[UNMATCHED_EARLY], 1);
    drive_until(&rig.drive, build_at(SECONDS(119)));
    assert_int_equal(rig.session.report->unmatched[UNMATCHED_EARLY], 1);
    assert_int_equal(rig.stats.unmatched[UNMATCHED_EARLY], 1);
    tear_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_phase),
        cmocka_unit_test(test_phases_spread),
        cmocka_unit_test(test_one_run),
        cmocka_unit_test(test_budget_cuts_short),
        cmocka_unit_test(test_budget_keeps_what_is_known),
        cmocka_unit_test(test_budget_leaves_what_timed_out),
        cmocka_unit_test(test_budget_leaves_what_is_answered),
        cmocka_unit_test(test_failure_keeps_last_success),
        cmocka_unit_test(test_skipped_starts),
        cmocka_unit_test(test_missed_starts),
        cmocka_unit_test(test_run_ends_before_the_next_start),
        cmocka_unit_test(test_first_start_is_as_configured),
        cmocka_unit_test(test_life_ends),
        cmocka_unit_test(test_new_schedule_is_planned_again),
        cmocka_unit_test(test_new_schedule_waits_for_the_run),
        cmocka_unit_test(test_life_ends_without_a_result),
        cmocka_unit_test(test_address_change),
        cmocka_unit_test(test_failures_in_a_row),
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_inactive_states),
        cmocka_unit_test(test_same_address_changes_nothing),
        cmocka_unit_test(test_reloads_around_a_run),
        cmocka_unit_test(test_unmatched_go_to_the_stats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
