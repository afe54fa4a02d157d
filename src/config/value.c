/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/value.h"

#include <inttypes.h>
#include <string.h>

#include "config/duration.h"
#include "config/hint.h"
#include "config/labels.h"
#include "config/limit_keys.h"
#include "config/parse.h"
#include "config/unknown.h"
#include "config/words.h"

/* A key being read. */
struct reading {
    const struct schema_key *key;
    struct diagnostics *diagnostics;
};

const char *value_parse(const struct schema_key *key, const struct operation *operation,
                        const char *text, struct value *out)
{
    struct parsed parsed = {0};
    const char *problem = parse_value(key, operation, text, &parsed);
    if (problem == NULL) {
        out->number = parsed.number;
        out->addr = parsed.addr;
    }
    return problem;
}

/* Reports what is wrong with `node`, and what was meant or is allowed. */
static void refuse(const struct reading *reading, const struct node *node, const char *problem)
{
    struct buf message = {0}, hint = {0};
    char quoted[WORDS_QUOTE_MAX];
    bool has_text = node->kind == NODE_SCALAR && !node_is_missing(node);
    if (has_text) {
        buf_printf(&message, "%s ", words_quote(node->text, quoted));
    }
    buf_add_string(&message, problem);
    if (has_text && hint_value(reading->key, node->text, &hint)) {
        buf_printf(&message, "; did you mean '%s'?", buf_string(&hint));
    } else {
        buf_add_string(&message, "; allowed: ");
        hint_allowed(reading->key, has_text ? node->text : "", &message);
    }
    diagnostics_error(reading->diagnostics, place_value(node), "%s", buf_string(&message));
    buf_fini(&message);
    buf_fini(&hint);
}

static const char *describe_found(const struct node *node)
{
    return node->kind == NODE_SEQUENCE  ? "this is a list"
           : node->kind == NODE_MAPPING ? "this is a mapping"
           : node_is_missing(node)      ? "the value is missing"
                                        : "this is a single value";
}

/* A list or mapping is due. A single value that could be its only element is shown as that. */
static void refuse_shape(const struct reading *reading, const struct node *node, enum node_kind due)
{
    const char *found = describe_found(node), *name = reading->key->name;
    const char *where = node_is_missing(node)  ? ""
                        : due == NODE_SEQUENCE ? " where a list is due"
                                               : " where a mapping is due";
    bool is_element = node->kind == NODE_SCALAR && !node_is_missing(node) &&
                      parse_has_elements(reading->key->kind) &&
                      parse_is_valid(reading->key, node->text);
    if (is_element) {
        diagnostics_error(reading->diagnostics, place_value(node), "%s%s; write %s: [%s]", found,
                          where, name, node->text);
    } else {
        diagnostics_error(reading->diagnostics, place_value(node), "%s%s; write %s: %s", found,
                          where, name, hint_shape(reading->key));
    }
}

