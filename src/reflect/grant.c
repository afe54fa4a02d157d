/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a good request, of either version: a port, a lease and an answer. */
#include "reflect/state.h"

const struct auth_key *reflect_find_key(const struct reflect *reflect, uint16_t id,
                                        enum auth_algorithm algorithm)
{
    const struct reflect_settings *settings = &reflect->settings;
    for (size_t i = 0; i < settings->key_count; i++) {
        if (settings->keys[i].id == id && settings->keys[i].algorithm == algorithm) {
            return &settings->keys[i];
        }
    }
    return NULL;
}

bool reflect_is_control_port(const struct reflect *reflect, uint16_t port)
{
    for (size_t i = 0; i < reflect->settings.listen_count; i++) {
        if (reflect->settings.listen[i].port == port) {
            return true;
        }
    }
    return port == IPSLA_CONTROL_PORT || port == IPSLA_CONTROL_PORT_V2;
}

static void answer(struct reflect *reflect, const struct opening *to, enum reflect_result result,
                   const struct lease_session *session)
{
    reflect->answer = (struct answer){
        .is_pending = true,
        .id = to->id,
        .local = to->local,
        .peer = to->peer,
        .tos = to->tos,
        .size = to->control->write(reflect, to, result, session),
        .counter = &to->results[result],
    };
}

void reflect_refuse(struct reflect *reflect, const struct opening *to, enum reflect_result result)
{
    const struct refused what = {.source = to->peer, .port = to->wanted_port, .last = reflect->now};
    refusals_count(&reflect->refusals, result, &what);
    if (reflect->settings.refusal == REFUSAL_SILENT) {
        to->results[result]++;
        reflect->stats.dropped[DROP_REFUSED]++; /* its source is told of already */
        return;
    }
    answer(reflect, to, result, NULL);
}

static int64_t granted_ns(const struct reflect *reflect, const struct opening *to)
{
    int64_t duration_ns = to->duration_ms * NS_PER_MS;
    int64_t least_ns = reflect->settings.min_duration_ns;
    return duration_ns > least_ns ? duration_ns : least_ns;
}

static void start_lease(struct reflect *reflect, const struct opening *to,
                        struct lease_session *session, struct instant now)
{
    int64_t duration_ns = granted_ns(reflect, to);
    session->received = 0;
    session->probe_port = 0;
    session->is_claimed = false;
    session->is_made_by_probe = false;
    lease_set_use(&reflect->book, session, session->is_reserved ? LEASE_KEPT : LEASE_UNUSED,
                  now.mono);
    session->control = to->control;
    to->control->name_session(reflect, to, session);
    session->until = mono_add(now.mono, duration_ns);
    session->cap = mono_add(now.mono, 2 * duration_ns);
    struct mono unused = mono_add(now.mono, REFLECT_UNUSED_NS);
    lease_set_expiry(&reflect->book, session, mono_min(session->until, unused));
}

void reflect_grant(struct reflect *reflect, const struct opening *to, struct instant now)
{
    struct lease_session *session = lease_find_control(&reflect->book, to->port, &to->peer);
    bool is_repeated =
        session != NULL && session->control == to->control && to->control->is_repeated(to, session);
    if (session == NULL) {
        session = reflect_add_session(reflect, to->port, &to->peer);
    }
    if (session == NULL) {
        reflect_refuse(reflect, to, RESULT_LIMIT);
        return;
    }
    if (!is_repeated) {
        start_lease(reflect, to, session, now);
    }
    roster_note(&reflect->roster, &to->peer, now.mono);
    answer(reflect, to, RESULT_ACCEPTED, session);
}

/* Nobody is asked who may take a port of this host: so it is one that no service has, and TCP
 * ports, where programs are more likely to meet, are for peers that the operator knows: by address,
 * by key, or because they are on this host. */
static bool may_open(const struct reflect *reflect, const struct opening *to)
{
    const struct reflect_settings *settings = &reflect->settings;
    bool is_named =
        settings->allow_count > 0 || settings->key_count > 0 || addr_is_loopback(&to->peer);
    return port_set_has(&settings->ports, to->wanted_port) && (!to->is_tcp || is_named);
}

void reflect_open_port(struct reflect *reflect, struct opening *to, struct instant now)
{
    enum transport transport = to->is_tcp ? TRANSPORT_TCP_LISTEN : TRANSPORT_UDP;
    int64_t most_ms = reflect->settings.max_duration_ns / NS_PER_MS;
    if (to->duration_ms > most_ms) { /* IPv6 requests can ask for weeks */
        to->duration_ms = (uint32_t)most_ms;
    }
    struct addr local = to->local;
    local.port = to->wanted_port;
    if (!to->is_tcp && reflect_is_control_port(reflect, local.port)) {
        reflect_refuse(reflect, to, RESULT_PORT_IN_USE);
        return;
    }
    to->port = lease_find_port(&reflect->book, &local, transport);
    if (to->port != LEASE_NONE && reflect->book.ports[to->port].is_stamp) {
        reflect_refuse(reflect, to, RESULT_PORT_IN_USE);
        return;
    }
    bool is_permanent = to->port != LEASE_NONE && reflect->book.ports[to->port].is_permanent;
    if (!is_permanent && !may_open(reflect, to)) {
        reflect_refuse(reflect, to, RESULT_PORT_NOT_ALLOWED);
        return;
    }
    bool is_known =
        to->port != LEASE_NONE && lease_find_control(&reflect->book, to->port, &to->peer) != NULL;
    enum room room =
        is_known ? ROOM_FOUND : reflect_find_room(reflect, &to->peer, to->port, now.mono);
    if (room != ROOM_FOUND) {
        reflect_refuse(reflect, to, room == ROOM_NONE ? RESULT_LIMIT : RESULT_SOURCE_LIMIT);
        return;
    }
    if (to->port != LEASE_NONE) {
        reflect_grant(reflect, to, now);
        return;
    }
    to->port = lease_add_port(&reflect->book, &local, transport, false);
    reflect->opening = *to;
}
