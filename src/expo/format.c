/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "expo/format.h"

#include <assert.h>
#include <string.h>

void series_init(struct series *series, const struct expo_format *format, struct buf *out)
{
    *series = (struct series){.format = format, .state = format->open(), .out = out};
}

void series_fini(struct series *series)
{
    series->format->close(series->state);
    buf_fini(&series->labels);
}

void series_begin(struct series *series, const struct metric *metric)
{
    if (series->metric == NULL || strcmp(series->metric->name, metric->name) != 0) {
        series->has_begun = false;
    }
    series->metric = metric;
    series->name_size = strlen(metric->name);
    assert(series->name_size <= SERIES_NAME_MAX);
    memcpy(series->name, metric->name, series->name_size);
    series->name[series->name_size] = '{';
    for (size_t i = 0; metric->labels[i] != NULL; i++) {
        series->label_sizes[i] = strlen(metric->labels[i]);
    }
    buf_clear(&series->labels);
    buf_reserve(&series->labels, SERIES_STEP);
    series->label = 0;
}

void series_set_labels(struct series *series, const char *bytes, size_t size)
{
    buf_clear(&series->labels);
    char *at = buf_room(&series->labels, size + SERIES_STEP);
    buf_take(&series->labels, series_put_wide(at, bytes, size));
    series->label = 0;
}

static void add_written_label(struct series *series, const char *bytes, size_t size)
{
    char *at = buf_room(&series->labels, size + SERIES_STEP);
    buf_take(&series->labels, series_put_wide(at, bytes, size));
    series->label++;
}

void series_run_singly(struct series *series, const struct series_run *run)
{
    const struct series_words *words = run->words;
    for (size_t i = 0; i < run->count; i++) {
        const struct series_value *value = &run->values[i];
        series_set_labels(series, run->labels, run->labels_size);
        if (value->word > 0) {
            add_written_label(series, words->bytes.bytes + words->of[value->word].offset,
                              words->of[value->word].size);
        }
        if (value->is_seconds) {
            series_seconds(series, (int64_t)value->value);
        } else {
            series_count(series, value->value);
        }
    }
}

void series_run(struct series *series, const struct series_run *run)
{
    if (series->format->add_run == NULL) {
        series_run_singly(series, run);
        return;
    }
    if (!series->has_begun) {
        series->has_begun = true;
        series->format->begin(series);
    }
    series->format->add_run(series, run);
}

void series_words_set(struct series_words *words, const struct series *series,
                      const char *const *values, size_t count)
{
    static const char before[] = "."; /* text has a comma between labels */
    assert(count <= SERIES_WORDS_MAX);
    buf_clear(&words->bytes);
    words->size_max = 0;
    for (size_t i = 0; i < count; i++) {
        buf_add_string(&words->bytes, before);
        size_t offset = words->bytes.size;
        series->format->add_label(&words->bytes, series->metric->labels[0], series->label_sizes[0],
                                  values[i]);
        size_t size = words->bytes.size - offset;
        assert(words->bytes.size <= UINT16_MAX);
        words->of[i + 1].offset = (uint16_t)offset;
        words->of[i + 1].size = (uint16_t)size;
        words->size_max = size > words->size_max ? size : words->size_max;
    }
    buf_reserve(&words->bytes, SERIES_STEP);
}

void series_words_fini(struct series_words *words)
{
    buf_fini(&words->bytes);
}

void series_end(struct series *series)
{
    series->format->end(series);
}
