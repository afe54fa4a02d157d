/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The open sessions, read off the tables, and the limits in use. */
#include "reflect/state.h"

static uint8_t version_of(const struct lease_session *session)
{
    if (session->control == NULL || session->is_made_by_probe) {
        return 0;
    }
    return session->control == &reflect_control2 ? 2 : 1;
}

static struct roster_limits limits_of(const struct reflect_settings *settings)
{
    return (struct roster_limits){
        .max_sessions = settings->max_sessions,
        .max_sessions_per_source = settings->max_sessions_per_source,
        .requests_per_source = settings->requests_per_source,
        .reserved_sessions = settings->reserved_sessions,
        .min_duration_ns = settings->min_duration_ns,
        .max_duration_ns = settings->max_duration_ns,
        .allow_count = settings->allow_count,
        .key_count = settings->key_count,
    };
}

void reflect_tell_roster(const struct reflect *reflect, struct roster *out)
{
    const struct lease_book *book = &reflect->book;
    const struct heap *expiries = &book->expiries;
    *out = reflect->roster;
    out->limits = limits_of(&reflect->settings);
    out->session_count = expiries->count < ROSTER_SESSIONS ? expiries->count : ROSTER_SESSIONS;
    for (size_t i = 0; i < out->session_count; i++) {
        const struct heap_entry *entry = &expiries->entries[i];
        const struct lease_session *session = (const struct lease_session *)(void *)entry->item;
        const struct lease_port *port = &book->ports[session->port];
        out->sessions[i] = (struct roster_session){
            .peer = session->peer,
            .port = port->local.port,
            .is_tcp = port->transport != TRANSPORT_UDP,
            .is_permanent = port->is_permanent,
            .version = version_of(session),
            .received = session->received,
            .until = entry->due,
        };
    }
}
