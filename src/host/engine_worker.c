/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What takes longer than sending a packet (a step of a change of targets, publishing) waits for a
 * gap: no deadline within the next GAP_NS. A schedule without gaps must not prevent them, so a step
 * is done after STEP_PATIENCE_NS and publishing after WORKER_PUBLISH_NS in any case. The time that
 * one step or one publishing takes is bounded, however many targets there are; the rest waits for
 * the next gap.
 *
 * Memory in proportion to the number of targets is never allocated or freed by this thread: a
 * change is made and freed by those who hand it over, a snapshot is copied by those who read it. */
#include "host/engine_worker.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/engine.h"
#include "host/clock_state.h"
#include "host/entropy.h"
#include "host/log.h"
#include "host/worker.h"

#define GAP_NS (200 * NS_PER_US)
#define STEP_PATIENCE_NS NS_PER_MS

/* A thread that comes so much later than it wanted stood still: said once for all threads. */
#define STANDSTILL_NS NS_PER_SECOND
#define STANDSTILL_QUIET_NS (10 * NS_PER_SECOND)

/* Reports published while the mutex is locked once. */
#define PUBLISH_REPORTS 256

/* Between two calls of free_done at most two changes can end: the one in progress and the one that
 * was pending. */
#define DONE_MAX 2

struct engine_worker {
    struct worker *worker;
    void (*published)(void *context); /* NULL: nobody waits for each result */
    void *context;
    /* Under the mutex. */
    struct change *pending;
    struct change *done[DONE_MAX]; /* to be freed by other threads */
    size_t done_count;
    bool is_current; /* the targets handed over last are published */
    bool has_rules; /* of evidence, which the thread has not taken yet */
    struct evidence_rules rules;
    /* Belongs to the thread. */
    struct engine *engine; /* what it has published: under the mutex */
    struct clock_state clock;
    struct clock_watch watch;
    struct change *change; /* in progress, until it is published */
    bool is_new; /* `change` has not begun */
    bool has_steps; /* `change` has begun and is not complete */
    struct mono step_latest; /* then a step is done without a gap */
    uint64_t published_generation;
    bool is_waiting; /* for a gap, since publish_due */
    struct mono publish_due;
    struct mono clock_due; /* when the state of the system clock is read again */
    struct mono wanted; /* by then this thread wanted to run; zero: not yet known */
};

static void take(void *self)
{
    struct engine_worker *worker = self;
    if (worker->has_rules) {
        worker->has_rules = false;
        engine_set_evidence(worker->engine, &worker->rules);
    }
    if (worker->change == NULL && worker->pending != NULL) {
        worker->change = worker->pending;
        worker->pending = NULL;
        worker->is_new = true;
    }
}

static bool has_gap(const struct engine_worker *worker, struct instant now)
{
    struct machine machine = engine_machine(worker->engine);
    struct mono deadline = machine.ops->deadline(machine.self);
    return !mono_is_before(deadline, mono_add(now.mono, GAP_NS));
}

/* Does one step of the change in progress when there is time for it; returns when to come back. */
static struct mono step_when_due(struct engine_worker *worker, struct instant now)
{
    if (worker->is_new) {
        worker->is_new = false;
        worker->has_steps = true;
        worker->step_latest = mono_add(now.mono, STEP_PATIENCE_NS);
        engine_begin(worker->engine, worker->change);
    }
    if (!worker->has_steps) {
        return MONO_NEVER;
    }
    if (mono_is_before(now.mono, worker->step_latest) && !has_gap(worker, now)) {
        return worker->step_latest;
    }
    worker->has_steps = engine_step(worker->engine, now);
    worker->step_latest = mono_add(now.mono, STEP_PATIENCE_NS);
    worker->publish_due = now.mono;
    return worker->has_steps ? now.mono : MONO_NEVER;
}

