/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A new set of targets, taken in between packets. Three walks, each resumable at any target:
 *
 *   GATHER  the set: each target's session is found by name, or made. A target that did not change
 * is known by the pointer of its spec; one that measures the same takes over its new spec. Nothing
 * that runs is touched, but for an address that moved.
 *   LEAVE   the old order: who was not gathered closes and goes. Before anything new starts, so
 * that a port passes from one to the other.
 *   PLACE   the new order: new ones, and those with a new schedule, get their next start, and each
 * report gets its place in what will be published.
 *
 * Between GATHER and LEAVE the rosters change places, which is two pointers; the arrays are the
 * change's and come and go with it, on the thread that made it. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/engine_state.h"
#include "probe/spec_field.h"

/* What a target costs in a step: where memory is allocated or freed, as much as many others. */
enum {
    EFFORT_SAME = 1,
    EFFORT_MOVED = 4,
    EFFORT_LEAVING = 8,
    EFFORT_NEW = 8,
};

static void roster_fini(struct roster *roster)
{
    free(roster->order);
    free(roster->cells);
    *roster = (struct roster){0};
}

struct change *change_new(struct spec_set *set)
{
    struct change *change = mem_alloc(1, sizeof *change);
    size_t size = 2;
    while (size < set->count * 2) {
        size *= 2;
    }
    change->set = spec_set_ref(set);
    change->roster = (struct roster){
        .order = mem_alloc(set->count, sizeof(struct session *)),
        .cells = mem_alloc(size, sizeof(struct session *)),
        .mask = size - 1,
    };
    change->published = snapshot_new(set->count);
    return change;
}

void change_set_pasts(struct change *change, struct history **pasts)
{
    change->pasts = pasts;
}

static void free_pasts(struct change *change)
{
    for (size_t i = 0; change->pasts != NULL && i < change->set->count; i++) {
        history_unref(change->pasts[i]);
    }
    free(change->pasts);
}

void change_free(struct change *change)
{
    if (change == NULL) {
        return;
    }
    free_pasts(change);
    roster_fini(&change->roster);
    snapshot_unref(change->published);
    spec_set_unref(change->set);
    free(change);
}

/* The cell of the session with the name of `spec`, or the empty one where it would be. */
static struct session **find(const struct roster *roster, const struct spec *spec)
{
    uint64_t hash = spec_hash(spec);
    size_t cell = (size_t)hash & roster->mask;
    while (roster->cells[cell] != NULL) {
        const struct spec *known = roster->cells[cell]->spec;
        if (known == spec ||
            (spec_hash(known) == hash && strcmp(known->identity.name, spec->identity.name) == 0)) {
            break;
        }
        cell = (cell + 1) & roster->mask;
    }
    return &roster->cells[cell];
}

/* The same target under a new spec. Its old place in the calendar is given up with its old plan. */
static void update(struct engine *engine, struct session *session, const struct spec *spec,
                   struct instant now)
{
    const struct spec *before = spec_ref(session->spec);
    session_update(session, spec, now);
    if (session->plan != PLAN_IS_MADE) {
        engine_unbook(engine, session, before);
    }
    spec_unref(before);
}

/* The session that continues for `spec`, or NULL when it needs a fresh one. */
static struct session *keep_session(struct engine *engine, const struct spec *spec,
                                    struct instant now, unsigned *effort)
{
    if (engine->roster.count == 0) {
        return NULL;
    }
    struct session *session = *find(&engine->roster, spec);
    if (session == NULL) {
        return NULL;
    }
    if (session->spec == spec) {
        *effort = EFFORT_SAME;
        return session;
    }
    if (!spec_is_same_target(session->spec, spec)) {
        return NULL;
    }
    *effort = EFFORT_MOVED;
    update(engine, session, spec, now);
    heap_set(&engine->heap, &session->due, ENGINE_AT_ONCE);
    return session;
}

/* What is known of a new target from before the start of this program. */
static void take_past(struct session *session, struct change *change)
{
    if (change->pasts != NULL) {
        session->history = change->pasts[change->at];
        change->pasts[change->at] = NULL;
    }
}

