/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The responder's open ports, and the sessions that use them. Fixed-size tables
 * with chained hashing, which grow only when the limits do; every look-up is O(1) on average,
 * expiry O(log n). Strangers choose what is looked up, so the hash has a key that they do not know.
 * No protocol, no I/O. */
#ifndef REFLECT_LEASE_H
#define REFLECT_LEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/heap.h"
#include "base/siphash.h"
#include "base/time.h"
#include "probe/io.h"
#include "wire/jitter_us.h"
#include "wire/twamp_test.h"

#define LEASE_NONE UINT32_MAX

struct control;

/* Which of the sessions may go when there is no room for another one. */
enum lease_use {
    LEASE_KEPT, /* in use, or of a peer for whom sessions are reserved: none */
    LEASE_UNUSED, /* granted, and no probe has come yet: the oldest first */
    LEASE_FLOW, /* made by probes on a permanent port: the one that has been silent longest first */
};
#define LEASE_USE_COUNT 3

enum port_state { PORT_FREE, PORT_OPENING, PORT_OPEN, PORT_CLOSING };

struct lease_port {
    enum port_state state;
    bool is_permanent;
    bool is_stamp, is_twamp; /* it takes their packets, and no probes */
    enum transport transport;
    struct addr local;
    uint32_t room_bytes; /* of the receive buffer, out of the share of all; 0: none */
    uint32_t sessions; /* that use it */
    uint32_t next; /* in its hash chain or in the free list */
};

struct lease_session {
    struct heap_item expiry; /* first member: the heap hands it back */
    struct addr peer; /* IP, and the port that its control requests (else its probes) came from */
    uint16_t probe_port; /* source port of its probes when that is another one; 0: not seen */
    bool is_claimed; /* probes have come from its own port: no other port may be bound to it */
    bool takes_echo; /* it was asked for echo probes, or for any */
    uint32_t received; /* probes counted since the last control request */
    enum jitter_us_layout layout; /* of its type 3 probes; once known it stays */
    uint32_t port; /* index of its lease_port */
    uint32_t source; /* index of its lease_source */
    bool is_reserved; /* of a peer for whom sessions are reserved */
    enum lease_use use;
    uint32_t older, newer; /* in the list of its use */
    struct mono since; /* it is in that list */
    bool is_made_by_probe; /* on a permanent port, without a control request; with: */
    struct lease_train {
        bool has_first; /* its packet 1 has come */
        uint32_t newest; /* highest sequence number */
        struct mono began, seen; /* its first and its latest packet to come */
    } train;
    struct lease_stamp { /* on a port for STAMP */
        uint16_t ssid;
        uint64_t t3; /* when the latest reply left; 0: none has */
    } stamp;
    struct lease_twamp { /* on a port for TWAMP */
        uint32_t connection; /* that requested it; 0: none, it is a session of STAMP */
        bool is_started, is_stopped;
        struct mono started;
        uint8_t tos; /* of replies */
        int64_t timeout_ns; /* it answers for so long after its stop */
        struct twamp_protection protection;
    } twamp;
    const struct control *control; /* the version of the request that made it; of version 2: */
    uint32_t sequence, session_id;
    struct mono until; /* granted, once a probe has used it */
    struct mono cap; /* never extended beyond */
    uint32_t next; /* in its hash chain or in the free list */
};

/* A network that has sessions: an IPv4 address or an IPv6 /64. */
struct lease_source {
    uint8_t name[16];
    uint32_t sessions;
    uint32_t next; /* in its hash chain or in the free list */
};

struct lease_list {
    uint32_t oldest, newest;
};

struct lease_book {
    struct lease_port *ports;
    struct lease_session *sessions;
    struct lease_source *sources;
    uint32_t *port_heads, *session_heads, *source_heads; /* hash chains */
    struct lease_list lists[LEASE_USE_COUNT];
    uint32_t port_limit, session_limit;
    uint32_t free_port, free_session, free_source; /* heads of the free lists */
    uint32_t session_count;
    uint32_t reserved_count; /* of them, those of peers for whom sessions are reserved */
    uint32_t mask; /* of both hash tables */
    struct siphash_key key;
    struct heap expiries;
};

/* `key`: random, nobody else's. */
void lease_init(struct lease_book *book, const struct siphash_key *key, uint32_t session_limit,
                uint32_t permanent_limit);
/* Makes room for more; never for less. Indices stay, pointers to sessions and ports do not. */
void lease_grow(struct lease_book *book, uint32_t session_limit, uint32_t permanent_limit);
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

/* The session of STAMP on `port` with this SSID, or NULL. */
struct lease_session *lease_find_stamp(struct lease_book *book, uint32_t port,
                                       const struct addr *peer, uint16_t ssid);

/* The session that a TWAMP client requested on `port` for packets from `peer`, or NULL. */
struct lease_session *lease_find_twamp(struct lease_book *book, uint32_t port,
                                       const struct addr *peer);

/* There is a session on `port` of the IP of `peer`, whatever its port. */
bool lease_has_address(struct lease_book *book, uint32_t port, const struct addr *peer);

/* A new session that is kept, or NULL when the table is full. */
struct lease_session *lease_add_session(struct lease_book *book, uint32_t port,
                                        const struct addr *peer);

/* Puts `session` at the young end of the list of `use`. */
void lease_set_use(struct lease_book *book, struct lease_session *session, enum lease_use use,
                   struct mono now);

/* The first of the list of `use`; NULL: it is empty. */
struct lease_session *lease_oldest(struct lease_book *book, enum lease_use use);

/* Removes the session; returns the index of its port, as lease_expire does. */
uint32_t lease_end(struct lease_book *book, struct lease_session *session);

/* How many sessions the source of `peer` has. */
uint32_t lease_count_source(const struct lease_book *book, const struct addr *peer);

/* The name of the source that `peer` belongs to: its IPv4 address, or the first 64 bits of the IPv6
 * one. */
void lease_name_source(const struct addr *peer, uint8_t name[16]);

void lease_set_expiry(struct lease_book *book, struct lease_session *session, struct mono expiry);

/* Removes one session that has expired and returns the index of its port (whose count of sessions
 * is one less now); LEASE_NONE when none has. */
uint32_t lease_expire(struct lease_book *book, struct mono now);

/* When the next session expires. */
struct mono lease_next_expiry(const struct lease_book *book);

#endif
