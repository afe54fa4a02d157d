/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A worker that runs one responder: the answering thread. The functions may be called by any thread
 * but the worker's. */
#ifndef HOST_RESPONDER_WORKER_H
#define HOST_RESPONDER_WORKER_H

#include <stdint.h>

#include "base/addr.h"
#include "base/time.h"
#include "host/port_group.h"
#include "reflect/reflect.h"

struct responder_worker;

struct responder_stats {
    struct reflect_stats reflect;
    uint64_t socket_drops; /* datagrams lost because a receive buffer of ours was full */
};

/* Starts a thread with a responder and waits until every address is open. `member`: one of several
 * (responder_team.h); NULL: it has its ports for itself. On failure returns NULL;
 * *failed is the address that cannot be opened (ADDR_NONE: the thread cannot be started), *error
 * the errno value. */
struct responder_worker *responder_worker_start(const struct reflect_settings *settings,
                                                const struct port_member *member,
                                                struct addr *failed, int *error);

/* A copy of the published counters, at most WORKER_PUBLISH_NS (worker.h) old. */
void responder_worker_stats(struct responder_worker *worker, struct responder_stats *out);

/* A copy of whom it refused (reflect/refusals.h), as old. */
struct refusals;
void responder_worker_refusals(struct responder_worker *worker, struct refusals *out);

/* A copy of whom it serves (reflect/roster.h), and since when it runs, as old. */
struct roster;
void responder_worker_roster(struct responder_worker *worker, struct roster *out,
                             struct wall *since);

/* Wakes the thread, and returns worker_turns. */
uint64_t responder_worker_nudge(struct responder_worker *worker);
/* The counters as they are now: waits for the thread to publish them. */
void responder_worker_stats_now(struct responder_worker *worker, struct responder_stats *out);

/* Takes over other settings that reflect_may_change to, and waits for that; sessions live on. 0, or
 * an errno value: *failed is the permanent port that cannot be opened, and the worker has `before`,
 * its settings until now, again. */
int responder_worker_change(struct responder_worker *worker, const struct reflect_settings *before,
                            const struct reflect_settings *settings, struct addr *failed);

/* Closes the ports, ends the thread and frees everything. The final counters go to `last` unless it
 * is NULL. A NULL worker is fine and leaves `last` untouched. */
void responder_worker_stop(struct responder_worker *worker, struct responder_stats *last);

#endif