static unsigned gather(struct engine *engine, struct change *change, struct instant now)
{
    unsigned effort = EFFORT_NEW;
    const struct spec *spec = change->set->specs[change->at];
    struct session *session = keep_session(engine, spec, now, &effort);
    if (session == NULL) {
        session = engine_add_session(engine, spec);
        take_past(session, change);
    }
    session->change = engine->changes;
    change->roster.order[change->roster.count++] = session;
    *find(&change->roster, spec) = session;
    return effort;
}

static unsigned leave(struct engine *engine, const struct change *change)
{
    struct session *session = change->roster.order[change->at];
    if (session->change == engine->changes) {
        return EFFORT_SAME;
    }
    engine_send_off(engine, session);
    return EFFORT_LEAVING;
}

/* Gives way to those that would send at the same time. */
static void book(struct engine *engine, struct session *session)
{
    const struct spec *spec = session->spec;
    if (spec->schedule.start == SPEC_START_SPREAD && !engine->options.start_now) {
        session->is_booked = true;
        session->delay_ns = calendar_book(&engine->calendar, spec);
    }
}

/* Plans what is new or has a new schedule. What runs is planned when it ends, perhaps under a later
 * change. */
static bool plan(struct engine *engine, struct session *session, struct instant now)
{
    if (session->plan == PLAN_IS_MADE) {
        return false;
    }
    if (!session->is_booked) {
        book(engine, session);
    }
    session_plan(session, calendar_phase_ns(&engine->calendar, session->spec),
                 engine->options.start_now, now);
    if (!session->is_running) {
        heap_set(&engine->heap, &session->due, session_deadline(session));
    }
    return true;
}

static unsigned place(struct engine *engine, const struct change *change, struct instant now)
{
    struct session *session = engine->roster.order[change->at];
    session->position = (uint32_t)change->at;
    bool is_planned = plan(engine, session, now);
    change->published->reports[change->at] = report_ref(session->report);
    return is_planned ? EFFORT_MOVED : EFFORT_SAME;
}

static void exchange_rosters(struct engine *engine, struct change *change)
{
    struct roster roster = engine->roster;
    engine->roster = change->roster;
    change->roster = roster;
}

/* Whether the phase has gone through all of its targets. */
static bool is_phase_over(const struct engine *engine, const struct change *change)
{
    switch (change->phase) {
    case CHANGE_GATHER:
        return change->at == change->set->count;
    case CHANGE_LEAVE:
        return change->at == change->roster.count;
    case CHANGE_PLACE:
        return change->at == engine->roster.count;
    case CHANGE_IN_FORCE:
        break;
    }
    return false;
}

static unsigned do_next(struct engine *engine, struct change *change, struct instant now)
{
    unsigned effort = change->phase == CHANGE_GATHER  ? gather(engine, change, now)
                      : change->phase == CHANGE_LEAVE ? leave(engine, change)
                                                      : place(engine, change, now);
    change->at++;
    return effort;
}

/* On to the phase that has something left to do. */
static void enter_phase(struct engine *engine, struct change *change)
{
    while (is_phase_over(engine, change)) {
        if (change->phase == CHANGE_GATHER) {
            exchange_rosters(engine, change);
        }
        change->phase++;
        change->at = 0;
    }
}

void engine_begin(struct engine *engine, struct change *change)
{
    assert(engine->change == NULL && "one change at a time");
    engine->change = change;
    engine->changes++;
}

bool engine_step(struct engine *engine, struct instant now)
{
    struct change *change = engine->change;
    unsigned effort = 0;
    enter_phase(engine, change);
    while (change->phase != CHANGE_IN_FORCE && effort < ENGINE_STEP_TARGETS) {
        effort += do_next(engine, change, now);
        enter_phase(engine, change);
    }
    engine->active = NULL;
    if (change->phase != CHANGE_IN_FORCE) {
        return true;
    }
    engine->generation++;
    return false;
}

void engine_apply(struct engine *engine, struct spec_set *set, struct instant now)
{
    struct change *change = change_new(set);
    engine_begin(engine, change);
    while (engine_step(engine, now)) {
    }
    engine_publish(engine, SIZE_MAX);
    change_free(change);
}
