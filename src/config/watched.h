/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A file that is read again when it changed. A change is seen by what the file system says of the
 * file; as its times may be coarse, what changed within the last second counts as changed still. */
#ifndef CONFIG_WATCHED_H
#define CONFIG_WATCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct watched {
    char *path;
    bool is_there;
    uint64_t device, number;
    int64_t size, modified_ns, changed_ns; /* Unix times */
};

/* Appends all of `path`, at most `max` bytes, to `out`, and notes in `watched` (zeroed by the
 * caller, freed by watched_fini) how the file is now. Returns what is wrong, or NULL. */
const char *watched_read(struct watched *watched, const char *path, size_t max, struct buf *out);

/* Whether the file may hold something else than when it was read. */
bool watched_has_changed(const struct watched *watched);

/* Whether both were the same file in the same state. */
bool watched_is_same(const struct watched *a, const struct watched *b);

void watched_fini(struct watched *watched);

#endif
