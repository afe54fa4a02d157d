/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "expo/expo.h"

#include <stdlib.h>

#include "base/mem.h"
#include "expo/family.h"
#include "expo/text.h"

/* A target with its labels, which stand on each of its series: escaped once, at `offset` of a
 * buffer that all targets share. */
struct entry {
    const struct report *report;
    size_t offset, size;
};

struct entries {
    struct entry *items;
    size_t count;
    struct buf labels;
};

const char *expo_content_type(enum expo_format format)
{
    return format == EXPO_OPENMETRICS_1_0_0
               ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
               : "text/plain; version=0.0.4; charset=utf-8";
}

static void add_entry(struct entries *entries, const struct report *report, struct buf *scratch)
{
    const struct spec *spec = report->spec;
    buf_clear(scratch);
    text_add_label(scratch, "target", spec->name);
    for (size_t i = 0; i < spec->label_count; i++) {
        text_add_label(scratch, spec->labels[i].name, spec->labels[i].value);
    }
    entries->items[entries->count++] = (struct entry){report, entries->labels.size, scratch->size};
    buf_add(&entries->labels, scratch->bytes, scratch->size);
}

static void entries_init(struct entries *entries, const struct expo_view *view)
{
    size_t count = 0;
    for (size_t i = 0; i < view->snapshot_count; i++) {
        count += view->snapshots[i]->count;
    }
    *entries = (struct entries){.items = mem_alloc(count, sizeof *entries->items)};
    struct buf scratch = {0};
    for (size_t i = 0; i < view->snapshot_count; i++) {
        const struct snapshot *snapshot = view->snapshots[i];
        for (size_t k = 0; k < snapshot->count; k++) {
            add_entry(entries, snapshot->reports[k], &scratch);
        }
    }
    buf_fini(&scratch);
}

static void entries_fini(struct entries *entries)
{
    buf_fini(&entries->labels);
    free(entries->items);
}

static bool concerns(enum family_scope scope, const struct spec *spec)
{
    return (scope != FAMILY_JITTER || spec->operation == OPERATION_UDP_JITTER ||
            spec->operation == OPERATION_ICMP_JITTER) &&
           (scope != FAMILY_DATAGRAMS || spec->operation != OPERATION_TCP_CONNECT) &&
           (scope != FAMILY_CONTROL || spec->control != CONTROL_NONE);
}

static void render_targets(struct text *text, const struct expo_view *view,
                           const struct family *family, const struct entries *entries)
{
    for (size_t i = 0; i < entries->count; i++) {
        const struct entry *entry = &entries->items[i];
        if (!concerns(family->scope, entry->report->spec)) {
            continue;
        }
        struct family_source source = {view, entry->report};
        text_set_labels(text, entries->labels.bytes + entry->offset, entry->size);
        family->emit(text, &source, family->offset);
    }
}

void expo_render(const struct expo_view *view, enum expo_format format, struct buf *out)
{
    struct text text;
    text_init(&text, format, out);
    struct entries entries;
    entries_init(&entries, view);
    const struct family *family;
    for (size_t i = 0; (family = family_at(i)) != NULL; i++) {
        struct family_source source = {view, NULL};
        text_begin(&text, &family->text);
        switch (family->scope) {
        case FAMILY_TARGET:
        case FAMILY_JITTER:
        case FAMILY_CONTROL:
        case FAMILY_DATAGRAMS:
            render_targets(&text, view, family, &entries);
            break;
        case FAMILY_EXPORTER:
            family->emit(&text, &source, family->offset);
            break;
        case FAMILY_RESPONDER:
            if (view->responder != NULL) {
                family->emit(&text, &source, family->offset);
            }
            break;
        }
    }
    text_end(&text);
    entries_fini(&entries);
    text_fini(&text);
}
