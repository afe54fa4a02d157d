/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/heap.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

void heap_fini(struct heap *heap)
{
    free(heap->entries);
    *heap = (struct heap){0};
}

static struct heap_entry *entry_at(const struct heap *heap, size_t place)
{
    return &heap->entries[place - 1];
}

#define CHILDREN 4

static size_t parent_of(size_t place)
{
    return (place - 2) / CHILDREN + 1;
}

static size_t first_child_of(size_t place)
{
    return (place - 1) * CHILDREN + 2;
}

static void put(struct heap *heap, size_t place, struct heap_entry entry)
{
    *entry_at(heap, place) = entry;
    entry.item->place = place;
}

/* Moves `entry` from the free `place` towards the root until its parent is not later. */
static void rise(struct heap *heap, size_t place, struct heap_entry entry)
{
    while (place > 1) {
        struct heap_entry parent = *entry_at(heap, parent_of(place));
        if (!mono_is_before(entry.due, parent.due)) {
            break;
        }
        put(heap, place, parent);
        place = parent_of(place);
    }
    put(heap, place, entry);
}

static size_t earlier(const struct heap *heap, size_t a, size_t b)
{
    return mono_is_before(entry_at(heap, b)->due, entry_at(heap, a)->due) ? b : a;
}

/* The earliest of the children from `first` on, of which there is at least one. */
static size_t earliest_child(const struct heap *heap, size_t first)
{
    if (first + CHILDREN - 1 <= heap->count) {
        return earlier(heap, earlier(heap, first, first + 1), earlier(heap, first + 2, first + 3));
    }
    size_t earliest = first;
    for (size_t child = first + 1; child <= heap->count; child++) {
        earliest = earlier(heap, earliest, child);
    }
    return earliest;
}

/* Moves `entry` from the free `place` away from the root until no child is earlier. */
static void sink(struct heap *heap, size_t place, struct heap_entry entry)
{
    while (first_child_of(place) <= heap->count) {
        size_t child = earliest_child(heap, first_child_of(place));
        if (!mono_is_before(entry_at(heap, child)->due, entry.due)) {
            break;
        }
        put(heap, place, *entry_at(heap, child));
        place = child;
    }
    put(heap, place, entry);
}

static void grow(struct heap *heap)
{
    heap->capacity = heap->capacity == 0 ? 16 : heap->capacity * 2;
    heap->entries = mem_resize(heap->entries, heap->capacity, sizeof(struct heap_entry));
}

void heap_set(struct heap *heap, struct heap_item *item, struct mono due)
{
    struct heap_entry entry = {due, item};
    if (item->place == 0) {
        if (heap->count == heap->capacity) {
            grow(heap);
        }
        item->due = due;
        heap->count++;
        rise(heap, heap->count, entry);
        return;
    }
    assert(entry_at(heap, item->place)->item == item);
    if (due.ns == item->due.ns) {
        return;
    }
    bool earlier = mono_is_before(due, item->due);
    item->due = due;
    if (earlier) {
        rise(heap, item->place, entry);
    } else {
        sink(heap, item->place, entry);
    }
}

void heap_remove(struct heap *heap, struct heap_item *item)
{
    if (item->place == 0) {
        return;
    }
    assert(entry_at(heap, item->place)->item == item);
    size_t place = item->place;
    struct heap_entry last = *entry_at(heap, heap->count);
    heap->count--;
    item->place = 0;
    if (last.item == item) {
        return;
    }
    if (place > 1 && mono_is_before(last.due, entry_at(heap, parent_of(place))->due)) {
        rise(heap, place, last);
    } else {
        sink(heap, place, last);
    }
}

struct heap_item *heap_first(const struct heap *heap)
{
    return heap->count == 0 ? NULL : entry_at(heap, 1)->item;
}
