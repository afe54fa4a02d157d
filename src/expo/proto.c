/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "expo/proto.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/time.h"
#include "expo/decimal.h"
#include "expo/proto_field.h"
#include "stats/native.h"

/* Field numbers, by message. */
enum { FAMILY_NAME = 1, FAMILY_HELP = 2, FAMILY_TYPE = 3, FAMILY_METRIC = 4, FAMILY_UNIT = 5 };
enum {
    METRIC_FIELD_LABEL = 1,
    METRIC_FIELD_GAUGE,
    METRIC_FIELD_COUNTER,
    METRIC_FIELD_HISTOGRAM = 7
};
enum { LABEL_NAME = 1, LABEL_VALUE = 2 };
enum { NUMBER_VALUE = 1, NUMBER_START = 3 }; /* of gauges and counters */
enum { TIME_SECONDS = 1, TIME_NANOS = 2 };
enum { EXEMPLAR_LABEL = 1, EXEMPLAR_VALUE = 2, EXEMPLAR_TIME = 3 };
enum { BUCKET_COUNT = 1, BUCKET_BOUND = 2, BUCKET_EXEMPLAR = 3 };
enum { SPAN_OFFSET = 1, SPAN_LENGTH = 2 };
enum {
    HISTOGRAM_COUNT = 1,
    HISTOGRAM_SUM = 2,
    HISTOGRAM_BUCKET = 3,
    HISTOGRAM_SCHEMA = 5,
    HISTOGRAM_ZERO_THRESHOLD = 6,
    HISTOGRAM_ZERO_COUNT = 7,
    HISTOGRAM_SPAN = 12,
    HISTOGRAM_DELTA = 13,
    HISTOGRAM_START = 15,
    HISTOGRAM_EXEMPLAR = 16,
};
enum { TYPE_COUNTER = 0, TYPE_GAUGE = 1, TYPE_HISTOGRAM = 4 };

/* The messages of a family are put together from their end: series in front of series, and the
 * description in front of all, when there is no room for more or the next family begins. */
struct proto {
    uint8_t *bytes;
    size_t capacity;
    size_t at; /* where the series begin; capacity: there are none */
    const struct metric *metric; /* theirs */
    size_t head_size; /* at most, of its description and of the length of the whole before it */
};

static void *open_proto(void)
{
    struct proto *proto = mem_alloc(1, sizeof *proto);
    proto->capacity = PROTO_PIECE_BYTES;
    proto->at = proto->capacity;
    proto->bytes = mem_alloc(proto->capacity, 1);
    return proto;
}

static void close_proto(void *state)
{
    struct proto *proto = state;
    free(proto->bytes);
    free(proto);
}

/* --- families --- */

static uint8_t *put_string(uint8_t *at, unsigned field, const char *text)
{
    return proto_bytes(at, field, text, strlen(text));
}

static size_t head_size(const struct metric *metric)
{
    size_t unit_size = metric->unit == NULL ? 0 : strlen(metric->unit);
    return strlen(metric->name) + strlen(metric->help) + unit_size +
           5 * (PROTO_TAG_MAX + PROTO_VARINT_MAX);
}

/* There is no type for an info. */
static unsigned type_of(const struct metric *metric)
{
    switch (metric->type) {
    case METRIC_COUNTER:
        return TYPE_COUNTER;
    case METRIC_HISTOGRAM:
        return TYPE_HISTOGRAM;
    case METRIC_GAUGE:
    case METRIC_INFO:
        break;
    }
    return TYPE_GAUGE;
}

/* Writes the series that wait as one message. */
static void flush(struct series *series)
{
    struct proto *proto = series->state;
    const struct metric *metric = proto->metric;
    if (proto->at == proto->capacity) {
        return;
    }
    const uint8_t *end = proto->bytes + proto->capacity;
    uint8_t *at = proto->bytes + proto->at;
    if (metric->unit != NULL) {
        at = put_string(at, FAMILY_UNIT, metric->unit);
    }
    at = proto_uint(at, FAMILY_TYPE, type_of(metric));
    at = put_string(at, FAMILY_HELP, metric->help);
    at = put_string(at, FAMILY_NAME, metric->name);
    at = proto_varint(at, (uint64_t)(end - at));
    buf_add(series->out, at, (size_t)(end - at));
    proto->at = proto->capacity;
}

