/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Who gets a session when there are few. One source cannot take them all; what nobody has used yet
 * gives way, so neither can many that only ask; and some are reserved for peers that the operator
 * names. */
#include "reflect/state.h"

/* With max_sessions_per_source 0, a source may have this many, or as many as are free: half of all
 * at the most. */
#define SOURCE_LEAST 16

/* A session waits this long for its first probe before it gives way, and a flow for its next. */
#define UNUSED_AGE_NS (50 * NS_PER_MS)
#define FLOW_AGE_NS NS_PER_SECOND
/* A flow is in use for this many of its own intervals. */
#define FLOW_INTERVALS 4

bool reflect_is_reserved(const struct reflect *reflect, const struct addr *peer)
{
    const struct reflect_settings *settings = &reflect->settings;
    for (size_t i = 0; i < settings->reserve_for_count; i++) {
        if (addr_prefix_contains(&settings->reserve_for[i], peer)) {
            return true;
        }
    }
    return false;
}

/* Of all workers. */
static uint32_t count_sessions(const struct reflect *reflect)
{
    struct reflect_team *team = reflect->settings.team;
    return team == NULL ? reflect->book.session_count : atomic_load(&team->sessions);
}

static uint32_t count_reserved(const struct reflect *reflect)
{
    struct reflect_team *team = reflect->settings.team;
    return team == NULL ? reflect->book.reserved_count : atomic_load(&team->reserved);
}

void reflect_note_sessions(struct reflect *reflect)
{
    const struct lease_book *book = &reflect->book;
    struct reflect_team *team = reflect->settings.team;
    reflect->stats.sessions = book->session_count;
    if (team != NULL) {
        atomic_fetch_sub(&team->sessions, reflect->team_sessions - book->session_count);
        atomic_fetch_sub(&team->reserved, reflect->team_reserved - book->reserved_count);
        reflect->team_sessions = book->session_count;
        reflect->team_reserved = book->reserved_count;
    }
}

/* A place for one more session, out of those that all workers may have together. */
static bool take_place(struct reflect *reflect)
{
    struct reflect_team *team = reflect->settings.team;
    if (team == NULL) {
        return true;
    }
    if (atomic_fetch_add(&team->sessions, 1) >= reflect->settings.max_sessions) {
        atomic_fetch_sub(&team->sessions, 1);
        return false;
    }
    reflect->team_sessions++;
    return true;
}

/* Sessions that peers without a reserve may still take. */
static uint32_t count_free(const struct reflect *reflect)
{
    const struct reflect_settings *settings = &reflect->settings;
    uint32_t half = settings->max_sessions / 2;
    uint32_t reserved = settings->reserve_for_count == 0 ? 0 : settings->reserved_sessions;
    uint32_t limit = settings->max_sessions - (reserved < half ? reserved : half);
    uint32_t all = count_sessions(reflect), kept = count_reserved(reflect);
    uint32_t used = all > kept ? all - kept : 0;
    uint32_t most = settings->max_sessions;
    uint32_t left = all < most ? most - all : 0;
    uint32_t free = used < limit ? limit - used : 0;
    return free < left ? free : left;
}

/* The interval of its packets is that of the train so far. */
static bool is_silent(const struct lease_session *flow, struct mono now)
{
    const struct lease_train *train = &flow->train;
    int64_t length_ns = mono_diff(train->seen, train->began);
    int64_t age_ns = flow->received > 1 ? FLOW_INTERVALS * (length_ns / (flow->received - 1)) : 0;
    return mono_diff(now, flow->since) > (age_ns > FLOW_AGE_NS ? age_ns : FLOW_AGE_NS);
}

/* A session that may go; NULL: all are in use. */
static struct lease_session *find_victim(struct reflect *reflect, struct mono now)
{
    struct lease_session *flow = lease_oldest(&reflect->book, LEASE_FLOW);
    struct lease_session *unused = lease_oldest(&reflect->book, LEASE_UNUSED);
    if (flow != NULL && is_silent(flow, now)) {
        return flow;
    }
    bool is_old = unused != NULL && mono_diff(now, unused->since) > UNUSED_AGE_NS;
    return is_old ? unused : NULL;
}

