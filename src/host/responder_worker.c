/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The result of the start or of a change (are all addresses open?) is published like the counters;
 * the thread that wants it waits for it. */
#include "host/responder_worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "host/clock.h"
#include "host/clock_state.h"
#include "host/entropy.h"
#include "host/worker.h"
#include "reflect/refusals.h"
#include "reflect/roster.h"

/* How often to look whether every address is open, while somebody waits for that. */
#define START_STEP_NS NS_PER_MS

enum start { START_WAITING, START_LISTENING, START_FAILED };

struct responder_worker {
    struct worker *worker;
    struct reflect *reflect; /* belongs to the thread */
    struct mono publish_due; /* belongs to the thread */
    bool must_publish; /* belongs to the thread */
    struct mono clock_due; /* belongs to the thread: when to ask for the state of the clock */
    /* Handed over under the mutex: what is wanted of the thread. */
    const struct reflect_settings *wanted; /* lives until it is taken; NULL: nothing */
    bool wants_stats; /* until they are published */
    /* Written by the thread only, and under the mutex. */
    enum start start;
    struct addr failed;
    int error;
    struct responder_stats published;
    struct refusals refusals;
    struct roster roster;
    struct wall since; /* unchanging */
};

/* Sets the padding, too: counters are compared as bytes. */
static void count_all(const struct responder_worker *worker, struct responder_stats *out)
{
    memset(out, 0, sizeof *out);
    memcpy(&out->reflect, reflect_stats(worker->reflect), sizeof out->reflect);
    out->socket_drops = worker_stats(worker->worker)->socket_drops;
}

/* How the start has ended; START_WAITING: it has not yet. */
static enum start judge_start(const struct responder_worker *worker)
{
    int error;
    if (reflect_listen_error(worker->reflect, &error) != NULL) {
        return START_FAILED;
    }
    return reflect_is_listening(worker->reflect) ? START_LISTENING : START_WAITING;
}

/* Mutex locked. */
static void take(void *self)
{
    struct responder_worker *worker = self;
    if (worker->wanted != NULL) {
        reflect_change(worker->reflect, worker->wanted);
        worker->wanted = NULL;
        worker->start = START_WAITING;
    }
    worker->must_publish = worker->wants_stats;
}

/* Replies of STAMP say how good our clock is. */
static struct mono work(void *self, struct instant now)
{
    struct responder_worker *worker = self;
    if (!reflect_tells_clock(worker->reflect)) {
        return MONO_NEVER;
    }
    if (!mono_is_before(now.mono, worker->clock_due)) {
        struct clock_state clock = {0};
        clock_state_read(&clock);
        reflect_set_clock(worker->reflect, &clock);
        worker->clock_due = mono_add(now.mono, CLOCK_STATE_PERIOD_NS);
    }
    return worker->clock_due;
}

static struct mono publish_due(void *self, struct instant now)
{
    const struct responder_worker *worker = self;
    struct responder_stats stats;
    if (worker->start == START_WAITING && judge_start(worker) != START_WAITING) {
        return now.mono;
    }
    if (worker->must_publish) {
        return now.mono;
    }
    if (worker->start == START_WAITING) { /* a change may be done without an event */
        return mono_add(now.mono, START_STEP_NS);
    }
    if (mono_is_before(now.mono, worker->publish_due)) {
        return worker->publish_due;
    }
    count_all(worker, &stats);
    bool is_new = memcmp(&stats, &worker->published, sizeof stats) != 0;
    return is_new ? now.mono : MONO_NEVER;
}

static struct mono publish(void *self, struct instant now)
{
    struct responder_worker *worker = self;
    if (worker->start == START_WAITING) {
        worker->start = judge_start(worker);
        if (worker->start == START_FAILED) {
            worker->failed = *reflect_listen_error(worker->reflect, &worker->error);
        }
    }
    count_all(worker, &worker->published);
    worker->refusals = *reflect_refusals(worker->reflect);
    reflect_tell_roster(worker->reflect, &worker->roster);
    if (worker->must_publish) {
        worker->wants_stats = worker->must_publish = false;
    }
    worker->publish_due = mono_add(now.mono, WORKER_PUBLISH_NS);
    return MONO_NEVER;
}

