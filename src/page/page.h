/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The pages that people look at, drawn from one view: docs/page.md. */
#ifndef PAGE_PAGE_H
#define PAGE_PAGE_H

#include "page/frame.h"
#include "page/matrix.h"
#include "page/responder.h"
#include "select/selection.h"

#define PAGE_NAME_BYTES 256 /* of a target, with the NUL */

/* Which page, and what is to be on it. */
struct page_request {
    enum page_place place;
    struct selection selection; /* of overview and matrix */
    char name[PAGE_NAME_BYTES]; /* of the target */
    struct matrix_choice matrix;
    const struct page_link *links; /* to what is no page */
    size_t link_count;
};

/* What pages are drawn from. */
struct page_source {
    const struct expo_view *view;
    const struct responder_people *people; /* NULL: no responder */
    /* What else the program knows of a target, as text; appended. */
    void (*statistics)(const struct report *report, struct buf *out); /* of the latest operation */
    void (*configuration)(const struct spec *spec, struct buf *out);
    /* Links to the packets of operations that turned bad, as an HTML list; nothing: none are kept.
     * `path`, escaped, leads to what belongs to the target. NULL: the program keeps none. */
    void (*evidence)(void *context, const char *name, const char *path, struct buf *out);
    void *context; /* for `evidence` */
};

/* False: the page says that there is no such target. */
bool page_draw(struct buf *out, const struct page_source *source,
               const struct page_request *request);

#endif
