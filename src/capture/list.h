/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A growing array with a limit: what a file makes grow has one. */
#ifndef CAPTURE_LIST_H
#define CAPTURE_LIST_H

#include <stddef.h>

/* All zero is empty. `items` are owned. */
struct list {
    void *items;
    size_t count, room;
};

/* Room for one more item of `size` bytes, zeroed; NULL when there are `max`. */
void *list_add(struct list *list, size_t size, size_t max);
void list_fini(struct list *list);

#endif
