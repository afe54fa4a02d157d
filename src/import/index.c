/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "import/index.h"

#include <stdlib.h>

#include "base/mem.h"

#define ROOM_MIN 64

/* FNV-1a, 64 bits: long enough that two texts of one input do not meet. */
static uint64_t hash_of(char kind, const char *text)
{
    uint64_t hash = (UINT64_C(0xcbf29ce484222325) ^ (unsigned char)kind) * UINT64_C(0x100000001b3);
    for (; *text != '\0'; text++) {
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    }
    return hash != 0 ? hash : 1;
}

void import_index_fini(struct import_index *index)
{
    free(index->slots);
    *index = (struct import_index){0};
}

/* The slot of the hash, or the free one where it would be. */
static struct import_index_slot *slot_of(const struct import_index *index, uint64_t hash)
{
    size_t at = (size_t)(hash ^ hash >> 32) & (index->room - 1);
    while (index->slots[at].hash != 0 && index->slots[at].hash != hash) {
        at = (at + 1) & (index->room - 1);
    }
    return &index->slots[at];
}

int import_index_find(const struct import_index *index, char kind, const char *text)
{
    if (index->room == 0) {
        return -1;
    }
    const struct import_index_slot *slot = slot_of(index, hash_of(kind, text));
    return slot->hash != 0 ? (int)slot->value : -1;
}

static void make_room(struct import_index *index)
{
    struct import_index grown = {.room = index->room == 0 ? ROOM_MIN : index->room * 2,
                                 .count = index->count};
    if (index->count * 2 < index->room) {
        return;
    }
    grown.slots = mem_alloc(grown.room, sizeof *grown.slots);
    for (size_t i = 0; i < index->room; i++) {
        if (index->slots[i].hash != 0) {
            *slot_of(&grown, index->slots[i].hash) = index->slots[i];
        }
    }
    free(index->slots);
    *index = grown;
}

void import_index_set(struct import_index *index, char kind, const char *text, uint32_t value)
{
    make_room(index);
    uint64_t hash = hash_of(kind, text);
    struct import_index_slot *slot = slot_of(index, hash);
    index->count += slot->hash == 0;
    *slot = (struct import_index_slot){hash, value};
}
