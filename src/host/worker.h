/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A measuring thread: one host and one engine, or one host and one responder. Configuration goes in
 * (latest wins), snapshots come out (latest only); both crossings are one mutex held for a few
 * instructions, and the worker's side never waits for it. */
#ifndef HOST_WORKER_H
#define HOST_WORKER_H

#include "base/addr.h"
#include "base/time.h"
#include "engine/engine.h"
#include "engine/report.h"
#include "probe/spec.h"
#include "reflect/reflect.h"

/* What changed is published at most once in this time; after worker_apply at once. */
#define WORKER_PUBLISH_NS (250 * NS_PER_MS)

/* Packets that become due within this time may leave together. */
#define WORKER_TICK_NS NS_PER_MS

struct worker;

/* Starts a thread with an empty engine. NULL with errno set when the system refuses. */
struct worker *worker_start(const uint8_t start_key[SIPHASH_KEY_BYTES]);

/* Hands over a new set of targets (takes a reference); replaces one that is still pending. */
void worker_apply(struct worker *worker, struct spec_set *set);

/* Waits until a snapshot of the latest targets is published: some milliseconds. */
void worker_await(struct worker *worker);

/* The latest snapshot, the caller's reference. Never NULL: empty before the first targets. */
struct snapshot *worker_acquire(struct worker *worker);

/* Its thread is one of real time from now on, or no longer. 0 or -errno, as thread_set_realtime. */
int worker_set_realtime(struct worker *worker, bool is_realtime);

/* Ends the thread and frees everything. NULL is fine. */
void worker_stop(struct worker *worker);

struct responder_worker;

struct responder_stats {
    struct reflect_stats reflect;
    uint64_t socket_drops; /* datagrams lost in its sockets: this host was too slow */
};

/* Starts a thread with a responder and waits until every address is open. On failure returns NULL
 * and says which address failed and why (errno value). */
struct responder_worker *responder_worker_start(const struct reflect_settings *settings,
                                                struct addr *failed, int *error);

/* A copy of the latest published counters, at most WORKER_PUBLISH_NS old. */
void responder_worker_stats(struct responder_worker *worker, struct responder_stats *out);

/* Closes the ports, ends the thread and frees everything. The final counters go to `last` unless it
 * is NULL. A NULL worker is fine and leaves `last` untouched. */
void responder_worker_stop(struct responder_worker *worker, struct responder_stats *last);

#endif