/* Once a second, in a gap: returns when to come back. */
static struct mono read_clock_when_due(struct engine_worker *worker, struct instant now)
{
    if (mono_is_before(now.mono, worker->clock_due)) {
        return worker->clock_due;
    }
    bool is_overdue = mono_is_before(mono_add(worker->clock_due, CLOCK_STATE_PERIOD_NS), now.mono);
    if (!has_gap(worker, now) && !is_overdue) {
        return mono_add(worker->clock_due, CLOCK_STATE_PERIOD_NS + 1);
    }
    clock_state_read(&worker->clock);
    engine_set_clock(worker->engine, &worker->clock);
    worker->clock_due = mono_add(now.mono, CLOCK_STATE_PERIOD_NS);
    return worker->clock_due;
}

static void watch_clock(struct engine_worker *worker, struct instant now)
{
    if (clock_state_watch(&worker->watch, now.mono, &worker->clock)) {
        engine_set_clock(worker->engine, &worker->clock);
    }
}

static void log_standstill(int64_t late_ns, struct instant now)
{
    static atomic_int_least64_t quiet_until_ns;
    int64_t until_ns = atomic_load(&quiet_until_ns);
    char seconds[24];
    if (now.mono.ns < until_ns ||
        !atomic_compare_exchange_strong(&quiet_until_ns, &until_ns,
                                        now.mono.ns + STANDSTILL_QUIET_NS)) {
        return;
    }
    snprintf(seconds, sizeof seconds, "%.1f", (double)late_ns / NS_PER_SECOND);
    log_line(LOG_LEVEL_WARN,
             "this process stood still (stopped, suspended or overloaded): operations that were "
             "due began late or were missed",
             "seconds", seconds, NULL);
}

static struct mono work(void *self, struct instant now)
{
    struct engine_worker *worker = self;
    int64_t late_ns = mono_diff(now.mono, worker->wanted);
    if (worker->wanted.ns != 0 && late_ns > STANDSTILL_NS) {
        log_standstill(late_ns, now);
    }
    watch_clock(worker, now);
    struct mono step = step_when_due(worker, now);
    worker->wanted = mono_min(step, read_clock_when_due(worker, now));
    return worker->wanted;
}

static struct mono publish_due(void *self, struct instant now)
{
    struct engine_worker *worker = self;
    bool is_new = engine_generation(worker->engine) != worker->published_generation;
    if (worker->has_steps || !is_new) {
        return MONO_NEVER;
    }
    if (mono_is_before(now.mono, worker->publish_due)) {
        return worker->publish_due;
    }
    if (!worker->is_waiting) {
        worker->is_waiting = true;
        worker->publish_due = now.mono;
    }
    bool is_awaited = worker->change != NULL || worker->published != NULL;
    int64_t patience_ns = is_awaited ? STEP_PATIENCE_NS : WORKER_PUBLISH_NS;
    struct mono latest = mono_add(worker->publish_due, patience_ns);
    return has_gap(worker, now) ? now.mono : latest;
}

/* Publishes at most PUBLISH_REPORTS new reports. */
static struct mono publish(void *self, struct instant now)
{
    struct engine_worker *worker = self;
    bool has_change = worker->change != NULL;
    engine_set_io(worker->engine, worker_stats(worker->worker));
    bool is_complete = engine_publish(worker->engine, PUBLISH_REPORTS);
    if (has_change) {
        assert(worker->done_count < DONE_MAX);
        worker->done[worker->done_count++] = worker->change;
        worker->change = NULL;
        worker->is_current = worker->pending == NULL;
    }
    if (!is_complete) {
        return now.mono;
    }
    worker->published_generation = engine_generation(worker->engine);
    worker->is_waiting = false;
    worker->publish_due =
        worker->published != NULL ? now.mono : mono_add(now.mono, WORKER_PUBLISH_NS);
    if (worker->published != NULL) {
        worker->published(worker->context);
    }
    return has_change ? now.mono : MONO_NEVER; /* another change may be pending */
}

static const struct worker_ops ops = {
    .name = "measure",
    .tick_ns = ENGINE_WORKER_TICK_NS,
    .take = take,
    .work = work,
    .publish_due = publish_due,
    .publish = publish,
};

/* Frees the changes that the thread has completed. */
static void free_done(struct engine_worker *worker)
{
    struct change *done[DONE_MAX];
    worker_lock(worker->worker);
    size_t count = worker->done_count;
    for (size_t i = 0; i < count; i++) {
        done[i] = worker->done[i];
    }
    worker->done_count = 0;
    worker_unlock(worker->worker);
    for (size_t i = 0; i < count; i++) {
        change_free(done[i]);
    }
}

