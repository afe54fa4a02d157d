/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/written.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "config/codec.h"
#include "config/duration.h"
#include "config/limit.h"
#include "config/limit_keys.h"
#include "config/number_field.h"
#include "config/yaml_text.h"
#include "probe/spec_field.h"

/* Enough for each percentage and score that a file can have in so many digits. */
#define DIGITS_MAX 20

/* The field that the key sets, or the first of them. */
static const void *field_of(const struct schema_key *key, const struct spec *spec, size_t *size)
{
    const struct spec_field *field = spec_field_find(key->sets[0]);
    *size = field->size;
    return (const char *)spec + field->offset;
}

static int64_t number_of(const struct schema_key *key, const struct spec *spec)
{
    size_t size;
    const void *field = field_of(key, spec, &size);
    return number_field_get(field, size);
}

static const char *string_of(const struct schema_key *key, const struct spec *spec)
{
    size_t size;
    return *(char *const *)field_of(key, spec, &size);
}

static void add_duration(int64_t ns, struct buf *out)
{
    char text[DURATION_TEXT_MAX];
    buf_add_string(out, duration_format(ns, text));
}

/* One that is out of range stands for a key that was not given. */
static void add_integer(const struct schema_key *key, const struct spec *spec, struct buf *out)
{
    const struct schema_limits limits = schema_limits(key, spec->operation);
    int64_t number = number_of(key, spec);
    if (number >= limits.min && number <= limits.max) {
        buf_printf(out, "%" PRId64, number);
    }
}

static void add_bounds(const struct hist_layout *layout, struct buf *out)
{
    for (size_t i = 0; i < layout->count; i++) {
        buf_add_string(out, i == 0 ? "[" : ", ");
        add_duration(layout->bounds_ns[i], out);
    }
    buf_add_char(out, ']');
}

static void add_pattern(const struct pattern *pattern, struct buf *out)
{
    char digits[2 * PATTERN_BYTES_MAX + 1] = "ABCD";
    for (size_t i = 0; i < pattern->size; i++) {
        snprintf(digits + 2 * i, 3, "%02X", pattern->bytes[i]);
    }
    yaml_add_text(out, digits);
}

static void add_labels(const struct spec *spec, struct buf *out)
{
    for (size_t i = 0; i < spec->identity.label_count; i++) {
        buf_printf(out, "%s%s: ", i == 0 ? "{" : ", ", spec->identity.labels[i].name);
        yaml_add_text(out, spec->identity.labels[i].value);
    }
    buf_add_string(out, spec->identity.label_count > 0 ? "}" : "");
}

/* With as few digits as are read as `value` again. */
static void add_decimal(enum limit limit, double shown, double value, struct buf *out)
{
    size_t start = out->size;
    double again;
    for (int digits = 0; digits <= DIGITS_MAX; digits++) {
        buf_take(out, out->bytes + start);
        buf_printf(out, "%.*f", digits, shown);
        if (limit_parse(limit, buf_string(out) + start, &again) && again == value) {
            return;
        }
    }
}

static void add_bound(enum limit limit, const struct spec *spec, enum severity severity,
                      struct buf *out)
{
    const struct limit_set *limits = &spec->results.limits;
    double value = limits->value[severity][limit];
    if (!limits->is_set[severity][limit]) {
        buf_add_string(out, "none");
        return;
    }
    switch (limit) {
    case LIMIT_LOSS:
    case LIMIT_LOSS_SD:
    case LIMIT_LOSS_DS:
        add_decimal(limit, value * 100, value, out);
        buf_add_char(out, '%');
        break;
    case LIMIT_MOS:
        add_decimal(limit, value, value, out);
        break;
    default:
        add_duration(llround(value * 1e9), out);
        break;
    }
}

/* One that is not set is written where the threshold would take its place. */
static void add_limit(enum limit limit, const struct spec *spec, struct buf *out)
{
    const struct limit_set *limits = &spec->results.limits;
    bool has_critical = limits->is_set[SEVERITY_CRITICAL][limit];
    if (!has_critical && !limits->is_set[SEVERITY_WARNING][limit] &&
        limit != limit_of_threshold(spec)) {
        return;
    }
    buf_add_string(out, has_critical ? "[" : "");
    add_bound(limit, spec, SEVERITY_WARNING, out);
    if (has_critical) {
        buf_add_string(out, ", ");
        add_bound(limit, spec, SEVERITY_CRITICAL, out);
        buf_add_char(out, ']');
    }
}

/* Appends nothing where the spec has no value for the key. */
static void add_value(const struct schema_key *key, const struct spec *spec, struct buf *out)
{
    if (key->write != NULL) {
        key->write(spec, out);
        return;
    }
    switch (key->kind) {
    case SCHEMA_DURATION:
        add_duration(number_of(key, spec), out);
        break;
    case SCHEMA_LIFE:
        if (spec->schedule.life_ns == SPEC_FOREVER) {
            buf_add_string(out, "forever");
        } else {
            add_duration(spec->schedule.life_ns, out);
        }
        break;
    case SCHEMA_INTEGER:
    case SCHEMA_BYTES:
        add_integer(key, spec, out);
        break;
    case SCHEMA_CHOICE:
        buf_add_string(out, key->choices[number_of(key, spec)]);
        break;
    case SCHEMA_OPERATION:
        buf_add_string(out, spec->operation->name);
        break;
    case SCHEMA_TEXT:
    case SCHEMA_HOST:
        yaml_add_text(out, string_of(key, spec));
        break;
    case SCHEMA_LIMIT:
        add_limit((enum limit)(key->slot - SLOT_LIMIT), spec, out);
        break;
    case SCHEMA_LABELS:
        add_labels(spec, out);
        break;
    case SCHEMA_BOUNDS:
        add_bounds(spec->results.layout, out);
        break;
    case SCHEMA_PATTERN:
        add_pattern(&spec->packets.pattern, out);
        break;
    default: /* hosts: each has a target of its own by now */
        break;
    }
}

static bool has_key(const struct spec *spec, const struct schema_key *key)
{
    bool has_codec = spec->packets.codec != VOICE_CODEC_NONE;
    bool is_limit = key->kind == SCHEMA_LIMIT;
    return schema_applies(key, spec->operation) && codec_goes_with(has_codec, key->slot) &&
           (!is_limit ||
            limit_needs((enum limit)(key->slot - SLOT_LIMIT), spec->operation, has_codec) == NULL);
}

/* The whole line, or nothing. */
static void add_key(const struct schema_key *key, const struct spec *spec, unsigned indentation,
                    struct buf *out)
{
    size_t start = out->size;
    buf_printf(out, "%*s%s:%s", (int)indentation, "", key->name, key->inner != NULL ? "\n" : " ");
    size_t named = out->size;
    if (key->inner != NULL) {
        written_add_keys(key->inner, spec, indentation + 2, out);
    } else {
        add_value(key, spec, out);
    }
    if (out->size == named) {
        buf_take(out, out->bytes + start);
    } else if (key->inner == NULL) {
        buf_add_char(out, '\n');
    }
}

void written_add_keys(const struct schema_scope *scope, const struct spec *spec,
                      unsigned indentation, struct buf *out)
{
    for (; scope != NULL; scope = scope->base) {
        for (size_t i = 0; i < scope->count; i++) {
            const struct schema_key *key = &scope->keys[i];
            bool is_of_spec = key->inner != NULL || key->sets[0] != NULL;
            if (is_of_spec && has_key(spec, key)) {
                add_key(key, spec, indentation, out);
            }
        }
    }
}
