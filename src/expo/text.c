/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "expo/text.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "expo/decimal.h"

/* What stands between the start of a bucket's line and its count, for each bound of a layout:
 * nearly all targets have the same one. */
struct bounds {
    const struct hist_layout *layout; /* NULL: none yet */
    size_t sizes[HIST_BOUNDS_MAX];
    char texts[HIST_BOUNDS_MAX][DECIMAL_MAX + 3];
};

/* What is remembered during one exposition. */
struct text {
    size_t name_size; /* of the metric */
    struct buf line; /* what the buckets of a histogram have in common */
    struct bounds bounds; /* of the latest histogram */
};

static char *put(char *at, const void *bytes, size_t size)
{
    memcpy(at, bytes, size);
    return at + size;
}

/* Backslashes, line ends and, when `quotes`, double quotes are escaped with a backslash. Needs room
 * for twice the size. */
static char *put_escaped(char *at, const char *value, bool quotes)
{
    for (; *value != '\0'; value++) {
        char c = *value;
        if (c == '\\' || c == '\n' || (c == '"' && quotes)) {
            *at++ = '\\';
        }
        *at++ = (char)(c == '\n' ? 'n' : c);
    }
    return at;
}

static void add_label(struct buf *labels, const char *name, size_t name_size, const char *value)
{
    char *at = buf_room(labels, name_size + 2 * strlen(value) + sizeof ",=\"\"");
    if (labels->size > 0) {
        *at++ = ',';
    }
    at = put(at, name, name_size);
    *at++ = '=';
    *at++ = '"';
    at = put_escaped(at, value, true);
    *at++ = '"';
    buf_take(labels, at);
}

static void *open_text(void)
{
    return mem_alloc(1, sizeof(struct text));
}

static void close_text(void *state)
{
    struct text *text = state;
    buf_fini(&text->line);
    free(text);
}

/* "# KEYWORD name line" */
static void add_head(struct series *series, const char *keyword, size_t name_size, const char *line)
{
    buf_add_string(series->out, keyword);
    buf_add(series->out, series->metric->name, name_size);
    buf_add_char(series->out, ' ');
    buf_add_string(series->out, line);
    buf_add_char(series->out, '\n');
}

static void add_help(struct series *series, size_t name_size, bool quotes)
{
    const char *help = series->metric->help;
    buf_add_string(series->out, "# HELP ");
    buf_add(series->out, series->metric->name, name_size);
    buf_add_char(series->out, ' ');
    buf_take(series->out, put_escaped(buf_room(series->out, 2 * strlen(help)), help, quotes));
    buf_add_char(series->out, '\n');
}

static size_t keep_name_size(const struct series *series)
{
    struct text *text = series->state;
    text->name_size = strlen(series->metric->name);
    return text->name_size;
}

static void begin_text(struct series *series)
{
    static const char *const types[] = {
        [METRIC_COUNTER] = "counter",
        [METRIC_GAUGE] = "gauge",
        [METRIC_HISTOGRAM] = "histogram",
        [METRIC_INFO] = "gauge",
    };
    size_t name_size = keep_name_size(series);
    add_help(series, name_size, false);
    add_head(series, "# TYPE ", name_size, types[series->metric->type]);
}

/* OpenMetrics names a family without the suffix of its samples. */
static void begin_openmetrics(struct series *series)
{
    static const struct {
        const char *name;
        size_t suffix_size;
    } types[] = {
        [METRIC_COUNTER] = {"counter", sizeof "_total" - 1},
        [METRIC_GAUGE] = {"gauge", 0},
        [METRIC_HISTOGRAM] = {"histogram", 0},
        [METRIC_INFO] = {"info", sizeof "_info" - 1},
    };
    const struct metric *metric = series->metric;
    size_t name_size = keep_name_size(series) - types[metric->type].suffix_size;
    add_head(series, "# TYPE ", name_size, types[metric->type].name);
    /* Also an empty one: Prometheus 3.16 with type-and-unit-labels otherwise gives a family without
     * a unit that of the family before it. */
    add_head(series, "# UNIT ", name_size, metric->unit != NULL ? metric->unit : "");
    add_help(series, name_size, true);
}

