/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/value.h"

#include <inttypes.h>
#include <string.h>

#include "base/port_set.h"
#include "config/address.h"
#include "config/duration.h"
#include "config/labels.h"
#include "config/packet.h"
#include "config/tolerance.h"
#include "config/words.h"

#define INTEGER_DIGITS_MAX 15
#define NAMES_MAX 64

/* A key being read. */
struct reading {
    const struct schema_scope *scope;
    const struct schema_key *key;
    struct diagnostics *diagnostics;
};

/* Reports what is wrong with `node`, and what is allowed. */
static void refuse(const struct reading *reading, const struct node *node, const char *problem)
{
    struct buf allowed = {0};
    char quoted[WORDS_QUOTE_MAX] = "";
    schema_add_ranges(reading->key, &allowed);
    if (node->kind == NODE_SCALAR && !node_is_missing(node)) {
        words_quote(node->text, quoted);
    }
    diagnostics_error(reading->diagnostics, place_value(node), "%s%s%s; allowed: %s", quoted,
                      quoted[0] == '\0' ? "" : " ", problem, buf_string(&allowed));
    buf_fini(&allowed);
}

static bool is_kind(const struct reading *reading, const struct node *node, enum node_kind kind)
{
    static const char *const found[] = {
        [NODE_SCALAR] = "is a single value where a list or mapping is due",
        [NODE_SEQUENCE] = "this is a list",
        [NODE_MAPPING] = "this is a mapping",
    };
    if (node->is_refused) {
        return false;
    }
    if (node_is_missing(node)) {
        refuse(reading, node, "the value is missing");
        return false;
    }
    if (node->kind != kind) {
        refuse(reading, node, found[node->kind]);
        return false;
    }
    return true;
}

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

static const char *check_text(const struct schema_key *key, const char *text)
{
    size_t length = strlen(text);
    if (length < (size_t)key->min) {
        return "is empty";
    }
    if (length > (size_t)key->max) {
        return "is too long";
    }
    return words_have_control(text) ? "has a control character" : NULL;
}

static bool has_range(const struct schema_key *key)
{
    return key->kind == SCHEMA_DURATION || key->kind == SCHEMA_INTEGER || key->kind == SCHEMA_BYTES;
}

/* Without regard to the range of a number. */
static const char *parse_text(const struct schema_key *key, const char *text, struct value *out)
{
    struct pattern pattern;
    enum spec_start start;
    switch (key->kind) {
    case SCHEMA_CHOICE:
        return parse_choice(key, text, &out->number);
    case SCHEMA_OPERATION:
        return parse_operation(text, &out->number);
    case SCHEMA_TEXT:
        return check_text(key, text);
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
    case SCHEMA_TOLERANCE:
        return tolerance_parse(text, &out->number);
    case SCHEMA_START:
        return packet_parse_start(text, &start, &out->number);
    case SCHEMA_LIFE:
        return packet_parse_life(text, &out->number);
    case SCHEMA_DURATION:
        return duration_parse(text, &out->number);
    default:
        return parse_integer(text, &out->number);
    }
}

/* Narrower ranges of single operations are checked when the operation is known. */
const char *value_parse(const struct schema_key *key, const struct operation *operation,
                        const char *text, struct value *out)
{
    const struct schema_limits limits = schema_limits(key, operation);
    const char *problem = parse_text(key, text, out);
    bool is_out =
        has_range(key) && problem == NULL && (out->number < limits.min || out->number > limits.max);
    return is_out ? out_of_range : problem;
}

