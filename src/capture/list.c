/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "capture/list.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void *list_add(struct list *list, size_t size, size_t max)
{
    if (list->count >= max) {
        return NULL;
    }
    if (list->count == list->room) {
        list->room = list->room == 0 ? 64 : list->room * 2;
        list->items = mem_resize(list->items, list->room, size);
    }
    uint8_t *item = (uint8_t *)list->items + size * list->count++;
    memset(item, 0, size);
    return item;
}

void list_fini(struct list *list)
{
    free(list->items);
    *list = (struct list){0};
}
