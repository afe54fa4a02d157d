/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The latest operations of many targets as the bytes of a file, and back: what survives a restart.
 * Pure: whoever has the bytes reads and writes files.
 *
 *   bytes  field (big-endian)
 *   14     "ipsla-history\n"
 *   2      version, 1
 *   for each target:
 *   2      size of its name, 1..255
 *   2      operations that follow, 0..HISTORY_MAX
 *   8      spec_identity_hash
 *   n      name
 *   40 n   operations, the oldest first, as history_pack has them
 *   and at the end:
 *   4      0
 *   4      number of targets
 *   8      checksum: a SipHash of each part above, whose key is the checksum of the parts before */
#ifndef ENGINE_ARCHIVE_H
#define ENGINE_ARCHIVE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "engine/report.h"

/* A larger file is not written, and not read. */
#define ARCHIVE_BYTES_MAX ((size_t)1 << 30)

struct archive_writer {
    uint64_t checksum;
    uint32_t targets;
    size_t most; /* operations of one target */
    struct history_entry *entries;
};

/* Each appends to `out`, which may be emptied in between. So many `targets` are to come: of many
 * with long histories the newest that ARCHIVE_BYTES_MAX has room for. */
void archive_begin(struct archive_writer *writer, size_t targets, struct buf *out);
/* Nothing for a target without operations. */
void archive_add(struct archive_writer *writer, const struct report *report, struct buf *out);
/* Frees what it has. */
void archive_end(struct archive_writer *writer, struct buf *out);

struct archive;

enum archive_fault {
    ARCHIVE_IS_GOOD,
    ARCHIVE_IS_OTHER, /* something else than an archive */
    ARCHIVE_IS_LATER, /* of a version that is not known here */
    ARCHIVE_IS_DAMAGED,
};

/* Reads all of it or nothing: NULL when there is a fault. Takes over `bytes`, malloc'ed. */
struct archive *archive_read(uint8_t *bytes, size_t size, enum archive_fault *fault);
void archive_free(struct archive *archive); /* NULL is fine */
size_t archive_count(const struct archive *archive); /* targets */

/* A history for `spec` with the operations of that target, as many as it keeps; NULL: there are
 * none of it. */
struct history *archive_find(const struct archive *archive, const struct spec *spec);

#endif
