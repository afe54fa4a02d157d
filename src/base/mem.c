/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static size_t checked_size(size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) {
        abort();
    }
    size_t bytes = count * size;
    return bytes == 0 ? 1 : bytes;
}

static void *or_abort(void *memory)
{
    if (memory == NULL) {
        abort();
    }
    return memory;
}

void *mem_alloc(size_t count, size_t size)
{
    return or_abort(calloc(1, checked_size(count, size)));
}

void *mem_alloc_lines(size_t count, size_t size)
{
    size_t bytes = checked_size(count, size);
    if (bytes > SIZE_MAX - MEM_LINE_BYTES) {
        abort();
    }
    bytes = (bytes + MEM_LINE_BYTES - 1) / MEM_LINE_BYTES * MEM_LINE_BYTES;
    return memset(or_abort(aligned_alloc(MEM_LINE_BYTES, bytes)), 0, bytes);
}

void *mem_resize(void *old, size_t count, size_t size)
{
    return or_abort(realloc(old, checked_size(count, size)));
}

char *mem_string(const char *text)
{
    size_t bytes = strlen(text) + 1;
    return memcpy(mem_alloc(bytes, 1), text, bytes);
}
