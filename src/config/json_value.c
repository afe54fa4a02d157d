/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/json_value.h"

#include <inttypes.h>
#include <string.h>

#include "base/dscp.h"
#include "config/impair_value.h"
#include "config/labels.h"
#include "config/number_pattern.h"

#define SCALARS "\"type\":[\"string\",\"number\",\"boolean\"]"
#define NUMBERS "\"type\":[\"integer\",\"string\"]"
#define VARIABLE "{\"$ref\":\"#/$defs/variable\"}"

void json_string_write(const char *text, struct buf *out)
{
    buf_add_char(out, '"');
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\') {
            buf_add_char(out, '\\');
            buf_add_char(out, *text);
        } else if (c < 0x20) {
            buf_printf(out, "\\u%04x", c);
        } else {
            buf_add_char(out, *text);
        }
    }
    buf_add_char(out, '"');
}

/* "pattern": the whole text is one of the alternatives. */
static void write_pattern(const char *alternatives, struct buf *out)
{
    struct buf pattern = {0};
    buf_printf(&pattern, "^(?:%s)$", alternatives);
    buf_add_string(out, "\"pattern\":");
    json_string_write(buf_string(&pattern), out);
    buf_fini(&pattern);
}

/* YAML tells numbers from texts, the exporter does not. */
static void write_numbers(int64_t min, int64_t max, const char *more, struct buf *out)
{
    struct buf alternatives = {0};
    number_pattern_add(min, max, &alternatives);
    buf_add_string(&alternatives, more);
    buf_printf(out, NUMBERS ",\"minimum\":%" PRId64 ",\"maximum\":%" PRId64 ",", min, max);
    write_pattern(buf_string(&alternatives), out);
    buf_fini(&alternatives);
}

/* `head` are other alternatives, ending with '|', or the start of each. */
static void write_durations(const char *head, int64_t min, int64_t max, struct buf *out)
{
    struct buf alternatives = {0};
    buf_printf(&alternatives, "%s(?:", head);
    number_pattern_add_durations(min, max, &alternatives);
    buf_add_char(&alternatives, ')');
    buf_add_string(out, "\"type\":\"string\",");
    write_pattern(buf_string(&alternatives), out);
    buf_fini(&alternatives);
}

/* A word as YAML may read it: 4 and "4", true and "true". */
static void write_word(const char *word, const char **separator, struct buf *out)
{
    bool is_other = strspn(word, "0123456789") == strlen(word) || strcmp(word, "true") == 0 ||
                    strcmp(word, "false") == 0;
    if (is_other) {
        buf_printf(out, "%s%s", *separator, word);
        *separator = ",";
    }
    buf_add_string(out, *separator);
    json_string_write(word, out);
    *separator = ",";
}

static void write_choices(const struct schema_key *key, struct buf *out)
{
    const char *separator = "";
    buf_add_string(out, "\"enum\":[");
    for (size_t i = 0; key->choices[i] != NULL; i++) {
        write_word(key->choices[i], &separator, out);
        if (key->synonyms != NULL && strcmp(key->synonyms[i], key->choices[i]) != 0) {
            write_word(key->synonyms[i], &separator, out);
        }
    }
    buf_add_char(out, ']');
}

static void write_operations(struct buf *out)
{
    const char *separator = "";
    buf_add_string(out, "\"enum\":[");
    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        write_word(operation_at(i)->name, &separator, out);
    }
    buf_add_char(out, ']');
}

static void write_dscp(struct buf *out)
{
    struct buf words = {0};
    for (size_t i = 0; dscp_name(i) != NULL; i++) {
        buf_printf(&words, "|%s", dscp_name(i));
    }
    write_numbers(0, DSCP_MAX, buf_string(&words), out);
    buf_fini(&words);
}

static void write_labels(const struct schema_key *key, struct buf *out)
{
    const char *separator = "";
    buf_printf(out,
               "\"type\":\"object\",\"maxProperties\":%" PRId64
               ",\"propertyNames\":{\"pattern\":\"^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$\","
               "\"not\":{\"enum\":[",
               key->max);
    for (size_t i = 0; labels_reserved(i) != NULL; i++) {
        write_word(labels_reserved(i), &separator, out);
    }
    buf_printf(out, "]}},\"additionalProperties\":{" SCALARS ",\"maxLength\":%d}",
               SCHEMA_LABEL_BYTES_MAX);
}

static void write_text(const struct schema_key *key, struct buf *out)
{
    buf_printf(out, SCALARS ",\"minLength\":%" PRId64 ",\"maxLength\":%" PRId64 ",", key->min,
               key->max);
    write_pattern("[^\\x00-\\x1f\\x7f-\\x9f]*", out);
}