/* Ends a session that may go, but not `port`, which is about to be used. */
static bool make_room(struct reflect *reflect, uint32_t port, struct mono now)
{
    struct lease_session *victim = find_victim(reflect, now);
    if (victim == NULL) {
        return false;
    }
    uint32_t left = lease_end(&reflect->book, victim);
    reflect_note_sessions(reflect);
    struct lease_port *used = &reflect->book.ports[left];
    if (used->sessions == 0 && !used->is_permanent && left != port) {
        used->state = PORT_CLOSING;
        reflect->closing = left;
    }
    return true;
}

/* Another worker may have a session that can go: the next request finds its place. */
static enum room want_room(struct reflect *reflect)
{
    if (reflect->settings.team != NULL) {
        atomic_store(&reflect->settings.team->wants_room, true);
    }
    return ROOM_NONE;
}

void reflect_spare_room(struct reflect *reflect, struct mono now)
{
    struct reflect_team *team = reflect->settings.team;
    bool is_wanted = team != NULL && atomic_load_explicit(&team->wants_room, memory_order_relaxed);
    if (is_wanted && reflect->closing == LEASE_NONE && reflect->opening.port == LEASE_NONE &&
        make_room(reflect, LEASE_NONE, now)) {
        atomic_store(&team->wants_room, false);
    }
}

enum room reflect_find_room(struct reflect *reflect, const struct addr *peer, uint32_t port,
                            struct mono now)
{
    if (reflect_is_reserved(reflect, peer)) {
        bool is_full = count_sessions(reflect) >= reflect->settings.max_sessions;
        return !is_full || make_room(reflect, port, now) ? ROOM_FOUND : want_room(reflect);
    }
    uint32_t most = reflect->settings.max_sessions_per_source;
    uint32_t free = count_free(reflect);
    if (most == 0) {
        most = free > SOURCE_LEAST ? free : SOURCE_LEAST;
    }
    if (lease_count_source(&reflect->book, peer) >= most) {
        return ROOM_NOT_FOR_SOURCE;
    }
    return free > 0 || make_room(reflect, port, now) ? ROOM_FOUND : want_room(reflect);
}

struct lease_session *reflect_add_session(struct reflect *reflect, uint32_t port,
                                          const struct addr *peer)
{
    struct lease_session *session =
        take_place(reflect) ? lease_add_session(&reflect->book, port, peer) : NULL;
    if (session != NULL && reflect_is_reserved(reflect, peer)) {
        session->is_reserved = true;
        reflect->book.reserved_count++;
    }
    reflect_note_sessions(reflect);
    return session;
}

bool reflect_may_ask(struct reflect *reflect, const struct addr *peer, struct mono now)
{
    uint8_t name[16];
    if (reflect->settings.requests_per_source == 0 || reflect_is_reserved(reflect, peer)) {
        return true;
    }
    lease_name_source(peer, name);
    return meter_take(&reflect->requests, siphash(&reflect->key, name, sizeof name), now);
}

uint32_t reflect_take_buffer(struct reflect *reflect, struct lease_port *port)
{
    if (port->is_permanent) {
        return REFLECT_ROOM_MAX_BYTES;
    }
    uint32_t workers = reflect->settings.workers;
    uint64_t all =
        (uint64_t)(reflect->settings.max_sessions + workers - 1) / workers * REFLECT_ROOM_MIN_BYTES;
    uint64_t taken = reflect->room_taken_bytes < all ? reflect->room_taken_bytes : all;
    uint64_t share = (all - taken) / REFLECT_ROOM_SHARE;
    if (port->transport != TRANSPORT_UDP || share < REFLECT_ROOM_MIN_BYTES) {
        return 0;
    }
    port->room_bytes = share < REFLECT_ROOM_MAX_BYTES ? (uint32_t)share : REFLECT_ROOM_MAX_BYTES;
    reflect->room_taken_bytes += port->room_bytes;
    return port->room_bytes;
}
