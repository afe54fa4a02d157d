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

static void add_source(struct roster *roster, const struct roster_source *source)
{
    struct roster_source *row = &roster->sources[0];
    for (size_t i = 0; i < ROSTER_SOURCES && row->requests > 0; i++) {
        struct roster_source *at = &roster->sources[i];
        row = at->requests == 0 || mono_is_before(at->last, row->last) ? at : row;
    }
    if (row->requests == 0 || mono_is_before(row->last, source->last)) {
        *row = *source;
    }
}

void roster_join(struct roster *roster, const struct roster *other)
{
    for (size_t i = 0; i < other->session_count && roster->session_count < ROSTER_SESSIONS; i++) {
        roster->sessions[roster->session_count++] = other->sessions[i];
    }
    for (size_t i = 0; i < ROSTER_SOURCES; i++) {
        if (other->sources[i].requests > 0) {
            add_source(roster, &other->sources[i]);
        }
    }
}
