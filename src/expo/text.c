/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "expo/text.h"

#include <assert.h>
#include <string.h>

#include "base/time.h"

#define DIGITS_MAX 20 /* of a 64-bit number */
#define FRACTION_DIGITS 9

/* Writes `value` right-aligned before `end`; returns where it starts. */
static char *digits_before(char *end, uint64_t value)
{
    do {
        *--end = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    return end;
}

void text_add_count(struct buf *out, uint64_t value)
{
    char digits[DIGITS_MAX];
    char *end = digits + sizeof digits;
    const char *start = digits_before(end, value);
    buf_add(out, start, (size_t)(end - start));
}

void text_add_seconds(struct buf *out, int64_t value_ns)
{
    uint64_t magnitude = value_ns < 0 ? 0 - (uint64_t)value_ns : (uint64_t)value_ns;
    if (value_ns < 0) {
        buf_add_char(out, '-');
    }
    text_add_count(out, magnitude / (uint64_t)NS_PER_SECOND);
    uint64_t fraction = magnitude % (uint64_t)NS_PER_SECOND;
    if (fraction == 0) {
        return;
    }
    char digits[1 + FRACTION_DIGITS] = ".000000000";
    digits_before(digits + sizeof digits, fraction);
    size_t size = sizeof digits;
    while (digits[size - 1] == '0') {
        size--;
    }
    buf_add(out, digits, size);
}

/* d.ddde[+-]XX from significant digits. */
static void add_scientific(struct buf *out, const char *digits, size_t count, int exponent)
{
    buf_add(out, digits, 1);
    if (count > 1) {
        buf_add_char(out, '.');
        buf_add(out, digits + 1, count - 1);
    }
    unsigned magnitude = exponent < 0 ? (unsigned)-exponent : (unsigned)exponent;
    char tail[4] = {'e', exponent < 0 ? '-' : '+', (char)('0' + magnitude / 10),
                    (char)('0' + magnitude % 10)};
    buf_add(out, tail, sizeof tail);
}

/* The rule of OpenMetrics 1.0 for `le`: scientific below 1e-4 and from 1e6 on, otherwise a decimal
 * that always has a point. */
void text_add_bound(struct buf *out, int64_t bound_ns)
{
    assert(bound_ns >= 0);
    char digits[DIGITS_MAX];
    char *end = digits + sizeof digits;
    const char *start = digits_before(end, (uint64_t)bound_ns);
    int exponent = (int)(end - start) - 1 - FRACTION_DIGITS;
    if (bound_ns > 0 && (exponent < -4 || exponent >= 6)) {
        size_t count = (size_t)(end - start);
        while (start[count - 1] == '0') {
            count--;
        }
        add_scientific(out, start, count, exponent);
        return;
    }
    text_add_seconds(out, bound_ns);
    if (bound_ns % NS_PER_SECOND == 0) {
        buf_add_string(out, ".0");
    }
}

/* Backslashes, line ends and, when `quotes`, double quotes are escaped with a backslash. */
static void add_escaped(struct buf *out, const char *value, bool quotes)
{
    const char *special = quotes ? "\\\n\"" : "\\\n";
    for (;;) {
        size_t plain = strcspn(value, special);
        buf_add(out, value, plain);
        value += plain;
        if (*value == '\0') {
            return;
        }
        buf_add_char(out, '\\');
        buf_add_char(out, (char)(*value == '\n' ? 'n' : *value));
        value++;
    }
}

void text_add_label(struct buf *labels, const char *name, const char *value)
{
    if (labels->size > 0) {
        buf_add_char(labels, ',');
    }
    buf_add_string(labels, name);
    buf_add_string(labels, "=\"");
    add_escaped(labels, value, true);
    buf_add_char(labels, '"');
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
    buf_clear(&text->labels);
}

void text_set_labels(struct text *text, const char *bytes, size_t size)
{
    buf_clear(&text->labels);
    buf_add(&text->labels, bytes, size);
}

size_t text_label(struct text *text, const char *name, const char *value)
{
    size_t place = text->labels.size;
    text_add_label(&text->labels, name, value);
    return place;
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
    add_escaped(text->out, text->family->help, text->format == EXPO_OPENMETRICS_1_0_0);
    buf_add_char(text->out, '\n');
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

/* Everything of a series up to its value. */
static void begin_series(struct text *text, const char *suffix)
{
    need_head(text);
    buf_add_string(text->out, text->family->name);
    buf_add_string(text->out, suffix);
    if (text->labels.size > 0) {
        buf_add_char(text->out, '{');
        buf_add(text->out, text->labels.bytes, text->labels.size);
        buf_add_char(text->out, '}');
    }
    buf_add_char(text->out, ' ');
}

void text_count(struct text *text, uint64_t value)
{
    begin_series(text, "");
    text_add_count(text->out, value);
    buf_add_char(text->out, '\n');
}

void text_count_by(struct text *text, const char *name, const char *value, uint64_t count)
{
    size_t place = text_label(text, name, value);
    text_count(text, count);
    text_rewind(text, place);
}

void text_seconds(struct text *text, int64_t value_ns)
{
    begin_series(text, "");
    text_add_seconds(text->out, value_ns);
    buf_add_char(text->out, '\n');
}

static void add_buckets(struct text *text, const struct hist *hist,
                        const struct hist_layout *layout)
{
    struct buf *line = &text->line;
    buf_clear(line);
    buf_add_string(line, text->family->name);
    buf_add_string(line, "_bucket{");
    buf_add(line, buf_string(&text->labels), text->labels.size);
    buf_add_string(line, text->labels.size > 0 ? ",le=\"" : "le=\"");

    uint64_t cumulated = 0;
    for (size_t i = 0; i < layout->count; i++) {
        cumulated += hist->buckets[i];
        buf_add(text->out, line->bytes, line->size);
        text_add_bound(text->out, layout->bounds_ns[i]);
        buf_add(text->out, "\"} ", 3);
        text_add_count(text->out, cumulated);
        buf_add_char(text->out, '\n');
    }
    buf_add(text->out, line->bytes, line->size);
    buf_add_string(text->out, "+Inf\"} ");
    text_add_count(text->out, hist->count);
    buf_add_char(text->out, '\n');
}

void text_histogram(struct text *text, const struct hist *hist, const struct hist_layout *layout)
{
    need_head(text);
    add_buckets(text, hist, layout);
    begin_series(text, "_sum");
    text_add_seconds(text->out, hist->sum_ns);
    buf_add_char(text->out, '\n');
    begin_series(text, "_count");
    text_add_count(text->out, hist->count);
    buf_add_char(text->out, '\n');
}

void text_end(struct text *text)
{
    if (text->format == EXPO_OPENMETRICS_1_0_0) {
        buf_add_string(text->out, "# EOF\n");
    }
}