/* What a series needs beside its name and labels: braces, a space, the value, a line end. */
#define SERIES_EXTRA_MAX (4 + DECIMAL_MAX)

/* Everything of a series up to its value; the value goes where the result points to, and then
 * end_series comes. `suffix` has static size. */
static char *begin_series(struct series *series, const char *suffix, size_t suffix_size)
{
    const struct text *text = series->state;
    size_t labels_size = series->labels.size;
    char *at =
        buf_room(series->out, text->name_size + suffix_size + labels_size + SERIES_EXTRA_MAX);
    at = put(at, series->metric->name, text->name_size);
    if (suffix_size > 0) {
        at = put(at, suffix, suffix_size);
    }
    if (labels_size > 0) {
        *at++ = '{';
        at = put(at, series->labels.bytes, labels_size);
        *at++ = '}';
    }
    *at++ = ' ';
    return at;
}

static void end_series(struct series *series, char *at)
{
    *at++ = '\n';
    buf_take(series->out, at);
}

static void add_count(struct series *series, uint64_t value)
{
    end_series(series, decimal_count(begin_series(series, "", 0), value));
}

static void add_seconds(struct series *series, int64_t value_ns)
{
    end_series(series, decimal_seconds(begin_series(series, "", 0), value_ns));
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
        at = put(at, bucket_end, BUCKET_END_SIZE);
        bounds->sizes[i] = (size_t)(at - bounds->texts[i]);
    }
}

static void set_line(struct text *text, const struct series *series)
{
    static const char suffix[] = "_bucket{";
    struct buf *line = &text->line;
    buf_clear(line);
    buf_add(line, series->metric->name, text->name_size);
    buf_add(line, suffix, sizeof suffix - 1);
    buf_add(line, buf_string(&series->labels), series->labels.size);
    buf_add_string(line, series->labels.size > 0 ? ",le=\"" : "le=\"");
}

static void add_buckets(struct series *series, const struct hist *hist,
                        const struct hist_layout *layout)
{
    static const char infinite[] = "+Inf\"} ";
    const struct text *text = series->state;
    const struct bounds *bounds = &text->bounds;
    const struct buf *line = &text->line;
    size_t line_max = line->size + sizeof bounds->texts[0] + DECIMAL_MAX + 1;
    char *at = buf_room(series->out, (layout->count + 1) * line_max);
    char digits[DECIMAL_MAX] = "0";
    size_t digits_size = 1;
    uint64_t cumulated = 0;
    for (size_t i = 0; i < layout->count; i++) {
        if (hist->buckets[i] > 0) {
            cumulated += hist->buckets[i];
            digits_size = (size_t)(decimal_count(digits, cumulated) - digits);
        }
        at = put(at, line->bytes, line->size);
        /* A constant size is faster than the right one. */
        memcpy(at, bounds->texts[i], sizeof bounds->texts[i]);
        at += bounds->sizes[i];
        memcpy(at, digits, sizeof digits);
        at += digits_size;
        *at++ = '\n';
    }
    at = put(at, line->bytes, line->size);
    at = put(at, infinite, sizeof infinite - 1);
    end_series(series, decimal_count(at, hist->count));
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
    end_series(series, decimal_seconds(begin_series(series, sum, sizeof sum - 1), hist->sum_ns));
    end_series(series, decimal_count(begin_series(series, count, sizeof count - 1), hist->count));
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
    .add_label = add_label,
    .begin = begin_text,
    .add_count = add_count,
    .add_seconds = add_seconds,
    .add_histogram = add_histogram,
    .end = end_text,
};

const struct expo_format format_openmetrics = {
    .content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8",
    .media_type = "application/openmetrics-text",
    .parameters = {{"version", {"1.0.0", "0.0.1"}}},
    .open = open_text,
    .close = close_text,
    .add_label = add_label,
    .begin = begin_openmetrics,
    .add_count = add_count,
    .add_seconds = add_seconds,
    .add_histogram = add_histogram,
    .end = end_openmetrics,
};
