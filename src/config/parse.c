/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/parse.h"

#include <string.h>

#include "config/address.h"
#include "config/amount.h"
#include "config/duration.h"
#include "config/file_pattern.h"
#include "config/packet.h"
#include "config/port_range.h"
#include "config/words.h"

#define INTEGER_DIGITS_MAX 15

static const char out_of_range[] = "is out of range";

static const char *parse_integer(const char *text, int64_t *out)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || text[digits] != '\0') {
        return "is not a whole number in decimal digits";
    }
    if (digits > 1 && text[0] == '0') {
        return "has a leading zero";
    }
    if (digits > INTEGER_DIGITS_MAX) {
        return out_of_range;
    }
    int64_t number = 0;
    for (size_t i = 0; i < digits; i++) {
        number = number * 10 + (text[i] - '0');
    }
    *out = number;
    return NULL;
}

static const char *parse_operation(const char *text, int64_t *out)
{
    const struct operation *operation = operation_find(text);
    if (operation == NULL) {
        return "is none of the choices";
    }
    *out = (int64_t)operation_index(operation);
    return NULL;
}

static const char *parse_choice(const struct schema_key *key, const char *text, int64_t *out)
{
    for (int64_t i = 0; key->choices[i] != NULL; i++) {
        bool is_synonym = key->synonyms != NULL && strcmp(key->synonyms[i], text) == 0;
        if (is_synonym || strcmp(key->choices[i], text) == 0) {
            *out = i;
            return NULL;
        }
    }
    return "is none of the choices";
}

static const char *check_text(const char *text, int64_t min, int64_t max)
{
    size_t length = strlen(text);
    if (length < (size_t)min) {
        return "is empty";
    }
    if (length > (size_t)max) {
        return "is too long";
    }
    return words_have_control(text) ? "has a control character" : NULL;
}

static bool has_range(const struct schema_key *key)
{
    return key->kind == SCHEMA_DURATION || key->kind == SCHEMA_INTEGER || key->kind == SCHEMA_BYTES;
}

static const char *parse_ports(const char *text, int64_t max, int64_t *out)
{
    struct port_range range;
    const char *problem = port_range_parse(text, &range);
    if (problem == NULL && port_range_count(range) > max) {
        problem = "is too many ports";
    }
    *out = problem == NULL ? port_range_pack(range) : 0;
    return problem;
}

/* Without regard to the range of a number. */
static const char *parse_text(const struct schema_key *key, const char *text, struct parsed *out)
{
    struct pattern pattern;
    enum spec_start start;
    switch (key->kind) {
    case SCHEMA_CHOICE:
        return parse_choice(key, text, &out->number);
    case SCHEMA_OPERATION:
        return parse_operation(text, &out->number);
    case SCHEMA_TEXT:
        return check_text(text, key->min, key->max);
    case SCHEMA_HOST:
        return address_parse_host(text, &out->addr);
    case SCHEMA_SOURCE:
        return address_parse_source(text, &out->addr);
    case SCHEMA_PATTERN:
        return pattern_parse(text, &pattern) ? NULL : "is not that";
    case SCHEMA_DSCP:
        return packet_parse_dscp(text, &out->number);
    case SCHEMA_TOS:
        return packet_parse_tos(text, &out->number);
    case SCHEMA_DEVICE:
        return packet_check_device(text);
    case SCHEMA_PORT_RANGE:
        return parse_ports(text, key->max, &out->number);
    case SCHEMA_START:
        return packet_parse_start(text, &start, &out->number);
    case SCHEMA_LIFE:
        return packet_parse_life(text, &out->number);
    case SCHEMA_TOLERANCE:
    case SCHEMA_WHICH:
    case SCHEMA_OFFSET:
    case SCHEMA_DRIFT:
        return amount_parse(key->kind, text, &out->number);
    case SCHEMA_DURATION:
        return duration_parse(text, &out->number);
    default:
        return parse_integer(text, &out->number);
    }
}

/* Narrower ranges of single operations are checked when the operation is known. */
const char *parse_value(const struct schema_key *key, const struct operation *operation,
                        const char *text, struct parsed *out)
{
    const struct schema_limits limits = schema_limits(key, operation);
    const char *problem = parse_text(key, text, out);
    bool is_out =
        has_range(key) && problem == NULL && (out->number < limits.min || out->number > limits.max);
    return is_out ? out_of_range : problem;
}

/* An element of a list of bounds; `previous_ns` is the one before it. */
static const char *check_bound(const char *text, int64_t *previous_ns)
{
    int64_t ns;
    const char *problem = duration_parse(text, &ns);
    if (problem != NULL) {
        return problem;
    }
    if (ns < SCHEMA_BOUND_MIN_NS || ns > SCHEMA_BOUND_MAX_NS) {
        return out_of_range;
    }
    if (ns <= *previous_ns) {
        return "is not above the bound before it";
    }
    *previous_ns = ns;
    return NULL;
}

static const char *check_id(const char *text)
{
    int64_t id;
    const char *problem = parse_integer(text, &id);
    return problem == NULL && (id < 1 || id > UINT16_MAX) ? out_of_range : problem;
}

const char *parse_element(const struct schema_key *key, const char *text, int64_t *previous_ns)
{
    int64_t choice;
    struct addr addr;
    struct addr_prefix prefix;
    struct port_range range;
    switch (key->kind) {
    case SCHEMA_BOUNDS:
        return check_bound(text, previous_ns);
    case SCHEMA_HOSTS:
        return address_parse_host(text, &addr);
    case SCHEMA_IDS:
        return check_id(text);
    case SCHEMA_PORTS:
        return port_range_parse(text, &range);
    case SCHEMA_PREFIXES:
        return address_parse_prefix(text, &prefix);
    case SCHEMA_CHOICES:
        return parse_choice(key, text, &choice);
    case SCHEMA_NAMES:
        return check_text(text, 1, SCHEMA_MODULE_NAME_MAX);
    case SCHEMA_FILES:
        return file_pattern_problem(text);
    default:
        return address_parse_endpoint(text, &addr);
    }
}

bool parse_has_elements(enum schema_kind kind)
{
    return kind == SCHEMA_BOUNDS || kind == SCHEMA_HOSTS || kind == SCHEMA_ENDPOINTS ||
           kind == SCHEMA_PREFIXES || kind == SCHEMA_PORTS || kind == SCHEMA_IDS ||
           kind == SCHEMA_CHOICES || kind == SCHEMA_NAMES || kind == SCHEMA_FILES;
}

bool parse_is_valid(const struct schema_key *key, const char *text)
{
    struct parsed parsed;
    int64_t previous_ns = 0;
    return parse_has_elements(key->kind) ? parse_element(key, text, &previous_ns) == NULL
                                         : parse_value(key, NULL, text, &parsed) == NULL;
}

bool parse_lacks_length(const char *text)
{
    enum { HOST_AT_IPV4 = 3, HOST_AT_IPV6 = 8 };
    struct addr addr;
    if (!addr_parse_ip(text, &addr)) {
        return false; /* it has a length, or is no address */
    }
    size_t end = addr.family == ADDR_IPV4 ? 4 : sizeof addr.ip;
    for (size_t i = addr.family == ADDR_IPV4 ? HOST_AT_IPV4 : HOST_AT_IPV6; i < end; i++) {
        if (addr.ip[i] != 0) {
            return false;
        }
    }
    return true;
}
