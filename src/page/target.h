/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The page of one target: what is wrong, the latest operation packet by packet, the past. */
#ifndef PAGE_TARGET_H
#define PAGE_TARGET_H

#include "engine/report.h"
#include "page/frame.h"

struct target_page {
    const struct report *report;
    const char *statistics; /* of the latest operation, as text; NULL: there was none */
    const char *configuration; /* YAML */
    const char *path; /* of the target in the API, escaped */
    const char *evidence; /* an HTML list of links; "": nothing is kept */
};

void target_render(struct buf *out, const struct page_site *site, const struct target_page *page);

/* No target has the name. */
void target_render_missing(struct buf *out, const struct page_site *site, const char *name);

#endif
