/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A worker that runs one engine: a measuring thread. Targets go in (the latest set wins), snapshots
 * come out (the latest only). The functions may be called by any thread but the worker's. */
#ifndef HOST_ENGINE_WORKER_H
#define HOST_ENGINE_WORKER_H

#include <stdbool.h>

#include "base/time.h"
#include "engine/evidence.h"
#include "engine/report.h"
#include "probe/spec.h"

/* On a busy thread, packets that become due within this time may leave together. */
#define ENGINE_WORKER_TICK_NS NS_PER_MS

struct engine_worker;

/* Starts a thread with an engine without targets. NULL with errno set when the system refuses. */
struct engine_worker *engine_worker_start(const uint8_t start_key[SIPHASH_KEY_BYTES]);

/* The same for somebody who waits for each result: it is published at once, and then `published`
 * is called on the worker's thread, which must not wait. Targets whose `start` is now begin at
 * once. */
struct engine_worker *engine_worker_start_prompt(void (*published)(void *context), void *context);

/* Hands over a new set of targets (takes a reference); replaces one that is still pending. */
void engine_worker_apply(struct engine_worker *worker, struct spec_set *set);

/* The same with what the new ones among them did before (change_set_pasts). */
void engine_worker_apply_with(struct engine_worker *worker, struct spec_set *set,
                              struct history **pasts);

/* Waits until a snapshot with the targets handed over last is published: some milliseconds. */
void engine_worker_await(struct engine_worker *worker);

/* The latest snapshot; the caller gets a reference. Never NULL: empty before the first targets. */
struct snapshot *engine_worker_acquire(struct engine_worker *worker);

/* As engine_set_evidence, from the next operations on. */
void engine_worker_set_evidence(struct engine_worker *worker, const struct evidence_rules *rules);

/* What is kept of the target `name`, the oldest first: the caller's references in *out, whose array
 * the caller frees. Returns how many. */
size_t engine_worker_evidence(struct engine_worker *worker, const char *name,
                              struct evidence ***out);

/* As worker_set_realtime. */
int engine_worker_set_realtime(struct engine_worker *worker, bool is_realtime);

/* Wakes the thread, and returns worker_turns. */
uint64_t engine_worker_nudge(struct engine_worker *worker);

/* Ends the thread and frees everything. NULL is fine. */
void engine_worker_stop(struct engine_worker *worker);

#endif
