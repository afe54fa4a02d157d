/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "reflect/roster.h"

/* The row of that source, else a free one, else the oldest. */
static struct roster_source *find_row(struct roster *roster, const struct addr *peer)
{
    struct roster_source *found = &roster->sources[0];
    for (size_t i = 0; i < ROSTER_SOURCES; i++) {
        struct roster_source *row = &roster->sources[i];
        if (row->requests > 0 && addr_is_same_ip(&row->source, peer)) {
            return row;
        }
        bool is_older = row->requests == 0 || mono_is_before(row->last, found->last);
        found = found->requests > 0 && is_older ? row : found;
    }
    *found = (struct roster_source){.source = *peer};
    found->source.port = 0;
    return found;
}

void roster_note(struct roster *roster, const struct addr *peer, struct mono now)
{
    struct roster_source *row = find_row(roster, peer);
    row->requests++;
    row->last = now;
}