static void stop(void *self)
{
    const struct responder_worker *worker = self;
    reflect_stop(worker->reflect);
}

static const struct worker_ops ops = {
    .name = "respond",
    .take = take,
    .work = work,
    .publish_due = publish_due,
    .publish = publish,
    .stop = stop,
};

static void responder_worker_free(struct responder_worker *worker)
{
    worker_free(worker->worker);
    reflect_free(worker->reflect);
    free(worker);
}

/* Waits until the thread has published how its start ended, or the change to these settings. */
static enum start await_start(struct responder_worker *worker,
                              const struct reflect_settings *wanted)
{
    worker_lock(worker->worker);
    worker->wanted = wanted;
    worker_wake(worker->worker);
    while (worker->wanted != NULL || worker->start == START_WAITING) {
        worker_wait(worker->worker);
    }
    enum start start = worker->start;
    worker_unlock(worker->worker);
    return start;
}

struct responder_worker *responder_worker_start(const struct reflect_settings *settings,
                                                const struct port_member *member,
                                                struct addr *failed, int *error)
{
    struct responder_worker *worker = mem_alloc(1, sizeof *worker);
    struct reflect_seed seed;
    entropy_fill(seed.bytes, sizeof seed.bytes);
    worker->since = clock_now().wall;
    worker->reflect = reflect_new(settings, &seed);
    worker->worker = worker_new(reflect_machine(worker->reflect), &ops, worker);
    if (worker->worker != NULL && member != NULL) {
        worker_share_ports(worker->worker, member);
    }
    int start_error = worker->worker == NULL ? -errno : worker_start(worker->worker);
    if (start_error != 0) {
        *failed = (struct addr){0};
        *error = -start_error;
        responder_worker_free(worker);
        return NULL;
    }
    if (await_start(worker, NULL) == START_FAILED) {
        *failed = worker->failed;
        *error = worker->error;
        responder_worker_stop(worker, NULL);
        return NULL;
    }
    return worker;
}

void responder_worker_stats(struct responder_worker *worker, struct responder_stats *out)
{
    worker_lock(worker->worker);
    *out = worker->published;
    worker_unlock(worker->worker);
}

void responder_worker_refusals(struct responder_worker *worker, struct refusals *out)
{
    worker_lock(worker->worker);
    *out = worker->refusals;
    worker_unlock(worker->worker);
}

void responder_worker_roster(struct responder_worker *worker, struct roster *out,
                             struct wall *since)
{
    worker_lock(worker->worker);
    *out = worker->roster;
    worker_unlock(worker->worker);
    *since = worker->since;
}

uint64_t responder_worker_nudge(struct responder_worker *worker)
{
    worker_wake(worker->worker);
    return worker_turns(worker->worker);
}

void responder_worker_stats_now(struct responder_worker *worker, struct responder_stats *out)
{
    worker_lock(worker->worker);
    worker->wants_stats = true;
    worker_wake(worker->worker);
    while (worker->wants_stats) {
        worker_wait(worker->worker);
    }
    *out = worker->published;
    worker_unlock(worker->worker);
}

int responder_worker_change(struct responder_worker *worker, const struct reflect_settings *before,
                            const struct reflect_settings *settings, struct addr *failed)
{
    if (await_start(worker, settings) == START_LISTENING) {
        return 0;
    }
    int error = worker->error;
    *failed = worker->failed;
    await_start(worker, before);
    return error;
}

void responder_worker_stop(struct responder_worker *worker, struct responder_stats *last)
{
    if (worker == NULL) {
        return;
    }
    worker_stop(worker->worker);
    if (last != NULL) {
        count_all(worker, last);
    }
    responder_worker_free(worker);
}
