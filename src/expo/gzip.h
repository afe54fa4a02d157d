/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The gzip content coding (RFC 1952). gzip.c is the only user of zlib. */
#ifndef EXPO_GZIP_H
#define EXPO_GZIP_H

#include <stdbool.h>

#include "base/buf.h"

/* Replaces the contents of `body` by their compressed form, at the fastest level: an exposition
 * shrinks tenfold even so. False, and `body` as it was, when zlib has no memory. */
bool gzip_compress(struct buf *body);

#endif
