/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/gzip.h"

#include <assert.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"

enum { CHUNK_BYTES = 16 * 1024, GZIP_WINDOW = 15 + 16, MEMORY_LEVEL = 8 };

struct gzip {
    struct gzip_source source;
    z_stream stream;
    bool is_read; /* the source has ended */
    bool has_ended; /* and so has the compressed form */
    char chunk[CHUNK_BYTES]; /* of the text */
};

struct gzip *gzip_open(const struct gzip_source *source)
{
    struct gzip *gzip = mem_alloc(1, sizeof *gzip);
    gzip->source = *source;
    if (deflateInit2(&gzip->stream, Z_BEST_SPEED, Z_DEFLATED, GZIP_WINDOW, MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        free(gzip);
        return NULL;
    }
    return gzip;
}

size_t gzip_read(struct gzip *gzip, char *out, size_t size)
{
    z_stream *stream = &gzip->stream;
    uInt room = size > UINT_MAX ? UINT_MAX : (uInt)size;
    stream->next_out = (Bytef *)out;
    stream->avail_out = room;
    while (stream->avail_out > 0 && !gzip->has_ended) {
        if (stream->avail_in == 0 && !gzip->is_read) {
            size_t read = gzip->source.read(gzip->source.context, gzip->chunk, sizeof gzip->chunk);
            stream->next_in = (Bytef *)gzip->chunk;
            stream->avail_in = (uInt)read;
            gzip->is_read = read == 0;
        }
        int result = deflate(stream, gzip->is_read ? Z_FINISH : Z_NO_FLUSH);
        assert(result == Z_OK || result == Z_STREAM_END);
        gzip->has_ended = result == Z_STREAM_END;
    }
    return room - stream->avail_out;
}

void gzip_close(struct gzip *gzip)
{
    if (gzip != NULL) {
        deflateEnd(&gzip->stream);
        free(gzip);
    }
}

struct whole {
    const struct buf *body;
    size_t taken;
};

static size_t read_whole(void *context, char *out, size_t size)
{
    struct whole *whole = context;
    size_t left = whole->body->size - whole->taken;
    size = size < left ? size : left;
    if (size > 0) {
        memcpy(out, whole->body->bytes + whole->taken, size);
        whole->taken += size;
    }
    return size;
}

bool gzip_compress(struct buf *body)
{
    struct whole whole = {body, 0};
    const struct gzip_source source = {&whole, read_whole};
    struct gzip *gzip = gzip_open(&source);
    if (gzip == NULL) {
        return false;
    }
    struct buf out = {0};
    size_t size;
    do {
        char *at = buf_room(&out, CHUNK_BYTES);
        size = gzip_read(gzip, at, CHUNK_BYTES);
        buf_take(&out, at + size);
    } while (size > 0);
    gzip_close(gzip);
    buf_fini(body);
    *body = out;
    return true;
}

const char *gzip_library_version(void)
{
    return zlibVersion();
}
