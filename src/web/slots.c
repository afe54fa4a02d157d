/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/slots.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/time.h"

#define STATES (SLOT_LEAVING + 1)
/* Of all connections, so many may wait for a place: one of so many parts. */
#define WAITING_PART 2
/* An answer that is not read holds some memory and takes no work: so many times as many may wait
 * for their clients as may be made at once. */
#define UNREAD_FACTOR 8
/* Beyond, one that was not read for so many times `stalled_ns` ends. */
#define PATIENCE_FACTOR 5

struct slot_peer {
    uint8_t key[16];
    unsigned connections, waiting, places; /* connections 0: the entry is free */
};

struct slots {
    struct slots_limits limits;
    struct slot *rows;
    struct slot_peer *peers;
    unsigned count; /* of either */
    unsigned peer_end; /* entries from here on are free */
    unsigned taken, waiting, places;
    int64_t due_ns; /* nobody is overdue before */
};

/* Who goes first: the larger of the first of these in which two slots differ. */
struct claim {
    unsigned weight, kind;
    int64_t age_ns;
};

struct slots *slots_new(const struct slots_limits *limits)
{
    struct slots *slots = mem_alloc(1, sizeof *slots);
    slots->limits = *limits;
    slots->count = limits->connections + 1;
    slots->rows = mem_alloc(slots->count, sizeof *slots->rows);
    slots->peers = mem_alloc(slots->count, sizeof *slots->peers);
    slots->due_ns = INT64_MAX;
    return slots;
}

void slots_free(struct slots *slots)
{
    free(slots->rows);
    free(slots->peers);
    free(slots);
}

/* An IPv4 address also when it was written as IPv6, the first half of any other IPv6 address. No
 * client has a multicast address: that is the key of those without one. */
static void peer_key(const struct addr *addr, uint8_t key[16])
{
    memset(key, 0, 16);
    if (addr->family == ADDR_NONE) {
        key[0] = 0xff;
    } else if (addr->family == ADDR_IPV4) {
        key[10] = key[11] = 0xff;
        memcpy(key + 12, addr->ip, 4);
    } else {
        memcpy(key, addr->ip, addr_is_mapped(addr) ? 16 : 8);
    }
}

static struct slot_peer *peer_of(struct slots *slots, const struct addr *addr)
{
    uint8_t key[16];
    struct slot_peer *empty = NULL;
    peer_key(addr, key);
    for (unsigned i = 0; i < slots->peer_end; i++) {
        struct slot_peer *peer = &slots->peers[i];
        if (peer->connections == 0) {
            empty = empty == NULL ? peer : empty;
        } else if (memcmp(peer->key, key, sizeof key) == 0) {
            return peer;
        }
    }
    if (empty == NULL) {
        empty = &slots->peers[slots->peer_end++];
    }
    *empty = (struct slot_peer){0};
    memcpy(empty->key, key, sizeof key);
    return empty;
}

struct slot *slots_find(struct slots *slots, int fd)
{
    for (unsigned i = 0; i < slots->count; i++) {
        if (slots->rows[i].state != SLOT_FREE && slots->rows[i].fd == fd) {
            return &slots->rows[i];
        }
    }
    return NULL;
}

bool slots_are_full(const struct slots *slots)
{
    return slots->taken == slots->count;
}

struct slot *slots_take(struct slots *slots, int fd, const struct addr *addr, int64_t now_ns)
{
    struct slot *stale = slots_find(slots, fd);
    if (stale != NULL) {
        slots_enter(slots, stale, SLOT_FREE, now_ns);
    }
    assert(!slots_are_full(slots));
    struct slot *slot = slots->rows;
    while (slot->state != SLOT_FREE) {
        slot++;
    }
    *slot = (struct slot){.fd = fd, .peer = peer_of(slots, addr)};
    slot->peer->connections++;
    slots->taken++;
    slots_enter(slots, slot, SLOT_ASKING, now_ns);
    return slot;
}

static void count_waiting(struct slots *slots, struct slot *slot, int change)
{
    slots->waiting += (unsigned)change;
    slot->peer->waiting += (unsigned)change;
}

