/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "expo/text.h"

#include <assert.h>
#include <string.h>

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

void text_add_label_sized(struct buf *labels, const char *name, size_t name_size, const char *value)
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

void text_init(struct text *text, enum expo_format format, struct buf *out)
{
    *text = (struct text){.out = out, .format = format};
}

void text_fini(struct text *text)
{
    buf_fini(&text->labels);
    buf_fini(&text->line);
}

void text_begin(struct text *text, const struct text_family *family)
{
    if (text->family == NULL || strcmp(text->family->name, family->name) != 0) {
        text->has_head = false;
    }
    text->family = family;
    text->name_size = strlen(family->name);
    buf_clear(&text->labels);
}

void text_set_labels(struct text *text, const char *bytes, size_t size)
{
    buf_clear(&text->labels);
    buf_take(&text->labels, put(buf_room(&text->labels, size), bytes, size));
}

void text_rewind(struct text *text, size_t place)
{
    assert(place <= text->labels.size);
    text->labels.size = place;
}

static const char *kind_name(const struct text *text)
{
    switch (text->family->kind) {
    case TEXT_COUNTER:
        return "counter";
    case TEXT_GAUGE:
        return "gauge";
    case TEXT_HISTOGRAM:
        return "histogram";
    case TEXT_INFO:
        return text->format == EXPO_OPENMETRICS_1_0_0 ? "info" : "gauge";
    }
    return "unknown";
}

/* OpenMetrics names a family without the suffix of its samples. */
static size_t family_name_size(const struct text *text)
{
    size_t size = strlen(text->family->name);
    if (text->format != EXPO_OPENMETRICS_1_0_0) {
        return size;
    }
    switch (text->family->kind) {
    case TEXT_COUNTER:
        return size - strlen("_total");
    case TEXT_INFO:
        return size - strlen("_info");
    case TEXT_GAUGE:
    case TEXT_HISTOGRAM:
        return size;
    }
    return size;
}

static void begin_head_line(struct text *text, const char *keyword)
{
    buf_add_string(text->out, keyword);
    buf_add(text->out, text->family->name, family_name_size(text));
    buf_add_char(text->out, ' ');
}

static void add_help(struct text *text)
{
    begin_head_line(text, "# HELP ");
    const char *help = text->family->help;
    char *at = buf_room(text->out, 2 * strlen(help) + 1);
    at = put_escaped(at, help, text->format == EXPO_OPENMETRICS_1_0_0);
    *at++ = '\n';
    buf_take(text->out, at);
}

static void add_type(struct text *text)
{
    begin_head_line(text, "# TYPE ");
    buf_add_string(text->out, kind_name(text));
    buf_add_char(text->out, '\n');
}

static void need_head(struct text *text)
{
    if (text->has_head) {
        return;
    }
    text->has_head = true;
    if (text->format == EXPO_TEXT_0_0_4) {
        add_help(text);
        add_type(text);
        return;
    }
    add_type(text);
    if (text->family->unit != NULL) {
        begin_head_line(text, "# UNIT ");
        buf_add_string(text->out, text->family->unit);
        buf_add_char(text->out, '\n');
    }
    add_help(text);
}

/* What a series needs beside its name and labels: braces, a space, the value, a line end. */
#define SERIES_EXTRA_MAX (4 + DECIMAL_MAX)

/* Everything of a series up to its value; the value goes where the result points to, and then
 * end_series comes. `suffix` has static size. */
static char *begin_series(struct text *text, const char *suffix, size_t suffix_size)
{
    need_head(text);
    size_t labels_size = text->labels.size;
    char *at = buf_room(text->out, text->name_size + suffix_size + labels_size + SERIES_EXTRA_MAX);
    at = put(at, text->family->name, text->name_size);
    if (suffix_size > 0) {
        at = put(at, suffix, suffix_size);
    }
    if (labels_size > 0) {
        *at++ = '{';
        at = put(at, text->labels.bytes, labels_size);
        *at++ = '}';
    }
    *at++ = ' ';
    return at;
}

static void end_series(struct text *text, char *at)
{
    *at++ = '\n';
    buf_take(text->out, at);
}

void text_count(struct text *text, uint64_t value)
{
    end_series(text, decimal_count(begin_series(text, "", 0), value));
}

void text_seconds(struct text *text, int64_t value_ns)
{
    end_series(text, decimal_seconds(begin_series(text, "", 0), value_ns));
}

static const char bucket_end[] = "\"} ";
#define BUCKET_END_SIZE (sizeof bucket_end - 1)

static void need_bounds(struct text_bounds *bounds, const struct hist_layout *layout)
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

static void set_line(struct text *text)
{
    static const char suffix[] = "_bucket{";
    struct buf *line = &text->line;
    buf_clear(line);
    buf_add(line, text->family->name, text->name_size);
    buf_add(line, suffix, sizeof suffix - 1);
    buf_add(line, buf_string(&text->labels), text->labels.size);
    buf_add_string(line, text->labels.size > 0 ? ",le=\"" : "le=\"");
}

static void add_buckets(struct text *text, const struct hist *hist,
                        const struct hist_layout *layout)
{
    static const char infinite[] = "+Inf\"} ";
    const struct text_bounds *bounds = &text->bounds;
    const struct buf *line = &text->line;
    size_t line_max = line->size + sizeof bounds->texts[0] + DECIMAL_MAX + 1;
    char *at = buf_room(text->out, (layout->count + 1) * line_max);
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
    end_series(text, decimal_count(at, hist->count));
}

void text_histogram(struct text *text, const struct hist *hist, const struct hist_layout *layout)
{
    static const char sum[] = "_sum";
    static const char count[] = "_count";
    need_head(text);
    need_bounds(&text->bounds, layout);
    set_line(text);
    add_buckets(text, hist, layout);
    end_series(text, decimal_seconds(begin_series(text, sum, sizeof sum - 1), hist->sum_ns));
    end_series(text, decimal_count(begin_series(text, count, sizeof count - 1), hist->count));
}

void text_end(struct text *text)
{
    if (text->format == EXPO_OPENMETRICS_1_0_0) {
        buf_add_string(text->out, "# EOF\n");
    }
}
