/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A min-heap of deadlines. Items are embedded in what they schedule and know their place, so that
 * moving or removing one costs O(log n). The heap owns only its array, in which the deadlines stand
 * beside the pointers: comparing touches nothing else. Who moves is told its new place, which is
 * seldom in the cache: with four children for each entry half as many have to move as with two. */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/time.h"

/* All zero is an item that is in no heap. */
struct heap_item {
    struct mono due;
    size_t place; /* 1-based; 0: not in the heap */
};

struct heap_entry {
    struct mono due;
    struct heap_item *item;
};

/* All zero is an empty heap. */
struct heap {
    struct heap_entry *entries;
    size_t count;
    size_t capacity;
};

void heap_fini(struct heap *heap);

/* Puts `item` in at `due`, or moves it there when it is in already. */
void heap_set(struct heap *heap, struct heap_item *item, struct mono due);

/* Takes `item` out; nothing happens when it is not in. */
void heap_remove(struct heap *heap, struct heap_item *item);

/* The item that is due first, NULL when the heap is empty. */
struct heap_item *heap_first(const struct heap *heap);

#endif
