/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* All targets of one thread: sessions and a heap of their deadlines, behind the seam of probe/io.h.
 * Pure. Not thread-safe: one thread calls all of it. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stdbool.h>

#include "engine/report.h"
#include "probe/io.h"
#include "probe/spec.h"

struct engine;

struct engine_options {
    uint8_t seed[32]; /* random bytes, so that what version 2 draws cannot be predicted */
    bool start_now; /* first operations at once instead of at their phase: for the CLI */
};

struct engine *engine_new(const struct engine_options *options);

/* Frees it as it is; open channels are the host's to close. */
void engine_free(struct engine *engine);

struct machine engine_machine(struct engine *engine);

/* Makes `set` the targets. By name: same target: keeps its session, counters and phase (and changes
 * the address if that moved); changed: a fresh session; gone: finished at once. O(n). Takes no
 * reference on the set, only on its specs. */
void engine_apply(struct engine *engine, const struct spec_set *set, struct instant now);

/* What the system says of our clock; until then it counts as not synchronized. Takes effect on the
 * operations that end afterwards. */
void engine_set_clock(struct engine *engine, const struct clock_state *clock);

/* Counts up whenever a new snapshot would differ from the last. */
uint64_t engine_generation(const struct engine *engine);

/* A new snapshot, in the order of the set; the caller's reference. O(n) pointers. */
struct snapshot *engine_snapshot(const struct engine *engine);

/* The ledger of the latest operation of target `index` (in the order of the set), until its next
 * start: for percentiles and per-packet output. */
struct samples engine_samples(const struct engine *engine, size_t index);

#endif
