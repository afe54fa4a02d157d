/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "impair/hold.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static struct held *held_of(struct heap_item *item)
{
    return (struct held *)(void *)item;
}

static void let_go(struct hold *hold, struct held *held)
{
    heap_remove(&hold->heap, &held->due);
    hold->bytes -= sizeof *held + held->size;
}

void hold_fini(struct hold *hold)
{
    struct heap_item *item;
    while ((item = heap_first(&hold->heap)) != NULL) {
        let_go(hold, held_of(item));
        free(item);
    }
    heap_fini(&hold->heap);
}

/* Room for a packet with these bytes, due then; NULL: there is none. */
static struct held *add(struct hold *hold, const uint8_t *bytes, size_t size, struct mono due)
{
    size_t whole = sizeof(struct held) + size;
    if (hold->heap.count >= HOLD_PACKETS_MAX || hold->bytes + whole > HOLD_BYTES_MAX) {
        return NULL;
    }
    struct held *held = mem_alloc(1, whole);
    held->size = size;
    if (size > 0) {
        memcpy(held->bytes, bytes, size);
    }
    heap_set(&hold->heap, &held->due, due);
    hold->bytes += whole;
    return held;
}

bool hold_event(struct hold *hold, const struct ev *ev, struct mono due)
{
    struct held *held = add(hold, ev->bytes, ev->size, due);
    if (held != NULL) {
        held->ev = *ev;
        held->ev.bytes = held->bytes;
    }
    return held != NULL;
}

bool hold_reply(struct hold *hold, const struct fx *fx, struct mono due)
{
    struct held *held = add(hold, fx->bytes, fx->size, due);
    if (held != NULL) {
        held->is_reply = true;
        held->fx = *fx;
        held->fx.bytes = held->bytes;
    }
    return held != NULL;
}

struct mono hold_due(const struct hold *hold)
{
    const struct heap_item *first = heap_first(&hold->heap);
    return first == NULL ? MONO_NEVER : first->due;
}

struct held *hold_take(struct hold *hold, struct mono now)
{
    struct heap_item *first = heap_first(&hold->heap);
    if (first == NULL || mono_is_before(now, first->due)) {
        return NULL;
    }
    let_go(hold, held_of(first));
    return held_of(first);
}

static bool is_of(const struct held *held, struct channel_id id)
{
    const struct channel_id *own = held->is_reply ? &held->fx.id : &held->ev.id;
    return own->owner == id.owner && own->channel == id.channel;
}

/* Removing one moves others, so they are noted first. */
unsigned hold_forget(struct hold *hold, struct channel_id id)
{
    unsigned count = 0;
    struct held **found = mem_alloc(hold->heap.count, sizeof(struct held *));
    for (size_t i = 0; i < hold->heap.count; i++) {
        struct held *held = held_of(hold->heap.entries[i].item);
        if (is_of(held, id)) {
            found[count++] = held;
        }
    }
    for (unsigned i = 0; i < count; i++) {
        let_go(hold, found[i]);
        free(found[i]);
    }
    free(found);
    return count;
}
