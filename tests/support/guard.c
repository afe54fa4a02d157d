/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "support/guard.h"

#include <assert.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void guard_init(struct guard *guard, size_t capacity)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t room = (capacity / page + 1) * page;
    void *map = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert(map != MAP_FAILED);
    *guard = (struct guard){.map = map, .room = room, .map_size = room + page};
    int result = mprotect(guard->map + room, page, PROT_NONE);
    assert(result == 0);
    (void)result;
}

void guard_fini(struct guard *guard)
{
    munmap(guard->map, guard->map_size);
    *guard = (struct guard){0};
}

uint8_t *guard_end(struct guard *guard, size_t size)
{
    assert(size <= guard->room);
    return guard->map + guard->room - size;
}

uint8_t *guard_copy(struct guard *guard, const uint8_t *bytes, size_t size)
{
    uint8_t *copy = guard_end(guard, size);
    if (size > 0) {
        memcpy(copy, bytes, size);
    }
    return copy;
}