static void engine_worker_free(struct engine_worker *worker)
{
    worker_free(worker->worker);
    for (size_t i = 0; i < worker->done_count; i++) {
        change_free(worker->done[i]);
    }
    engine_free(worker->engine);
    change_free(worker->change);
    change_free(worker->pending);
    free(worker);
}

static struct engine_worker *start(struct engine_worker *worker, struct engine_options *options)
{
    entropy_fill(options->seed, sizeof options->seed);
    worker->is_current = true;
    worker->engine = engine_new(options);
    worker->published_generation = engine_generation(worker->engine);
    worker->worker = worker_new(engine_machine(worker->engine), &ops, worker);
    int error = worker->worker == NULL ? -errno : worker_start(worker->worker);
    if (error != 0) {
        engine_worker_free(worker);
        errno = -error;
        return NULL;
    }
    return worker;
}

struct engine_worker *engine_worker_start(const uint8_t start_key[SIPHASH_KEY_BYTES])
{
    struct engine_options options = {.start_now = false};
    memcpy(options.start_key, start_key, sizeof options.start_key);
    return start(mem_alloc(1, sizeof(struct engine_worker)), &options);
}

struct engine_worker *engine_worker_start_prompt(void (*published)(void *context), void *context)
{
    struct engine_options options = {.start_now = false};
    struct engine_worker *worker = mem_alloc(1, sizeof *worker);
    worker->published = published;
    worker->context = context;
    return start(worker, &options);
}

void engine_worker_apply(struct engine_worker *worker, struct spec_set *set)
{
    engine_worker_apply_with(worker, set, NULL);
}

void engine_worker_apply_with(struct engine_worker *worker, struct spec_set *set,
                              struct history **pasts)
{
    struct change *change = change_new(set);
    change_set_pasts(change, pasts);
    worker_lock(worker->worker);
    struct change *replaced = worker->pending;
    worker->pending = change;
    worker->is_current = false;
    worker_unlock(worker->worker);
    change_free(replaced);
    free_done(worker);
    worker_wake(worker->worker);
}

void engine_worker_await(struct engine_worker *worker)
{
    worker_lock(worker->worker);
    while (!worker->is_current) {
        worker_wait(worker->worker);
    }
    worker_unlock(worker->worker);
    free_done(worker);
}

struct snapshot *engine_worker_acquire(struct engine_worker *worker)
{
    worker_lock(worker->worker);
    struct snapshot *snapshot = snapshot_copy(engine_published(worker->engine));
    worker_unlock(worker->worker);
    return snapshot;
}

void engine_worker_set_evidence(struct engine_worker *worker, const struct evidence_rules *rules)
{
    worker_lock(worker->worker);
    worker->rules = *rules;
    worker->has_rules = true;
    worker_unlock(worker->worker);
    worker_wake(worker->worker);
}

static bool is_of(const struct evidence *evidence, const char *name)
{
    return strcmp(evidence->spec->identity.name, name) == 0;
}

size_t engine_worker_evidence(struct engine_worker *worker, const char *name,
                              struct evidence ***out)
{
    size_t count = 0, room = 0;
    *out = NULL;
    worker_lock(worker->worker);
    for (struct evidence *at = engine_evidence(worker->engine); at != NULL; at = at->next) {
        if (is_of(at, name) && count == room) {
            room = room == 0 ? 16 : room * 2;
            *out = mem_resize(*out, room, sizeof **out);
        }
        if (is_of(at, name)) {
            (*out)[count++] = evidence_ref(at);
        }
    }
    worker_unlock(worker->worker);
    return count;
}

int engine_worker_set_realtime(struct engine_worker *worker, bool is_realtime)
{
    return worker_set_realtime(worker->worker, is_realtime);
}

uint64_t engine_worker_nudge(struct engine_worker *worker)
{
    worker_wake(worker->worker);
    return worker_turns(worker->worker);
}

void engine_worker_stop(struct engine_worker *worker)
{
    if (worker == NULL) {
        return;
    }
    worker_stop(worker->worker);
    engine_worker_free(worker);
}
