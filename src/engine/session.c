/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/session.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "engine/booking.h"
#include "probe/spec_field.h"

/* Who measures once an hour knows soon whether it works. */
#define FIRST_WITHIN_NS (60 * NS_PER_SECOND)

/* At the session's phase, taken modulo `period_ns`. */
static struct mono phase_start(const struct session *session, int64_t period_ns, struct instant now)
{
    int64_t past_ns = now.wall.ns - session->phase_ns;
    int64_t since_ns = past_ns - floor_div(past_ns, period_ns) * period_ns;
    int64_t wait_ns = since_ns == 0 ? 0 : period_ns - since_ns;
    return mono_add(now.mono, wait_ns + session->delay_ns);
}

static struct mono spread_start(const struct session *session, struct instant now)
{
    return phase_start(session, session->spec->schedule.frequency_ns, now);
}

/* With a long frequency the first operation does not wait for its phase. It keeps the phase within
 * the minute, which the calendar has booked; the second one is back at the whole phase, and no less
 * than a minute later. */
static struct mono soon_start(struct session *session, struct instant now)
{
    struct mono whole = spread_start(session, now);
    if (mono_diff(whole, now.mono) < FIRST_WITHIN_NS) {
        return whole;
    }
    struct mono soon = phase_start(session, FIRST_WITHIN_NS, now);
    bool is_close = mono_diff(whole, soon) < FIRST_WITHIN_NS;
    session->second_start =
        is_close ? mono_add(whole, session->spec->schedule.frequency_ns) : whole;
    return soon;
}

static struct mono first_start(struct session *session, struct instant now)
{
    switch (session->spec->schedule.start) {
    case SPEC_START_NOW:
        return now.mono;
    case SPEC_START_AFTER:
        return mono_add(now.mono, session->spec->schedule.start_after_ns);
    case SPEC_START_PENDING:
        return MONO_NEVER;
    case SPEC_START_SPREAD:
        break;
    }
    return soon_start(session, now);
}

/* By a new frequency: at its new phase, or whole new periods after its latest start. */
static struct mono continued_start(const struct session *session, struct instant now)
{
    if (session->is_booked) {
        return spread_start(session, now);
    }
    if (mono_is_before(now.mono, session->latest_start)) {
        return session->latest_start;
    }
    int64_t period_ns = session->spec->schedule.frequency_ns;
    int64_t past_ns = mono_diff(now.mono, session->latest_start);
    return mono_add(session->latest_start, (past_ns / period_ns + 1) * period_ns);
}

static bool is_inactive(const struct session *session)
{
    return session->next_start.ns == MONO_NEVER.ns;
}

/* Sets the next start; there is none when life is over by then. */
static void plan_start(struct session *session, struct mono at, struct instant now)
{
    bool is_alive = mono_is_before(at, session->life_end);
    session->next_start = is_alive ? at : MONO_NEVER;
    session->next_wall = (struct wall){is_alive ? now.wall.ns + mono_diff(at, now.mono) : 0};
}

/* A report of the same results and tally as the latest, under the current spec. */
static struct report *report_new(const struct session *session)
{
    struct report *report = report_alloc(session->yard);
    if (session->report != NULL) {
        memcpy(report, session->report, offsetof(struct report, references));
        report_own(report, tracing_is_wanted(session->spec));
    }
    report->spec = spec_ref(session->spec);
    report->history = history_ref(session->history);
    report->is_inactive = is_inactive(session);
    report->first_start = session->first_start;
    report->next_start = session->next_wall;
    return report;
}

static enum target_state state_of(const struct report *report)
{
    if (report->is_inactive) {
        return TARGET_INACTIVE;
    }
    if (!report->has_run) {
        return TARGET_PENDING;
    }
    if (report->latest.outcome != OUTCOME_OK) {
        return TARGET_FAILED;
    }
    return limit_watch_is_exceeded(&report->condition.limits) ? TARGET_DEGRADED : TARGET_OK;
}

/* A report is complete: what it says of the target's state. */
static void settle(struct report *report, struct instant now)
{
    condition_settle(&report->condition, state_of(report), now);
}

static void set_report(struct session *session, struct report *report)
{
    report_unref_own(session->report);
    session->report = report;
}

