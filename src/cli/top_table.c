/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/top_table.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "cli/listing.h"
#include "json/result.h"

const char *const top_sorts[TOP_SORTS] = {"worst", "name", "age", "loss", "rtt", "jitter", "mos"};

void top_table_fini(struct top_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        screen_row_fini(&table->items[i]);
    }
    free(table->items);
    *table = (struct top_table){0};
}

static char *copy_of(const char *text)
{
    return mem_string(text == NULL ? "" : text);
}

static bool take_row(void *context, const struct node *object)
{
    struct top_table *table = context;
    const struct node *target = json_find(object, "target");
    const struct node *latest = json_find(object, "latest");
    struct screen_row row = {.has_run = latest != NULL};
    bool is_good = target != NULL;
    const char *name = listing_text(object, "name", &is_good);
    const char *state = listing_text(object, "state", &is_good);
    const char *reason = listing_text(object, "reason", &is_good);
    const char *host = target == NULL ? NULL : listing_text(target, "host", &is_good);
    if (!is_good || name == NULL || state == NULL ||
        (latest != NULL && !json_result_read(latest, &row.round))) {
        return false;
    }
    row.name = copy_of(name);
    row.state = copy_of(state);
    row.reason = copy_of(reason);
    row.host = copy_of(host);
    if (table->count == table->room) {
        table->room = table->room * 2 + 32;
        table->items = mem_resize(table->items, table->room, sizeof *table->items);
    }
    table->items[table->count++] = row;
    return true;
}

static void add_encoded(const char *text, struct buf *out)
{
    for (; *text != '\0'; text++) {
        buf_printf(out, "%%%02x", (unsigned)(unsigned char)*text);
    }
}

static void add_query(const struct top_view *view, size_t limit, struct buf *out)
{
    buf_printf(out, "/api/v1/targets?sort=%s%s", view->is_reversed ? "-" : "",
               top_sorts[view->sort]);
    if (view->filter[0] != '\0') {
        buf_add_string(out, "&q=");
        add_encoded(view->filter, out);
    }
    buf_add_string(out, view->is_bad_only ? "&state=failed&state=degraded" : "");
    if (limit > 0) {
        buf_printf(out, "&limit=%zu&offset=%zu", limit, view->offset);
    }
}

bool top_table_fetch(const struct top_view *view, size_t limit, struct top_table *table)
{
    struct listing listing = {.take = take_row, .context = table};
    struct buf path = {0};
    add_query(view, limit, &path);
    struct fetch *fetch =
        fetch_open_within(TOP_PROGRAM, view->url, buf_string(&path), view->timeout_ns);
    buf_fini(&path);
    if (fetch == NULL) {
        return false;
    }
    bool is_read = listing_read(&listing, fetch);
    bool is_whole = fetch_close(fetch);
    if (is_whole && !is_read) {
        fprintf(stderr, TOP_PROGRAM ": %s: this is not the list of an exporter's targets\n",
                view->url);
    }
    table->now_ns = listing.now_ns;
    table->matched = listing.matched;
    for (size_t i = 0; i < table->count; i++) {
        table->items[i].age_ns = table->now_ns - table->items[i].round.started.ns;
    }
    return is_whole && is_read;
}
