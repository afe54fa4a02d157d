/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A responder of one or more workers (responder_worker.h), each a thread. Several share their ports
 * (port_group.h) and their limits; what they count is summed. The functions may be called by any
 * thread but the workers'. */
#ifndef HOST_RESPONDER_TEAM_H
#define HOST_RESPONDER_TEAM_H

#include "host/responder_worker.h"

struct responder_team;

/* Starts settings->workers threads and waits until every address is open. On failure returns NULL;
 * *failed and *error are as of responder_worker_start. */
struct responder_team *responder_team_start(const struct reflect_settings *settings,
                                            struct addr *failed, int *error);

/* How many workers it has. */
unsigned responder_team_size(const struct responder_team *team);

/* The sum of the published counters, at most WORKER_PUBLISH_NS (worker.h) old; or as they are now,
 * for which it waits. */
void responder_team_stats(struct responder_team *team, struct responder_stats *out);
void responder_team_stats_now(struct responder_team *team, struct responder_stats *out);

/* Whom one worker refused (reflect/refusals.h): a source is always the same worker's. */
void responder_team_refusals(struct responder_team *team, unsigned worker, struct refusals *out);

/* Whom all workers serve (reflect/roster.h), and since when. */
void responder_team_roster(struct responder_team *team, struct roster *out, struct wall *since);

/* Wakes one worker, and returns worker_turns of it. */
uint64_t responder_team_nudge(struct responder_team *team, unsigned worker);

/* As responder_worker_change, of all workers. */
int responder_team_change(struct responder_team *team, const struct reflect_settings *before,
                          const struct reflect_settings *settings, struct addr *failed);

/* As responder_worker_stop; the sum of the final counters goes to `last`. */
void responder_team_stop(struct responder_team *team, struct responder_stats *last);

#endif
