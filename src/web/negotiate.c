/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Proactive negotiation between our two formats (RFC 9110 12.5.1), in one pass over the header and
 * without memory: each format keeps the most specific range that covers it. Ranges of formats that
 * we do not speak, such as protobuf, cover nothing and so fall away, whatever their place and
 * weight. */
#include "web/negotiate.h"

#include <string.h>
#include <strings.h>

#define WEIGHT_ONE 1000U
#define FORMAT_COUNT 2

/* A part of the header, without the white space around it. */
struct slice {
    const char *at;
    size_t size;
};

/* How well a range covers a format, best last. */
enum cover { COVER_NONE, COVER_ANY, COVER_TYPE, COVER_EXACT, COVER_VERSION };

struct preference {
    enum cover cover;
    unsigned weight; /* thousandths */
    size_t place; /* in the header */
};

struct range {
    struct slice type; /* type/subtype */
    struct slice version;
    unsigned weight;
    bool is_broken;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static struct slice trim(const char *at, const char *end)
{
    while (at < end && is_space(*at)) {
        at++;
    }
    while (at < end && is_space(end[-1])) {
        end--;
    }
    return (struct slice){at, (size_t)(end - at)};
}

static bool slice_is(struct slice slice, const char *word)
{
    return slice.size == strlen(word) && strncasecmp(slice.at, word, slice.size) == 0;
}

/* The part of `*rest` up to `separator`, which quoted strings hide; `*rest` becomes what follows
 * it, or NULL at the end of the text. */
static struct slice split(const char **rest, const char *end, char separator)
{
    const char *start = *rest;
    const char *at = start;
    bool is_quoted = false;
    for (; at < end && (is_quoted || *at != separator); at++) {
        if (*at == '"') {
            is_quoted = !is_quoted;
        } else if (is_quoted && *at == '\\' && at + 1 < end) {
            at++;
        }
    }
    *rest = at < end ? at + 1 : NULL;
    return trim(start, at);
}

static struct slice unquote(struct slice value)
{
    if (value.size >= 2 && value.at[0] == '"' && value.at[value.size - 1] == '"') {
        return (struct slice){value.at + 1, value.size - 2};
    }
    return value;
}

/* "0", "0.75", "1.000". False when it is no weight. */
static bool parse_weight(struct slice text, unsigned *out)
{
    if (text.size == 0 || text.size > 5 || (text.at[0] != '0' && text.at[0] != '1') ||
        (text.size > 1 && text.at[1] != '.')) {
        return false;
    }
    unsigned weight = text.at[0] == '1' ? WEIGHT_ONE : 0;
    unsigned unit = 100;
    for (size_t i = 2; i < text.size; i++, unit /= 10) {
        if (text.at[i] < '0' || text.at[i] > '9') {
            return false;
        }
        weight += unit * (unsigned)(text.at[i] - '0');
    }
    if (weight > WEIGHT_ONE) {
        return false;
    }
    *out = weight;
    return true;
}

static void read_parameter(struct slice text, struct range *range)
{
    const char *equals = memchr(text.at, '=', text.size);
    if (equals == NULL) {
        return;
    }
    struct slice name = trim(text.at, equals);
    struct slice value = unquote(trim(equals + 1, text.at + text.size));
    if (slice_is(name, "q")) {
        range->is_broken = range->is_broken || !parse_weight(value, &range->weight);
    } else if (slice_is(name, "version")) {
        range->version = value;
    }
}

static struct range read_range(struct slice text)
{
    const char *rest = text.at;
    const char *end = text.at + text.size;
    struct range range = {.weight = WEIGHT_ONE};
    range.type = split(&rest, end, ';');
    while (rest != NULL) {
        read_parameter(split(&rest, end, ';'), &range);
    }
    return range;
}

static enum cover cover_text(const struct range *range)
{
    if (slice_is(range->type, "*/*")) {
        return COVER_ANY;
    }
    if (slice_is(range->type, "text/*")) {
        return COVER_TYPE;
    }
    if (!slice_is(range->type, "text/plain")) {
        return COVER_NONE;
    }
    if (range->version.at == NULL) {
        return COVER_EXACT;
    }
    return slice_is(range->version, "0.0.4") ? COVER_VERSION : COVER_NONE;
}

static enum cover cover_openmetrics(const struct range *range)
{
    if (slice_is(range->type, "*/*")) {
        return COVER_ANY;
    }
    if (slice_is(range->type, "application/*")) {
        return COVER_TYPE;
    }
    if (!slice_is(range->type, "application/openmetrics-text")) {
        return COVER_NONE;
    }
    if (range->version.at == NULL) {
        return COVER_EXACT;
    }
    bool is_known = slice_is(range->version, "1.0.0") || slice_is(range->version, "0.0.1");
    return is_known ? COVER_VERSION : COVER_NONE;
}

static void prefer(struct preference *preference, enum cover cover, unsigned weight, size_t place)
{
    if (cover == COVER_NONE || cover < preference->cover ||
        (cover == preference->cover && weight <= preference->weight)) {
        return;
    }
    *preference = (struct preference){cover, weight, place};
}

enum expo_format negotiate_format(const char *accept)
{
    struct preference preferences[FORMAT_COUNT] = {{0}};
    const char *rest = accept;
    const char *end = accept == NULL ? NULL : accept + strlen(accept);
    for (size_t place = 0; rest != NULL; place++) {
        struct range range = read_range(split(&rest, end, ','));
        if (range.is_broken) {
            continue;
        }
        prefer(&preferences[EXPO_TEXT_0_0_4], cover_text(&range), range.weight, place);
        prefer(&preferences[EXPO_OPENMETRICS_1_0_0], cover_openmetrics(&range), range.weight,
               place);
    }
    const struct preference *text = &preferences[EXPO_TEXT_0_0_4];
    const struct preference *openmetrics = &preferences[EXPO_OPENMETRICS_1_0_0];
    bool wants_openmetrics = openmetrics->weight > text->weight ||
                             (openmetrics->weight == text->weight &&
                              openmetrics->place < text->place && openmetrics->weight > 0);
    return wants_openmetrics ? EXPO_OPENMETRICS_1_0_0 : EXPO_TEXT_0_0_4;
}

/* What one list says of a coding: its own entry, else that of "*". */
struct coding {
    unsigned own, any;
    bool has_own, has_any;
};

static void read_coding(struct coding *coding, const struct range *range, const char *name)
{
    if (slice_is(range->type, name)) {
        coding->has_own = true;
        coding->own = range->weight;
    } else if (slice_is(range->type, "*")) {
        coding->has_any = true;
        coding->any = range->weight;
    }
}

bool negotiate_gzip(const char *accept_encoding)
{
    struct coding gzip = {0};
    struct coding identity = {0};
    const char *rest = accept_encoding;
    const char *end = accept_encoding == NULL ? NULL : accept_encoding + strlen(accept_encoding);
    while (rest != NULL) {
        struct range range = read_range(split(&rest, end, ','));
        if (!range.is_broken) {
            read_coding(&gzip, &range, "gzip");
            read_coding(&identity, &range, "identity");
        }
    }
    unsigned weight = gzip.has_own ? gzip.own : gzip.any;
    return weight > 0 && (!identity.has_own || weight >= identity.own);
}
