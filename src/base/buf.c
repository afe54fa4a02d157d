/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void buf_reserve(struct buf *buf, size_t size)
{
    size_t needed = buf->size + size + 1; /* and the NUL */
    assert(needed > size);
    if (needed <= buf->capacity) {
        return;
    }
    size_t capacity = buf->capacity < 256 ? 256 : buf->capacity;
    while (capacity < needed) {
        capacity *= 2;
    }
    buf->bytes = mem_resize(buf->bytes, capacity, 1);
    buf->capacity = capacity;
}

void buf_fini(struct buf *buf)
{
    free(buf->bytes);
    *buf = (struct buf){0};
}

void buf_clear(struct buf *buf)
{
    buf->size = 0;
    if (buf->bytes != NULL) {
        buf->bytes[0] = '\0';
    }
}

void buf_add(struct buf *buf, const void *bytes, size_t size)
{
    buf_reserve(buf, size);
    if (size > 0) {
        memcpy(buf->bytes + buf->size, bytes, size);
    }
    buf->size += size;
    buf->bytes[buf->size] = '\0';
}

void buf_add_string(struct buf *buf, const char *text)
{
    buf_add(buf, text, strlen(text));
}

void buf_add_char(struct buf *buf, char c)
{
    buf_add(buf, &c, 1);
}

void buf_vprintf(struct buf *buf, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    assert(length >= 0);
    buf_reserve(buf, (size_t)length);
    vsnprintf(buf->bytes + buf->size, (size_t)length + 1, format, again);
    buf->size += (size_t)length;
    va_end(again);
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    buf_vprintf(buf, format, arguments);
    va_end(arguments);
}

const char *buf_string(const struct buf *buf)
{
    return buf->bytes == NULL ? "" : buf->bytes;
}