static void begin(struct series *series)
{
    struct proto *proto = series->state;
    flush(series);
    proto->metric = series->metric;
    proto->head_size = head_size(series->metric);
}

/* Makes room for a series of at most `size` bytes, and for the description. Returns where the
 * series ends. */
static uint8_t *begin_series(struct series *series, size_t size)
{
    struct proto *proto = series->state;
    size_t needed = proto->head_size + size;
    if (proto->capacity - proto->at + needed > PROTO_PIECE_BYTES) {
        flush(series);
    }
    if (needed > proto->at) {
        proto->bytes = mem_resize(proto->bytes, needed, 1);
        proto->capacity = needed;
        proto->at = needed;
    }
    return proto->bytes + proto->at;
}

/* The value is there, from `at` on; the labels come before it. */
static void end_series(struct series *series, uint8_t *at)
{
    struct proto *proto = series->state;
    const uint8_t *end = proto->bytes + proto->at;
    if (series->labels.size > 0) {
        at -= series->labels.size;
        memcpy(at, series->labels.bytes, series->labels.size);
    }
    at = proto_enclose(at, end, FAMILY_METRIC);
    proto->at = (size_t)(at - proto->bytes);
}

/* --- series --- */

static uint8_t *put_label(uint8_t *at, unsigned field, const char *name, const char *value)
{
    const uint8_t *end = at;
    at = put_string(at, LABEL_VALUE, value);
    at = put_string(at, LABEL_NAME, name);
    return proto_enclose(at, end, field);
}

static void add_label(struct buf *labels, const char *name, size_t name_size, const char *value)
{
    size_t size = name_size + strlen(value) + 3 * (PROTO_TAG_MAX + PROTO_VARINT_MAX);
    uint8_t *start = (uint8_t *)buf_room(labels, size + SERIES_STEP);
    uint8_t *end = start + size;
    const uint8_t *at = put_label(end, METRIC_FIELD_LABEL, name, value);
    memmove(start, at, (size_t)(end - at));
    buf_take(labels, (char *)start + (end - at));
}

/* The double that the decimal number stands for, where a double has all its nanoseconds. A Unix
 * time has more digits: there the whole seconds go their own way. */
static double seconds_of(int64_t value_ns)
{
    const int64_t exact_ns = (int64_t)1 << 53;
    if (value_ns <= exact_ns && value_ns >= -exact_ns) {
        return (double)value_ns / (double)NS_PER_SECOND;
    }
    int64_t seconds = value_ns / NS_PER_SECOND;
    int64_t rest_ns = value_ns - seconds * NS_PER_SECOND;
    return (double)seconds + (double)rest_ns / (double)NS_PER_SECOND;
}

#define TIME_MAX ((size_t)3 * (PROTO_TAG_MAX + PROTO_VARINT_MAX))

/* Nothing for a time that is not known. */
static uint8_t *put_time(uint8_t *at, unsigned field, struct wall time)
{
    const uint8_t *end = at;
    if (time.ns == 0) {
        return at;
    }
    int64_t seconds = floor_div(time.ns, NS_PER_SECOND);
    at = proto_uint(at, TIME_NANOS, (uint64_t)(time.ns - seconds * NS_PER_SECOND));
    at = proto_uint(at, TIME_SECONDS, (uint64_t)seconds);
    return proto_enclose(at, end, field);
}

#define NUMBER_MAX (TIME_MAX + (size_t)4 * (PROTO_TAG_MAX + PROTO_VARINT_MAX))

/* A counter, a gauge or an info. */
static void add_number(struct series *series, double value)
{
    bool is_counter = series->metric->type == METRIC_COUNTER;
    uint8_t *end = begin_series(series, series->labels.size + NUMBER_MAX);
    uint8_t *at = end;
    if (is_counter) {
        at = put_time(at, NUMBER_START, series->origin.created);
    }
    at = proto_double(at, NUMBER_VALUE, value);
    at = proto_enclose(at, end, is_counter ? METRIC_FIELD_COUNTER : METRIC_FIELD_GAUGE);
    end_series(series, at);
}