static void count_place(struct slots *slots, struct slot *slot, bool has_place)
{
    unsigned change = has_place ? 1U : -1U;
    if (slot->has_place != has_place) {
        slots->places += change;
        slot->peer->places += change;
        slot->has_place = has_place;
    }
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* When its time is over. */
static int64_t due_of(const struct slots *slots, const struct slot *slot)
{
    const struct slots_limits *limits = &slots->limits;
    switch (slot->state) {
    case SLOT_ASKING:
    case SLOT_KEPT:
        return slot->since_ns + limits->request_ns;
    case SLOT_WAITING:
        return slot->since_ns + limits->wait_ns;
    case SLOT_ANSWERING:
        return earlier(slot->since_ns + limits->answer_ns, slot->moved_ns + limits->unread_ns);
    case SLOT_FREE:
    case SLOT_HELD:
    case SLOT_LEAVING:
        break;
    }
    return INT64_MAX;
}

void slots_enter(struct slots *slots, struct slot *slot, enum slot_state state, int64_t now_ns)
{
    if (slot->state == SLOT_WAITING) {
        count_waiting(slots, slot, -1);
    }
    if (state != SLOT_WAITING && state != SLOT_ANSWERING) {
        count_place(slots, slot, false);
    }
    if ((state == SLOT_LEAVING || state == SLOT_FREE) && slot->peer != NULL) {
        slot->peer->connections--;
        slot->peer = NULL;
    }
    slots->taken -= state == SLOT_FREE ? 1 : 0;
    slot->state = state;
    slot->since_ns = slot->moved_ns = now_ns;
    if (state == SLOT_WAITING) {
        count_waiting(slots, slot, 1);
    }
    slots->due_ns = earlier(slots->due_ns, due_of(slots, slot));
}

static bool is_moving(const struct slots *slots, const struct slot *slot, int64_t now_ns)
{
    return slot->has_place && now_ns - slot->moved_ns < slots->limits.stalled_ns;
}

static bool is_crowded(const struct slots *slots)
{
    return slots->places >= slots->limits.places * UNREAD_FACTOR;
}

static bool has_place_left(const struct slots *slots, int64_t now_ns)
{
    unsigned moving = 0;
    if (slots->limits.places == 0 || slots->places < slots->limits.places) {
        return true;
    }
    for (unsigned i = 0; i < slots->count && !is_crowded(slots); i++) {
        moving += is_moving(slots, &slots->rows[i], now_ns) ? 1 : 0;
    }
    return !is_crowded(slots) && moving < slots->limits.places;
}

bool slots_give_place(struct slots *slots, struct slot *slot, int64_t now_ns)
{
    if (!has_place_left(slots, now_ns)) {
        return false;
    }
    count_place(slots, slot, true);
    slot->moved_ns = now_ns;
    return true;
}

unsigned slots_waiting(const struct slots *slots)
{
    return slots->waiting;
}

static bool is_before(const struct claim *a, const struct claim *b)
{
    if (a->weight != b->weight) {
        return a->weight > b->weight;
    }
    return a->kind != b->kind ? a->kind > b->kind : a->age_ns > b->age_ns;
}

/* The slot with the highest claim of those that have one. */
static struct slot *choose(struct slots *slots, int64_t now_ns,
                           bool (*claim_of)(const struct slots *, const struct slot *, int64_t,
                                            struct claim *))
{
    struct slot *best = NULL;
    struct claim highest, claim;
    for (unsigned i = 0; i < slots->count; i++) {
        if (claim_of(slots, &slots->rows[i], now_ns, &claim) &&
            (best == NULL || is_before(&claim, &highest))) {
            best = &slots->rows[i];
            highest = claim;
        }
    }
    return best;
}

static bool claim_to_leave(const struct slots *slots, const struct slot *slot, int64_t now_ns,
                           struct claim *out)
{
    (void)slots;
    static const unsigned kinds[STATES] = {
        [SLOT_ASKING] = 3, [SLOT_KEPT] = 2, [SLOT_ANSWERING] = 1};
    unsigned kind = kinds[slot->state];
    if (kind == 0 || slot->user == NULL) {
        return false;
    }
    *out = (struct claim){slot->peer->connections, kind, now_ns - slot->moved_ns};
    return true;
}

struct slot *slots_leaver(struct slots *slots, int64_t now_ns)
{
    return choose(slots, now_ns, claim_to_leave);
}

static bool claim_as_stalled(const struct slots *slots, const struct slot *slot, int64_t now_ns,
                             struct claim *out)
{
    int64_t age_ns = now_ns - slot->moved_ns;
    if (slot->state != SLOT_ANSWERING || !slot->has_place) {
        return false;
    }
    *out = (struct claim){slot->peer->places, 0, age_ns};
    return is_crowded(slots) && age_ns >= slots->limits.stalled_ns * PATIENCE_FACTOR;
}

struct slot *slots_stalled(struct slots *slots, int64_t now_ns)
{
    return choose(slots, now_ns, claim_as_stalled);
}

static bool claim_to_be_next(const struct slots *slots, const struct slot *slot, int64_t now_ns,
                             struct claim *out)
{
    (void)slots;
    if (slot->state != SLOT_WAITING) {
        return false;
    }
    *out = (struct claim){-1U - slot->peer->places, 0, now_ns - slot->since_ns};
    return true;
}

struct slot *slots_next(struct slots *slots, int64_t now_ns)
{
    return choose(slots, now_ns, claim_to_be_next);
}

static bool claim_as_refused(const struct slots *slots, const struct slot *slot, int64_t now_ns,
                             struct claim *out)
{
    (void)slots;
    if (slot->state != SLOT_WAITING) {
        return false;
    }
    *out = (struct claim){slot->peer->waiting, 0, now_ns - slot->since_ns};
    return true;
}

/* Somebody in one of two states whose time is over. Where nobody is, the next time to look is
 * known. */
static struct slot *find_due(struct slots *slots, bool is_waiting, int64_t now_ns)
{
    if (now_ns < slots->due_ns) {
        return NULL;
    }
    int64_t due_ns = INT64_MAX;
    for (unsigned i = 0; i < slots->count; i++) {
        struct slot *slot = &slots->rows[i];
        int64_t slot_due_ns = due_of(slots, slot);
        if (slot_due_ns <= now_ns && (slot->state == SLOT_WAITING) == is_waiting) {
            return slot;
        }
        due_ns = earlier(due_ns, slot_due_ns);
    }
    slots->due_ns = due_ns;
    return NULL;
}

struct slot *slots_refused(struct slots *slots, int64_t now_ns)
{
    if (slots->waiting > slots->limits.connections / WAITING_PART + 1) {
        return choose(slots, now_ns, claim_as_refused);
    }
    return find_due(slots, true, now_ns);
}

struct slot *slots_overdue(struct slots *slots, int64_t now_ns)
{
    return find_due(slots, false, now_ns);
}

int64_t slots_due(const struct slots *slots)
{
    return slots->due_ns;
}
