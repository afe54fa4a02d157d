/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "host/host.h"
#include "host/thread.h"

/* After this time the thread tries again to lock the mutex. */
#define RETRY_NS (200 * NS_PER_US)

struct worker {
    const struct worker_ops *ops;
    void *self;
    struct host *host;
    pthread_t thread;
    bool is_stopping; /* belongs to the thread */
    pthread_mutex_t mutex;
    pthread_cond_t published;
    bool wants_stop; /* under the mutex */
    atomic_uint_least64_t turns;
};

/* False when the mutex is locked by somebody else. */
static bool take(struct worker *worker)
{
    if (pthread_mutex_trylock(&worker->mutex) != 0) {
        return false;
    }
    bool wants_stop = worker->wants_stop;
    if (worker->ops->take != NULL) {
        worker->ops->take(worker->self);
    }
    pthread_mutex_unlock(&worker->mutex);
    if (wants_stop && !worker->is_stopping) {
        worker->is_stopping = true;
        if (worker->ops->stop != NULL) {
            worker->ops->stop(worker->self);
        }
        host_stop(worker->host);
    }
    return true;
}

/* Returns when to come back. */
static struct mono publish_when_due(struct worker *worker, struct instant now)
{
    struct mono due = worker->ops->publish_due(worker->self, now);
    if (mono_is_before(now.mono, due)) {
        return due;
    }
    if (pthread_mutex_trylock(&worker->mutex) != 0) {
        return mono_add(now.mono, RETRY_NS);
    }
    struct mono next = worker->ops->publish(worker->self, now);
    pthread_cond_broadcast(&worker->published);
    pthread_mutex_unlock(&worker->mutex);
    return next;
}

static struct mono after_events(void *context, struct instant now)
{
    struct worker *worker = context;
    atomic_fetch_add_explicit(&worker->turns, 1, memory_order_relaxed);
    struct mono next = take(worker) ? MONO_NEVER : mono_add(now.mono, RETRY_NS);
    if (worker->ops->work != NULL) {
        next = mono_min(next, worker->ops->work(worker->self, now));
    }
    return mono_min(next, publish_when_due(worker, now));
}

struct worker *worker_new(struct machine machine, const struct worker_ops *ops, void *self)
{
    struct worker *worker = mem_alloc(1, sizeof *worker);
    struct host_hook hook = {.after = after_events, .context = worker};
    worker->ops = ops;
    worker->self = self;
    worker->host = host_new(machine, hook);
    if (worker->host == NULL) {
        int error = errno;
        free(worker);
        errno = error;
        return NULL;
    }
    host_set_tick(worker->host, ops->tick_ns);
    pthread_mutex_init(&worker->mutex, NULL);
    pthread_cond_init(&worker->published, NULL);
    return worker;
}

void worker_share_ports(struct worker *worker, const struct port_member *member)
{
    host_share_ports(worker->host, member);
}

static void *run(void *context)
{
    struct worker *worker = context;
    host_run(worker->host);
    return NULL;
}

int worker_start(struct worker *worker)
{
    return thread_start(&worker->thread, worker->ops->name, run, worker);
}

void worker_lock(struct worker *worker)
{
    pthread_mutex_lock(&worker->mutex);
}

void worker_unlock(struct worker *worker)
{
    pthread_mutex_unlock(&worker->mutex);
}

void worker_wait(struct worker *worker)
{
    pthread_cond_wait(&worker->published, &worker->mutex);
}

void worker_wake(struct worker *worker)
{
    host_wake(worker->host);
}

uint64_t worker_turns(const struct worker *worker)
{
    return atomic_load_explicit(&worker->turns, memory_order_relaxed);
}

const struct io_stats *worker_stats(struct worker *worker)
{
    return host_stats(worker->host);
}

int worker_set_realtime(struct worker *worker, bool is_realtime)
{
    return thread_set_realtime(worker->thread, is_realtime);
}

void worker_stop(struct worker *worker)
{
    worker_lock(worker);
    worker->wants_stop = true;
    worker_unlock(worker);
    host_wake(worker->host);
    pthread_join(worker->thread, NULL);
}

void worker_free(struct worker *worker)
{
    if (worker == NULL) {
        return;
    }
    host_free(worker->host);
    pthread_cond_destroy(&worker->published);
    pthread_mutex_destroy(&worker->mutex);
    free(worker);
}
