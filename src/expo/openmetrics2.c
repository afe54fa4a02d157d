/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "expo/openmetrics2.h"

#include "expo/line.h"
#include "stats/native.h"

static void begin(struct series *series)
{
    static const char *const types[] = {
        [METRIC_COUNTER] = "counter",
        [METRIC_GAUGE] = "gauge",
        [METRIC_HISTOGRAM] = "histogram",
        [METRIC_INFO] = "info",
    };
    const struct metric *metric = series->metric;
    line_add_head(series, "# TYPE ", series->name_size, types[metric->type]);
    if (metric->unit != NULL) {
        line_add_head(series, "# UNIT ", series->name_size, metric->unit);
    }
    line_add_help(series, series->name_size, true);
}

static char *put_string(char *at, const char *text)
{
    return line_put(at, text, strlen(text));
}

/* " st@1700000000.5" of a counter or histogram that knows when it began. */
static char *put_start(char *at, const struct series *series)
{
    enum metric_type type = series->metric->type;
    if (series->origin.created.ns == 0 || (type != METRIC_COUNTER && type != METRIC_HISTOGRAM)) {
        return at;
    }
    return decimal_seconds(put_string(at, " st@"), series->origin.created.ns);
}

static void add_count(struct series *series, uint64_t value)
{
    char *at = decimal_count(line_begin_plain(series), value);
    line_end(series, put_start(at, series));
}

static void add_seconds(struct series *series, int64_t value_ns)
{
    char *at = decimal_seconds(line_begin_plain(series), value_ns);
    line_end(series, put_start(at, series));
}

/* Runs of buckets one after the other: what lies between a run and the one before it, and how many
 * buckets it has. */
static char *put_spans(char *at, const struct native *native)
{
    int next = 0;
    for (size_t i = 0; i < native->used;) {
        int first = native->buckets[i].index;
        size_t length = 1;
        while (i + length < native->used &&
               native->buckets[i + length].index == first + (int)length) {
            length++;
        }
        if (i > 0) {
            *at++ = ',';
        }
        if (first < next) {
            *at++ = '-';
        }
        at = decimal_count(at, (uint64_t)(first < next ? next - first : first - next));
        *at++ = ':';
        at = decimal_count(at, length);
        next = first + (int)length;
        i += length;
    }
    return at;
}

static char *put_native(char *at, const struct native *native)
{
    at = put_string(at, ",schema:");
    at = decimal_count(at, (uint64_t)(native == NULL ? NATIVE_SCHEMA : native->schema));
    at = put_string(at, ",zero_threshold:2.938735877055719e-39,zero_count:");
    at = decimal_count(at, native == NULL ? 0 : native->zeros);
    if (native == NULL || native->used == 0) {
        return at;
    }
    at = put_spans(put_string(at, ",positive_spans:["), native);
    at = put_string(at, "],positive_buckets:[");
    for (size_t i = 0; i < native->used; i++) {
        at = decimal_count(at, native->buckets[i].count);
        *at++ = i + 1 < native->used ? ',' : ']';
    }
    return at;
}

static char *put_classic(char *at, const struct hist *hist, const struct hist_layout *layout)
{
    uint64_t cumulated = 0;
    at = put_string(at, ",bucket:[");
    for (size_t i = 0; i < layout->count; i++) {
        cumulated += hist_bucket(hist, i);
        at = decimal_bound(at, layout->bounds_ns[i]);
        *at++ = ':';
        at = decimal_count(at, cumulated);
        *at++ = ',';
    }
    at = decimal_count(put_string(at, "+Inf:"), hist->count);
    *at++ = ']';
    return at;
}

/* Of a span, a bucket of either kind, and of all the rest: at most so many bytes. */
#define ENTRY_MAX ((size_t)2 * DECIMAL_MAX + 2)
#define REST_MAX ((size_t)16 * DECIMAL_MAX + LINE_EXEMPLAR_MAX)

static void add_histogram(struct series *series, const struct hist *hist,
                          const struct hist_layout *layout)
{
    enum hist_forms forms = series->origin.histograms;
    char *line = line_begin_plain(series);
    buf_take(series->out, line);
    size_t entries = layout->count + (hist->native == NULL ? 0 : 2 * (size_t)hist->native->used);
    char *at = buf_room(series->out, entries * ENTRY_MAX + REST_MAX);
    at = decimal_count(put_string(at, "{count:"), hist->count);
    at = decimal_seconds(put_string(at, ",sum:"), hist->sum_ns);
    if (forms != HIST_CLASSIC) {
        at = put_native(at, hist->native);
    }
    if (forms != HIST_NATIVE) {
        at = put_classic(at, hist, layout);
    }
    *at++ = '}';
    at = put_start(at, series);
    if (hist->worst.sequence != 0) {
        at = line_put_exemplar(at, &hist->worst);
    }
    line_end(series, at);
}

static void end(struct series *series)
{
    buf_add_string(series->out, "# EOF\n");
}

const struct expo_format format_openmetrics2 = {
    .content_type = "application/openmetrics-text; version=2.0.0; charset=utf-8",
    .media_type = "application/openmetrics-text",
    .is_on_demand = true,
    .parameters = {{"version", {"2.0.0"}}},
    .open = line_open,
    .close = line_close,
    .add_label = line_add_label,
    .begin = begin,
    .add_count = add_count,
    .add_seconds = add_seconds,
    .add_histogram = add_histogram,
    .end = end,
};