/* A single value, without regard to variables. */
static void write_single(const struct schema_key *key, const struct operation *operation,
                         struct buf *out)
{
    /* lint: table */
    const struct schema_limits limits = schema_limits(key, operation);
    switch (key->kind) {
    case SCHEMA_DURATION:
        write_durations("", limits.min, limits.max, out);
        break;
    case SCHEMA_INTEGER:
    case SCHEMA_BYTES:
        write_numbers(limits.min, limits.max, "", out);
        break;
    case SCHEMA_CHOICE:
        write_choices(key, out);
        break;
    case SCHEMA_OPERATION:
        write_operations(out);
        break;
    case SCHEMA_DSCP:
        write_dscp(out);
        break;
    case SCHEMA_TOS:
        write_numbers(0, UINT8_MAX, "|0x[0-9a-fA-F]{1,2}", out);
        break;
    case SCHEMA_START:
        write_durations("spread|now|pending|after ", 0, SPEC_START_AFTER_MAX_NS, out);
        break;
    case SCHEMA_PORT_RANGE:
        write_numbers(1, UINT16_MAX, "|[0-9]{1,5}-[0-9]{1,5}", out);
        break;
    case SCHEMA_TOLERANCE:
        write_durations("(?:[0-9]|[1-9][0-9]|100)%|", 0, limits.max, out);
        break;
    case SCHEMA_LIFE:
        write_durations("forever|", SPEC_LIFE_MIN_NS, SPEC_LIFE_MAX_NS, out);
        break;
    case SCHEMA_WHICH:
        buf_add_string(out, "\"type\":\"string\",");
        write_pattern("(?:[0-9]{1,3}(?:\\.[0-9]{1,4})?%|every [1-9][0-9]*)"
                      "(?: in bursts of [1-9][0-9]*)?",
                      out);
        break;
    case SCHEMA_OFFSET:
        write_durations("-?", 0, IMPAIR_OFFSET_MAX_NS, out);
        break;
    case SCHEMA_DRIFT:
        buf_add_string(out, "\"type\":\"string\",");
        write_pattern("-?(?:[0-9]{1,3}|1000)ppm", out);
        break;
    case SCHEMA_HOST:
        buf_add_string(out, SCALARS ",");
        write_pattern("[^ /\\[\\]]+", out);
        break;
    case SCHEMA_SOURCE:
        buf_add_string(out, "\"type\":\"string\",");
        write_pattern("[0-9a-fA-F:.]+", out);
        break;
    case SCHEMA_DEVICE:
        buf_add_string(out, SCALARS ",\"maxLength\":15,");
        write_pattern("[^\\x00-\\x20\\x7f/]+", out);
        break;
    default:
        buf_add_string(out, SCALARS ",");
        write_pattern("(?:[0-9a-fA-F]{2}){1,8}", out);
        break;
    }
}

static void write_element(const struct schema_key *key, struct buf *out)
{
    switch (key->kind) {
    case SCHEMA_BOUNDS:
        write_durations("", SCHEMA_BOUND_MIN_NS, SCHEMA_BOUND_MAX_NS, out);
        break;
    case SCHEMA_ENDPOINTS:
        write_numbers(1, UINT16_MAX, "|.*:[0-9]{1,5}", out);
        break;
    case SCHEMA_HOSTS:
        buf_add_string(out, SCALARS ",");
        write_pattern("[^ /\\[\\]]+", out);
        break;
    case SCHEMA_PORTS:
        write_numbers(1, UINT16_MAX, "|[0-9]{1,5}-[0-9]{1,5}", out);
        break;
    case SCHEMA_IDS:
        write_numbers(1, UINT16_MAX, "", out);
        break;
    case SCHEMA_CHOICES:
        write_choices(key, out);
        break;
    case SCHEMA_NAMES:
        buf_printf(out, SCALARS ",\"minLength\":1,\"maxLength\":%d", SCHEMA_MODULE_NAME_MAX);
        break;
    case SCHEMA_PREFIXES:
        buf_add_string(out, "\"type\":\"string\",");
        write_pattern("[0-9a-fA-F:.]+(?:/[0-9]{1,3})?", out);
        break;
    default:
        buf_add_string(out, "\"type\":\"string\",");
        write_pattern(".+\\.(?:yml|yaml|json)", out);
        break;
    }
}

/* A number with or without a unit, which is judged elsewhere; or two. */
static void write_limit(struct buf *out)
{
    buf_add_string(out, "\"type\":[\"string\",\"number\",\"array\"],\"maxItems\":2,");
    write_pattern("none|[0-9.]+(?:%|us|ms|s)?|\\$\\{.*", out);
}

static bool is_single(enum schema_kind kind)
{
    return kind < SCHEMA_LABELS || kind == SCHEMA_PATTERN;
}

void json_value_write(const struct schema_key *key, const struct operation *operation,
                      struct buf *out)
{
    if (key->kind == SCHEMA_LABELS) {
        write_labels(key, out);
    } else if (key->kind == SCHEMA_TEXT) {
        write_text(key, out);
    } else if (key->kind == SCHEMA_LIMIT) {
        write_limit(out);
    } else if (is_single(key->kind)) {
        buf_add_string(out, "\"anyOf\":[{");
        write_single(key, operation, out);
        buf_add_string(out, "}," VARIABLE "]");
    } else {
        buf_printf(out,
                   "\"type\":\"array\",\"minItems\":%" PRId64 ",\"maxItems\":%" PRId64
                   ",\"items\":{\"anyOf\":[{",
                   key->min, key->max);
        write_element(key, out);
        buf_add_string(out, "}," VARIABLE "]}");
        buf_add_string(out, key->kind == SCHEMA_CHOICES ? ",\"uniqueItems\":true" : "");
    }
}