static bool read_scalar(const struct reading *reading, const struct node *node, struct value *out)
{
    if (!is_kind(reading, node, NODE_SCALAR)) {
        return false;
    }
    const char *problem = value_parse(reading->key, NULL, node->text, out);
    if (problem != NULL) {
        refuse(reading, node, problem);
    }
    return problem == NULL;
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

static const char *check_element(enum schema_kind kind, const char *text, int64_t *previous_ns)
{
    struct addr addr;
    struct addr_prefix prefix;
    struct port_range range;
    switch (kind) {
    case SCHEMA_BOUNDS:
        return check_bound(text, previous_ns);
    case SCHEMA_IDS:
        return check_id(text);
    case SCHEMA_PORTS:
        return port_range_parse(text, &range);
    case SCHEMA_PREFIXES:
        return address_parse_prefix(text, &prefix);
    default:
        return address_parse_endpoint(text, &addr);
    }
}

static bool read_elements(const struct reading *reading, const struct node *list)
{
    bool is_good = true;
    int64_t previous_ns = 0;
    for (const struct node *node = list->first; node != NULL; node = node->next) {
        if (!is_kind(reading, node, NODE_SCALAR)) {
            is_good = false;
            continue;
        }
        const char *problem = check_element(reading->key->kind, node->text, &previous_ns);
        if (problem != NULL) {
            refuse(reading, node, problem);
            is_good = false;
        }
    }
    return is_good;
}

static bool has_right_count(const struct reading *reading, const struct node *node)
{
    const struct schema_key *key = reading->key;
    if (key->max > 0 && node->count > (size_t)key->max) {
        refuse(reading, node, "this has too many entries");
        return false;
    }
    if (node->count < (size_t)key->min) {
        refuse(reading, node, "this list is empty");
        return false;
    }
    return true;
}

static bool read_list(const struct reading *reading, const struct node *node)
{
    if (!is_kind(reading, node, NODE_SEQUENCE) || !has_right_count(reading, node)) {
        return false;
    }
    return reading->key->kind == SCHEMA_LIST || read_elements(reading, node);
}

static bool read_mapping(const struct reading *reading, const struct node *node)
{
    return is_kind(reading, node, NODE_MAPPING) && has_right_count(reading, node);
}

static bool read_value(const struct reading *reading, const struct node *node, struct value *out)
{
    switch (reading->key->kind) {
    case SCHEMA_BOUNDS:
    case SCHEMA_ENDPOINTS:
    case SCHEMA_PREFIXES:
    case SCHEMA_PORTS:
    case SCHEMA_IDS:
    case SCHEMA_LIST:
        return read_list(reading, node);
    case SCHEMA_SECTION:
    case SCHEMA_MAPPING:
        return read_mapping(reading, node);
    case SCHEMA_LABELS:
        return read_mapping(reading, node) && labels_check(node, reading->diagnostics);
    default:
        return read_scalar(reading, node, out);
    }
}

/* The names of a scope, each once. Returns their number. */
static size_t list_names(const struct schema_scope *scope, const char *names[NAMES_MAX])
{
    size_t count = 0;
    for (; scope != NULL; scope = scope->base) {
        for (size_t i = 0; i < scope->count && count < NAMES_MAX; i++) {
            bool is_repeated = i > 0 && scope->keys[i].slot == scope->keys[i - 1].slot;
            if (!is_repeated) {
                names[count++] = scope->keys[i].name;
            }
        }
    }
    return count;
}

static void report_unknown(const struct schema_scope *scope, const struct node *node,
                           struct diagnostics *diagnostics)
{
    const char *names[NAMES_MAX] = {0};
    diagnostics_unknown_key(diagnostics, node, names, list_names(scope, names));
}

static void report_missing(const struct values *values, const struct schema_scope *scope,
                           const struct node *node, struct diagnostics *diagnostics)
{
    for (size_t i = 0; i < scope->count; i++) {
        const struct schema_key *key = &scope->keys[i];
        if (!key->is_required || values->of[key->slot].state != VALUE_UNSET) {
            continue;
        }
        struct buf allowed = {0};
        schema_add_range(key, NULL, &allowed);
        diagnostics_error(diagnostics, place_below(node, key->name),
                          "the key is missing; required: %s", buf_string(&allowed));
        buf_fini(&allowed);
    }
}

static void read_key(struct values *values, const struct schema_scope *scope,
                     const struct node *node, struct diagnostics *diagnostics)
{
    const struct schema_key *key = schema_find(scope, node->key);
    if (key == NULL) {
        report_unknown(scope, node, diagnostics);
        return;
    }
    struct value *value = &values->of[key->slot];
    if (node->is_refused) {
        value->state = value->state == VALUE_UNSET ? VALUE_BROKEN : value->state;
        return;
    }
    struct reading reading = {.scope = scope, .key = key, .diagnostics = diagnostics};
    value->node = node;
    value->state = read_value(&reading, node, value) ? VALUE_SET : VALUE_BROKEN;
    if (key->inner != NULL && value->state == VALUE_SET) {
        values_read(values, key->inner, node, diagnostics);
    }
}

/* Two ways to say one thing: in one place only one of them may stand, and the one that stands in
 * the later layer counts. */
static const enum slot rivals[][2] = {{SLOT_DSCP, SLOT_TOS}, {SLOT_INTERFACE, SLOT_VRF}};
#define RIVAL_COUNT (sizeof rivals / sizeof rivals[0])

static void report_rivals(const struct values *values, const struct node *node,
                          struct diagnostics *diagnostics)
{
    for (size_t i = 0; i < RIVAL_COUNT; i++) {
        const struct node *first = values->of[rivals[i][0]].node;
        const struct node *second = values->of[rivals[i][1]].node;
        if (first != NULL && second != NULL && first->parent == node && second->parent == node) {
            diagnostics_error(diagnostics, place_key(second),
                              "cannot stand beside '%s'; allowed: one of the two", first->key);
        }
    }
}

bool values_read(struct values *values, const struct schema_scope *scope, const struct node *node,
                 struct diagnostics *diagnostics)
{
    size_t errors = diagnostics->error_count;
    for (const struct node *child = node->first; child != NULL; child = child->next) {
        read_key(values, scope, child, diagnostics);
    }
    report_missing(values, scope, node, diagnostics);
    report_rivals(values, node, diagnostics);
    return diagnostics->error_count == errors;
}

void values_overlay(struct values *values, const struct values *over)
{
    for (size_t i = 0; i < RIVAL_COUNT; i++) {
        for (unsigned k = 0; k < 2; k++) {
            if (over->of[rivals[i][k]].state != VALUE_UNSET) {
                values->of[rivals[i][1 - k]] = (struct value){0};
            }
        }
    }
    for (size_t i = 0; i < SLOT_COUNT; i++) {
        if (over->of[i].state != VALUE_UNSET) {
            values->of[i] = over->of[i];
        }
    }
}

bool value_is_mapping(const struct node *node, struct diagnostics *diagnostics)
{
    if (node->is_refused) {
        return false;
    }
    if (node->kind != NODE_MAPPING) {
        diagnostics_error(diagnostics, place_value(node), "%s; allowed: a mapping of keys",
                          node->kind == NODE_SEQUENCE ? "this is a list"
                          : node_is_missing(node)     ? "the value is missing"
                                                      : "this is a single value");
        return false;
    }
    return true;
}

void value_get_bounds(const struct value *value, struct hist_layout *out)
{
    struct hist_layout layout = {0};
    for (const struct node *node = value->node->first; node != NULL; node = node->next) {
        duration_parse(node->text, &layout.bounds_ns[layout.count++]);
    }
    *out = layout;
}
