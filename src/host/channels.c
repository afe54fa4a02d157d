/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/channels.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"

#define CAPACITY_MIN 16

void channels_fini(struct channels *channels)
{
    free(channels->slots);
    *channels = (struct channels){0};
}

static bool is_same(struct channel_id a, struct channel_id b)
{
    return a.owner == b.owner && a.channel == b.channel;
}

/* Where the search for `id` starts. Owners and channels are small consecutive numbers: a
 * multiplication spreads them over the upper bits. */
static size_t home(const struct channels *channels, struct channel_id id)
{
    uint64_t key = (uint64_t)id.owner << 32 | id.channel;
    return (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (channels->capacity - 1);
}

/* The slot of `id`, or the empty one where it would go. The table is never full. */
static size_t seek(const struct channels *channels, struct channel_id id)
{
    size_t slot = home(channels, id);
    while (channels->slots[slot] != NULL && !is_same(channels->slots[slot]->id, id)) {
        slot = (slot + 1) & (channels->capacity - 1);
    }
    return slot;
}

static void grow(struct channels *channels)
{
    struct channels bigger = {
        .capacity = channels->capacity == 0 ? CAPACITY_MIN : channels->capacity * 2,
        .count = channels->count,
    };
    bigger.slots = mem_alloc(bigger.capacity, sizeof(struct channel *));
    for (size_t i = 0; i < channels->capacity; i++) {
        struct channel *channel = channels->slots[i];
        if (channel != NULL) {
            bigger.slots[seek(&bigger, channel->id)] = channel;
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
    size_t slot = seek(channels, channel->id);
    assert(channels->slots[slot] == NULL && "a channel is open already");
    channels->slots[slot] = channel;
    channels->count++;
}

struct channel *channels_find(const struct channels *channels, struct channel_id id)
{
    return channels->capacity == 0 ? NULL : channels->slots[seek(channels, id)];
}

/* Moves later entries of the run into the hole, so that each stays reachable from its home. */
static void close_hole(struct channels *channels, size_t hole)
{
    size_t mask = channels->capacity - 1;
    for (size_t at = (hole + 1) & mask; channels->slots[at] != NULL; at = (at + 1) & mask) {
        size_t from_home = (at - home(channels, channels->slots[at]->id)) & mask;
        if (from_home >= ((at - hole) & mask)) {
            channels->slots[hole] = channels->slots[at];
            hole = at;
        }
    }
    channels->slots[hole] = NULL;
}

struct channel *channels_remove(struct channels *channels, struct channel_id id)
{
    if (channels->capacity == 0) {
        return NULL;
    }
    size_t slot = seek(channels, id);
    struct channel *channel = channels->slots[slot];
    if (channel != NULL) {
        close_hole(channels, slot);
        channels->count--;
    }
    return channel;
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
