/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What `ipsla top` shows: what is wanted of an exporter, and what it answered. */
#ifndef CLI_TOP_TABLE_H
#define CLI_TOP_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/screen.h"

#define TOP_PROGRAM "ipsla top"
#define TOP_FILTER_MAX 100 /* bytes, with the NUL */

/* Words of `sort` (docs/api.md), in the order of the key s. */
#define TOP_SORTS 7
extern const char *const top_sorts[TOP_SORTS];

/* What is wanted. */
struct top_view {
    const char *url;
    int64_t interval_ns, timeout_ns;
    size_t sort;
    bool is_reversed, is_bad_only, is_typing; /* typing: the filter */
    char filter[TOP_FILTER_MAX];
    size_t offset;
};

/* What was fetched. */
struct top_table {
    struct screen_row *items;
    size_t count, room;
    int64_t now_ns;
    uint64_t matched;
};

void top_table_fini(struct top_table *table);

/* Asks for at most `limit` targets, 0: all. False after a message on standard error. */
bool top_table_fetch(const struct top_view *view, size_t limit, struct top_table *table);

#endif
