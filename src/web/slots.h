/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Who has the connections of the server, and who goes when there are too many: always somebody of
 * the peer that has the most, so that no peer keeps the others out. A peer is an IPv4 address, an
 * IPv6 /64, or all programs that come by Unix sockets. Large answers have places of their own,
 * fewer than connections; a request that finds them taken waits. Answers that are not read do not
 * count, up to a limit. Pure: the server (http.c) closes sockets and knows the time. Belongs to one
 * thread. */
#ifndef WEB_SLOTS_H
#define WEB_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"

struct slots_limits {
    unsigned connections; /* at least 1 */
    unsigned places; /* large answers at once that are read; 0: no limit */
    int64_t request_ns; /* from accept or the last answer to the end of a request */
    int64_t answer_ns; /* for an answer */
    int64_t unread_ns; /* for an answer of which the client takes nothing */
    int64_t wait_ns; /* for a place */
    int64_t stalled_ns; /* an answer of which nothing was read for so long is not being read */
};

enum slot_state {
    SLOT_FREE,
    SLOT_ASKING, /* no whole request yet */
    SLOT_KEPT, /* answered, and no whole request since */
    SLOT_WAITING, /* for a place */
    SLOT_HELD, /* for something else that will end by itself */
    SLOT_ANSWERING,
    SLOT_LEAVING, /* was told to go */
};

struct slot_peer;

struct slot {
    enum slot_state state;
    int fd;
    void *user; /* NULL until the connection has begun */
    bool has_place;
    int64_t since_ns; /* when it came into this state */
    int64_t moved_ns; /* SLOT_ANSWERING: when the client last took something */
    struct slot_peer *peer; /* NULL: free or leaving */
};

struct slots;

struct slots *slots_new(const struct slots_limits *limits);
void slots_free(struct slots *slots);

/* There is one slot more than connections, for the next one: when all are full, somebody must go.
 */
bool slots_are_full(const struct slots *slots);

/* A slot for a new connection of `addr`, in SLOT_ASKING. They must not be full. A slot that still
 * had this descriptor is free before: its connection ended without a word. */
struct slot *slots_take(struct slots *slots, int fd, const struct addr *addr, int64_t now_ns);

/* The slot of a descriptor; NULL: none. */
struct slot *slots_find(struct slots *slots, int fd);

/* Another state. What is neither waiting nor answering has no place; SLOT_FREE gives the slot back.
 */
void slots_enter(struct slots *slots, struct slot *slot, enum slot_state state, int64_t now_ns);

/* Gives the slot a place. False when all are taken: by answers that their clients read, or by eight
 * times as many of which some are not read. */
bool slots_give_place(struct slots *slots, struct slot *slot, int64_t now_ns);

unsigned slots_waiting(const struct slots *slots); /* how many are in SLOT_WAITING */

/* Whose turn it is. Each returns NULL when there is nobody.
 * - leaver: who goes to make room for a connection: of the peer with the most, the oldest without a
 *   request, then the oldest kept, then the answer that is read least.
 * - stalled: which unread answer gives its place up, when no place is left for its being unread: of
 *   the peer with the most places, what was not read for longest.
 * - next: who gets the next place: of the peer with the fewest, the oldest.
 * - refused: who waits in vain: the time is over, or more than half of all connections wait
 * and it is the oldest of the peer that has the most of them.
 * - overdue: whose time for a request or an answer is over. */
struct slot *slots_leaver(struct slots *slots, int64_t now_ns);
struct slot *slots_stalled(struct slots *slots, int64_t now_ns);
struct slot *slots_next(struct slots *slots, int64_t now_ns);
struct slot *slots_refused(struct slots *slots, int64_t now_ns);
struct slot *slots_overdue(struct slots *slots, int64_t now_ns);

/* When the first of them will be refused or overdue; INT64_MAX: never. May be too early. */
int64_t slots_due(const struct slots *slots);

#endif
