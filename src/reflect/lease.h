/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The responder's books: which local ports are open, and which sessions use them. Fixed-size tables
 * with chained hashing, allocated once; every look-up is O(1) on average, expiry O(log n). No
 * protocol, no I/O. */
#ifndef REFLECT_LEASE_H
#define REFLECT_LEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/heap.h"
#include "base/time.h"
#include "probe/io.h"
#include "wire/jitter_us.h"

#define LEASE_NONE UINT32_MAX

enum port_state { PORT_FREE, PORT_OPENING, PORT_OPEN, PORT_CLOSING };

struct lease_port {
    enum port_state state;
    bool is_permanent;
    enum transport transport;
    struct addr local;
    uint32_t sessions; /* that use it */
    uint32_t next; /* in its hash chain or in the free list */
};

struct lease_session {
    struct heap_item expiry; /* first member: the heap hands it back */
    struct addr peer; /* IP, and the port that its control requests (else its probes) came from */
    uint16_t probe_port; /* source port of its probes when that is another one; 0: not seen */
    bool is_claimed; /* probes have come from its own port: no other port may be bound to it */
    uint32_t received; /* probes counted since the last control request */
    enum jitter_us_layout layout; /* of its type 3 probes; once known it stays */
    uint32_t port; /* index of its lease_port */
    bool is_made_by_probe; /* on a permanent port, without a control request; with: */
    struct lease_train {
        bool has_first; /* its packet 1 has come */
        uint32_t newest; /* highest sequence number */
        struct mono began, seen; /* its first and its latest packet to come */
    } train;
    bool is_v2; /* made by a request of version 2, with: */
    uint32_t sequence, session_id;
    struct mono cap; /* never extended beyond */
    uint32_t next; /* in its hash chain or in the free list */
};

struct lease_book {
    struct lease_port *ports;
    struct lease_session *sessions;
    uint32_t *port_heads, *session_heads; /* hash chains */
    uint32_t port_limit, session_limit;
    uint32_t free_port, free_session; /* heads of the free lists */
    uint32_t session_count;
    uint32_t mask; /* of both hash tables */
    struct heap expiries;
};

void lease_init(struct lease_book *book, uint32_t session_limit, uint32_t permanent_limit);
void lease_fini(struct lease_book *book);

/* The port that is open (or opening) at exactly this address, or permanently at any address; else
 * LEASE_NONE. */
uint32_t lease_find_port(const struct lease_book *book, const struct addr *local,
                         enum transport transport);

/* A new port in state PORT_OPENING, or LEASE_NONE when the table is full. */
uint32_t lease_add_port(struct lease_book *book, const struct addr *local, enum transport transport,
                        bool is_permanent);
void lease_remove_port(struct lease_book *book, uint32_t port);

/* The session on `port` that a control request from `peer` (IP and port) belongs to, or NULL. */
struct lease_session *lease_find_control(struct lease_book *book, uint32_t port,
                                         const struct addr *peer);

/* The session on `port` that a probe from `peer` belongs to: the one whose control requests or
 * probes came from the same port, else one of the same IP that has seen no probe yet (it is bound
 * to this port from now on). NULL: none. */
struct lease_session *lease_find_probe(struct lease_book *book, uint32_t port,
                                       const struct addr *peer);

/* There is a session on `port` of the IP of `peer`, whatever its port. */
bool lease_has_address(struct lease_book *book, uint32_t port, const struct addr *peer);

/* A new session, or NULL when the table is full. */
struct lease_session *lease_add_session(struct lease_book *book, uint32_t port,
                                        const struct addr *peer);

void lease_set_expiry(struct lease_book *book, struct lease_session *session, struct mono expiry);

/* Removes one session that has expired and returns the index of its port (whose count of sessions
 * is one less now); LEASE_NONE when none has. */
uint32_t lease_expire(struct lease_book *book, struct mono now);

/* When the next session expires. */
struct mono lease_next_expiry(const struct lease_book *book);

#endif
