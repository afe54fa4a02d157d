/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "web/gzip.h"

/* A compressed part costs as much as twenty times its size of text. Small parts let the reader work
 * on one while the next is made, and let others be served in between. */
#define GZIP_PART_BYTES ((size_t)16 * 1024)

struct stream {
    struct stream_source source;
    bool is_complete; /* the end of the source was read */
    struct buf head; /* read ahead; what is behind `taken` is still to be read */
    size_t taken;
    struct gzip *gzip; /* NULL: as it is */
};

struct stream *stream_open(const struct stream_source *source)
{
    struct stream *stream = mem_alloc(1, sizeof *stream);
    stream->source = *source;
    return stream;
}

static size_t read_source(struct stream *stream, char *out, size_t size)
{
    if (stream->is_complete) {
        return 0;
    }
    size_t read = stream->source.read(stream->source.context, out, size);
    stream->is_complete = read == 0;
    return read;
}

bool stream_is_short(struct stream *stream, size_t size, struct buf *out)
{
    struct buf *head = &stream->head;
    while (head->size < size && !stream->is_complete) {
        char *at = buf_room(head, size - head->size);
        buf_take(head, at + read_source(stream, at, size - head->size));
    }
    if (!stream->is_complete) {
        return false;
    }
    *out = *head;
    *head = (struct buf){0};
    return true;
}

/* What was read ahead, then what the source has. */
static size_t read_plain(void *context, char *out, size_t size)
{
    struct stream *stream = context;
    size_t left = stream->head.size - stream->taken;
    if (left == 0) {
        buf_fini(&stream->head);
        stream->taken = 0;
        return read_source(stream, out, size);
    }
    size = size < left ? size : left;
    memcpy(out, stream->head.bytes + stream->taken, size);
    stream->taken += size;
    return size;
}

bool stream_compress(struct stream *stream)
{
    const struct gzip_source source = {stream, read_plain};
    stream->gzip = gzip_open(&source);
    return stream->gzip != NULL;
}

size_t stream_read(struct stream *stream, char *out, size_t size)
{
    if (stream->gzip == NULL) {
        return read_plain(stream, out, size);
    }
    return gzip_read(stream->gzip, out, size < GZIP_PART_BYTES ? size : GZIP_PART_BYTES);
}

void stream_close(struct stream *stream)
{
    if (stream == NULL) {
        return;
    }
    gzip_close(stream->gzip);
    buf_fini(&stream->head);
    stream->source.close(stream->source.context, stream->is_complete);
    free(stream);
}