void session_init(struct session *session, uint32_t slot, const struct spec *spec,
                  const uint8_t seed[HANDSHAKE_SEED_BYTES], struct report_yard *yard)
{
    *session = (struct session){
        .yard = yard,
        .slot = slot,
        .plan = PLAN_BEGIN,
        .spec = spec_ref(spec),
        .first_start = MONO_NEVER,
        .latest_start = MONO_NEVER,
        .next_start = MONO_NEVER,
        .second_start = MONO_NEVER,
        .life_end = MONO_NEVER,
        .cut_at = MONO_NEVER,
    };
    probe_init(&session->probe, session->spec, seed);
    session->tracing = tracing_is_wanted(spec) ? tracing_new() : NULL;
    session->report = report_new(session);
}

static void begin_plan(struct session *session, struct instant now)
{
    session->first_start = session->starts_now ? now.mono : first_start(session, now);
    session->latest_start = session->first_start;
    session->next_start = session->first_start;
}

static void continue_plan(struct session *session, struct instant now)
{
    bool is_waiting = mono_is_before(now.mono, session->first_start);
    if (session->is_booked && is_waiting) {
        begin_plan(session, now);
        return;
    }
    session->next_start = continued_start(session, now);
    if (is_waiting) {
        session->first_start = session->next_start;
    }
}

/* A path is not looked for when everything is measured once. */
static void plan_tracing(struct session *session, struct mono first)
{
    bool is_wanted = !session->starts_now && tracing_is_wanted(session->spec);
    if (session->tracing != NULL) {
        session->tracing->next = is_wanted ? first : MONO_NEVER;
    }
}

static void make_plan(struct session *session, struct instant now)
{
    int64_t life_ns = session->spec->schedule.life_ns;
    session->second_start = MONO_NEVER;
    if (session->plan == PLAN_BEGIN) {
        begin_plan(session, now);
        plan_tracing(session, session->first_start);
    } else {
        continue_plan(session, now);
    }
    session->plan = PLAN_IS_MADE;
    session->life_end =
        life_ns == SPEC_FOREVER ? MONO_NEVER : mono_add(session->first_start, life_ns);
    plan_start(session, session->next_start, now);
}

void session_plan(struct session *session, int64_t phase_ns, bool start_now, struct instant now)
{
    session->phase_ns = phase_ns;
    session->starts_now = start_now;
    if (!session->is_running) {
        make_plan(session, now);
        struct report *report = report_new(session);
        report->created = report->created.ns == 0 ? now.wall : report->created;
        set_report(session, report);
        settle(session->report, now);
    }
}

void session_fini(struct session *session)
{
    probe_fini(&session->probe);
    tracing_free(session->tracing);
    report_unref_own(session->report);
    history_unref(session->history);
    spec_unref(session->spec);
}

/* What the plan needs when `spec` comes after `before`. */
static enum session_plan plan_change(const struct spec *before, const struct spec *spec)
{
    const struct spec_schedule *old = &before->schedule, *new = &spec->schedule;
    if (old->start != new->start || old->start_after_ns != new->start_after_ns) {
        return PLAN_BEGIN;
    }
    bool is_same = old->frequency_ns == new->frequency_ns && old->life_ns == new->life_ns;
    return is_same ? PLAN_IS_MADE : PLAN_CONTINUE;
}

/* What is looked for has changed: it is looked for again, at once. */
static void update_tracing(struct session *session, const struct spec *before, struct instant now)
{
    if (tracing_is_same(before, session->spec)) {
        return;
    }
    if (session->tracing == NULL && tracing_is_wanted(session->spec)) {
        session->tracing = tracing_new();
    }
    if (session->tracing != NULL) {
        tracing_abandon(session->tracing);
        plan_tracing(session, mono_max(session->first_start, now.mono));
    }
}

/* As many of the newest operations as the spec says, from now on. */
static void fit_history(struct session *session)
{
    size_t capacity = session->spec->results.history;
    struct history *before = session->history;
    if (before == NULL || history_capacity(before) == capacity) {
        return;
    }
    session->history = capacity == 0 ? NULL : history_resize(before, capacity);
    history_unref(before);
}

