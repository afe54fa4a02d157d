/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "expo/expo.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "expo/family.h"
#include "expo/text.h"
#include "operation/operation.h"

/* A target with its labels, which stand on each of its series: escaped once, at `offset` of a
 * buffer that all targets share. */
struct entry {
    const struct report *report;
    const struct hist_layout *layout; /* equal to the report's */
    size_t offset;
    uint32_t size;
    uint32_t scopes; /* a bit each */
};

struct entries {
    struct entry *items;
    size_t count;
    struct buf labels;
};

/* A family is written for all targets before the next one begins: the formats want it so. */
struct expo_body {
    struct expo_view view;
    struct entries entries;
    struct text text;
    size_t family, entry; /* what is written next */
    bool has_ended;
    struct buf block; /* written and, from `taken` on, not yet read */
    size_t taken;
};

const char *expo_content_type(enum expo_format format)
{
    return format == EXPO_OPENMETRICS_1_0_0
               ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
               : "text/plain; version=0.0.4; charset=utf-8";
}

/* The scopes whose families are written for the target. */
static uint32_t scopes_of(const struct spec *spec)
{
    bool is_stamped = operation_has(spec->operation, RESULT_JITTER);
    return 1U << FAMILY_TARGET | (uint32_t)is_stamped << FAMILY_JITTER |
           (uint32_t)(spec->operation->transport != TRANSPORT_TCP_CONNECT) << FAMILY_DATAGRAMS |
           (uint32_t)control_has_request(spec->control.version) << FAMILY_CONTROL;
}

/* The layout of the target before, when this one's is equal. */
static const struct hist_layout *shared_layout(const struct entries *entries,
                                               const struct spec *spec)
{
    const struct hist_layout *layout = &spec->results.layout;
    if (entries->count == 0) {
        return layout;
    }
    const struct hist_layout *previous = entries->items[entries->count - 1].layout;
    bool is_equal = previous->count == layout->count &&
                    memcmp(previous->bounds_ns, layout->bounds_ns,
                           layout->count * sizeof layout->bounds_ns[0]) == 0;
    return is_equal ? previous : layout;
}

static void add_entry(struct entries *entries, const struct report *report, struct buf *scratch)
{
    const struct spec *spec = report->spec;
    buf_clear(scratch);
    text_add_label(scratch, "target", spec->identity.name);
    for (size_t i = 0; i < spec->identity.label_count; i++) {
        text_add_label(scratch, spec->identity.labels[i].name, spec->identity.labels[i].value);
    }
    entries->items[entries->count] = (struct entry){
        .report = report,
        .layout = shared_layout(entries, spec),
        .offset = entries->labels.size,
        .size = (uint32_t)scratch->size,
        .scopes = scopes_of(spec),
    };
    entries->count++;
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

static void body_init(struct expo_body *body, const struct expo_view *view, enum expo_format format,
                      struct buf *out)
{
    *body = (struct expo_body){.view = *view};
    entries_init(&body->entries, view);
    text_init(&body->text, format, out);
}

static void body_fini(struct expo_body *body)
{
    text_fini(&body->text);
    entries_fini(&body->entries);
    buf_fini(&body->block);
}

/* A walk over the reports of thousands of targets finds none of them in the cache. What a family
 * reads is asked for so many targets before its turn; a tally is where most families read. */
#define FETCH_AHEAD 4
#define CACHE_LINE 64

static void fetch(const struct report *report, const struct family *family)
{
    const char *value = family_value(&report->tally, family->offset);
    size_t size = family->text.kind == TEXT_HISTOGRAM ? sizeof(struct hist) : 1;
    for (size_t at = 0; at < size; at += CACHE_LINE) {
        __builtin_prefetch(value + at);
    }
}

/* The family's series of one target after the other, until the last one or `size_max`. */
static void write_targets(struct expo_body *body, const struct family *family, size_t size_max)
{
    const struct entries *entries = &body->entries;
    struct family_source source = {.view = &body->view};
    for (; body->entry < entries->count && body->text.out->size < size_max; body->entry++) {
        const struct entry *entry = &entries->items[body->entry];
        if (entries->count - body->entry > FETCH_AHEAD) {
            fetch(entry[FETCH_AHEAD].report, family);
        }
        if ((entry->scopes & 1U << family->scope) != 0) {
            source.report = entry->report;
            source.layout = entry->layout;
            text_set_labels(&body->text, entries->labels.bytes + entry->offset, entry->size);
            family->emit(&body->text, &source, family->offset);
        }
    }
}

static void write_once(struct expo_body *body, const struct family *family)
{
    struct family_source source = {.view = &body->view};
    if (family->scope != FAMILY_RESPONDER || body->view.responder != NULL) {
        family->emit(&body->text, &source, family->offset);
    }
}

static bool is_for_targets(const struct family *family)
{
    return family->scope != FAMILY_EXPORTER && family->scope != FAMILY_RESPONDER;
}

/* Writes until `size_max` is reached, and what of a target goes beyond it, or to the end. */
static void write_on(struct expo_body *body, size_t size_max)
{
    while (!body->has_ended && body->text.out->size < size_max) {
        const struct family *family = family_at(body->family);
        if (family == NULL) {
            text_end(&body->text);
            body->has_ended = true;
            return;
        }
        text_begin(&body->text, &family->text);
        if (is_for_targets(family)) {
            write_targets(body, family, size_max);
        } else {
            write_once(body, family);
            body->entry = body->entries.count;
        }
        if (body->entry == body->entries.count) {
            body->entry = 0;
            body->family++;
        }
    }
}

struct expo_body *expo_body_open(const struct expo_view *view, enum expo_format format)
{
    struct expo_body *body = mem_alloc(1, sizeof *body);
    body_init(body, view, format, &body->block);
    return body;
}

size_t expo_body_read(struct expo_body *body, char *out, size_t size)
{
    if (body->taken == body->block.size) {
        buf_clear(&body->block);
        body->taken = 0;
        write_on(body, EXPO_BLOCK_BYTES);
    }
    size_t left = body->block.size - body->taken;
    size = size < left ? size : left;
    if (size > 0) {
        memcpy(out, body->block.bytes + body->taken, size);
        body->taken += size;
    }
    return size;
}

void expo_body_close(struct expo_body *body)
{
    body_fini(body);
    free(body);
}

void expo_render(const struct expo_view *view, enum expo_format format, struct buf *out)
{
    struct expo_body body;
    body_init(&body, view, format, out);
    write_on(&body, SIZE_MAX);
    body_fini(&body);
}
