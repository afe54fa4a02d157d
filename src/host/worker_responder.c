/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The answering thread. Its start is a question with an answer (are all ports open?), so whoever
 * starts it waits once; after that, as in worker.c, the thread only tries the lock. */
#include "host/worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "host/entropy.h"
#include "host/host.h"
#include "host/thread.h"

#define RETRY_NS (200 * NS_PER_US)

enum start { START_WAITING, START_LISTENING, START_FAILED };

struct responder_worker {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t started;
    /* Under the mutex. */
    enum start start;
    struct addr failed;
    int error;
    bool wants_stop;
    struct responder_stats published;
    /* The thread's own. */
    struct host *host;
    struct reflect *reflect;
    bool is_started;
    bool is_stopping;
    struct responder_stats last; /* what was published last */
    struct mono publish_due;
};

/* Padding included: it is compared as bytes. */
static void count_all(const struct responder_worker *worker, struct responder_stats *out)
{
    memset(out, 0, sizeof *out);
    memcpy(&out->reflect, reflect_stats(worker->reflect), sizeof out->reflect);
    out->socket_drops = host_stats(worker->host)->socket_drops;
}

/* Tells the starter how it went, once. The lock is waited for: nothing is being answered yet. */
static void report_start(struct responder_worker *worker)
{
    int error = 0;
    const struct addr *failed = reflect_listen_error(worker->reflect, &error);
    if (failed == NULL && !reflect_is_listening(worker->reflect)) {
        return;
    }
    worker->is_started = true;
    pthread_mutex_lock(&worker->mutex);
    worker->start = failed == NULL ? START_LISTENING : START_FAILED;
    count_all(worker, &worker->published);
    if (failed != NULL) {
        worker->failed = *failed;
        worker->error = error;
    }
    pthread_cond_signal(&worker->started);
    pthread_mutex_unlock(&worker->mutex);
}

/* False when the mutex is busy. */
static bool take_orders(struct responder_worker *worker)
{
    if (pthread_mutex_trylock(&worker->mutex) != 0) {
        return false;
    }
    bool wants_stop = worker->wants_stop;
    pthread_mutex_unlock(&worker->mutex);
    if (wants_stop && !worker->is_stopping) {
        worker->is_stopping = true;
        reflect_stop(worker->reflect);
        host_stop(worker->host);
    }
    return true;
}

/* Publishes when something changed and it is due; returns when to come back. */
static struct mono publish_when_due(struct responder_worker *worker, struct instant now)
{
    struct responder_stats stats;
    if (mono_is_before(now.mono, worker->publish_due)) {
        return worker->publish_due;
    }
    count_all(worker, &stats);
    if (memcmp(&stats, &worker->last, sizeof stats) == 0) {
        return MONO_NEVER;
    }
    if (pthread_mutex_trylock(&worker->mutex) != 0) {
        return mono_add(now.mono, RETRY_NS);
    }
    worker->published = stats;
    pthread_mutex_unlock(&worker->mutex);
    memcpy(&worker->last, &stats, sizeof worker->last);
    worker->publish_due = mono_add(now.mono, WORKER_PUBLISH_NS);
    return MONO_NEVER;
}

static struct mono responder_after(void *context, struct instant now)
{
    struct responder_worker *worker = context;
    if (!worker->is_started) {
        report_start(worker);
    }
    struct mono orders = take_orders(worker) ? MONO_NEVER : mono_add(now.mono, RETRY_NS);
    return mono_min(orders, publish_when_due(worker, now));
}

static void *responder_run(void *context)
{
    struct responder_worker *worker = context;
    host_run(worker->host);
    return NULL;
}

static void responder_free(struct responder_worker *worker)
{
    host_free(worker->host);
    reflect_free(worker->reflect);
    pthread_cond_destroy(&worker->started);
    pthread_mutex_destroy(&worker->mutex);
    free(worker);
}

/* 0 or -errno. */
static int responder_launch(struct responder_worker *worker)
{
    struct host_hook hook = {.after = responder_after, .context = worker};
    worker->host = host_new(reflect_machine(worker->reflect), hook);
    if (worker->host == NULL) {
        return -errno;
    }
    return thread_start(&worker->thread, "respond", responder_run, worker);
}

struct responder_worker *responder_worker_start(const struct reflect_settings *settings,
                                                struct addr *failed, int *error)
{
    struct responder_worker *worker = mem_alloc(1, sizeof *worker);
    pthread_mutex_init(&worker->mutex, NULL);
    pthread_cond_init(&worker->started, NULL);
    struct reflect_seed seed;
    entropy_fill(seed.bytes, sizeof seed.bytes);
    worker->reflect = reflect_new(settings, &seed);
    int launch_error = responder_launch(worker);
    if (launch_error != 0) {
        *failed = (struct addr){0};
        *error = -launch_error;
        responder_free(worker);
        return NULL;
    }
    pthread_mutex_lock(&worker->mutex);
    while (worker->start == START_WAITING) {
        pthread_cond_wait(&worker->started, &worker->mutex);
    }
    bool is_listening = worker->start == START_LISTENING;
    pthread_mutex_unlock(&worker->mutex);
    if (!is_listening) {
        *failed = worker->failed;
        *error = worker->error;
        responder_worker_stop(worker, NULL);
        return NULL;
    }
    return worker;
}

void responder_worker_stats(struct responder_worker *worker, struct responder_stats *out)
{
    pthread_mutex_lock(&worker->mutex);
    *out = worker->published;
    pthread_mutex_unlock(&worker->mutex);
}

void responder_worker_stop(struct responder_worker *worker, struct responder_stats *last)
{
    if (worker == NULL) {
        return;
    }
    pthread_mutex_lock(&worker->mutex);
    worker->wants_stop = true;
    pthread_mutex_unlock(&worker->mutex);
    host_wake(worker->host);
    pthread_join(worker->thread, NULL);
    if (last != NULL) {
        count_all(worker, last);
    }
    responder_free(worker);
}