static bool is_kind(const struct reading *reading, const struct node *node, enum node_kind kind)
{
    if (node->is_refused) {
        return false;
    }
    if (node->kind == kind && !node_is_missing(node)) {
        return true;
    }
    if (kind == NODE_SCALAR) {
        refuse(reading, node, describe_found(node));
    } else {
        refuse_shape(reading, node, kind);
    }
    return false;
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

static bool read_elements(const struct reading *reading, const struct node *list)
{
    bool is_good = true;
    int64_t previous_ns = 0;
    for (const struct node *node = list->first; node != NULL; node = node->next) {
        if (!is_kind(reading, node, NODE_SCALAR)) {
            is_good = false;
            continue;
        }
        const char *problem = parse_element(reading->key, node->text, &previous_ns);
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

/* "10.0.0.0" for 10.0.0.0/8 would let one host in that does not exist. */
static void warn_of_hosts(const struct reading *reading, const struct node *list)
{
    for (const struct node *node = list->first; node != NULL; node = node->next) {
        if (parse_lacks_length(node->text)) {
            diagnostics_warn(reading->diagnostics, place_value(node),
                             "%s is one address; a network is written with its length, as in %s/%s",
                             node->text, node->text, strchr(node->text, ':') != NULL ? "64" : "24");
        }
    }
}

/* One that stands there twice is a slip of somebody who meant another. */
static bool has_no_repeats(const struct reading *reading, const struct node *list)
{
    for (const struct node *node = list->first; node != NULL; node = node->next) {
        for (const struct node *other = list->first; other != node; other = other->next) {
            if (strcmp(other->text, node->text) == 0) {
                diagnostics_error(reading->diagnostics, place_value(node),
                                  "'%s' stands there already; allowed: each once", node->text);
                return false;
            }
        }
    }
    return true;
}

static bool read_list(const struct reading *reading, const struct node *node)
{
    if (!is_kind(reading, node, NODE_SEQUENCE) || !has_right_count(reading, node)) {
        return false;
    }
    bool is_good = reading->key->kind == SCHEMA_LIST || read_elements(reading, node);
    if (is_good && reading->key->kind == SCHEMA_PREFIXES) {
        warn_of_hosts(reading, node);
    }
    return is_good && (reading->key->kind != SCHEMA_CHOICES || has_no_repeats(reading, node));
}

static bool read_mapping(const struct reading *reading, const struct node *node)
{
    return is_kind(reading, node, NODE_MAPPING) && has_right_count(reading, node);
}

static bool read_value(const struct reading *reading, const struct node *node, struct value *out)
{
    switch (reading->key->kind) {
    case SCHEMA_BOUNDS:
    case SCHEMA_HOSTS:
    case SCHEMA_ENDPOINTS:
    case SCHEMA_PREFIXES:
    case SCHEMA_PORTS:
    case SCHEMA_IDS:
    case SCHEMA_CHOICES:
    case SCHEMA_NAMES:
    case SCHEMA_FILES:
    case SCHEMA_LIST:
        return read_list(reading, node);
    case SCHEMA_SECTION:
    case SCHEMA_MAPPING:
        return read_mapping(reading, node);
    case SCHEMA_LABELS:
        return read_mapping(reading, node) && labels_check(node, reading->diagnostics);
    case SCHEMA_LIMIT:
        return limit_read(reading->key, node, reading->diagnostics);
    default:
        return read_scalar(reading, node, out);
    }
}

bool value_read(const struct schema_key *key, const struct node *node,
                struct diagnostics *diagnostics, struct value *out)
{
    struct reading reading = {.key = key, .diagnostics = diagnostics};
    out->node = node;
    out->state = read_value(&reading, node, out) ? VALUE_SET : VALUE_BROKEN;
    return out->state == VALUE_SET;
}

const enum slot value_rivals[VALUE_RIVALS][2] = {{SLOT_DSCP, SLOT_TOS},
                                                 {SLOT_INTERFACE, SLOT_VRF},
                                                 {SLOT_HOST, SLOT_HOSTS},
                                                 {SLOT_SOURCE_PORT, SLOT_SOURCE_PORTS},
                                                 {SLOT_ECMP_PORTS, SLOT_SOURCE_PORTS}};

static bool has_rival(const struct values *values, enum slot slot)
{
    for (size_t i = 0; i < VALUE_RIVALS; i++) {
        if (value_rivals[i][0] == slot && values->of[value_rivals[i][1]].state != VALUE_UNSET) {
            return true;
        }
    }
    return false;
}

static void report_missing(const struct values *values, const struct schema_scope *scope,
                           const struct node *node, struct diagnostics *diagnostics)
{
    for (size_t i = 0; i < scope->count; i++) {
        const struct schema_key *key = &scope->keys[i];
        if (!key->is_required || values->of[key->slot].state != VALUE_UNSET ||
            has_rival(values, key->slot)) {
            continue;
        }
        struct buf allowed = {0};
        schema_add_range(key, NULL, &allowed);
        diagnostics_error(diagnostics, place_below(node, key->name),
                          "the key is missing; required: %s", buf_string(&allowed));
        buf_fini(&allowed);
    }
}

/* The key that was meant counts as there, but broken: one fault is one finding. */
static void read_unknown(struct values *values, const struct schema_scope *scope,
                         const struct node *node, struct diagnostics *diagnostics)
{
    if (node->is_refused && strcmp(node->key, "<<") == 0) {
        return; /* the alias was reported */
    }
    const struct schema_key *meant = unknown_report(scope, node, diagnostics);
    if (meant != NULL && values->of[meant->slot].state == VALUE_UNSET) {
        values->of[meant->slot].state = VALUE_BROKEN;
    }
}

static void read_key(struct values *values, const struct schema_scope *scope,
                     const struct node *node, struct diagnostics *diagnostics)
{
    const struct schema_key *key = schema_find(scope, node->key);
    if (key == NULL) {
        read_unknown(values, scope, node, diagnostics);
        return;
    }
    struct value *value = &values->of[key->slot];
    if (node->is_refused) {
        value->state = value->state == VALUE_UNSET ? VALUE_BROKEN : value->state;
        return;
    }
    if (value_read(key, node, diagnostics, value) && key->inner != NULL) {
        values_read(values, key->inner, node, diagnostics);
    }
}

static void report_rivals(const struct values *values, const struct node *node,
                          struct diagnostics *diagnostics)
{
    for (size_t i = 0; i < VALUE_RIVALS; i++) {
        const struct node *first = values->of[value_rivals[i][0]].node;
        const struct node *second = values->of[value_rivals[i][1]].node;
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
    for (size_t i = 0; i < VALUE_RIVALS; i++) {
        for (unsigned k = 0; k < 2; k++) {
            if (over->of[value_rivals[i][k]].state != VALUE_UNSET) {
                values->of[value_rivals[i][1 - k]] = (struct value){0};
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
        bool is_tight = node->kind == NODE_SCALAR && strchr(node->text, ':') != NULL;
        diagnostics_error(diagnostics, place_value(node), "%s; write %s", describe_found(node),
                          is_tight ? "a space after ':', as in 'name: value'"
                                   : "keys and values: {key: value}");
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
