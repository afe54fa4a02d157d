/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "json/result.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum kind {
    KIND_NUMBER, /* uint32_t, or an enum */
    KIND_HUNDREDTHS, /* uint16_t */
    KIND_BYTE, /* uint8_t */
    KIND_NS, /* int64_t */
    KIND_OUTCOME, /* its name */
    KIND_OBJECT, /* `inner` */
    KIND_AVERAGE, /* of the struct moments at the offset; is not read */
    KIND_JITTER_AVERAGE, /* of the struct jitter at the offset; is not read */
};

struct row {
    const char *name;
    enum kind kind;
    size_t offset;
    const struct row *inner; /* its offsets count from the object's; ends with a row without name */
    size_t count_offset; /* + 1: a number that is 0 when there is no value; 0: there always is */
};

#define ROW(type, name, kind, field)                                                               \
    {                                                                                              \
        name, kind, offsetof(struct type, field), NULL, 0                                          \
    }
#define IF_ANY(type, name, field, count)                                                           \
    {                                                                                              \
        name, KIND_NS, offsetof(struct type, field), NULL, offsetof(struct type, count) + 1        \
    }
#define OBJECT(type, name, field, inner)                                                           \
    {                                                                                              \
        name, KIND_OBJECT, offsetof(struct type, field), inner, 0                                  \
    }
#define END                                                                                        \
    {                                                                                              \
        NULL, KIND_NUMBER, 0, NULL, 0                                                              \
    }

static const struct row moments_rows[] = {
    ROW(moments, "count", KIND_NUMBER, count),
    IF_ANY(moments, "min", min_ns, count),
    {"avg", KIND_AVERAGE, 0, NULL, offsetof(struct moments, count) + 1},
    IF_ANY(moments, "max", max_ns, count),
    ROW(moments, "sum", KIND_NS, sum_ns),
    END,
};

static const struct row rtt_rows[] = {
    ROW(round, "count", KIND_NUMBER, rtt.count),
    IF_ANY(round, "min", rtt.min_ns, rtt.count),
    {"avg", KIND_AVERAGE, offsetof(struct round, rtt), NULL, offsetof(struct round, rtt.count) + 1},
    IF_ANY(round, "max", rtt.max_ns, rtt.count),
    ROW(round, "sum", KIND_NS, rtt.sum_ns),
    IF_ANY(round, "p50", rtt_p50_ns, rtt.count),
    IF_ANY(round, "p95", rtt_p95_ns, rtt.count),
    END,
};

static const struct row jitter_rows[] = {
    ROW(jitter, "samples", KIND_NUMBER, samples),
    IF_ANY(jitter, "min", min_ns, samples),
    {"avg", KIND_JITTER_AVERAGE, 0, NULL, offsetof(struct jitter, samples) + 1},
    IF_ANY(jitter, "max", max_ns, samples),
    OBJECT(jitter, "positive", positive, moments_rows),
    OBJECT(jitter, "negative", negative, moments_rows),
    END,
};

static const struct row period_rows[] = {
    ROW(loss_periods, "count", KIND_NUMBER, count),
    ROW(loss_periods, "length_min", KIND_NUMBER, length_min),
    ROW(loss_periods, "length_max", KIND_NUMBER, length_max),
    ROW(loss_periods, "between_min", KIND_NUMBER, between_min),
    ROW(loss_periods, "between_max", KIND_NUMBER, between_max),
    END,
};

static const struct row lost_rows[] = {
    ROW(round, "sd", KIND_NUMBER, sd.lost),
    ROW(round, "ds", KIND_NUMBER, ds.lost),
    ROW(round, "unknown", KIND_NUMBER, lost_unknown),
    END,
};

static const struct row reordered_rows[] = {
    ROW(round, "sd", KIND_NUMBER, reordering.sd),
    ROW(round, "ds", KIND_NUMBER, reordering.ds),
    ROW(round, "both", KIND_NUMBER, reordering.both),
    END,
};

static const struct row packet_rows[] = {
    ROW(round, "sent", KIND_NUMBER, sent),
    ROW(round, "received", KIND_NUMBER, received),
    {"lost", KIND_OBJECT, 0, lost_rows, 0},
    ROW(round, "dropped", KIND_NUMBER, dropped_here),
    ROW(round, "late", KIND_NUMBER, late),
    ROW(round, "duplicate", KIND_NUMBER, duplicate),
    ROW(round, "out_of_order", KIND_NUMBER, out_of_order),
    {"reordered", KIND_OBJECT, 0, reordered_rows, 0},
    ROW(round, "unprocessed", KIND_NUMBER, unprocessed),
    ROW(round, "unsent", KIND_NUMBER, unsent),
    ROW(round, "over_threshold", KIND_NUMBER, over_threshold),
    END,
};

