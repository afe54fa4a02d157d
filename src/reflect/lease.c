/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "reflect/lease.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

void lease_init(struct lease_book *book, uint32_t session_limit, uint32_t permanent_limit)
{
    uint32_t size = 16;
    while (size < session_limit) {
        size *= 2;
    }
    *book = (struct lease_book){
        .port_limit = session_limit + permanent_limit,
        .session_limit = session_limit,
        .mask = size - 1,
        .port_heads = mem_alloc(size, sizeof(uint32_t)),
        .session_heads = mem_alloc(size, sizeof(uint32_t)),
    };
    book->ports = mem_alloc(book->port_limit, sizeof(struct lease_port));
    book->sessions = mem_alloc(book->session_limit, sizeof(struct lease_session));
    for (uint32_t i = 0; i < size; i++) {
        book->port_heads[i] = LEASE_NONE;
        book->session_heads[i] = LEASE_NONE;
    }
    for (uint32_t i = 0; i < book->port_limit; i++) {
        book->ports[i].next = i + 1 < book->port_limit ? i + 1 : LEASE_NONE;
    }
    for (uint32_t i = 0; i < book->session_limit; i++) {
        book->sessions[i].next = i + 1 < book->session_limit ? i + 1 : LEASE_NONE;
    }
}

void lease_fini(struct lease_book *book)
{
    heap_fini(&book->expiries);
    free(book->ports);
    free(book->sessions);
    free(book->port_heads);
    free(book->session_heads);
    *book = (struct lease_book){0};
}

/* FNV-1a over an IP and a number; an attacker who finds collisions gains slow look-ups among at
 * most session_limit entries. */
static uint32_t hash(const struct lease_book *book, const uint8_t ip[16], uint32_t number)
{
    uint32_t h = 2166136261u;
    for (unsigned i = 0; i < 16; i++) {
        h = (h ^ ip[i]) * 16777619u;
    }
    for (unsigned i = 0; i < 4; i++) {
        h = (h ^ (number >> 8 * i & 0xff)) * 16777619u;
    }
    return (h ^ h >> 16) & book->mask;
}

static uint32_t *port_head(const struct lease_book *book, uint16_t number)
{
    static const uint8_t any[16] = {0};
    return &book->port_heads[hash(book, any, number)];
}

uint32_t lease_find_port(const struct lease_book *book, const struct addr *local,
                         enum transport transport)
{
    uint32_t index = *port_head(book, local->port);
    while (index != LEASE_NONE) {
        const struct lease_port *port = &book->ports[index];
        bool is_same = addr_is_equal(&port->local, local) ||
                       (addr_is_any(&port->local) && addr_does_collide(&port->local, local));
        if (is_same && port->transport == transport && port->state != PORT_CLOSING) {
            return index;
        }
        index = port->next;
    }
    return LEASE_NONE;
}

uint32_t lease_add_port(struct lease_book *book, const struct addr *local, enum transport transport,
                        bool is_permanent)
{
    uint32_t index = book->free_port;
    if (index == LEASE_NONE) {
        return LEASE_NONE;
    }
    struct lease_port *port = &book->ports[index];
    book->free_port = port->next;
    uint32_t *head = port_head(book, local->port);
    *port = (struct lease_port){
        .state = PORT_OPENING,
        .is_permanent = is_permanent,
        .transport = transport,
        .local = *local,
        .next = *head,
    };
    *head = index;
    return index;
}

void lease_remove_port(struct lease_book *book, uint32_t index)
{
    struct lease_port *port = &book->ports[index];
    assert(port->state != PORT_FREE && port->sessions == 0);
    uint32_t *link = port_head(book, port->local.port);
    while (*link != index) {
        link = &book->ports[*link].next;
    }
    *link = port->next;
    *port = (struct lease_port){.next = book->free_port};
    book->free_port = index;
}

static uint32_t *session_head(const struct lease_book *book, uint32_t port, const struct addr *peer)
{
    return &book->session_heads[hash(book, peer->ip, port)];
}

static bool is_of(const struct lease_session *session, uint32_t port, const struct addr *peer)
{
    return session->port == port && addr_is_same_ip(&session->peer, peer);
}

struct lease_session *lease_find_control(struct lease_book *book, uint32_t port,
                                         const struct addr *peer)
{
    uint32_t index = *session_head(book, port, peer);
    while (index != LEASE_NONE) {
        struct lease_session *session = &book->sessions[index];
        if (is_of(session, port, peer) && session->peer.port == peer->port) {
            return session;
        }
        index = session->next;
    }
    return NULL;
}

/* Its own port takes a session back from a stray probe of an earlier train that was bound to it. */
static struct lease_session *reclaim(struct lease_session *session)
{
    if (session->probe_port != 0) {
        session->probe_port = 0;
        session->received = 0;
    }
    session->is_claimed = true;
    return session;
}

struct lease_session *lease_find_probe(struct lease_book *book, uint32_t port,
                                       const struct addr *peer)
{
    struct lease_session *own = lease_find_control(book, port, peer);
    if (own != NULL) {
        return reclaim(own);
    }
    struct lease_session *unbound = NULL;
    uint32_t index = *session_head(book, port, peer);
    while (index != LEASE_NONE) {
        struct lease_session *session = &book->sessions[index];
        index = session->next;
        if (!is_of(session, port, peer)) {
            continue;
        }
        if (session->probe_port == peer->port) {
            return session;
        }
        if (session->probe_port == 0 && !session->is_claimed) {
            unbound = session;
        }
    }
    if (unbound != NULL) {
        unbound->probe_port = peer->port;
    }
    return unbound;
}

bool lease_has_address(struct lease_book *book, uint32_t port, const struct addr *peer)
{
    uint32_t index = *session_head(book, port, peer);
    while (index != LEASE_NONE && !is_of(&book->sessions[index], port, peer)) {
        index = book->sessions[index].next;
    }
    return index != LEASE_NONE;
}

struct lease_session *lease_add_session(struct lease_book *book, uint32_t port,
                                        const struct addr *peer)
{
    uint32_t index = book->free_session;
    if (index == LEASE_NONE) {
        return NULL;
    }
    struct lease_session *session = &book->sessions[index];
    book->free_session = session->next;
    uint32_t *head = session_head(book, port, peer);
    *session = (struct lease_session){.peer = *peer, .port = port, .next = *head};
    *head = index;
    book->ports[port].sessions++;
    book->session_count++;
    return session;
}

void lease_set_expiry(struct lease_book *book, struct lease_session *session, struct mono expiry)
{
    heap_set(&book->expiries, &session->expiry, expiry);
}

static void remove_session(struct lease_book *book, struct lease_session *session)
{
    heap_remove(&book->expiries, &session->expiry);
    uint32_t index = (uint32_t)(session - book->sessions);
    uint32_t *link = session_head(book, session->port, &session->peer);
    while (*link != index) {
        link = &book->sessions[*link].next;
    }
    *link = session->next;
    book->ports[session->port].sessions--;
    book->session_count--;
    *session = (struct lease_session){.next = book->free_session};
    book->free_session = index;
}

uint32_t lease_expire(struct lease_book *book, struct mono now)
{
    struct heap_item *first = heap_first(&book->expiries);
    if (first == NULL || mono_is_before(now, first->due)) {
        return LEASE_NONE;
    }
    struct lease_session *session = (struct lease_session *)first;
    uint32_t port = session->port;
    remove_session(book, session);
    return port;
}

struct mono lease_next_expiry(const struct lease_book *book)
{
    const struct heap_item *first = heap_first(&book->expiries);
    return first == NULL ? MONO_NEVER : first->due;
}
