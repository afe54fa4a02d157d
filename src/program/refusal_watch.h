/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Writes whom a responder refused into the log (refusal_log.h), from a thread that answers nobody.
 */
#ifndef PROGRAM_REFUSAL_WATCH_H
#define PROGRAM_REFUSAL_WATCH_H

#include "host/responder_team.h"
#include "program/refusal_log.h"

/* How often to look. */
#define REFUSAL_WATCH_NS NS_PER_SECOND

/* All 0 to begin with. */
struct refusal_watch {
    struct mono next; /* when to look again */
    struct refusal_log logs[REFLECT_WORKERS_MAX]; /* of each worker */
    struct refusals refusals; /* that were read last */
};

/* Looks when it is time; returns when to come back. */
struct mono refusal_watch(struct refusal_watch *watch, struct responder_team *team,
                          struct mono now);

#endif
