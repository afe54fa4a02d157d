/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A growing buffer of bytes that is always followed by a NUL: for the exposition, pages, JSON,
 * messages. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

/* All zero is a valid empty buffer. `bytes` belongs to the buffer and is NULL until something is
 * added. */
struct buf {
    char *bytes;
    size_t size;
    size_t capacity;
};

void buf_fini(struct buf *buf);

/* Empties the buffer and keeps its memory. */
void buf_clear(struct buf *buf);

void buf_add(struct buf *buf, const void *bytes, size_t size);
void buf_add_string(struct buf *buf, const char *text);
void buf_add_char(struct buf *buf, char c);

/* Makes room for `size` more bytes. */
void buf_reserve(struct buf *buf, size_t size);

/* For writers in a hurry: where `size` more bytes may be written; buf_take adds those before `end`.
 */
static inline char *buf_room(struct buf *buf, size_t size)
{
    if (buf->capacity - buf->size <= size) {
        buf_reserve(buf, size);
    }
    return buf->bytes + buf->size;
}

static inline void buf_take(struct buf *buf, char *end)
{
    buf->size = (size_t)(end - buf->bytes);
    *end = '\0';
}

/* As printf. */
void buf_printf(struct buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3), nonnull));
void buf_vprintf(struct buf *buf, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0), nonnull(1, 2)));

/* The contents as a string; "" when empty. Valid until the next change. */
const char *buf_string(const struct buf *buf);

#endif
