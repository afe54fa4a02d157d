/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "reflect/lease.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void lease_init(struct lease_book *book, const struct siphash_key *key, uint32_t session_limit,
                uint32_t permanent_limit)
{
    uint32_t size = 16;
    while (size < session_limit) {
        size *= 2;
    }
    *book = (struct lease_book){
        .port_limit = session_limit + permanent_limit + 1, /* one may be closing */
        .session_limit = session_limit,
        .mask = size - 1,
        .key = *key,
        .port_heads = mem_alloc(size, sizeof(uint32_t)),
        .session_heads = mem_alloc(size, sizeof(uint32_t)),
        .source_heads = mem_alloc(size, sizeof(uint32_t)),
    };
    book->ports = mem_alloc(book->port_limit, sizeof(struct lease_port));
    book->sessions = mem_alloc(book->session_limit, sizeof(struct lease_session));
    book->sources = mem_alloc(book->session_limit, sizeof(struct lease_source));
    for (unsigned i = 0; i < LEASE_USE_COUNT; i++) {
        book->lists[i] = (struct lease_list){LEASE_NONE, LEASE_NONE};
    }
    for (uint32_t i = 0; i < size; i++) {
        book->port_heads[i] = LEASE_NONE;
        book->session_heads[i] = LEASE_NONE;
        book->source_heads[i] = LEASE_NONE;
    }
    for (uint32_t i = 0; i < book->port_limit; i++) {
        book->ports[i].next = i + 1 < book->port_limit ? i + 1 : LEASE_NONE;
    }
    for (uint32_t i = 0; i < book->session_limit; i++) {
        book->sessions[i].next = i + 1 < book->session_limit ? i + 1 : LEASE_NONE;
        book->sources[i].next = book->sessions[i].next;
    }
}

/* A larger copy of a table, which is freed. */
static void *grow(void *table, size_t from, size_t to, size_t size)
{
    void *grown = mem_alloc(to, size);
    memcpy(grown, table, from * size);
    free(table);
    return grown;
}

/* The heap holds addresses of sessions: their dues are kept while these move. */
static void grow_sessions(struct lease_book *book, uint32_t limit)
{
    struct mono *dues = mem_alloc(book->session_limit, sizeof *dues);
    const uint32_t before = book->session_limit;
    struct heap_item *first;
    for (uint32_t i = 0; i < before; i++) {
        dues[i] = MONO_NEVER;
    }
    while ((first = heap_first(&book->expiries)) != NULL) {
        dues[(struct lease_session *)first - book->sessions] = first->due;
        heap_remove(&book->expiries, first);
    }
    book->sessions = grow(book->sessions, before, limit, sizeof *book->sessions);
    book->sources = grow(book->sources, before, limit, sizeof *book->sources);
    for (uint32_t i = 0; i < before; i++) {
        if (mono_is_before(dues[i], MONO_NEVER)) {
            heap_set(&book->expiries, &book->sessions[i].expiry, dues[i]);
        }
    }
    free(dues);
    for (uint32_t i = before; i < limit; i++) {
        book->sessions[i].next = book->free_session;
        book->sources[i].next = book->free_source;
        book->free_session = book->free_source = i;
    }
    book->session_limit = limit;
}

/* The hash tables stay: their chains become longer. */
void lease_grow(struct lease_book *book, uint32_t session_limit, uint32_t permanent_limit)
{
    const uint32_t before = book->port_limit;
    uint32_t limit = session_limit + permanent_limit + 1;
    if (session_limit > book->session_limit) {
        grow_sessions(book, session_limit);
    }
    if (limit <= before) {
        return;
    }
    book->ports = grow(book->ports, before, limit, sizeof *book->ports);
    for (uint32_t i = before; i < limit; i++) {
        book->ports[i].next = book->free_port;
        book->free_port = i;
    }
    book->port_limit = limit;
}

void lease_fini(struct lease_book *book)
{
    heap_fini(&book->expiries);
    free(book->ports);
    free(book->sessions);
    free(book->sources);
    free(book->port_heads);
    free(book->session_heads);
    free(book->source_heads);
    *book = (struct lease_book){0};
}

