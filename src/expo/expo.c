/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "expo/expo.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "expo/entries.h"
#include "expo/fetch.h"
#include "expo/openmetrics2.h"
#include "expo/proto.h"
#include "expo/tape.h"
#include "expo/text.h"

/* A family is written for all targets before the next one begins: the formats demand it. */
struct expo_body {
    struct expo_view view;
    struct entries entries;
    struct series series;
    struct tape *tape; /* values of this family and of some that follow */
    struct series_words words; /* labels of the track that is being written */
    size_t family, entry, value; /* what is written next */
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

static void body_init(struct expo_body *body, const struct expo_view *view,
                      const struct expo_format *format, struct buf *out)
{
    *body = (struct expo_body){.view = *view};
    entries_init(&body->entries, view, format);
    body->tape = tape_new(body->entries.count);
    series_init(&body->series, format, out);
}

static void body_fini(struct expo_body *body)
{
    series_fini(&body->series);
    tape_free(body->tape);
    series_words_fini(&body->words);
    entries_fini(&body->entries);
    buf_fini(&body->block);
}

/* What the program counts itself begins with it. */
static struct series_origin own_origin(const struct expo_view *view)
{
    int64_t start_us = llround(view->process.start_time_seconds * 1e6);
    return (struct series_origin){{start_us * NS_PER_US}, HIST_CLASSIC, false};
}

static struct family_source source_of(const struct expo_body *body, size_t index)
{
    const struct entry *entry = &body->entries.items[index];
    const struct expo_lookup *lookups = body->view.lookups;
    return (struct family_source){
        .view = &body->view,
        .report = entry->report,
        .layout = entry->layout,
        .lookup = lookups == NULL ? NULL : &lookups[index],
    };
}

/* The family's series of one target after the other, until the last one or `size_max`. */
static void write_targets(struct expo_body *body, const struct family *family, size_t size_max)
{
    const struct entries *entries = &body->entries;
    for (; body->entry < entries->count && body->series.out->size < size_max; body->entry++) {
        const struct entry *entry = &entries->items[body->entry];
        if (family->metric.type == METRIC_HISTOGRAM && entries->count - body->entry > FETCH_AHEAD) {
            fetch_histograms(entry[FETCH_AHEAD].report, family);
        }
        if (entry_has(entry, family)) {
            struct family_source source = source_of(body, body->entry);
            series_set_labels(&body->series, entry_labels(entries, entry), entry->size);
            body->series.origin = entry->origin;
            family->emit(&body->series, &source, family->offset);
        }
    }
}

/* Reads this family, and as many of those that follow as the tape takes. */
static void fill_tape(struct expo_body *body)
{
    struct tape *tape = body->tape;
    const struct family *family;
    tape_clear(tape);
    for (size_t i = body->family; (family = family_at(i)) != NULL && !tape_is_full(tape); i++) {
        if (tape_takes(family) && !expo_filter_hides(&body->view.filter, i)) {
            tape_add_family(tape, family);
        }
    }
    for (size_t i = 0; i < body->entries.count; i++) {
        const struct entry *entry = &body->entries.items[i];
        struct family_source source = source_of(body, i);
        if (body->entries.count - i > FETCH_AHEAD) {
            fetch_values(entry[FETCH_AHEAD].report);
        }
        for (unsigned k = 0; k < tape->count; k++) {
            if (entry_has(entry, tape->tracks[k].family)) {
                tape_take(&tape->tracks[k], &source, i);
            }
        }
    }
}

/* As write_targets, from a track of the tape. */
static void write_track(struct expo_body *body, const struct tape_track *track, size_t size_max)
{
    const struct entries *entries = &body->entries;
    if (body->entry == 0) {
        series_words_set(&body->words, &body->series, track->words, track->word_count);
        body->value = 0;
    }
    for (; body->entry < entries->count && body->series.out->size < size_max; body->entry++) {
        unsigned count = track->counts[body->entry];
        if (count > 0) {
            const struct entry *entry = &entries->items[body->entry];
            const struct series_run run = {entry_labels(entries, entry), entry->size, &body->words,
                                           track->values + body->value, count};
            body->series.origin = entry->origin;
            series_run(&body->series, &run);
            body->value += count;
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

static void write_family(struct expo_body *body, const struct family *family, size_t size_max)
{
    if (tape_takes(family)) {
        if (tape_find(body->tape, family) == NULL) {
            fill_tape(body);
        }
        write_track(body, tape_find(body->tape, family), size_max);
    } else if (is_for_targets(family)) {
        write_targets(body, family, size_max);
    } else {
        write_once(body, family);
        body->entry = body->entries.count;
    }
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
        write_family(body, family, size_max);
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
