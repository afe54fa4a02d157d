/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/diagnostics.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/node.h"
#include "config/words.h"

void diagnostics_fini(struct diagnostics *diagnostics)
{
    for (size_t i = 0; i < diagnostics->count; i++) {
        free(diagnostics->items[i].path);
        free(diagnostics->items[i].message);
    }
    free(diagnostics->items);
    free(diagnostics->file);
    *diagnostics = (struct diagnostics){0};
}

static void format_one(const char *file, const struct diagnostic *item, struct buf *out)
{
    buf_printf(out, "%s:", file);
    if (item->line > 0) {
        buf_printf(out, "%u:%u:", item->line, item->column);
    }
    if (!item->is_error) {
        buf_add_string(out, " warning:");
    }
    if (item->path[0] != '\0') {
        buf_printf(out, " %s:", item->path);
    }
    buf_printf(out, " %s\n", item->message);
}

void diagnostics_format(const struct diagnostics *diagnostics, struct buf *out)
{
    const char *file = diagnostics->file == NULL ? "" : diagnostics->file;
    for (size_t i = 0; i < diagnostics->count; i++) {
        format_one(file, &diagnostics->items[i], out);
    }
    if (diagnostics->unlisted > 0) {
        buf_printf(out, "%s: %zu more findings are not listed\n", file, diagnostics->unlisted);
    }
}

struct place place_file(void)
{
    return (struct place){0};
}

struct place place_value(const struct node *node)
{
    return (struct place){.node = node};
}

struct place place_key(const struct node *node)
{
    return (struct place){.node = node, .is_key = node->key != NULL};
}

struct place place_below(const struct node *node, const char *key)
{
    return (struct place){.node = node, .below = key};
}

static char *place_path(struct place place)
{
    struct buf path = {0};
    if (place.node != NULL) {
        node_add_path(place.node, &path);
    }
    if (place.below != NULL) {
        buf_printf(&path, "%s%s", path.size > 0 ? "." : "", place.below);
    }
    char *text = mem_string(buf_string(&path));
    buf_fini(&path);
    return text;
}

/* How many findings back a repeated one is looked for. */
#define REACH 16

/* Room for one more finding; NULL when there are too many already. */
static struct diagnostic *add_item(struct diagnostics *diagnostics, bool is_error)
{
    diagnostics->error_count += is_error ? 1 : 0;
    if (diagnostics->count == DIAGNOSTICS_MAX) {
        diagnostics->unlisted++;
        return NULL;
    }
    if (diagnostics->count == diagnostics->capacity) {
        size_t capacity = diagnostics->capacity == 0 ? 16 : diagnostics->capacity * 2;
        diagnostics->items = mem_resize(diagnostics->items, capacity, sizeof *diagnostics->items);
        diagnostics->capacity = capacity;
    }
    struct diagnostic *item = &diagnostics->items[diagnostics->count];
    *item = (struct diagnostic){.is_error = is_error, .order = diagnostics->count};
    diagnostics->count++;
    return item;
}

static bool is_same(const struct diagnostic *a, const struct diagnostic *b)
{
    return a->line == b->line && a->column == b->column && strcmp(a->message, b->message) == 0 &&
           strcmp(a->path, b->path) == 0;
}

/* The targets of one entry have their faults in common: one fault is one finding. */
static void drop_repeated(struct diagnostics *diagnostics)
{
    struct diagnostic *last = &diagnostics->items[diagnostics->count - 1];
    for (struct diagnostic *item = last; item > diagnostics->items && item + REACH > last;) {
        item--;
        if (is_same(item, last)) {
            free(last->path);
            free(last->message);
            diagnostics->count--;
            diagnostics->error_count -= last->is_error ? 1 : 0;
            return;
        }
    }
}

__attribute__((format(printf, 4, 0))) static void add(struct diagnostics *diagnostics,
                                                      bool is_error, struct place place,
                                                      const char *format, va_list arguments)
{
    struct diagnostic *item = add_item(diagnostics, is_error);
    if (item == NULL) {
        return;
    }
    if (place.node != NULL) {
        item->line = place.is_key ? place.node->key_line : place.node->line;
        item->column = place.is_key ? place.node->key_column : place.node->column;
    }
    item->path = place_path(place);
    struct buf message = {0};
    buf_vprintf(&message, format, arguments);
    item->message = mem_string(buf_string(&message));
    buf_fini(&message);
    drop_repeated(diagnostics);
}

void diagnostics_error(struct diagnostics *diagnostics, struct place place, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(diagnostics, true, place, format, arguments);
    va_end(arguments);
}

void diagnostics_warn(struct diagnostics *diagnostics, struct place place, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(diagnostics, false, place, format, arguments);
    va_end(arguments);
}

void diagnostics_error_at(struct diagnostics *diagnostics, unsigned line, unsigned column,
                          const char *message)
{
    struct diagnostic *item = add_item(diagnostics, true);
    if (item == NULL) {
        return;
    }
    item->line = line;
    item->column = column;
    item->path = mem_string("");
    item->message = mem_string(message);
}

void diagnostics_unknown_key(struct diagnostics *diagnostics, const struct node *node,
                             const char *const *names, size_t count)
{
    const char *nearest = words_nearest(node->key, names, count);
    if (nearest != NULL) {
        diagnostics_error(diagnostics, place_key(node), "unknown key; did you mean '%s'?", nearest);
        return;
    }
    struct buf allowed = {0};
    for (size_t i = 0; i < count; i++) {
        buf_printf(&allowed, "%s%s", i > 0 ? ", " : "", names[i]);
    }
    diagnostics_error(diagnostics, place_key(node), "unknown key; allowed: %s",
                      buf_string(&allowed));
    buf_fini(&allowed);
}

static int compare_items(const void *left, const void *right)
{
    const struct diagnostic *a = left, *b = right;
    if (a->line != b->line) {
        return a->line < b->line ? -1 : 1;
    }
    if (a->column != b->column) {
        return a->column < b->column ? -1 : 1;
    }
    return a->order < b->order ? -1 : 1;
}

void diagnostics_sort(struct diagnostics *diagnostics)
{
    if (diagnostics->count > 1) {
        qsort(diagnostics->items, diagnostics->count, sizeof *diagnostics->items, compare_items);
    }
}

static bool is_repeated(const struct diagnostic *a, const struct diagnostic *b)
{
    return a->line == b->line && a->column == b->column && strcmp(a->message, b->message) == 0;
}

void diagnostics_drop_repeated(struct diagnostics *diagnostics)
{
    size_t kept = 0;
    for (size_t i = 0; i < diagnostics->count; i++) {
        struct diagnostic *item = &diagnostics->items[i];
        if (kept > 0 && is_repeated(&diagnostics->items[kept - 1], item)) {
            diagnostics->error_count -= item->is_error ? 1 : 0;
            free(item->path);
            free(item->message);
        } else {
            diagnostics->items[kept++] = *item;
        }
    }
    diagnostics->count = kept;
}

void diagnostics_first_error(const struct diagnostics *diagnostics, unsigned *line,
                             unsigned *column)
{
    size_t i = 0;
    while (i < diagnostics->count && !diagnostics->items[i].is_error) {
        i++;
    }
    *line = i < diagnostics->count ? diagnostics->items[i].line : 0;
    *column = i < diagnostics->count ? diagnostics->items[i].column : 0;
}
