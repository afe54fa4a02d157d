/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Pages of targets made by hand, as text. */
#ifndef UNIT_PAGE_DRAWN_H
#define UNIT_PAGE_DRAWN_H

#include <stdio.h>
#include <string.h>

#include "page/overview.h"
#include "page/page.h"
#include "support/cm.h"
#include "support/scene.h"

/* 2026-11-28 21:04:05 UTC. */
#define DRAWN_NOW ((struct wall){1795899845 * NS_PER_SECOND})

static inline void drawn_statistics(const struct report *report, struct buf *out)
{
    buf_printf(out, "statistics of %s", report->spec->identity.name);
}

static inline void drawn_configuration(const struct spec *spec, struct buf *out)
{
    buf_printf(out, "configuration of %s", spec->identity.host);
}

static inline struct page_request drawn_request(enum page_place place)
{
    return (struct page_request){
        .place = place,
        .selection = {.sort = place == PAGE_OVERVIEW ? SELECTION_WORST : SELECTION_AS_CONFIGURED,
                      .limit = place == PAGE_OVERVIEW ? OVERVIEW_ROWS : 0},
    };
}

/* Appends the page of `request`; false when there is no such target. */
static inline bool drawn_page(struct snapshot *snapshot, const struct page_request *request,
                              struct buf *out)
{
    struct snapshot *const snapshots[] = {snapshot};
    const struct expo_view view = {
        .version = "1.2.3",
        .revision = "abc1234",
        .now = DRAWN_NOW,
        .snapshots = snapshots,
        .snapshot_count = 1,
        .reload_successful = true,
    };
    const struct page_source source = {
        .view = &view, .statistics = drawn_statistics, .configuration = drawn_configuration};
    return page_draw(out, &source, request);
}

static inline size_t drawn_count(const struct buf *page, const char *word)
{
    size_t count = 0;
    for (const char *at = buf_string(page); (at = strstr(at, word)) != NULL; at += strlen(word)) {
        count++;
    }
    return count;
}

#endif
