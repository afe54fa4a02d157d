/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/json_schema.h"

#include <string.h>

#include "config/describe.h"
#include "config/json_value.h"
#include "config/schema.h"
#include "config/value.h"

/* What the keys hold whose contents are read elsewhere. */
static const struct {
    enum slot slot;
    const char *text;
} contents[] = {
    {SLOT_DEFAULTS, "\"$ref\":\"#/$defs/defaults\""},
    {SLOT_MODULES, "\"type\":\"object\",\"propertyNames\":{\"pattern\":\"^[a-zA-Z0-9_.-]{1,64}$\"},"
                   "\"additionalProperties\":{\"$ref\":\"#/$defs/module\"}"},
    {SLOT_TARGETS, "\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/target\"}"},
    {SLOT_KEYS, "\"type\":\"array\",\"maxItems\":64,\"items\":{\"$ref\":\"#/$defs/key\"}"},
    {SLOT_IMPAIR_RULES, "\"type\":\"array\",\"maxItems\":32,\"items\":{\"$ref\":\"#/$defs/"
                        "impair_rule\"}"},
    {SLOT_RESPONDER, "\"$ref\":\"#/$defs/responder\""},
    {SLOT_PROBE, "\"$ref\":\"#/$defs/probe\""},
    {SLOT_GROUP_TARGETS, "\"type\":\"array\",\"items\":{\"type\":\"string\",\"minLength\":1}"},
    {SLOT_GROUP_LABELS,
     "\"type\":\"object\",\"additionalProperties\":{\"type\":[\"string\",\"number\","
     "\"boolean\"]}"},
};

static void write_content(const struct schema_key *key, const struct operation *operation,
                          struct buf *out)
{
    for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++) {
        if (contents[i].slot == key->slot) {
            buf_add_string(out, contents[i].text);
            return;
        }
    }
    if (key->inner != NULL) {
        buf_printf(out, "\"$ref\":\"#/$defs/%s\"", key->inner->name);
    } else {
        json_value_write(key, operation, out);
    }
}

static void write_property(const struct schema_key *key, struct buf *out)
{
    struct buf help = {0};
    describe_help(key, &help);
    json_string_write(key->name, out);
    buf_add_string(out, ":{\"description\":");
    json_string_write(buf_string(&help), out);
    buf_add_char(out, ',');
    write_content(key, NULL, out);
    buf_add_char(out, '}');
    buf_fini(&help);
}

/* "properties" and "required". */
static void write_keys(const struct schema_scope *scope, struct buf *out)
{
    const char *separator = "";
    buf_add_string(out, "\"type\":\"object\",\"properties\":{\n");
    for (size_t i = 0; i < scope->count; i++) {
        buf_add_string(out, i > 0 ? ",\n" : "");
        write_property(&scope->keys[i], out);
    }
    buf_add_string(out, "\n},\"required\":[");
    for (size_t i = 0; i < scope->count; i++) {
        if (scope->keys[i].is_required && scope->keys[i].slot != SLOT_HOST) {
            buf_add_string(out, separator);
            json_string_write(scope->keys[i].name, out);
            separator = ",";
        }
    }
    buf_add_char(out, ']');
}

/* What a key is with an operation that says so: nothing, or in its own range. */
static void write_narrowed(const struct schema_key *key, const struct operation *operation,
                           const char **separator, struct buf *out)
{
    bool applies = schema_row(key->slot, operation) != NULL;
    if (!key->is_by_operation || (applies && !schema_has_own_ranges(key))) {
        return;
    }
    buf_add_string(out, *separator);
    json_string_write(key->name, out);
    if (applies) {
        buf_add_string(out, ":{");
        write_content(key, operation, out);
        buf_add_char(out, '}');
    } else {
        buf_add_string(out, ":false");
    }
    *separator = ",";
}

static void write_operation(const struct operation *operation, struct buf *out)
{
    const char *separator = "";
    buf_printf(out,
               "{\"if\":{\"properties\":{\"operation\":{\"const\":\"%s\"}},\"required\":"
               "[\"operation\"]},\"then\":{\"properties\":{",
               operation->name);
    for (size_t i = 0; i < schema_operation.count; i++) {
        write_narrowed(&schema_operation.keys[i], operation, &separator, out);
    }
    buf_add_string(out, "}}}");
}

