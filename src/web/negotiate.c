/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Proactive negotiation between the formats (RFC 9110 12.5.1): for each format the most specific
 * range that covers it counts. Ranges of formats that we do not have cover nothing, whatever their
 * place and weight. */
#include "web/negotiate.h"

#include <string.h>
#include <strings.h>

#define WEIGHT_ONE 1000U

/* A part of the header, without the white space around it. */
struct slice {
    const char *at;
    size_t size;
};

/* How well a range covers a format, best last. */
enum cover { COVER_NONE, COVER_ANY, COVER_TYPE, COVER_EXACT, COVER_PARAMETERS };

struct preference {
    enum cover cover;
    unsigned weight; /* thousandths */
    size_t place; /* in the header */
};

struct range {
    struct slice type; /* type/subtype */
    struct slice parameters; /* what follows it */
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

struct parameter {
    struct slice name, value;
};

/* The next parameter of `*rest`, which is not NULL. One without a value has no name. */
static struct parameter next_parameter(const char **rest, const char *end)
{
    struct slice text = split(rest, end, ';');
    const char *equals = memchr(text.at, '=', text.size);
    if (equals == NULL) {
        return (struct parameter){.name = {text.at, 0}};
    }
    return (struct parameter){
        .name = trim(text.at, equals),
        .value = unquote(trim(equals + 1, text.at + text.size)),
    };
}

static struct range read_range(struct slice text)
{
    const char *rest = text.at;
    const char *end = text.at + text.size;
    struct range range = {.weight = WEIGHT_ONE};
    range.type = split(&rest, end, ';');
    range.parameters = (struct slice){rest, rest == NULL ? 0 : (size_t)(end - rest)};
    while (rest != NULL) {
        struct parameter parameter = next_parameter(&rest, end);
        if (slice_is(parameter.name, "q") && !parse_weight(parameter.value, &range.weight)) {
            range.is_broken = true;
        }
    }
    return range;
}

/* Whether the range gives the parameter. `value` becomes the last one. */
static bool find_parameter(const struct range *range, const char *name, struct slice *value)
{
    bool is_found = false;
    const char *end = range->parameters.at + range->parameters.size;
    for (const char *rest = range->parameters.at; rest != NULL;) {
        struct parameter parameter = next_parameter(&rest, end);
        if (slice_is(parameter.name, name)) {
            *value = parameter.value;
            is_found = true;
        }
    }
    return is_found;
}

static bool is_one_of(struct slice value, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (slice_is(value, *words)) {
            return true;
        }
    }
    return false;
}

/* For a range of the format's own media type. */
static enum cover cover_parameters(const struct range *range, const struct expo_format *format)
{
    enum cover cover = format->is_on_demand ? COVER_PARAMETERS : COVER_EXACT;
    for (const struct format_parameter *wanted = format->parameters; wanted->name != NULL;
         wanted++) {
        struct slice value;
        if (!find_parameter(range, wanted->name, &value)) {
            if (format->is_on_demand) {
                return COVER_NONE;
            }
            continue;
        }
        if (!is_one_of(value, wanted->values)) {
            return COVER_NONE;
        }
        cover = COVER_PARAMETERS;
    }
    return cover;
}

/* "type/" and "*" for a media type "type/subtype". */
static bool is_any_subtype(struct slice range, const char *media_type)
{
    size_t size = (size_t)(strchr(media_type, '/') + 1 - media_type);
    return range.size == size + 1 && range.at[size] == '*' &&
           strncasecmp(range.at, media_type, size) == 0;
}

static enum cover cover_format(const struct range *range, const struct expo_format *format)
{
    if (!format->is_on_demand && slice_is(range->type, "*/*")) {
        return COVER_ANY;
    }
    if (!format->is_on_demand && is_any_subtype(range->type, format->media_type)) {
        return COVER_TYPE;
    }
    return slice_is(range->type, format->media_type) ? cover_parameters(range, format) : COVER_NONE;
}

static void prefer(struct preference *preference, enum cover cover, unsigned weight, size_t place)
{
    if (cover == COVER_NONE || cover < preference->cover ||
        (cover == preference->cover && weight <= preference->weight)) {
        return;
    }
    *preference = (struct preference){cover, weight, place};
}

static struct preference preference_for(const struct expo_format *format, const char *accept)
{
    struct preference preference = {.cover = COVER_NONE};
    const char *rest = accept;
    const char *end = accept + strlen(accept);
    for (size_t place = 0; rest != NULL; place++) {
        struct range range = read_range(split(&rest, end, ','));
        if (!range.is_broken) {
            prefer(&preference, cover_format(&range, format), range.weight, place);
        }
    }
    return preference;
}

const struct expo_format *negotiate_format(const char *accept)
{
    const struct expo_format *best = expo_format_at(0);
    if (accept == NULL) {
        return best;
    }
    struct preference best_preference = preference_for(best, accept);
    const struct expo_format *format;
    for (size_t i = 1; (format = expo_format_at(i)) != NULL; i++) {
        struct preference preference = preference_for(format, accept);
        bool is_better = preference.weight > best_preference.weight ||
                         (preference.weight == best_preference.weight &&
                          preference.place < best_preference.place && preference.weight > 0);
        if (is_better) {
            best = format;
            best_preference = preference;
        }
    }
    return best;
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
