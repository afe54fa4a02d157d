/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "probe/desk.h"

#include <assert.h>
#include <stdlib.h>

static unsigned size_for(uint32_t packets)
{
    assert(packets > 0 && packets <= 1u << (DESK_SIZES - 1));
    return packets == 1 ? 0 : 32u - (unsigned)__builtin_clz(packets - 1);
}

/* One block: the desk, its samples, then what is not read with each packet. */
static struct desk *desk_new(unsigned size)
{
    size_t packets = (size_t)1 << size;
    size_t words = counted_words((uint32_t)packets);
    size_t samples_bytes = packets * sizeof(struct sample);
    struct desk *desk = mem_alloc_lines(1, sizeof *desk + samples_bytes + words * sizeof(uint64_t) +
                                               packets * sizeof(uint32_t));
    desk->size = size;
    desk->seen = (uint64_t *)(void *)((char *)desk->samples + samples_bytes);
    desk->arrival = (uint32_t *)(void *)(desk->seen + words);
    return desk;
}

struct desk *desk_take(struct desk_room *room, uint32_t packets)
{
    unsigned size = size_for(packets);
    struct desk *desk = room == NULL ? NULL : room->free[size];
    if (desk == NULL) {
        return desk_new(size);
    }
    room->free[size] = desk->next;
    return desk;
}

void desk_give(struct desk_room *room, struct desk *desk)
{
    if (desk == NULL || room == NULL) {
        free(desk);
        return;
    }
    desk->next = room->free[desk->size];
    room->free[desk->size] = desk;
}

void desk_trim(struct desk_room *room, uint32_t packets)
{
    struct desk **first = &room->free[size_for(packets)];
    struct desk *desk = *first;
    if (desk != NULL) {
        *first = desk->next;
        free(desk);
    }
}

void desk_room_fini(struct desk_room *room)
{
    for (unsigned size = 0; size < DESK_SIZES; size++) {
        while (room->free[size] != NULL) {
            desk_trim(room, 1u << size);
        }
    }
}
