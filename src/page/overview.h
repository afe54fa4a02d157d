/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The first page: how many targets are in which state, and a table of those that were asked for,
 * the worst first. */
#ifndef PAGE_OVERVIEW_H
#define PAGE_OVERVIEW_H

#include "page/frame.h"
#include "select/selection.h"

/* Rows of one page. */
#define OVERVIEW_ROWS 100

/* `selected`: the targets that `selection` has, whose limit and offset say which part of them. */
void overview_render(struct buf *out, const struct page_site *site,
                     const struct selection *selection, const struct selected *selected);

/* Appends the URL of the overview of a selection, for an attribute. */
void overview_add_link(struct buf *out, const struct selection *selection);

#endif
