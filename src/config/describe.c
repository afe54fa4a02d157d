/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/describe.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

enum field_rule describe_rule(const struct schema_key *key)
{
    enum field_rule rule = FIELD_INTERNAL;
    for (size_t i = 0; i < SCHEMA_SETS_MAX && key->sets[i] != NULL; i++) {
        const struct spec_field *field = spec_field_find(key->sets[i]);
        assert(field != NULL);
        rule = field->rule < rule ? field->rule : rule;
    }
    return rule;
}

void describe_flag(const struct schema_scope *scope, const struct schema_key *key, struct buf *out)
{
    bool is_section = scope == &schema_control || scope == &schema_key || scope == &schema_clock;
    if (is_section) {
        buf_printf(out, "%s-", scope->name);
    }
    for (const char *at = key->name; *at != '\0'; at++) {
        buf_add_char(out, *at == '_' ? '-' : *at);
    }
}

/* The default, or several in the order of the ranges: "32, 16, 28". */
static void add_defaults(const struct schema_key *key, struct buf *out)
{
    const char *separator = " Default: ";
    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        const struct operation *operation = operation_at(i);
        const char *text = schema_limits(key, operation).default_text;
        bool is_own = schema_has_own_ranges(key) && operation_key(operation, key->name) != NULL;
        if (text != NULL && (is_own || (i == 0 && !schema_has_own_ranges(key)))) {
            buf_printf(out, "%s%s", separator, text);
            separator = ", ";
        }
    }
    buf_add_string(out, separator[0] == ',' ? "." : "");
}

bool describe_is_switch(const struct schema_key *key)
{
    return key->kind == SCHEMA_CHOICE && strcmp(key->choices[0], "false") == 0;
}

void describe_help(const struct schema_key *key, struct buf *out)
{
    buf_add_string(out, key->doc);
    if (describe_is_switch(key)) {
        return;
    }
    buf_add_string(out, " Allowed: ");
    schema_add_ranges(key, out);
    buf_add_char(out, '.');
    add_defaults(key, out);
}

const char *describe_argument(const struct schema_key *key)
{
    switch (key->kind) {
    case SCHEMA_DURATION:
        return "DURATION";
    case SCHEMA_INTEGER:
        return "N";
    case SCHEMA_BYTES:
        return "BYTES";
    case SCHEMA_SOURCE:
        return "ADDRESS";
    case SCHEMA_PATTERN:
        return "HEX";
    case SCHEMA_DSCP:
        return "DSCP";
    case SCHEMA_TOS:
        return "TOS";
    case SCHEMA_PORT_RANGE:
        return "FIRST-LAST";
    case SCHEMA_TOLERANCE:
        return "ERROR";
    case SCHEMA_TEXT:
        return "TEXT";
    default:
        return describe_is_switch(key) ? NULL : "NAME";
    }
}
