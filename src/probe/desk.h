/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What an operation needs only while it runs: the ledger of its packets and its result. Most
 * targets wait most of the time, so a few desks serve them all: who starts takes one, who has ended
 * gives it back. */
#ifndef PROBE_DESK_H
#define PROBE_DESK_H

#include <stdint.h>

#include "base/mem.h"
#include "stats/round.h"
#include "stats/sample.h"

#define DESK_SIZES 17 /* for 1, 2, 4 ... 65536 packets */

struct desk {
    struct desk *next; /* of the free ones */
    unsigned size; /* it has room for 1 << size packets: */
    uint32_t *arrival;
    uint64_t *seen; /* as counted_use needs it */
    struct round round;
    struct sample samples[] __attribute__((aligned(MEM_LINE_BYTES)));
};

/* The free desks of a thread, by size. All zero: there are none. */
struct desk_room {
    struct desk *free[DESK_SIZES];
};

/* A desk for 1..65536 packets, as its last user left it. The caller's until desk_give. A room of
 * NULL has none that are free, and keeps none. */
struct desk *desk_take(struct desk_room *room, uint32_t packets);
void desk_give(struct desk_room *room, struct desk *desk); /* a desk of NULL is fine */

/* Somebody who took desks for so many packets will not come again: one of those that are free is
 * given up. */
void desk_trim(struct desk_room *room, uint32_t packets);

void desk_room_fini(struct desk_room *room);

#endif
