/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A target's life in an engine: wait for the start, run the probe, close the round, next start.
 * A run that overruns its period makes the starts it covers skip: counted, never queued. The wait
 * for late replies is no run: it ends when the next start is due. */
#ifndef ENGINE_SESSION_H
#define ENGINE_SESSION_H

#include <stdbool.h>

#include "base/heap.h"
#include "engine/evidence.h"
#include "engine/report.h"
#include "probe/probe.h"

/* The wait for late replies ends this long before the next start of its target. */
#define SESSION_GAP_NS (10 * NS_PER_MS)

/* What its schedule still needs. */
enum session_plan {
    PLAN_IS_MADE,
    PLAN_CONTINUE, /* the next start by a new frequency or life */
    PLAN_BEGIN, /* the first start, of a new target or by a new `start` */
};

struct session {
    struct heap_item due; /* first member: the heap hands it back */
    /* What each packet needs, together with the beginning of the probe: a thread has more sessions
     * than its cache. */
    struct mono next_start; /* MONO_NEVER: pending, or its life is over */
    struct mono cut_at; /* then what runs is cut short; MONO_NEVER: not at all */
    uint32_t slot; /* the owner number on its channels */
    bool is_running;
    bool was_cut; /* what runs, or ran last */
    bool starts_now; /* whatever its spec says */
    bool is_leaving; /* its target was removed: close and go */
    struct probe probe;

    uint32_t position; /* in the set */
    uint64_t change; /* the latest that has this target */
    enum session_plan plan;
    struct session *next_news, **news_link; /* those whose report is to be published */
    const struct spec *spec; /* a reference: of the target now; of what runs, see probe.spec */
    struct mono first_start; /* its life begins; MONO_NEVER: pending */
    struct mono latest_start; /* the first one until there was one */
    struct mono second_start; /* when that is not a period after the first; else MONO_NEVER */
    struct wall next_wall; /* the start by the wall clock, when it was planned; 0: none */
    struct mono life_end;
    uint64_t missed_starts; /* not yet in the tally */
    int64_t phase_ns; /* of its starts, on the wall clock */
    bool is_booked; /* in the calendar, */
    int64_t delay_ns; /* with this delay */
    struct history *history; /* a reference; NULL: nothing to keep yet */
    struct report *report; /* the latest, never NULL: its tally is the session's */
    struct report_yard *yard; /* for the next ones */
    struct evidence_record *record; /* of what runs; NULL: nothing is recorded yet */
};

/* A session that does not start anything yet. `seed` is as for probe_init, `yard` for
 * report_alloc. */
void session_init(struct session *session, uint32_t slot, const struct spec *spec,
                  const uint8_t seed[HANDSHAKE_SEED_BYTES], struct report_yard *yard);
void session_fini(struct session *session);

/* Makes the plan that it needs; of one whose operation runs, when that ends. First start: the first
 * moment from now on that is congruent to `phase_ns` (calendar_phase_ns) modulo the frequency, or
 * modulo a minute when that is a minute or more away, on the wall clock, and `delay_ns` later; or
 * as the spec's `start` says; or now, when `start_now`. */
void session_plan(struct session *session, int64_t phase_ns, bool start_now, struct instant now);

/* Continues under `spec`: the same target (spec_is_same_target). A running operation ends by the
 * rules it began with, but for one whose peer changed: that is abandoned and counts nowhere. When
 * the schedule changed, session->plan says so. */
void session_update(struct session *session, const struct spec *spec, struct instant now);

/* Its target was removed: ends what runs; session_is_gone soon after. */
void session_leave(struct session *session);

/* What session_poll shares with the engine. */
struct session_env {
    uint8_t *scratch; /* IO_DATAGRAM_MAX bytes */
    struct engine_stats *stats;
    const struct clock_state *clock; /* ours */
    struct evidence_store *evidence;
    bool has_news; /* set when there is a new report */
};

/* True: perform *fx, then poll again. */
bool session_poll(struct session *session, struct instant now, struct fx *fx,
                  struct session_env *env);

/* When it must be polled again; MONO_NEVER when it is gone. */
struct mono session_deadline(const struct session *session);

/* Is leaving and has closed what it opened. */
bool session_is_gone(const struct session *session);

#endif
