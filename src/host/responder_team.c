/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/responder_team.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "reflect/replay.h"
#include "reflect/roster.h"

struct responder_team {
    unsigned count;
    struct responder_worker *workers[REFLECT_WORKERS_MAX];
    struct port_groups *groups; /* NULL: one worker */
    struct reflect_team shared;
    struct replay_memory replays; /* unless the settings have one */
};

/* The settings of each worker: what several have in common is the team's. */
static struct reflect_settings settings_of(struct responder_team *team,
                                           const struct reflect_settings *settings)
{
    struct reflect_settings out = *settings;
    if (team->groups != NULL) {
        out.team = &team->shared;
        out.replays = settings->replays != NULL ? settings->replays : &team->replays;
    }
    return out;
}

struct responder_team *responder_team_start(const struct reflect_settings *settings,
                                            struct addr *failed, int *error)
{
    struct responder_team *team = mem_alloc(1, sizeof *team);
    unsigned count = settings->workers;
    assert(count >= 1 && count <= REFLECT_WORKERS_MAX &&
           REFLECT_WORKERS_MAX <= PORT_GROUP_WORKERS_MAX);
    team->groups = count > 1 ? port_groups_new(count) : NULL;
    const struct reflect_settings own = settings_of(team, settings);
    for (unsigned i = 0; i < count; i++) {
        const struct port_member member = {team->groups, i};
        team->workers[i] = responder_worker_start(&own, &member, failed, error);
        if (team->workers[i] == NULL) {
            responder_team_stop(team, NULL);
            return NULL;
        }
        team->count++;
    }
    return team;
}

unsigned responder_team_size(const struct responder_team *team)
{
    return team->count;
}

/* The first of `parts` becomes the sum of all. */
static void add_up(struct responder_stats *sum, unsigned number, const struct responder_stats *part)
{
    if (number == 0) {
        *sum = *part;
        return;
    }
    reflect_stats_add(&sum->reflect, &part->reflect);
    sum->socket_drops += part->socket_drops;
}

void responder_team_stats(struct responder_team *team, struct responder_stats *out)
{
    for (unsigned i = 0; i < team->count; i++) {
        struct responder_stats part;
        responder_worker_stats(team->workers[i], &part);
        add_up(out, i, &part);
    }
}

void responder_team_stats_now(struct responder_team *team, struct responder_stats *out)
{
    for (unsigned i = 0; i < team->count; i++) {
        struct responder_stats part;
        responder_worker_stats_now(team->workers[i], &part);
        add_up(out, i, &part);
    }
}

void responder_team_refusals(struct responder_team *team, unsigned worker, struct refusals *out)
{
    responder_worker_refusals(team->workers[worker], out);
}

void responder_team_roster(struct responder_team *team, struct roster *out, struct wall *since)
{
    responder_worker_roster(team->workers[0], out, since);
    for (unsigned i = 1; i < team->count; i++) {
        struct roster other;
        struct wall ignored;
        responder_worker_roster(team->workers[i], &other, &ignored);
        roster_join(out, &other);
    }
}

uint64_t responder_team_nudge(struct responder_team *team, unsigned worker)
{
    return responder_worker_nudge(team->workers[worker]);
}

/* When one worker cannot, those before it go back. */
int responder_team_change(struct responder_team *team, const struct reflect_settings *before,
                          const struct reflect_settings *settings, struct addr *failed)
{
    const struct reflect_settings old = settings_of(team, before);
    const struct reflect_settings wanted = settings_of(team, settings);
    for (unsigned i = 0; i < team->count; i++) {
        int error = responder_worker_change(team->workers[i], &old, &wanted, failed);
        struct addr ignored;
        while (error != 0 && i-- > 0) {
            (void)responder_worker_change(team->workers[i], &wanted, &old, &ignored);
        }
        if (error != 0) {
            return error;
        }
    }
    return 0;
}

void responder_team_stop(struct responder_team *team, struct responder_stats *last)
{
    if (team == NULL) {
        return;
    }
    for (unsigned i = 0; i < team->count; i++) {
        struct responder_stats part;
        responder_worker_stop(team->workers[i], &part);
        if (last != NULL) {
            add_up(last, i, &part);
        }
    }
    port_groups_free(team->groups);
    free(team);
}
