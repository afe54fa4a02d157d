/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/channel_table.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define CAPACITY_MIN 16

void channel_table_fini(struct channel_table *table)
{
    free(table->slots);
    *table = (struct channel_table){0};
}

struct key {
    bool is_peer;
    struct channel_id id;
    const struct addr *peer;
};

static struct key key_of(const struct channel_table *table, const struct channel *channel)
{
    return (struct key){table->is_by_peer, channel->id, &channel->peer};
}

static bool has_key(const struct channel *channel, const struct key *key)
{
    if (key->is_peer) {
        return addr_is_same_ip(&channel->peer, key->peer);
    }
    return channel->id.owner == key->id.owner && channel->id.channel == key->id.channel;
}

/* The key as a number. The scope of an address is left out: addresses are equal when only one of
 * them has a scope. */
static uint64_t number_of(const struct key *key)
{
    uint64_t halves[2];
    if (!key->is_peer) {
        return (uint64_t)key->id.owner << 32 | key->id.channel;
    }
    memcpy(halves, key->peer->ip, sizeof halves);
    return halves[0] ^ (halves[1] * UINT64_C(0xff51afd7ed558ccd));
}

/* The slot where the search for a key of this number starts. Keys are often small consecutive
 * numbers; the multiplication spreads them over the upper bits. */
static size_t home(const struct channel_table *table, uint64_t number)
{
    uint64_t spread = number * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(spread >> 32) & (table->capacity - 1);
}

/* The slot of a key, or the empty slot where it would be added. The table is never full. */
static struct channel_slot *seek(const struct channel_table *table, const struct key *key)
{
    uint64_t number = number_of(key);
    size_t at = home(table, number);
    struct channel_slot *slot = &table->slots[at];
    while (slot->channel != NULL && !(slot->number == number && has_key(slot->channel, key))) {
        at = (at + 1) & (table->capacity - 1);
        slot = &table->slots[at];
    }
    return slot;
}

static void put(struct channel_table *table, struct channel *channel)
{
    struct key key = key_of(table, channel);
    struct channel_slot *slot = seek(table, &key);
    assert(slot->channel == NULL && "a channel is open already");
    *slot = (struct channel_slot){number_of(&key), channel};
}

static void grow(struct channel_table *table)
{
    struct channel_table bigger = {
        .is_by_peer = table->is_by_peer,
        .capacity = table->capacity == 0 ? CAPACITY_MIN : table->capacity * 2,
        .count = table->count,
    };
    bigger.slots = mem_alloc(bigger.capacity, sizeof *bigger.slots);
    for (size_t i = 0; i < table->capacity; i++) {
        if (table->slots[i].channel != NULL) {
            put(&bigger, table->slots[i].channel);
        }
    }
    free(table->slots);
    *table = bigger;
}

void channel_table_add(struct channel_table *table, struct channel *channel)
{
    if (table->count * 2 >= table->capacity) {
        grow(table);
    }
    put(table, channel);
    table->count++;
}

struct channel *channel_table_find(const struct channel_table *table, struct channel_id id)
{
    const struct key key = {.id = id};
    assert(!table->is_by_peer);
    return table->capacity == 0 ? NULL : seek(table, &key)->channel;
}

struct channel *channel_table_find_peer(const struct channel_table *table, const struct addr *peer)
{
    const struct key key = {.is_peer = true, .peer = peer};
    assert(table->is_by_peer);
    return table->capacity == 0 ? NULL : seek(table, &key)->channel;
}

/* Moves later entries of the run into the hole, so that a search from their home still finds
 * them. */
static void close_hole(struct channel_table *table, size_t hole)
{
    size_t mask = table->capacity - 1;
    for (size_t at = (hole + 1) & mask; table->slots[at].channel != NULL; at = (at + 1) & mask) {
        size_t from_home = (at - home(table, table->slots[at].number)) & mask;
        if (from_home >= ((at - hole) & mask)) {
            table->slots[hole] = table->slots[at];
            hole = at;
        }
    }
    table->slots[hole] = (struct channel_slot){0};
}

void channel_table_remove(struct channel_table *table, struct channel *channel)
{
    struct key key = key_of(table, channel);
    struct channel_slot *slot = seek(table, &key);
    assert(slot->channel == channel && "the channel is in the table");
    close_hole(table, (size_t)(slot - table->slots));
    table->count--;
}

struct channel *channel_table_any(const struct channel_table *table)
{
    for (size_t i = 0; i < table->capacity; i++) {
        if (table->slots[i].channel != NULL) {
            return table->slots[i].channel;
        }
    }
    return NULL;
}
