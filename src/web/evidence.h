/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Evidence of a target over HTTP: the list, and each operation as pcapng and as JSON; and its links
 * for pages. */
#ifndef WEB_EVIDENCE_H
#define WEB_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "engine/evidence.h"

#define EVIDENCE_PCAPNG_TYPE "application/x-pcapng"

/* All that is kept of one target, the oldest first. */
struct evidence_list {
    struct evidence **items; /* NULL: none */
    size_t count;
};

void evidence_list_fini(struct evidence_list *list);

/* NULL: there is none of that id. */
const struct evidence *evidence_list_find(const struct evidence_list *list, const char *id);

/* {"evidence": [...]}, the latest first. */
void evidence_list_write(const struct evidence_list *list, struct buf *out);

/* The name of a file for it: "paris-core1-20261128T155300.123Z.pcapng"; of the target's name only
 * letters, digits, dots, dashes and underscores. */
void evidence_file_name(const struct evidence *evidence, const char *suffix, struct buf *out);

/* Appends an HTML list of links, the latest first, at most `max`; nothing when there is none.
 * `path` leads from the page to .../targets/NAME/, and is escaped already. */
void evidence_links_write(const struct evidence_list *list, const char *path, size_t max,
                          struct buf *out);

#endif
