/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The measuring thread's two mailboxes. Others lock `mutex` for a few instructions; this thread
 * only ever tries to, and when it does not get it comes back RETRY_NS later, so nobody can make a
 * probe late.
 *
 * Publishing costs time in proportion to the number of targets, so it waits for a gap: not while a
 * deadline is nearer than GAP_NS. A schedule without gaps would starve the readers; after
 * WORKER_PUBLISH_NS of waiting for one the snapshot is published all the same. */
#include "host/worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"
#include "host/clock_state.h"
#include "host/entropy.h"
#include "host/host.h"
#include "host/thread.h"

#define RETRY_NS (200 * NS_PER_US)
#define GAP_NS NS_PER_MS

struct worker {
    pthread_t thread;
    pthread_mutex_t mutex;
    /* Under the mutex. */
    struct spec_set *pending;
    struct snapshot *published;
    bool wants_stop;
    bool is_current; /* `published` is of the latest targets that were handed over */
    pthread_cond_t became_current;
    /* The thread's own. */
    struct host *host;
    struct engine *engine;
    struct clock_state clock;
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
    struct spec_set *set = worker->pending;
    worker->pending = NULL;
    bool wants_stop = worker->wants_stop;
    pthread_mutex_unlock(&worker->mutex);
    if (wants_stop) {
        host_stop(worker->host);
    }
    if (set != NULL) {
        engine_apply(worker->engine, set, now);
        spec_set_unref(set);
        worker->publish_due = now.mono;
    }
    return true;
}

/* Exchanges the published snapshot. False when the mutex is busy. */
static bool publish(struct worker *worker)
{
    struct snapshot *snapshot = engine_snapshot(worker->engine);
    if (pthread_mutex_trylock(&worker->mutex) != 0) {
        snapshot_unref(snapshot);
        return false;
    }
    struct snapshot *old = worker->published;
    worker->published = snapshot;
    worker->is_current = worker->pending == NULL;
    pthread_cond_broadcast(&worker->became_current);
    pthread_mutex_unlock(&worker->mutex);
    snapshot_unref(old);
    return true;
}

static bool has_gap(const struct worker *worker, struct instant now)
{
    struct machine machine = engine_machine(worker->engine);
    struct mono deadline = machine.ops->deadline(machine.self);
    return !mono_is_before(deadline, mono_add(now.mono, GAP_NS));
}

/* Publishes when that is due; returns when to come back. */
static struct mono publish_when_due(struct worker *worker, struct instant now)
{
    uint64_t generation = engine_generation(worker->engine);
    if (generation == worker->published_generation) {
        return MONO_NEVER;
    }
    if (mono_is_before(now.mono, worker->publish_due)) {
        return worker->publish_due;
    }
    if (!worker->is_waiting) {
        worker->is_waiting = true;
        worker->publish_due = now.mono;
    }
    struct mono latest = mono_add(worker->publish_due, WORKER_PUBLISH_NS);
    if (mono_is_before(now.mono, latest) && !has_gap(worker, now)) {
        return mono_min(latest, mono_add(now.mono, GAP_NS));
    }
    if (!publish(worker)) {
        return mono_add(now.mono, RETRY_NS);
    }
    worker->published_generation = generation;
    worker->is_waiting = false;
    worker->publish_due = mono_add(now.mono, WORKER_PUBLISH_NS);
    return MONO_NEVER;
}

/* Once a second, in a gap: returns when to come back. */
static struct mono read_clock_when_due(struct worker *worker, struct instant now)
{
    if (mono_is_before(now.mono, worker->clock_due)) {
        return worker->clock_due;
    }
    bool is_starving = mono_is_before(mono_add(worker->clock_due, CLOCK_STATE_PERIOD_NS), now.mono);
    if (!has_gap(worker, now) && !is_starving) {
        return mono_add(now.mono, GAP_NS);
    }
    clock_state_read(&worker->clock);
    engine_set_clock(worker->engine, &worker->clock);
    worker->clock_due = mono_add(now.mono, CLOCK_STATE_PERIOD_NS);
    return worker->clock_due;
}

static struct mono worker_after(void *context, struct instant now)
{
    struct worker *worker = context;
    struct mono orders = take_orders(worker, now) ? MONO_NEVER : mono_add(now.mono, RETRY_NS);
    return mono_min(mono_min(orders, publish_when_due(worker, now)),
                    read_clock_when_due(worker, now));
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
    engine_free(worker->engine);
    spec_set_unref(worker->pending);
    snapshot_unref(worker->published);
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
    worker->published = snapshot_new(0);
    worker->published_generation = engine_generation(worker->engine);
    struct host_hook hook = {.after = worker_after, .context = worker};
    worker->host = host_new(engine_machine(worker->engine), hook);
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
    pthread_mutex_lock(&worker->mutex);
    struct spec_set *replaced = worker->pending;
    worker->pending = spec_set_ref(set);
    worker->is_current = false;
    pthread_mutex_unlock(&worker->mutex);
    spec_set_unref(replaced);
    host_wake(worker->host);
}

void worker_await(struct worker *worker)
{
    pthread_mutex_lock(&worker->mutex);
    while (!worker->is_current) {
        pthread_cond_wait(&worker->became_current, &worker->mutex);
    }
    pthread_mutex_unlock(&worker->mutex);
}

struct snapshot *worker_acquire(struct worker *worker)
{
    pthread_mutex_lock(&worker->mutex);
    struct snapshot *snapshot = snapshot_ref(worker->published);
    pthread_mutex_unlock(&worker->mutex);
    return snapshot;
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
