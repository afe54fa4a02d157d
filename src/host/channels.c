/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/channels.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define CAPACITY_MIN 16

void channels_fini(struct channels *channels)
{
    free(channels->slots);
    *channels = (struct channels){0};
}

struct key {
    bool is_peer;
    struct channel_id id;
    const struct addr *peer;
};

static struct key key_of(const struct channels *channels, const struct channel *channel)
{
    return (struct key){channels->is_by_peer, channel->id, &channel->peer};
}

static bool has_key(const struct channel *channel, const struct key *key)
{
    if (key->is_peer) {
        return addr_is_same_ip(&channel->peer, key->peer);
    }
    return channel->id.owner == key->id.owner && channel->id.channel == key->id.channel;
}

/* Owners and channels are small consecutive numbers, and so are the hosts of a network. A scope
 * that only one of two addresses has does not tell them apart, so it does not count. */
static uint64_t number_of(const struct key *key)
{
    uint64_t halves[2];
    if (!key->is_peer) {
        return (uint64_t)key->id.owner << 32 | key->id.channel;
    }
    memcpy(halves, key->peer->ip, sizeof halves);
    return halves[0] ^ (halves[1] * UINT64_C(0xff51afd7ed558ccd));
}

/* Where the search for a key starts: a multiplication spreads the numbers over the upper bits. */
static size_t home(const struct channels *channels, const struct key *key)
{
    uint64_t spread = number_of(key) * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(spread >> 32) & (channels->capacity - 1);
}

/* The slot of a key, or the empty one where it would go. The table is never full. */
static size_t seek(const struct channels *channels, const struct key *key)
{
    size_t slot = home(channels, key);
    while (channels->slots[slot] != NULL && !has_key(channels->slots[slot], key)) {
        slot = (slot + 1) & (channels->capacity - 1);
    }
    return slot;
}

static void grow(struct channels *channels)
{
    struct channels bigger = {
        .is_by_peer = channels->is_by_peer,
        .capacity = channels->capacity == 0 ? CAPACITY_MIN : channels->capacity * 2,
        .count = channels->count,
    };
    bigger.slots = mem_alloc(bigger.capacity, sizeof(struct channel *));
    for (size_t i = 0; i < channels->capacity; i++) {
        struct channel *channel = channels->slots[i];
        if (channel != NULL) {
            struct key key = key_of(channels, channel);
            bigger.slots[seek(&bigger, &key)] = channel;
        }
    }
    free(channels->slots);
    *channels = bigger;
}

void channels_add(struct channels *channels, struct channel *channel)
{
    if (channels->count * 2 >= channels->capacity) {
        grow(channels);
    }
    struct key key = key_of(channels, channel);
    size_t slot = seek(channels, &key);
    assert(channels->slots[slot] == NULL && "a channel is open already");
    channels->slots[slot] = channel;
    channels->count++;
}

struct channel *channels_find(const struct channels *channels, struct channel_id id)
{
    const struct key key = {.id = id};
    assert(!channels->is_by_peer);
    return channels->capacity == 0 ? NULL : channels->slots[seek(channels, &key)];
}

struct channel *channels_find_peer(const struct channels *channels, const struct addr *peer)
{
    const struct key key = {.is_peer = true, .peer = peer};
    assert(channels->is_by_peer);
    return channels->capacity == 0 ? NULL : channels->slots[seek(channels, &key)];
}

/* Moves later entries of the run into the hole, so that each stays reachable from its home. */
static void close_hole(struct channels *channels, size_t hole)
{
    size_t mask = channels->capacity - 1;
    for (size_t at = (hole + 1) & mask; channels->slots[at] != NULL; at = (at + 1) & mask) {
        struct key key = key_of(channels, channels->slots[at]);
        size_t from_home = (at - home(channels, &key)) & mask;
        if (from_home >= ((at - hole) & mask)) {
            channels->slots[hole] = channels->slots[at];
            hole = at;
        }
    }
    channels->slots[hole] = NULL;
}

void channels_remove(struct channels *channels, struct channel *channel)
{
    struct key key = key_of(channels, channel);
    size_t slot = seek(channels, &key);
    assert(channels->slots[slot] == channel && "the channel is in the table");
    close_hole(channels, slot);
    channels->count--;
}

struct channel *channels_any(const struct channels *channels)
{
    for (size_t i = 0; i < channels->capacity; i++) {
        if (channels->slots[i] != NULL) {
            return channels->slots[i];
        }
    }
    return NULL;
}