static void add_count(struct series *series, uint64_t value)
{
    add_number(series, (double)value);
}

static void add_seconds(struct series *series, int64_t value_ns)
{
    add_number(series, seconds_of(value_ns));
}

#define COPY_STEP 16

/* Puts the bytes before `at`, exactly; most are longer than a step. */
static uint8_t *put_bytes(uint8_t *at, const char *bytes, size_t size)
{
    at -= size;
    if (size < COPY_STEP) {
        memcpy(at, bytes, size);
        return at;
    }
    for (size_t done = 0; done < size - COPY_STEP; done += COPY_STEP) {
        memcpy(at + done, bytes + done, COPY_STEP);
    }
    memcpy(at + size - COPY_STEP, bytes + size - COPY_STEP, COPY_STEP);
    return at;
}

/* What numbers of one target have in common is written once. */
static void add_run(struct series *series, const struct series_run *run)
{
    struct proto *proto = series->state;
    const struct series_words *words = run->words;
    bool is_counter = series->metric->type == METRIC_COUNTER;
    unsigned field = is_counter ? METRIC_FIELD_COUNTER : METRIC_FIELD_GAUGE;
    uint8_t start[TIME_MAX] = {0};
    const uint8_t *start_at = start + sizeof start;
    if (is_counter) {
        start_at = put_time(start + sizeof start, NUMBER_START, series->origin.created);
    }
    size_t start_size = (size_t)(start + sizeof start - start_at);
    for (size_t i = 0; i < run->count; i++) {
        const struct series_value *value = &run->values[i];
        size_t word_size = value->word == 0 ? 0 : words->of[value->word].size;
        uint8_t *end = begin_series(series, run->labels_size + word_size + NUMBER_MAX);
        memcpy(end - sizeof start, start, sizeof start);
        uint8_t *at = proto_double(end - start_size, NUMBER_VALUE,
                                   value->is_seconds ? seconds_of((int64_t)value->value)
                                                     : (double)value->value);
        at = proto_enclose(at, end, field);
        if (value->word > 0) {
            at = put_bytes(at, words->bytes.bytes + words->of[value->word].offset, word_size);
        }
        at = put_bytes(at, run->labels, run->labels_size);
        at = proto_enclose(at, end, FAMILY_METRIC);
        proto->at = (size_t)(at - proto->bytes);
    }
}

/* --- histograms --- */

#define EXEMPLAR_MAX ((size_t)160)
#define BUCKET_MAX ((size_t)4 * (PROTO_TAG_MAX + PROTO_VARINT_MAX))
/* A bucket of its own: its delta, a span of one. */
#define NATIVE_MAX ((size_t)40)
#define HISTOGRAM_MAX (2 * EXEMPLAR_MAX + TIME_MAX + 12 * (PROTO_TAG_MAX + PROTO_VARINT_MAX))

static uint8_t *put_exemplar(uint8_t *at, unsigned field, const struct exemplar *exemplar)
{
    const uint8_t *end = at;
    char sequence[DECIMAL_MAX + 1];
    *decimal_count(sequence, exemplar->sequence) = '\0';
    at = put_time(at, EXEMPLAR_TIME, exemplar->at);
    at = proto_double(at, EXEMPLAR_VALUE, seconds_of(exemplar->value_ns));
    at = put_label(at, EXEMPLAR_LABEL, "sequence", sequence);
    return proto_enclose(at, end, field);
}

/* Each bucket's count less that of the bucket before it. */
static uint8_t *put_deltas(uint8_t *at, const struct native *native)
{
    const uint8_t *end = at;
    for (size_t i = native->used; i-- > 0;) {
        uint64_t before = i == 0 ? 0 : native->buckets[i - 1].count;
        at = proto_varint(at, proto_zigzag((int64_t)(native->buckets[i].count - before)));
    }
    return proto_enclose(at, end, HISTOGRAM_DELTA);
}

static uint8_t *put_span(uint8_t *at, int offset, size_t length)
{
    const uint8_t *end = at;
    at = proto_uint(at, SPAN_LENGTH, length);
    at = proto_sint(at, SPAN_OFFSET, offset);
    return proto_enclose(at, end, HISTOGRAM_SPAN);
}

