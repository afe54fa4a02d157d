/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The measuring thread's two mailboxes. Others lock `mutex` for a few instructions, and who copies
 * a snapshot for as long as that takes; this thread only ever tries to, and when it does not get it
 * comes back RETRY_NS later, so nobody can make a probe late.
 *
 * What costs more than a packet (a step of a change of targets, publishing) waits for a gap: not
 * while a deadline is nearer than GAP_NS. A schedule without gaps would starve both; a step is done
 * all the same after STEP_PATIENCE_NS, and publishing after WORKER_PUBLISH_NS. Either is bounded
 * however many targets there are, and what is left of it waits for the next gap.
 *
 * Memory in proportion to the number of targets comes and goes with the changes, which are made and
 * freed by who hands them over, and with the snapshots, which are copied by who reads them. */
#include "host/worker.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"
#include "host/clock_state.h"
#include "host/entropy.h"
#include "host/host.h"
#include "host/thread.h"

#define RETRY_NS (200 * NS_PER_US)
#define GAP_NS (200 * NS_PER_US)
#define STEP_PATIENCE_NS NS_PER_MS
#define PUBLISH_REPORTS 256

/* One that was being taken in and one that was pending when somebody last came for them. */
#define DONE_MAX 2

struct worker {
    pthread_t thread;
    pthread_mutex_t mutex;
    /* Under the mutex. */
    struct change *pending;
    struct change *done[DONE_MAX]; /* to be freed by others */
    size_t done_count;
    bool wants_stop;
    bool is_current; /* the latest targets that were handed over are published */
    pthread_cond_t became_current;
    /* The thread's own. */
    struct host *host;
    struct engine *engine; /* what it has published: under the mutex */
    struct clock_state clock;
    struct clock_watch watch;
    struct change *change; /* being taken in, until it is published */
    bool has_steps; /* of that */
    struct mono step_latest; /* gap or not */
    uint64_t published_generation;
    bool is_waiting; /* for a gap, since publish_due */
    struct mono publish_due;
    struct mono clock_due; /* when the state of our clock is asked for again */
};

/* Takes what is in the inward mailbox. False when the mutex is busy. */
static bool take_orders(struct worker *worker, struct instant now)
{
    if (pthread_mutex_trylock(&worker->mutex) != 0) {
        return false;
    }
    bool wants_stop = worker->wants_stop;
    struct change *change = worker->change == NULL ? worker->pending : NULL;
    if (change != NULL) {
        worker->pending = NULL;
    }
    pthread_mutex_unlock(&worker->mutex);
    if (wants_stop) {
        host_stop(worker->host);
    }
    if (change != NULL) {
        worker->change = change;
        worker->has_steps = true;
        worker->step_latest = mono_add(now.mono, STEP_PATIENCE_NS);
        engine_begin(worker->engine, change);
    }
    return true;
}

static bool has_gap(const struct worker *worker, struct instant now)
{
    struct machine machine = engine_machine(worker->engine);
    struct mono deadline = machine.ops->deadline(machine.self);
    return !mono_is_before(deadline, mono_add(now.mono, GAP_NS));
}

/* A step of the change that is being taken in, when there is time for it; returns when to come
 * back. */