static const struct row loss_period_rows[] = {
    OBJECT(round, "sd", sd.periods, period_rows),
    OBJECT(round, "ds", ds.periods, period_rows),
    OBJECT(round, "any", losses, period_rows),
    END,
};

static const struct row one_way_rows[] = {
    OBJECT(round, "sd", sd.delay, moments_rows),
    OBJECT(round, "ds", ds.delay, moments_rows),
    END,
};

static const struct row jitter_way_rows[] = {
    OBJECT(round, "sd", sd.jitter, jitter_rows),
    OBJECT(round, "ds", ds.jitter, jitter_rows),
    END,
};

static const struct row voice_rows[] = {
    ROW(round, "icpif", KIND_BYTE, voice.icpif),
    ROW(round, "mos_hundredths", KIND_HUNDREDTHS, voice.mos_hundredths),
    END,
};

static const struct row rows[] = {
    ROW(round, "outcome", KIND_OUTCOME, outcome),
    ROW(round, "return_code", KIND_NUMBER, return_code),
    ROW(round, "start_timestamp", KIND_NS, started.ns),
    ROW(round, "duration_seconds", KIND_NS, duration_ns),
    {"packets", KIND_OBJECT, 0, packet_rows, 0},
    {"rtt_seconds", KIND_OBJECT, 0, rtt_rows, 0},
    {"loss_periods", KIND_OBJECT, 0, loss_period_rows, 0},
    {"one_way_delay_seconds", KIND_OBJECT, 0, one_way_rows, 0},
    {"jitter_seconds", KIND_OBJECT, 0, jitter_way_rows, 0},
    {"voice", KIND_OBJECT, 0, voice_rows, 0},
    END,
};

_Static_assert(sizeof(enum return_code) == sizeof(uint32_t) &&
                   sizeof(enum outcome) == sizeof(uint32_t),
               "enums are numbers of 32 bits");

void json_seconds_write(int64_t ns, struct buf *out)
{
    uint64_t size = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
    buf_printf(out, "%s%" PRIu64 ".%09" PRIu64, ns < 0 ? "-" : "", size / NS_PER_SECOND,
               size % NS_PER_SECOND);
}

static uint32_t number_at(const void *at)
{
    uint32_t number;
    memcpy(&number, at, sizeof number);
    return number;
}

static void write_rows(const struct row *table, const char *base, struct buf *out);

static void write_value(const struct row *row, const char *at, struct buf *out)
{
    int64_t ns;
    uint16_t hundredths;
    switch (row->kind) {
    case KIND_NUMBER:
        buf_printf(out, "%" PRIu32, number_at(at));
        break;
    case KIND_HUNDREDTHS:
        memcpy(&hundredths, at, sizeof hundredths);
        buf_printf(out, "%u", (unsigned)hundredths);
        break;
    case KIND_BYTE:
        buf_printf(out, "%u", (unsigned)*(const uint8_t *)at);
        break;
    case KIND_NS:
        memcpy(&ns, at, sizeof ns);
        json_seconds_write(ns, out);
        break;
    case KIND_OUTCOME:
        buf_printf(out, "\"%s\"", outcome_name((enum outcome)number_at(at)));
        break;
    case KIND_OBJECT:
        buf_add_char(out, '{');
        write_rows(row->inner, at, out);
        buf_add_char(out, '}');
        break;
    case KIND_AVERAGE:
        json_seconds_write((int64_t)(moments_average_ns((const void *)at) + 0.5), out);
        break;
    case KIND_JITTER_AVERAGE:
        json_seconds_write((int64_t)(jitter_average_ns((const void *)at) + 0.5), out);
        break;
    }
}

static void write_rows(const struct row *table, const char *base, struct buf *out)
{
    for (const struct row *row = table; row->name != NULL; row++) {
        buf_printf(out, "%s\"%s\": ", row == table ? "" : ", ", row->name);
        if (row->count_offset > 0 && number_at(base + row->count_offset - 1) == 0) {
            buf_add_string(out, "null");
        } else {
            write_value(row, base + row->offset, out);
        }
    }
}

void json_result_write(const struct round *round, struct buf *out)
{
    write_rows(rows, (const char *)round, out);
}

