/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* All targets of one thread: sessions and a heap of their deadlines, behind the seam of probe/io.h.
 * Pure. Not thread-safe: one thread calls all of it, but for change_new and change_free. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stdbool.h>

#include "base/siphash.h"
#include "engine/evidence.h"
#include "engine/report.h"
#include "probe/io.h"
#include "probe/spec.h"

struct engine;

struct engine_options {
    uint8_t seed[32]; /* random bytes, so that what answers must repeat cannot be predicted */
    uint8_t start_key[SIPHASH_KEY_BYTES]; /* secret, so that neither can when targets start; the
                                             same key gives the same moments */
    bool start_now; /* first operations at once instead of at their phase: for the CLI */
};

struct engine *engine_new(const struct engine_options *options);

/* Frees it as it is; open channels are the host's to close. */
void engine_free(struct engine *engine);

struct machine engine_machine(struct engine *engine);

/* Makes `set` the targets. By name: what measures the same (spec_is_same_target) keeps its session
 * and counters and takes over the rest; what measures something else: a fresh session; gone:
 * finished at once. O(n). Takes no
 * reference on the set, only on its specs. For who has no packets to send meanwhile. */
void engine_apply(struct engine *engine, struct spec_set *set, struct instant now);

/* The same while packets leave: what O(n) there is to allocate and free is in the change and done
 * on another thread, and the rest in steps between packets. The new targets begin, and the old ones
 * end, with the last step. */
struct change;
struct change *change_new(struct spec_set *set); /* takes a reference */
/* What the new targets among them did before this program began: in the order of the set, NULL for
 * those of which nothing is known. Takes over the array and the references; before engine_begin. */
void change_set_pasts(struct change *change, struct history **pasts);
void change_free(struct change *change); /* NULL is fine */

/* Begins to take in `change`, which stays the caller's and is not freed before the change has been
 * published; none other is being taken in. */
void engine_begin(struct engine *engine, struct change *change);

/* One step: up to ENGINE_STEP_TARGETS targets that do not change, or as much other work. False when
 * the change is in force. */
#define ENGINE_STEP_TARGETS 256
bool engine_step(struct engine *engine, struct instant now);

/* What the system says of our clock; until then it counts as not synchronized. Takes effect on the
 * operations that end afterwards. */
void engine_set_clock(struct engine *engine, const struct clock_state *clock);

/* What its host has counted, for the next snapshot. */
void engine_set_io(struct engine *engine, const struct io_stats *io);

/* Ends what runs now, with a result as far as there is one (probe_cut_short). Poll afterwards. */
void engine_cut_short(struct engine *engine, struct instant now);

/* Counts up whenever there is something to publish. */
uint64_t engine_generation(const struct engine *engine);

/* Brings the published snapshot up to date, for at most `max` reports that are new; no change is
 * half taken in. True when all are in. */
bool engine_publish(struct engine *engine, size_t max);

/* What was published, in the order of the set: the engine's, and changed only by engine_publish and
 * engine_apply. To be read under a lock that excludes those, and copied with snapshot_copy. */
const struct snapshot *engine_published(const struct engine *engine);

/* Which operations are kept as evidence, and how much; of none unless this is called. */
void engine_set_evidence(struct engine *engine, const struct evidence_rules *rules);

/* What was published of it, the oldest first: the engine's, under the same lock. */
struct evidence *engine_evidence(const struct engine *engine);

/* For who publishes nothing: takes what is new, the oldest first; the caller's references. */
struct evidence *engine_take_evidence(struct engine *engine);

/* A new snapshot, in the order of the set; the caller's reference. O(n) pointers. */
struct snapshot *engine_snapshot(const struct engine *engine);

/* The ledger of the latest operation of target `index` (in the order of the set), until its next
 * start, when its spec keeps packets: for percentiles and per-packet output. */
struct samples engine_samples(const struct engine *engine, size_t index);

/* When its first packet was due, on the clock of the samples, ns; each next one an interval later.
 */
int64_t engine_first_due_ns(const struct engine *engine, size_t index);

#endif
