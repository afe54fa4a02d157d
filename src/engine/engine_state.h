/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What engine.c (who runs when) and change.c (who is there) share. */
#ifndef ENGINE_ENGINE_STATE_H
#define ENGINE_ENGINE_STATE_H

#include "base/heap.h"
#include "engine/calendar.h"
#include "engine/engine.h"
#include "engine/evidence.h"
#include "engine/session.h"

/* The sessions of a set, and how to find one by name: open addressing, at most half full. */
struct roster {
    struct session **order;
    size_t count;
    struct session **cells;
    size_t mask;
};

/* In the order of the phases of a change. */
enum change_phase {
    CHANGE_GATHER, /* finds or makes the session of each target; nothing starts or ends yet */
    CHANGE_LEAVE, /* sends off the old ones that are not in the set */
    CHANGE_PLACE, /* starts the new ones */
    CHANGE_IN_FORCE,
};

struct change {
    struct spec_set *set;
    struct history **pasts; /* of new targets, in the order of the set, those that were not taken;
                               NULL: none */
    struct roster roster; /* the new one; after GATHER the old one, to be freed */
    enum change_phase phase;
    size_t at; /* the next target of the phase */
    struct snapshot *published; /* the new one; once it is, the one before */
};

struct engine {
    struct engine_options options;
    struct session **slots; /* NULL: free */
    size_t slot_count;
    size_t free_hint; /* no free slot below it */
    struct roster roster;
    struct change *change; /* being taken in, until it is published */
    uint64_t changes; /* ever */
    struct snapshot *published;
    struct report_yard *yard;
    struct desk_room desks;
    struct session *news; /* whose report is newer than the published one */
    struct heap heap;
    struct calendar calendar;
    struct session *active;
    struct engine_stats stats;
    struct clock_state clock;
    struct evidence_store evidence;
    uint64_t generation;
    uint64_t session_count; /* ever */
    uint8_t scratch[IO_DATAGRAM_MAX];
};

/* Earlier than any deadline: the session is polled next. */
#define ENGINE_AT_ONCE ((struct mono){INT64_MIN})

/* A session in a slot, not yet in the heap. */
struct session *engine_add_session(struct engine *engine, const struct spec *spec);

/* Its packets leave the calendar, where they stand by `spec`. */
void engine_unbook(struct engine *engine, struct session *session, const struct spec *spec);

/* Closes what it has open and goes with the next poll. */
void engine_send_off(struct engine *engine, struct session *session);

#endif
