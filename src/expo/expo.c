/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "expo/expo.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "expo/family.h"
#include "expo/openmetrics2.h"
#include "expo/proto.h"
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
    struct series_origin origin;
    enum series_level level;
};

struct entries {
    struct entry *items;
    size_t count;
    struct buf labels;
};

/* A family is written for all targets before the next one begins: the formats demand it. */
struct expo_body {
    struct expo_view view;
    struct entries entries;
    struct series series;
    size_t family, entry; /* what is written next */
    bool has_ended;
    struct buf block; /* written and, from `taken` on, not yet read */
    size_t taken;
};

const struct expo_format *expo_format_at(size_t index)
{
    static const struct expo_format *const formats[] = {&format_text, &format_openmetrics,
                                                        &format_proto, &format_openmetrics2};
    return index < sizeof formats / sizeof formats[0] ? formats[index] : NULL;
}

/* The scopes whose families are written for the target. `is_once`: it has no schedule. */
static uint32_t scopes_of(const struct report *report, bool is_once)
{
    const struct spec *spec = report->spec;
    bool is_stamped = operation_has(spec->operation, RESULT_JITTER);
    return 1U << FAMILY_TARGET | (uint32_t)!is_once << FAMILY_SCHEDULE |
           (uint32_t)is_stamped << FAMILY_JITTER |
           (uint32_t)(spec->operation->transport != TRANSPORT_TCP_CONNECT) << FAMILY_DATAGRAMS |
           (uint32_t)control_has_request(spec->control.version) << FAMILY_CONTROL |
           (uint32_t)(report->flows != NULL) << FAMILY_FLOWS |
           (uint32_t)(report->path != NULL) << FAMILY_PATH;
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

/* Appends the target's labels, as the format writes them. */
static void add_labels(const struct expo_format *format, const struct spec *spec, struct buf *out)
{
    static const char target[] = "target";
    format->add_label(out, target, sizeof target - 1, spec->identity.name);
    for (size_t i = 0; i < spec->identity.label_count; i++) {
        const struct label *label = &spec->identity.labels[i];
        format->add_label(out, label->name, strlen(label->name), label->value);
    }
}

static struct series_origin target_origin(const struct report *report)
{
    const struct spec_results *results = &report->spec->results;
    return (struct series_origin){report->created, results->histograms, results->shows_created};
}

/* `labels` are the target's. */
static void add_entry(struct entries *entries, const struct report *report,
                      const struct buf *labels, bool is_once)
{
    const struct spec *spec = report->spec;
    entries->items[entries->count] = (struct entry){
        .report = report,
        .layout = shared_layout(entries, spec),
        .offset = entries->labels.size,
        .size = (uint32_t)labels->size,
        .scopes = scopes_of(report, is_once),
        .origin = target_origin(report),
        .level = spec->results.series,
    };
    entries->count++;
    buf_add(&entries->labels, labels->bytes, labels->size);
}

static void entries_init(struct entries *entries, const struct expo_view *view,
                         const struct expo_format *format)
{
    size_t count = 0;
    for (size_t i = 0; i < view->snapshot_count; i++) {
        count += view->snapshots[i]->count;
    }
    *entries = (struct entries){.items = mem_alloc(count, sizeof *entries->items)};
    struct buf labels = {0};
    for (size_t i = 0; i < view->snapshot_count; i++) {
        const struct snapshot *snapshot = view->snapshots[i];
        for (size_t k = 0; k < snapshot->count; k++) {
            const struct report *report = snapshot->reports[k];
            buf_clear(&labels);
            add_labels(format, report->spec, &labels);
            add_entry(entries, report, &labels, view->probe != NULL);
        }
    }
    buf_fini(&labels);
    buf_reserve(&entries->labels, SERIES_STEP); /* for series_set_labels */
}

static void entries_fini(struct entries *entries)
{
    buf_fini(&entries->labels);
    free(entries->items);
}

static void body_init(struct expo_body *body, const struct expo_view *view,
                      const struct expo_format *format, struct buf *out)
{
    *body = (struct expo_body){.view = *view};
    entries_init(&body->entries, view, format);
    series_init(&body->series, format, out);
}

static void body_fini(struct expo_body *body)
{
    series_fini(&body->series);
    entries_fini(&body->entries);
    buf_fini(&body->block);
}

/* The reports of thousands of targets do not fit into the cache. What a family will read of a
 * target, mostly of its tally, is fetched so many targets ahead. */
#define FETCH_AHEAD 16
#define CACHE_LINE 64

static void fetch(const struct report *report, const struct family *family)
{
    const char *value = family_value(&report->tally, family->offset);
    size_t size = family->metric.type == METRIC_HISTOGRAM ? sizeof(struct hist) : 1;
    for (size_t at = 0; at < size; at += CACHE_LINE) {
        __builtin_prefetch(value + at);
    }
}

/* What the program counts itself begins with it. */
static struct series_origin own_origin(const struct expo_view *view)
{
    int64_t start_us = llround(view->process.start_time_seconds * 1e6);
    return (struct series_origin){{start_us * NS_PER_US}, HIST_CLASSIC, false};
}

/* The family's series of one target after the other, until the last one or `size_max`. */
static void write_targets(struct expo_body *body, const struct family *family, size_t size_max)
{
    const struct entries *entries = &body->entries;
    const struct expo_lookup *lookups = body->view.lookups;
    struct family_source source = {.view = &body->view};
    for (; body->entry < entries->count && body->series.out->size < size_max; body->entry++) {
        const struct entry *entry = &entries->items[body->entry];
        if (entries->count - body->entry > FETCH_AHEAD) {
            fetch(entry[FETCH_AHEAD].report, family);
        }
        if ((entry->scopes & 1U << family->scope) != 0 && family->level <= entry->level) {
            source.report = entry->report;
            source.layout = entry->layout;
            source.lookup = lookups == NULL ? NULL : &lookups[body->entry];
            series_set_labels(&body->series, entries->labels.bytes + entry->offset, entry->size);
            body->series.origin = entry->origin;
            family->emit(&body->series, &source, family->offset);
        }
    }
}

/* Whether this program has what the family is about. */
static bool has_scope(const struct expo_view *view, enum family_scope scope)
{
    if (view->probe != NULL || scope == FAMILY_PROBE) {
        return view->probe != NULL && scope == FAMILY_PROBE;
    }
    switch (scope) {
    case FAMILY_EXPORTER:
        return view->snapshots != NULL;
    case FAMILY_RESPONDER:
        return view->responder != NULL;
    case FAMILY_RESPONDER_ALONE:
        return view->snapshots == NULL;
    default:
        return true;
    }
}

static void write_once(struct expo_body *body, const struct family *family)
{
    struct family_source source = {.view = &body->view};
    if (has_scope(&body->view, family->scope)) {
        body->series.origin = own_origin(&body->view);
        family->emit(&body->series, &source, family->offset);
    }
}

static bool is_for_targets(const struct family *family)
{
    return family->scope < FAMILY_EXPORTER;
}

/* Writes until at least `size_max` bytes are there, or to the end; never ends within a target's
 * series of one family. */
static void write_on(struct expo_body *body, size_t size_max)
{
    while (!body->has_ended && body->series.out->size < size_max) {
        const struct family *family = family_at(body->family);
        if (family == NULL) {
            series_end(&body->series);
            body->has_ended = true;
            return;
        }
        if (expo_filter_hides(&body->view.filter, body->family)) {
            body->family++;
            continue;
        }
        series_begin(&body->series, &family->metric);
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

struct expo_body *expo_body_open(const struct expo_view *view, const struct expo_format *format)
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

void expo_render(const struct expo_view *view, const struct expo_format *format, struct buf *out)
{
    struct expo_body body;
    body_init(&body, view, format, out);
    write_on(&body, SIZE_MAX);
    body_fini(&body);
}
