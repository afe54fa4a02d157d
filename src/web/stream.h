/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A body that is made while it is sent, plain or compressed. So a slow reader costs the memory of a
 * block, not of a body. */
#ifndef WEB_STREAM_H
#define WEB_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Where a body comes from. */
struct stream_source {
    void *context;
    /* The next at most `size` bytes (at least 1) go to `out`. Returns how many; 0 at the end. */
    size_t (*read)(void *context, char *out, size_t size);
    /* Called once; `is_complete`: the end was read. */
    void (*close)(void *context, bool is_complete);
    /* Opens the same bytes once more, from the first one on; NULL: that cannot be. */
    struct stream_source (*again)(void *context);
};

struct stream;

struct stream *stream_open(const struct stream_source *source);

/* Reads ahead. True: all of it is in `out`, less than `size` bytes. False: it is longer, and
 * nothing is lost. To be called before anything is read, if at all. */
bool stream_is_short(struct stream *stream, size_t size, struct buf *out);

/* From here on stream_read gives the gzip form. False, and all as it was, when there is no memory
 * for that. */
bool stream_compress(struct stream *stream);

/* The next at most `size` bytes (at least 1) go to `out`. Returns how many; 0 at the end. */
size_t stream_read(struct stream *stream, char *out, size_t size);

void stream_close(struct stream *stream); /* NULL is fine */

#endif