/* Of an IP and a number. */
static uint32_t hash(const struct lease_book *book, const uint8_t ip[16], uint32_t number)
{
    uint8_t bytes[20];
    memcpy(bytes, ip, 16);
    memcpy(bytes + 16, &number, sizeof number);
    return (uint32_t)siphash(&book->key, bytes, sizeof bytes) & book->mask;
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

struct lease_session *lease_find_stamp(struct lease_book *book, uint32_t port,
                                       const struct addr *peer, uint16_t ssid)
{
    uint32_t index = *session_head(book, port, peer);
    while (index != LEASE_NONE) {
        struct lease_session *session = &book->sessions[index];
        if (is_of(session, port, peer) && session->peer.port == peer->port &&
            session->twamp.connection == 0 && session->stamp.ssid == ssid) {
            return session;
        }
        index = session->next;
    }
    return NULL;
}

struct lease_session *lease_find_twamp(struct lease_book *book, uint32_t port,
                                       const struct addr *peer)
{
    uint32_t index = *session_head(book, port, peer);
    while (index != LEASE_NONE) {
        struct lease_session *session = &book->sessions[index];
        if (is_of(session, port, peer) && session->peer.port == peer->port &&
            session->twamp.connection != 0) {
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

void lease_name_source(const struct addr *peer, uint8_t name[16])
{
    bool is_ipv6 = peer->family == ADDR_IPV6;
    memset(name, 0, 16);
    memcpy(name, peer->ip, is_ipv6 ? 8 : 4);
    name[15] = is_ipv6 ? 1 : 0;
}

/* The link to the source of that name: the end of its chain when it has no sessions. */
static uint32_t *source_link(const struct lease_book *book, const uint8_t name[16])
{
    uint32_t *link = &book->source_heads[hash(book, name, 0)];
    while (*link != LEASE_NONE && memcmp(book->sources[*link].name, name, 16) != 0) {
        link = &book->sources[*link].next;
    }
    return link;
}

uint32_t lease_count_source(const struct lease_book *book, const struct addr *peer)
{
    uint8_t name[16];
    lease_name_source(peer, name);
    uint32_t index = *source_link(book, name);
    return index == LEASE_NONE ? 0 : book->sources[index].sessions;
}

/* Counts one more session of the source of `peer`; returns its index. */
static uint32_t enter_source(struct lease_book *book, const struct addr *peer)
{
    uint8_t name[16];
    lease_name_source(peer, name);
    uint32_t *link = source_link(book, name);
    if (*link == LEASE_NONE) { /* there are as many sources as sessions */
        uint32_t index = book->free_source;
        struct lease_source *source = &book->sources[index];
        book->free_source = source->next;
        memcpy(source->name, name, sizeof source->name);
        source->sessions = 0;
        source->next = LEASE_NONE;
        *link = index;
    }
    book->sources[*link].sessions++;
    return *link;
}

static void leave_source(struct lease_book *book, uint32_t index)
{
    struct lease_source *source = &book->sources[index];
    if (--source->sessions == 0) {
        *source_link(book, source->name) = source->next;
        source->next = book->free_source;
        book->free_source = index;
    }
}

/* Takes the session out of the list of its use. */
static void unlink_use(struct lease_book *book, const struct lease_session *session)
{
    struct lease_list *list = &book->lists[session->use];
    if (session->use == LEASE_KEPT) {
        return;
    }
    *(session->older == LEASE_NONE ? &list->oldest : &book->sessions[session->older].newer) =
        session->newer;
    *(session->newer == LEASE_NONE ? &list->newest : &book->sessions[session->newer].older) =
        session->older;
}

void lease_set_use(struct lease_book *book, struct lease_session *session, enum lease_use use,
                   struct mono now)
{
    uint32_t index = (uint32_t)(session - book->sessions);
    struct lease_list *list = &book->lists[use];
    unlink_use(book, session);
    session->use = use;
    session->since = now;
    if (use == LEASE_KEPT) {
        return;
    }
    session->older = list->newest;
    session->newer = LEASE_NONE;
    *(list->newest == LEASE_NONE ? &list->oldest : &book->sessions[list->newest].newer) = index;
    list->newest = index;
}

struct lease_session *lease_oldest(struct lease_book *book, enum lease_use use)
{
    uint32_t index = book->lists[use].oldest;
    return index == LEASE_NONE ? NULL : &book->sessions[index];
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
    *session = (struct lease_session){
        .peer = *peer, .port = port, .source = enter_source(book, peer), .next = *head};
    *head = index;
    book->ports[port].sessions++;
    book->session_count++;
    return session;
}

void lease_set_expiry(struct lease_book *book, struct lease_session *session, struct mono expiry)
{
    heap_set(&book->expiries, &session->expiry, expiry);
}

uint32_t lease_end(struct lease_book *book, struct lease_session *session)
{
    uint32_t port = session->port;
    unlink_use(book, session);
    leave_source(book, session->source);
    book->reserved_count -= session->is_reserved ? 1 : 0;
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
    return port;
}

uint32_t lease_expire(struct lease_book *book, struct mono now)
{
    struct heap_item *first = heap_first(&book->expiries);
    if (first == NULL || mono_is_before(now, first->due)) {
        return LEASE_NONE;
    }
    return lease_end(book, (struct lease_session *)first);
}

struct mono lease_next_expiry(const struct lease_book *book)
{
    const struct heap_item *first = heap_first(&book->expiries);
    return first == NULL ? MONO_NEVER : first->due;
}