/* Runs of buckets one after the other: what lies between a run and the one before it, and how many
 * buckets it has. */
static uint8_t *put_spans(uint8_t *at, const struct native *native)
{
    const struct native_bucket *buckets = native->buckets;
    size_t end = native->used;
    while (end > 0) {
        size_t first = end - 1;
        while (first > 0 && buckets[first - 1].index + 1 == buckets[first].index) {
            first--;
        }
        int next = first == 0 ? 0 : buckets[first - 1].index + 1;
        at = put_span(at, buckets[first].index - next, end - first);
        end = first;
    }
    return at;
}

static uint8_t *put_native(uint8_t *at, const struct hist *hist)
{
    const struct native *native = hist->native;
    if (hist->worst.sequence != 0) {
        at = put_exemplar(at, HISTOGRAM_EXEMPLAR, &hist->worst);
    }
    if (native != NULL && native->used > 0) {
        at = put_deltas(at, native);
        at = put_spans(at, native);
    } else {
        at = put_span(at, 0, 0); /* otherwise it would not look like a native one */
    }
    at = proto_uint(at, HISTOGRAM_ZERO_COUNT, native == NULL ? 0 : native->zeros);
    at = proto_double(at, HISTOGRAM_ZERO_THRESHOLD, NATIVE_ZERO_THRESHOLD);
    return proto_sint(at, HISTOGRAM_SCHEMA, native == NULL ? NATIVE_SCHEMA : native->schema);
}

/* Without the infinite bucket, which is the count of all, unless it has the exemplar. */
static uint8_t *put_classic(uint8_t *at, const struct hist *hist, const struct hist_layout *layout)
{
    size_t exemplar_at =
        hist->worst.sequence == 0 ? SIZE_MAX : hist_find_bucket(layout, hist->worst.value_ns);
    uint64_t cumulated = hist->count;
    for (size_t i = layout->count + 1; i-- > 0;) {
        const uint8_t *end = at;
        if (i == exemplar_at) {
            at = put_exemplar(at, BUCKET_EXEMPLAR, &hist->worst);
        }
        if (i < layout->count || i == exemplar_at) {
            double bound = i < layout->count ? seconds_of(layout->bounds_ns[i]) : (double)INFINITY;
            at = proto_double(at, BUCKET_BOUND, bound);
            at = proto_uint(at, BUCKET_COUNT, cumulated);
            at = proto_enclose(at, end, HISTOGRAM_BUCKET);
        }
        cumulated -= hist_bucket(hist, i);
    }
    return at;
}

static void add_histogram(struct series *series, const struct hist *hist,
                          const struct hist_layout *layout)
{
    enum hist_forms forms = series->origin.histograms;
    size_t natives = hist->native == NULL ? 0 : hist->native->used;
    uint8_t *end = begin_series(series, series->labels.size + HISTOGRAM_MAX + natives * NATIVE_MAX +
                                            (layout->count + 1) * BUCKET_MAX);
    uint8_t *at = put_time(end, HISTOGRAM_START, series->origin.created);
    if (forms != HIST_CLASSIC) {
        at = put_native(at, hist);
    }
    if (forms != HIST_NATIVE) {
        at = put_classic(at, hist, layout);
    }
    at = proto_double(at, HISTOGRAM_SUM, seconds_of(hist->sum_ns));
    at = proto_uint(at, HISTOGRAM_COUNT, hist->count);
    end_series(series, proto_enclose(at, end, METRIC_FIELD_HISTOGRAM));
}

const struct expo_format format_proto = {
    .content_type = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; "
                    "encoding=delimited",
    .media_type = "application/vnd.google.protobuf",
    .is_on_demand = true,
    .parameters = {{"proto", {"io.prometheus.client.MetricFamily"}}, {"encoding", {"delimited"}}},
    .open = open_proto,
    .close = close_proto,
    .add_label = add_label,
    .begin = begin,
    .add_count = add_count,
    .add_seconds = add_seconds,
    .add_histogram = add_histogram,
    .add_run = add_run,
    .end = flush,
};
