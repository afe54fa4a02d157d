/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "expo/text.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "expo/line.h"

/* What stands between the start of a bucket's line and its count, for each bound of a layout:
 * nearly all targets have the same one. */
struct bounds {
    const struct hist_layout *layout; /* NULL: none yet */
    size_t sizes[HIST_BOUNDS_MAX];
    char texts[HIST_BOUNDS_MAX][DECIMAL_MAX + 3];
};

/* What is remembered during one exposition. */
struct text {
    bool is_openmetrics;
    struct buf line; /* what the buckets of a histogram have in common */
    struct bounds bounds; /* of the latest histogram */
};

static void *open_text(void)
{
    return mem_alloc(1, sizeof(struct text));
}

static void *open_openmetrics(void)
{
    struct text *text = open_text();
    text->is_openmetrics = true;
    return text;
}

static void close_text(void *state)
{
    struct text *text = state;
    buf_fini(&text->line);
    free(text);
}

static void begin_text(struct series *series)
{
    static const char *const types[] = {
        [METRIC_COUNTER] = "counter",
        [METRIC_GAUGE] = "gauge",
        [METRIC_HISTOGRAM] = "histogram",
        [METRIC_INFO] = "gauge",
    };
    line_add_help(series, series->name_size, false);
    line_add_head(series, "# TYPE ", series->name_size, types[series->metric->type]);
}

/* OpenMetrics names a family without the suffix of its samples. */
static const struct {
    const char *name;
    size_t suffix_size;
} openmetrics_types[] = {
    [METRIC_COUNTER] = {"counter", sizeof "_total" - 1},
    [METRIC_GAUGE] = {"gauge", 0},
    [METRIC_HISTOGRAM] = {"histogram", 0},
    [METRIC_INFO] = {"info", sizeof "_info" - 1},
};

static size_t family_name_size(const struct series *series)
{
    return series->name_size - openmetrics_types[series->metric->type].suffix_size;
}

static void begin_openmetrics(struct series *series)
{
    const struct metric *metric = series->metric;
    size_t name_size = family_name_size(series);
    line_add_head(series, "# TYPE ", name_size, openmetrics_types[metric->type].name);
    /* Also an empty one: Prometheus 3.16 with type-and-unit-labels otherwise gives a family without
     * a unit that of the family before it. */
    line_add_head(series, "# UNIT ", name_size, metric->unit != NULL ? metric->unit : "");
    line_add_help(series, name_size, true);
}

static void add_count(struct series *series, uint64_t value)
{
    line_end(series, decimal_count(line_begin_plain(series), value));
}

static void add_seconds(struct series *series, int64_t value_ns)
{
    line_end(series, decimal_seconds(line_begin_plain(series), value_ns));
}

static void add_run(struct series *series, const struct series_run *run)
{
    const struct series_words *words = run->words;
    size_t line_max = series->name_size + run->labels_size + words->size_max + LINE_EXTRA_MAX;
    char *at = buf_room(series->out, run->count * line_max + 3 * SERIES_STEP);
    for (size_t i = 0; i < run->count; i++) {
        const struct series_value *value = &run->values[i];
        at = series_put_wide(at, series->name, series->name_size + 1);
        at = series_put_wide(at, run->labels, run->labels_size);
        if (value->word > 0) {
            at = series_put_wide(at, words->bytes.bytes + words->of[value->word].offset,
                                 words->of[value->word].size);
        }
        *at++ = '}';
        *at++ = ' ';
        at = value->is_seconds ? decimal_seconds(at, (int64_t)value->value)
                               : decimal_count(at, value->value);
        *at++ = '\n';
    }
    buf_take(series->out, at);
}

/* When a counter or histogram began, where that is wanted. */
static void add_created(struct series *series)
{
    static const char suffix[] = "_created";
    if (!series->origin.shows_created || series->origin.created.ns == 0 ||
        (series->metric->type != METRIC_COUNTER && series->metric->type != METRIC_HISTOGRAM)) {
        return;
    }
    char *at = line_begin(series, family_name_size(series), suffix, sizeof suffix - 1);
    line_end(series, decimal_seconds(at, series->origin.created.ns));
}

static void add_count_openmetrics(struct series *series, uint64_t value)
{
    add_count(series, value);
    add_created(series);
}

static void add_seconds_openmetrics(struct series *series, int64_t value_ns)
{
    add_seconds(series, value_ns);
    add_created(series);
}

static void add_run_openmetrics(struct series *series, const struct series_run *run)
{
    if (series->origin.shows_created) {
        series_run_singly(series, run);
    } else {
        add_run(series, run);
    }
}

static const char bucket_end[] = "\"} ";
#define BUCKET_END_SIZE (sizeof bucket_end - 1)

