/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The gzip content coding (RFC 1952), by isa-l, whose figures are in docs/benchmarks.md: an
 * exposition shrinks twentyfold. gzip.c is its only user. */
#ifndef WEB_GZIP_H
#define WEB_GZIP_H

#include <stdbool.h>

#include "base/buf.h"

/* Replaces the contents of `body` by their compressed form. False, and `body` as it was, when there
 * is no memory. */
bool gzip_compress(struct buf *body);

/* A text that is compressed as it is read: some 400 KiB, however long it is. */
struct gzip;

/* Where the text comes from: the next at most `size` bytes of it go to `out`. Returns how many; 0
 * at the end. */
struct gzip_source {
    void *context;
    size_t (*read)(void *context, char *out, size_t size);
};

/* NULL when there is no memory. */
struct gzip *gzip_open(const struct gzip_source *source);

/* The next at most `size` bytes (at least 1) of the compressed form go to `out`. Returns how many;
 * 0 at the end. */
size_t gzip_read(struct gzip *gzip, char *out, size_t size);

void gzip_close(struct gzip *gzip); /* NULL is fine */

/* The version of isa-l, as of its header. */
const char *gzip_library_version(void);

#endif
