/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A thread that runs one machine with a host of its own, and the mailbox through which other
 * threads talk to it. One mutex guards the mailbox. Other threads hold it for as long as a copy
 * takes; the worker's thread never waits for it: when it is locked, the thread tries again 200 us
 * later, so nobody can delay a packet. engine_worker.h and responder_worker.h are the two kinds of
 * worker. */
#ifndef HOST_WORKER_H
#define HOST_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"
#include "host/port_group.h"
#include "probe/io.h"

/* Results are published at most once within this time, unless somebody waits for them. */
#define WORKER_PUBLISH_NS (250 * NS_PER_MS)

struct worker;

/* One kind of worker. The functions run on the worker's thread, in this order after each batch of
 * events; `self` is theirs. A function that returns a time wants to be called again at that time at
 * the latest (MONO_NEVER: after the next batch). */
struct worker_ops {
    const char *name; /* of the thread, at most 15 characters */
    int64_t tick_ns; /* as in host_set_tick; 0: the thread wakes up for every event */
    /* Mutex locked: takes what other threads handed over, in a few instructions. May be NULL. */
    void (*take)(void *self);
    /* Does what is due beside the packets. May be NULL. */
    struct mono (*work)(void *self, struct instant now);
    /* When to publish: `now` or earlier: now; MONO_NEVER: there is nothing new. */
    struct mono (*publish_due)(void *self, struct instant now);
    /* Mutex locked: publishes. */
    struct mono (*publish)(void *self, struct instant now);
    /* Called once when the thread shall end: the machine closes its channels. May be NULL. */
    void (*stop)(void *self);
};

/* Makes a worker without starting its thread. `ops`, `self` and the machine must live until
 * worker_free. NULL with errno set when the system refuses (descriptors, memory). */
struct worker *worker_new(struct machine machine, const struct worker_ops *ops, void *self);

/* As host_share_ports. Before worker_start. */
void worker_share_ports(struct worker *worker, const struct port_member *member);

/* Starts the thread, once. 0 or -errno. */
int worker_start(struct worker *worker);

/* Any thread but the worker's: locks the mailbox, and unlocks it. */
void worker_lock(struct worker *worker);
void worker_unlock(struct worker *worker);

/* Mutex locked: waits until something was published, perhaps longer than that; check again. */
void worker_wait(struct worker *worker);

/* Any thread: the functions of `ops` are called soon. */
void worker_wake(struct worker *worker);

/* Any thread: how often the thread has come around, and called the functions of `ops`. When it does
 * not rise after worker_wake, the thread is stuck. */
uint64_t worker_turns(const struct worker *worker);

/* What its host has counted. The worker's thread, or any thread after worker_stop. */
const struct io_stats *worker_stats(struct worker *worker);

/* The thread gets real-time priority (SCHED_FIFO), or normal priority again. 0 or -errno, as
 * thread_set_realtime. */
int worker_set_realtime(struct worker *worker, bool is_realtime);

/* Ends the started thread and waits for its end. */
void worker_stop(struct worker *worker);

/* Closes the sockets and frees everything; the thread was stopped or never started. NULL is fine.
 */
void worker_free(struct worker *worker);

#endif
