/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/heap.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

void heap_fini(struct heap *heap)
{
    free(heap->items);
    *heap = (struct heap){0};
}

static struct heap_item *item_at(const struct heap *heap, size_t place)
{
    return heap->items[place - 1];
}

static void put(struct heap *heap, size_t place, struct heap_item *item)
{
    heap->items[place - 1] = item;
    item->place = place;
}

/* Moves `item` from the free `place` towards the root until its parent is not later. */
static void rise(struct heap *heap, size_t place, struct heap_item *item)
{
    while (place > 1) {
        struct heap_item *parent = item_at(heap, place / 2);
        if (!mono_is_before(item->due, parent->due)) {
            break;
        }
        put(heap, place, parent);
        place /= 2;
    }
    put(heap, place, item);
}

/* Moves `item` from the free `place` away from the root until no child is earlier. */
static void sink(struct heap *heap, size_t place, struct heap_item *item)
{
    while (place * 2 <= heap->count) {
        size_t child = place * 2;
        if (child < heap->count &&
            mono_is_before(item_at(heap, child + 1)->due, item_at(heap, child)->due)) {
            child++;
        }
        if (!mono_is_before(item_at(heap, child)->due, item->due)) {
            break;
        }
        put(heap, place, item_at(heap, child));
        place = child;
    }
    put(heap, place, item);
}

void heap_set(struct heap *heap, struct heap_item *item, struct mono due)
{
    if (item->place == 0) {
        if (heap->count == heap->capacity) {
            heap->capacity = heap->capacity == 0 ? 16 : heap->capacity * 2;
            heap->items = mem_resize(heap->items, heap->capacity, sizeof(struct heap_item *));
        }
        item->due = due;
        heap->count++;
        rise(heap, heap->count, item);
        return;
    }
    assert(item_at(heap, item->place) == item);
    if (due.ns == item->due.ns) {
        return;
    }
    bool earlier = mono_is_before(due, item->due);
    item->due = due;
    if (earlier) {
        rise(heap, item->place, item);
    } else {
        sink(heap, item->place, item);
    }
}

void heap_remove(struct heap *heap, struct heap_item *item)
{
    if (item->place == 0) {
        return;
    }
    assert(item_at(heap, item->place) == item);
    size_t place = item->place;
    struct heap_item *last = item_at(heap, heap->count);
    heap->count--;
    item->place = 0;
    if (last == item) {
        return;
    }
    if (place > 1 && mono_is_before(last->due, item_at(heap, place / 2)->due)) {
        rise(heap, place, last);
    } else {
        sink(heap, place, last);
    }
}

struct heap_item *heap_first(const struct heap *heap)
{
    return heap->count == 0 ? NULL : item_at(heap, 1);
}