const struct node *json_find(const struct node *object, const char *key)
{
    const struct node *child = object->kind == NODE_MAPPING ? object->first : NULL;
    while (child != NULL && strcmp(child->key, key) != 0) {
        child = child->next;
    }
    bool is_null = child != NULL && child->kind == NODE_SCALAR && !child->is_quoted &&
                   (child->text == NULL || strcmp(child->text, "null") == 0);
    return is_null ? NULL : child;
}

const char *json_text(const struct node *object, const char *key)
{
    const struct node *node = json_find(object, key);
    return node == NULL ? NULL : node->text;
}

static bool read_number(const char *text, uint64_t max, uint64_t *out)
{
    char *end;
    if (text == NULL || text[0] < '0' || text[0] > '9' || strlen(text) > 19) {
        return false;
    }
    unsigned long long number = strtoull(text, &end, 10);
    if (*end != '\0' || number > max) {
        return false;
    }
    *out = number;
    return true;
}

uint64_t json_number(const struct node *object, const char *key)
{
    uint64_t number = 0;
    read_number(json_text(object, key), INT64_MAX, &number);
    return number;
}

bool json_seconds_read(const char *text, int64_t *ns)
{
    static const char digits[] = "0123456789";
    char whole[12] = "", part[10] = "000000000";
    uint64_t seconds, nanoseconds;
    bool is_negative = text != NULL && text[0] == '-';
    text = is_negative ? text + 1 : text;
    size_t size = text == NULL ? 0 : strspn(text, digits);
    if (size == 0 || size >= sizeof whole || (text[size] != '\0' && text[size] != '.')) {
        return false;
    }
    memcpy(whole, text, size);
    text += size + (text[size] == '.');
    size = strlen(text);
    if (size >= sizeof part || strspn(text, digits) != size) {
        return false;
    }
    memcpy(part, text, size);
    if (!read_number(whole, INT64_MAX / NS_PER_SECOND - 1, &seconds) ||
        !read_number(part, INT64_MAX, &nanoseconds)) {
        return false;
    }
    *ns = (int64_t)(seconds * NS_PER_SECOND + nanoseconds) * (is_negative ? -1 : 1);
    return true;
}

static bool read_outcome(const char *text, uint32_t *out)
{
    for (uint32_t i = 0; text != NULL && i < OUTCOME_COUNT; i++) {
        if (strcmp(text, outcome_name((enum outcome)i)) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

static bool read_rows(const struct row *table, const struct node *object, char *base);

static bool read_value(const struct row *row, const struct node *node, char *at)
{
    static const uint64_t maxima[] = {
        [KIND_NUMBER] = UINT32_MAX, [KIND_HUNDREDTHS] = UINT16_MAX, [KIND_BYTE] = UINT8_MAX};
    static const size_t sizes[] = {
        [KIND_NUMBER] = sizeof(uint32_t), [KIND_HUNDREDTHS] = 2, [KIND_BYTE] = 1};
    uint64_t number;
    uint32_t outcome;
    int64_t ns;
    switch (row->kind) {
    case KIND_OBJECT:
        return read_rows(row->inner, node, at);
    case KIND_NS:
        if (!json_seconds_read(node->text, &ns)) {
            return false;
        }
        memcpy(at, &ns, sizeof ns);
        return true;
    case KIND_OUTCOME:
        if (!read_outcome(node->text, &outcome)) {
            return false;
        }
        memcpy(at, &outcome, sizeof outcome);
        return true;
    case KIND_AVERAGE:
    case KIND_JITTER_AVERAGE:
        return true;
    default:
        break;
    }
    if (!read_number(node->text, maxima[row->kind], &number)) {
        return false;
    }
    uint32_t wide = (uint32_t)number;
    uint16_t half = (uint16_t)number;
    uint8_t byte = (uint8_t)number;
    memcpy(at,
           sizes[row->kind] == 1   ? (void *)&byte
           : sizes[row->kind] == 2 ? (void *)&half
                                   : &wide,
           sizes[row->kind]);
    return true;
}

static bool read_rows(const struct row *table, const struct node *object, char *base)
{
    for (const struct row *row = table; row->name != NULL; row++) {
        const struct node *node = json_find(object, row->name);
        if (node != NULL && !read_value(row, node, base + row->offset)) {
            return false;
        }
    }
    return true;
}

bool json_result_read(const struct node *object, struct round *out)
{
    *out = (struct round){0};
    return read_rows(rows, object, (char *)out);
}
