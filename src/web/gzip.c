/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/gzip.h"

#include <assert.h>
#include <isa-l.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { CHUNK_BYTES = 16 * 1024, LEVEL = 1 };

/* With a buffer that malloc aligned (16 bytes), version 2.30.0 crashes on processors with AVX-512.
 */
#define ALIGNMENT 64

struct gzip {
    struct isal_zstream stream;
    uint8_t working[ISAL_DEF_LVL1_DEFAULT] __attribute__((aligned(ALIGNMENT)));
    char chunk[CHUNK_BYTES]; /* of the text */
    struct gzip_source source;
};

struct gzip *gzip_open(const struct gzip_source *source)
{
    struct gzip *gzip;
    if (posix_memalign((void **)&gzip, ALIGNMENT, sizeof *gzip) != 0) {
        return NULL;
    }
    memset(gzip, 0, sizeof *gzip);
    gzip->source = *source;
    isal_deflate_init(&gzip->stream);
    gzip->stream.gzip_flag = IGZIP_GZIP;
    gzip->stream.level = LEVEL;
    gzip->stream.level_buf = gzip->working;
    gzip->stream.level_buf_size = sizeof gzip->working;
    return gzip;
}

size_t gzip_read(struct gzip *gzip, char *out, size_t size)
{
    struct isal_zstream *stream = &gzip->stream;
    uint32_t room = size > UINT32_MAX ? UINT32_MAX : (uint32_t)size;
    stream->next_out = (uint8_t *)out;
    stream->avail_out = room;
    while (stream->avail_out > 0 && stream->internal_state.state != ZSTATE_END) {
        if (stream->avail_in == 0 && !stream->end_of_stream) {
            size_t read = gzip->source.read(gzip->source.context, gzip->chunk, sizeof gzip->chunk);
            stream->next_in = (uint8_t *)gzip->chunk;
            stream->avail_in = (uint32_t)read;
            stream->end_of_stream = read == 0;
        }
        int result = isal_deflate(stream);
        assert(result == COMP_OK);
    }
    return room - stream->avail_out;
}

void gzip_close(struct gzip *gzip)
{
    free(gzip);
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

#define WORD(number) #number
#define DOTTED(major, minor, patch) WORD(major) "." WORD(minor) "." WORD(patch)

const char *gzip_library_version(void)
{
    return DOTTED(ISAL_MAJOR_VERSION, ISAL_MINOR_VERSION, ISAL_PATCH_VERSION);
}