void session_update(struct session *session, const struct spec *spec, struct instant now)
{
    assert(spec_is_same_target(session->spec, spec));
    const struct spec *old = session->spec;
    enum session_plan plan = plan_change(old, spec);
    bool has_moved = !addr_is_equal(&old->path.peer, &spec->path.peer);
    if (session->is_running && has_moved) {
        probe_abandon(&session->probe);
    }
    session->plan = plan > session->plan ? plan : session->plan;
    session->spec = spec_ref(spec);
    update_tracing(session, old, now);
    spec_unref(old);
    fit_history(session);
    set_report(session, report_new(session));
    limit_watch_keep(&session->report->condition.limits, &spec->results.limits);
    settle(session->report, now);
    if (has_moved) {
        session->report->failed_in_a_row = 0;
    }
}

void session_leave(struct session *session)
{
    session->is_leaving = true;
    probe_abandon(&session->probe);
    if (session->tracing != NULL) {
        tracing_abandon(session->tracing);
        session->tracing->next = MONO_NEVER;
    }
}

/* When the start after the one that is due is due. */
static struct mono take_following_start(struct session *session)
{
    struct mono second = session->second_start;
    session->second_start = MONO_NEVER;
    return mono_is_before(second, MONO_NEVER)
               ? second
               : mono_add(session->next_start, session->spec->schedule.frequency_ns);
}

/* Starts that passed while nothing ran: this thread stood still. The latest that is due is made,
 * late; the others are missed, never made up for. */
static void miss_starts(struct session *session, struct instant now)
{
    const int64_t period_ns = session->spec->schedule.frequency_ns;
    struct mono latest = mono_min(now.mono, mono_add(session->life_end, -1));
    int64_t missed = mono_diff(latest, session->next_start) / period_ns;
    session->missed_starts += (uint64_t)missed;
    session->next_start = mono_add(session->next_start, missed * period_ns);
}

/* When the wait for late replies ends, and in `cut_at` when the operation does in any case. */
static struct mono plan_end(struct session *session, struct mono next, struct instant now)
{
    int64_t budget_ns = session->spec->schedule.budget_ns;
    session->cut_at = budget_ns > 0 ? mono_add(now.mono, budget_ns) : MONO_NEVER;
    return mono_add(mono_min(next, session->cut_at), -SESSION_GAP_NS);
}

static void start_run(struct session *session, struct instant now, struct session_env *env)
{
    struct engine_stats *stats = env->stats;
    miss_starts(session, now);
    hist_observe(&stats->start_lateness, &hist_layout_default,
                 mono_diff(now.mono, session->next_start));
    session->is_running = true;
    session->was_cut = false;
    session->latest_start = session->next_start;
    probe_set_spec(&session->probe, session->spec);
    struct mono next = take_following_start(session);
    plan_start(session, next, now);
    probe_set_clock(&session->probe, env->clock);
    probe_start(&session->probe, now, plan_end(session, next, now));
}

/* Starts that passed before the run's result was known are skipped, never made up for. Returns how
 * many. One that passed later, while only late replies were waited for, is not one of them: the
 * next poll makes it, however late this thread woke. */
static uint64_t skip_missed_starts(struct session *session, struct instant now)
{
    struct mono end = probe_end(&session->probe, now.mono);
    if (mono_is_before(end, session->next_start)) {
        return 0;
    }
    int64_t missed_ns = mono_diff(end, session->next_start);
    int64_t missed = missed_ns / session->spec->schedule.frequency_ns + 1;
    plan_start(session,
               mono_add(session->next_start, missed * session->spec->schedule.frequency_ns), now);
    return (uint64_t)missed;
}

/* The report is settled. */
static void keep_history(struct session *session, struct report *report)
{
    if (session->spec->results.history == 0) {
        return;
    }
    if (session->history == NULL) {
        session->history = history_new(session->spec->results.history);
        report->history = history_ref(session->history);
    }
    struct history_entry entry = history_entry(&report->latest, report->last_run);
    entry.flags |= report->condition.state == TARGET_DEGRADED ? HISTORY_IS_DEGRADED : 0;
    entry.flags |= report->was_cut ? HISTORY_WAS_CUT : 0;
    history_append(session->history, &entry);
}