static void need_bounds(struct bounds *bounds, const struct hist_layout *layout)
{
    if (bounds->layout == layout) {
        return;
    }
    bounds->layout = layout;
    for (size_t i = 0; i < layout->count; i++) {
        char *at = decimal_bound(bounds->texts[i], layout->bounds_ns[i]);
        at = line_put(at, bucket_end, BUCKET_END_SIZE);
        bounds->sizes[i] = (size_t)(at - bounds->texts[i]);
    }
}

static void set_line(struct text *text, const struct series *series)
{
    static const char suffix[] = "_bucket{";
    static const char bound[] = ",le=\"";
    struct buf *line = &text->line;
    size_t labels_size = series->labels.size;
    buf_clear(line);
    char *at = buf_room(line, series->name_size + labels_size + sizeof suffix + sizeof bound +
                                  SERIES_STEP);
    at = series_put_wide(at, series->name, series->name_size);
    at = line_put(at, suffix, sizeof suffix - 1);
    at = series_put_wide(at, series->labels.bytes, labels_size);
    size_t skipped = labels_size > 0 ? 0 : 1; /* the comma */
    buf_take(line, line_put(at, bound + skipped, sizeof bound - 1 - skipped));
}

/* The bucket with the exemplar; none in a format without, or when there is none. */
static size_t exemplar_bucket(const struct text *text, const struct hist *hist,
                              const struct hist_layout *layout)
{
    bool has_exemplar = text->is_openmetrics && hist->worst.sequence != 0;
    return has_exemplar ? hist_find_bucket(layout, hist->worst.value_ns) : SIZE_MAX;
}

static void add_buckets(struct series *series, const struct hist *hist,
                        const struct hist_layout *layout)
{
    static const char infinite[] = "+Inf\"} ";
    const struct text *text = series->state;
    const struct bounds *bounds = &text->bounds;
    const struct buf *line = &text->line;
    size_t line_max = line->size + sizeof bounds->texts[0] + DECIMAL_MAX + 1;
    char *at =
        buf_room(series->out, (layout->count + 1) * line_max + LINE_EXEMPLAR_MAX + SERIES_STEP);
    char digits[DECIMAL_MAX] = "0";
    size_t digits_size = 1;
    uint64_t cumulated = 0;
    size_t exemplar_at = exemplar_bucket(text, hist, layout);
    for (size_t i = 0; i < layout->count; i++) {
        uint64_t count = hist_bucket(hist, i);
        if (count > 0) {
            cumulated += count;
            digits_size = (size_t)(decimal_count(digits, cumulated) - digits);
        }
        at = series_put_wide(at, line->bytes, line->size);
        /* A constant size is faster than the right one. */
        memcpy(at, bounds->texts[i], sizeof bounds->texts[i]);
        at += bounds->sizes[i];
        memcpy(at, digits, sizeof digits);
        at += digits_size;
        if (i == exemplar_at) {
            at = line_put_exemplar(at, &hist->worst);
        }
        *at++ = '\n';
    }
    at = series_put_wide(at, line->bytes, line->size);
    at = line_put(at, infinite, sizeof infinite - 1);
    at = decimal_count(at, hist->count);
    if (exemplar_at == layout->count) {
        at = line_put_exemplar(at, &hist->worst);
    }
    line_end(series, at);
}

static void add_histogram(struct series *series, const struct hist *hist,
                          const struct hist_layout *layout)
{
    static const char sum[] = "_sum";
    static const char count[] = "_count";
    struct text *text = series->state;
    need_bounds(&text->bounds, layout);
    set_line(text, series);
    add_buckets(series, hist, layout);
    line_end(series, decimal_seconds(line_begin(series, series->name_size, sum, sizeof sum - 1),
                                     hist->sum_ns));
    line_end(series, decimal_count(line_begin(series, series->name_size, count, sizeof count - 1),
                                   hist->count));
    if (text->is_openmetrics) {
        add_created(series);
    }
}

static void end_text(struct series *series)
{
    (void)series;
}

static void end_openmetrics(struct series *series)
{
    buf_add_string(series->out, "# EOF\n");
}

const struct expo_format format_text = {
    .content_type = "text/plain; version=0.0.4; charset=utf-8",
    .media_type = "text/plain",
    .parameters = {{"version", {"0.0.4"}}},
    .open = open_text,
    .close = close_text,
    .add_label = line_add_label,
    .begin = begin_text,
    .add_count = add_count,
    .add_seconds = add_seconds,
    .add_histogram = add_histogram,
    .add_run = add_run,
    .end = end_text,
};

const struct expo_format format_openmetrics = {
    .content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8",
    .media_type = "application/openmetrics-text",
    .parameters = {{"version", {"1.0.0", "0.0.1"}}},
    .open = open_openmetrics,
    .close = close_text,
    .add_label = line_add_label,
    .begin = begin_openmetrics,
    .add_count = add_count_openmetrics,
    .add_seconds = add_seconds_openmetrics,
    .add_histogram = add_histogram,
    .add_run = add_run_openmetrics,
    .end = end_openmetrics,
};