static const char *name_of(enum slot slot)
{
    for (const struct schema_scope *scope = &schema_target; scope != NULL; scope = scope->base) {
        for (size_t i = 0; i < scope->count; i++) {
            if (scope->keys[i].slot == slot) {
                return scope->keys[i].name;
            }
        }
    }
    return "";
}

/* A mapping of keys of an operation: what it may not have at once, and with its own operation. */
static void write_operations(struct buf *out)
{
    for (size_t i = 0; i < VALUE_RIVALS; i++) {
        buf_printf(out, "{\"not\":{\"required\":[\"%s\",\"%s\"]}},\n", name_of(value_rivals[i][0]),
                   name_of(value_rivals[i][1]));
    }
    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        buf_add_string(out, i > 0 ? ",\n" : "");
        write_operation(operation_at(i), out);
    }
}

static void write_section(const struct schema_scope *scope, struct buf *out)
{
    buf_printf(out, ",\n\"%s\":{", scope->name);
    write_keys(scope, out);
    buf_add_string(out, ",\"additionalProperties\":false}");
}

static void write_sections(const struct schema_scope *scope, struct buf *out)
{
    for (size_t i = 0; i < scope->count; i++) {
        if (scope->keys[i].inner != NULL) {
            write_section(scope->keys[i].inner, out);
        }
    }
}

void json_schema_write(struct buf *out)
{
    buf_add_string(out, "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\n"
                        "\"title\":\"Configuration of ipsla_exporter\",\n");
    write_keys(&schema_root, out);
    buf_add_string(out, ",\"additionalProperties\":false,\n"
                        "\"anyOf\":[{\"required\":[\"targets\"]},{\"required\":[\"target_files\"]},"
                        "{\"required\":[\"responder\"]},{\"required\":[\"probe\"]}],\n"
                        "\"$defs\":{\n"
                        "\"variable\":{\"type\":\"string\",\"pattern\":"
                        "\"\\\\$\\\\{[A-Za-z_][A-Za-z0-9_]*\\\\}\"},\n"
                        "\"operation\":{");
    write_keys(&schema_operation, out);
    buf_add_string(out, "},\n\"of_defaults\":{");
    write_keys(&schema_defaults, out);
    buf_add_string(out, "},\n\"defaults\":{\"allOf\":[{\"$ref\":\"#/$defs/operation\"},"
                        "{\"$ref\":\"#/$defs/of_defaults\"}],\"unevaluatedProperties\":false},\n"
                        "\"of_operation\":{\"allOf\":[\n{\"$ref\":\"#/$defs/operation\"},\n");
    write_operations(out);
    buf_add_string(out, "]},\n\"module\":{\"allOf\":[{\"$ref\":\"#/$defs/of_operation\"}],"
                        "\"unevaluatedProperties\":false},\n"
                        "\"target\":{\"anyOf\":[{\"type\":\"string\",\"minLength\":1},"
                        "{\"$ref\":\"#/$defs/entry\"}]},\n\"entry\":{");
    write_keys(&schema_target, out);
    buf_add_string(out, ",\"anyOf\":[{\"required\":[\"host\"]},{\"required\":[\"hosts\"]}],"
                        "\"allOf\":[{\"$ref\":\"#/$defs/of_operation\"},"
                        "{\"$ref\":\"#/$defs/of_defaults\"}],\"unevaluatedProperties\":false}");
    write_sections(&schema_operation, out);
    write_sections(&schema_root, out);
    write_section(&schema_key, out);
    write_section(&schema_responder, out);
    write_sections(&schema_responder, out);
    write_section(&schema_impair_rule, out);
    write_section(&schema_probe, out);
    write_section(&schema_group, out);
    buf_add_string(out, ",\n\"target_file\":{\"type\":\"array\",\"items\":{\"$ref\":"
                        "\"#/$defs/group\"}}\n}}\n");
}