static void end_run(struct session *session, struct instant now, struct session_env *env)
{
    uint64_t skipped = 0;
    session->is_running = false;
    if (session->plan == PLAN_IS_MADE) {
        skipped = skip_missed_starts(session, now);
    } else {
        make_plan(session, now);
    }
    struct report *report = report_new(session);
    booking_count_unmatched(&session->probe, report, env->stats);
    report->tally.skipped += skipped;
    report->tally.missed_starts += session->missed_starts;
    session->missed_starts = 0;
    const struct spec_results *results = &session->spec->results;
    struct round_sinks sinks = tally_sinks(&report->tally, results->layout, results->histograms);
    const struct round *round = probe_collect(&session->probe, env->clock, now, &sinks);
    if (round != NULL) {
        booking_add(&session->probe, round, report, env->stats, now);
    }
    evidence_end(env->evidence, session->record, &session->probe, round);
    session->record = NULL;
    report->was_cut = session->was_cut;
    settle(report, now);
    if (round != NULL) {
        keep_history(session, report);
    }
    probe_rest(&session->probe);
    set_report(session, report);
    env->has_news = true;
}

/* What ends by itself now is not cut short: it was polled before. */
static bool cut_when_due(struct session *session, struct instant now)
{
    if (!session->is_running || mono_is_before(now.mono, session->cut_at)) {
        return false;
    }
    session->was_cut = !probe_is_settled(&session->probe, now.mono);
    session->cut_at = MONO_NEVER;
    probe_cut_short(&session->probe, now);
    return true;
}

bool session_input(struct session *session, const struct ev *ev, struct instant now)
{
    if (ev->id.channel < TRACING_CHANNEL) {
        return probe_input(&session->probe, ev, now);
    }
    trace_input(session->tracing->trace, ev, now);
    return true;
}

/* Beside the operation; when a run is over its result is in the next report. */
static bool poll_tracing(struct session *session, struct instant now, struct fx *fx,
                         struct session_env *env)
{
    struct tracing *tracing = session->tracing;
    if (!mono_is_before(tracing->next, session->life_end)) {
        tracing->next = MONO_NEVER;
    }
    if (tracing_poll(tracing, session->spec, &session->probe.handshake.key, now, fx)) {
        fx->id.owner = session->slot;
        return true;
    }
    struct trace_result *result = tracing_take(tracing, session->report->path, now.wall);
    if (result != NULL) {
        struct report *report = report_new(session);
        trace_result_unref(report->path);
        report->path = result;
        set_report(session, report);
        env->has_news = true;
    }
    return false;
}

bool session_poll(struct session *session, struct instant now, struct fx *fx,
                  struct session_env *env)
{
    bool is_due = !mono_is_before(now.mono, session->next_start);
    if (!session->is_running && !session->is_leaving && is_due) {
        start_run(session, now, env);
    }
    bool has_effect = probe_poll(&session->probe, now, fx, env->scratch);
    if (!has_effect && cut_when_due(session, now)) {
        has_effect = probe_poll(&session->probe, now, fx, env->scratch);
    }
    if (has_effect) {
        fx->id.owner = session->slot;
        if (fx->kind == FX_SEND && env->evidence->rules.bytes > 0) {
            evidence_note_sent(env->evidence, &session->record, &session->probe, fx, now);
        }
        return true;
    }
    if (session->is_running && !session->is_leaving && probe_is_idle(&session->probe)) {
        end_run(session, now, env);
    }
    return session->tracing != NULL && poll_tracing(session, now, fx, env);
}

struct mono session_deadline(const struct session *session)
{
    if (session->is_leaving) {
        return MONO_NEVER;
    }
    struct mono due = session->is_running
                          ? mono_min(probe_deadline(&session->probe), session->cut_at)
                          : session->next_start;
    return session->tracing == NULL ? due : mono_min(due, tracing_deadline(session->tracing));
}

bool session_is_gone(const struct session *session)
{
    return session->is_leaving && probe_is_idle(&session->probe) &&
           (session->tracing == NULL || session->tracing->trace == NULL);
}
