/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "program/people.h"

#include "host/clock.h"

void people_read(struct responder_team *team, struct responder_people *out)
{
    responder_team_roster(team, &out->roster, &out->since);
    responder_team_refusals(team, 0, &out->refusals);
    for (unsigned i = 1; i < responder_team_size(team); i++) {
        struct refusals other;
        responder_team_refusals(team, i, &other);
        refusals_add(&out->refusals, &other);
    }
    out->now = clock_now().mono;
}
