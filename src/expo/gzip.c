/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "expo/gzip.h"

#include <assert.h>
#include <limits.h>
#include <stdint.h>
#include <zlib.h>

enum { CHUNK_BYTES = 16 * 1024, GZIP_WINDOW = 15 + 16, MEMORY_LEVEL = 8 };

/* Feeds all of `body` through `stream`. zlib counts in unsigned int, so a huge body goes in parts.
 */
static void deflate_all(z_stream *stream, const struct buf *body, struct buf *out)
{
    uint8_t chunk[CHUNK_BYTES];
    size_t left = body->size;
    int result = Z_OK;
    stream->next_in = (z_const Bytef *)body->bytes;
    while (result != Z_STREAM_END) {
        if (stream->avail_in == 0) {
            stream->avail_in = left > UINT_MAX ? UINT_MAX : (uInt)left;
            left -= stream->avail_in;
        }
        stream->next_out = chunk;
        stream->avail_out = sizeof chunk;
        result = deflate(stream, left == 0 ? Z_FINISH : Z_NO_FLUSH);
        assert(result == Z_OK || result == Z_STREAM_END);
        buf_add(out, chunk, sizeof chunk - stream->avail_out);
    }
}

bool gzip_compress(struct buf *body)
{
    z_stream stream = {0};
    struct buf out = {0};
    if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, GZIP_WINDOW, MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        return false;
    }
    deflate_all(&stream, body, &out);
    deflateEnd(&stream);
    buf_fini(body);
    *body = out;
    return true;
}