static struct mono step_when_due(struct worker *worker, struct instant now)
{
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

/* Frees what the measuring thread is done with. */
static void free_done(struct worker *worker)
{
    struct change *done[DONE_MAX];
    pthread_mutex_lock(&worker->mutex);
    size_t count = worker->done_count;
    for (size_t i = 0; i < count; i++) {
        done[i] = worker->done[i];
    }
    worker->done_count = 0;
    pthread_mutex_unlock(&worker->mutex);
    for (size_t i = 0; i < count; i++) {
        change_free(done[i]);
    }
}

/* Publishes some of what is new. False when the mutex is busy. */
static bool publish(struct worker *worker, bool *is_complete)
{
    if (pthread_mutex_trylock(&worker->mutex) != 0) {
        return false;
    }
    engine_set_io(worker->engine, host_stats(worker->host));
    *is_complete = engine_publish(worker->engine, PUBLISH_REPORTS);
    if (worker->change != NULL) {
        assert(worker->done_count < DONE_MAX);
        worker->done[worker->done_count++] = worker->change;
        worker->change = NULL;
        worker->is_current = worker->pending == NULL;
        pthread_cond_broadcast(&worker->became_current);
    }
    pthread_mutex_unlock(&worker->mutex);
    return true;
}

/* When waiting for a gap ends; a change is awaited by somebody. */
static struct mono publish_latest(const struct worker *worker)
{
    return mono_add(worker->publish_due,
                    worker->change != NULL ? STEP_PATIENCE_NS : WORKER_PUBLISH_NS);
}

/* Publishes when that is due; returns when to come back. */
static struct mono publish_when_due(struct worker *worker, struct instant now)
{
    uint64_t generation = engine_generation(worker->engine);
    if (worker->has_steps || generation == worker->published_generation) {
        return MONO_NEVER;
    }
    if (mono_is_before(now.mono, worker->publish_due)) {
        return worker->publish_due;
    }
    if (!worker->is_waiting) {
        worker->is_waiting = true;
        worker->publish_due = now.mono;
    }
    struct mono latest = publish_latest(worker);
    if (mono_is_before(now.mono, latest) && !has_gap(worker, now)) {
        return latest; /* or after the packet that is in the way */
    }
    bool has_change = worker->change != NULL;
    bool is_complete = false;
    if (!publish(worker, &is_complete)) {
        return mono_add(now.mono, RETRY_NS);
    }
    if (!is_complete) {
        return now.mono;
    }
    worker->published_generation = generation;
    worker->is_waiting = false;
    worker->publish_due = mono_add(now.mono, WORKER_PUBLISH_NS);
    return has_change ? now.mono : MONO_NEVER; /* another change may be pending */
}

/* Once a second, in a gap: returns when to come back. */
static struct mono read_clock_when_due(struct worker *worker, struct instant now)
{
    if (mono_is_before(now.mono, worker->clock_due)) {
        return worker->clock_due;
    }
    bool is_starving = mono_is_before(mono_add(worker->clock_due, CLOCK_STATE_PERIOD_NS), now.mono);
    if (!has_gap(worker, now) && !is_starving) {
        return mono_add(worker->clock_due, CLOCK_STATE_PERIOD_NS + 1);
    }
    clock_state_read(&worker->clock);
    engine_set_clock(worker->engine, &worker->clock);
    worker->clock_due = mono_add(now.mono, CLOCK_STATE_PERIOD_NS);
    return worker->clock_due;
}

static void watch_clock(struct worker *worker, struct instant now)
{
    if (clock_state_watch(&worker->watch, now.mono, &worker->clock)) {
        engine_set_clock(worker->engine, &worker->clock);
    }
}

static struct mono worker_after(void *context, struct instant now)
{
    struct worker *worker = context;
    watch_clock(worker, now);
    struct mono orders = take_orders(worker, now) ? MONO_NEVER : mono_add(now.mono, RETRY_NS);
    struct mono step = step_when_due(worker, now);
    struct mono published = publish_when_due(worker, now);
    return mono_min(mono_min(orders, step), mono_min(published, read_clock_when_due(worker, now)));
}

static void *worker_run(void *context)
{
    struct worker *worker = context;
    host_run(worker->host);
    return NULL;
}

static void worker_free(struct worker *worker)
{
    host_free(worker->host);
    free_done(worker);
    engine_free(worker->engine);
    change_free(worker->change);
    change_free(worker->pending);
    pthread_cond_destroy(&worker->became_current);
    pthread_mutex_destroy(&worker->mutex);
    free(worker);
}

struct worker *worker_start(void)
{
    struct worker *worker = mem_alloc(1, sizeof *worker);
    struct engine_options options = {.start_now = false};
    entropy_fill(options.seed, sizeof options.seed);
    pthread_mutex_init(&worker->mutex, NULL);
    pthread_cond_init(&worker->became_current, NULL);
    worker->is_current = true;
    worker->engine = engine_new(&options);
    worker->published_generation = engine_generation(worker->engine);
    struct host_hook hook = {.after = worker_after, .context = worker};
    worker->host = host_new(engine_machine(worker->engine), hook);
    if (worker->host != NULL) {
        host_set_tick(worker->host, WORKER_TICK_NS);
    }
    int error = worker->host == NULL ? -errno
                                     : thread_start(&worker->thread, "measure", worker_run, worker);
    if (error != 0) {
        worker_free(worker);
        errno = -error;
        return NULL;
    }
    return worker;
}

void worker_apply(struct worker *worker, struct spec_set *set)
{
    struct change *change = change_new(set);
    pthread_mutex_lock(&worker->mutex);
    struct change *replaced = worker->pending;
    worker->pending = change;
    worker->is_current = false;
    pthread_mutex_unlock(&worker->mutex);
    change_free(replaced);
    free_done(worker);
    host_wake(worker->host);
}

void worker_await(struct worker *worker)
{
    pthread_mutex_lock(&worker->mutex);
    while (!worker->is_current) {
        pthread_cond_wait(&worker->became_current, &worker->mutex);
    }
    pthread_mutex_unlock(&worker->mutex);
    free_done(worker);
}

struct snapshot *worker_acquire(struct worker *worker)
{
    pthread_mutex_lock(&worker->mutex);
    struct snapshot *snapshot = snapshot_copy(engine_published(worker->engine));
    pthread_mutex_unlock(&worker->mutex);
    return snapshot;
}

int worker_set_realtime(struct worker *worker, bool is_realtime)
{
    return thread_set_realtime(worker->thread, is_realtime);
}

void worker_stop(struct worker *worker)
{
    if (worker == NULL) {
        return;
    }
    pthread_mutex_lock(&worker->mutex);
    worker->wants_stop = true;
    pthread_mutex_unlock(&worker->mutex);
    host_wake(worker->host);
    pthread_join(worker->thread, NULL);
    worker_free(worker);
}
