/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "expo/tape.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* A family has so many values of a target, more or less. */
#define VALUES_MEAN 2
#define VALUES_MIN 64

/* --- the format that keeps what is written --- */

static void *open_nothing(void)
{
    return NULL;
}

static void close_nothing(void *state)
{
    (void)state;
}

static void begin_nothing(struct series *series)
{
    (void)series;
}

/* The label is the address of its value. */
static void keep_label(struct buf *labels, const char *name, size_t name_size, const char *value)
{
    (void)name;
    (void)name_size;
    char *at = buf_room(labels, sizeof value);
    memcpy(at, &value, sizeof value);
    buf_take(labels, at + sizeof value);
}

static uint8_t find_word(struct tape_track *track, const char *value)
{
    unsigned at = track->word_next; /* values come in the order of the target before */
    if (at >= track->word_count || track->words[at] != value) {
        for (at = 0; at < track->word_count && track->words[at] != value; at++) {
        }
        if (at == track->word_count) {
            assert(at < SERIES_WORDS_MAX);
            track->words[track->word_count++] = value;
        }
    }
    track->word_next = at + 1;
    return (uint8_t)(at + 1);
}

static void keep(struct series *series, uint64_t value, bool is_seconds)
{
    struct tape_track *track = series->state;
    uint8_t word = 0;
    if (series->label > 0) {
        const char *label;
        memcpy(&label, series->labels.bytes, sizeof label);
        word = find_word(track, label);
    }
    if (track->value_count == track->value_room) {
        track->value_room = track->value_room == 0 ? VALUES_MIN : 2 * track->value_room;
        track->values = mem_resize(track->values, track->value_room, sizeof *track->values);
    }
    track->values[track->value_count++] = (struct series_value){value, word, is_seconds};
}

static void keep_count(struct series *series, uint64_t value)
{
    keep(series, value, false);
}

static void keep_seconds(struct series *series, int64_t value_ns)
{
    keep(series, (uint64_t)value_ns, true);
}

static const struct expo_format format_tape = {
    .open = open_nothing,
    .close = close_nothing,
    .add_label = keep_label,
    .begin = begin_nothing,
    .add_count = keep_count,
    .add_seconds = keep_seconds,
};

/* --- tracks --- */

struct tape *tape_new(size_t target_count)
{
    struct tape *tape = mem_alloc(1, sizeof *tape);
    tape->target_count = target_count;
    for (unsigned i = 0; i < TAPE_FAMILIES_MAX; i++) {
        series_init(&tape->tracks[i].series, &format_tape, NULL);
        tape->tracks[i].series.state = &tape->tracks[i];
    }
    return tape;
}

void tape_free(struct tape *tape)
{
    for (unsigned i = 0; tape != NULL && i < TAPE_FAMILIES_MAX; i++) {
        series_fini(&tape->tracks[i].series);
        free(tape->tracks[i].values);
        free(tape->tracks[i].counts);
    }
    free(tape);
}

bool tape_takes(const struct family *family)
{
    const struct metric *metric = &family->metric;
    bool has_few_labels = metric->labels[0] == NULL || metric->labels[1] == NULL;
    return family->scope < FAMILY_EXPORTER && metric->type != METRIC_HISTOGRAM && has_few_labels;
}

bool tape_is_full(const struct tape *tape)
{
    size_t track_bytes =
        tape->target_count * (VALUES_MEAN * sizeof(struct series_value) + sizeof(uint8_t));
    return tape->count == TAPE_FAMILIES_MAX ||
           (tape->count > 0 && (tape->count + 1) * track_bytes > TAPE_BYTES);
}

void tape_clear(struct tape *tape)
{
    tape->count = 0;
}

void tape_add_family(struct tape *tape, const struct family *family)
{
    struct tape_track *track = &tape->tracks[tape->count++];
    track->family = family;
    track->value_count = 0;
    track->word_count = track->word_next = 0;
    series_begin(&track->series, &family->metric);
    if (track->counts == NULL) {
        track->counts = mem_alloc(tape->target_count, sizeof *track->counts);
    }
    memset(track->counts, 0, tape->target_count);
}

struct tape_track *tape_find(struct tape *tape, const struct family *family)
{
    for (unsigned i = 0; i < tape->count; i++) {
        if (tape->tracks[i].family == family) {
            return &tape->tracks[i];
        }
    }
    return NULL;
}

void tape_take(struct tape_track *track, const struct family_source *source, size_t target)
{
    const struct family *family = track->family;
    size_t before = track->value_count;
    track->word_next = 0;
    family->emit(&track->series, source, family->offset);
    size_t count = track->value_count - before;
    assert(count <= UINT8_MAX);
    track->counts[target] = (uint8_t)count;
}
