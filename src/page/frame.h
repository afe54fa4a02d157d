/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What all pages have in common: head, the way to the other pages, foot; and how a state looks.
 * Links are relative to the root of the site, where every page stands, so that they hold behind a
 * proxy that adds a path. */
#ifndef PAGE_FRAME_H
#define PAGE_FRAME_H

#include "expo/view.h"

enum page_place { PAGE_OVERVIEW, PAGE_MATRIX, PAGE_TARGET, PAGE_RESPONDER };

/* A page that is no picture: "/metrics", "Metrics". */
struct page_link {
    const char *path, *text;
};

/* What every page is drawn from. */
struct page_site {
    const struct expo_view *view;
    const struct page_link *links;
    size_t link_count;
};

/* Up to the beginning of the content; `title`: plain text, NULL: the name of the program alone. */
void frame_begin(struct buf *out, const struct page_site *site, enum page_place place,
                 const char *title);
/* From the end of the content on. */
void frame_end(struct buf *out, const struct page_site *site);

/* What is wrong with the program itself: a configuration that could not be taken over. */
void frame_add_alerts(struct buf *out, const struct page_site *site);

/* The state as a word with its shape. `class`: another class beside "state". */
void frame_add_state(struct buf *out, enum target_state state, const char *class);

/* "./target?name=NAME". */
void frame_add_target_link(struct buf *out, const char *name);

/* When the page was made, and the button that stops its refreshing. */
void frame_add_now(struct buf *out, const struct page_site *site);

#endif
