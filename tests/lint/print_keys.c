/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Prints the keys of the configuration as docs/configuration.md (table) and ipsla.yml(5) (roff)
 * have them, from the rows of the schema. keys.py puts them there. Each part follows a line "==
 * PART". */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "config/describe.h"
#include "config/schema.h"

struct part {
    const struct schema_scope *scope;
    bool is_of_target; /* a reload compares what they set */
};

static const struct part parts[] = {
    {&schema_root, false},      {&schema_operation, true}, {&schema_control, true},
    {&schema_path, true},       {&schema_limit, true},     {&schema_defaults, true},
    {&schema_target, true},     {&schema_key, true},       {&schema_clock, true},
    {&schema_responder, false}, {&schema_group, false},    {&schema_probe, false},
    {&schema_evidence, false},  {&schema_impair, false},   {&schema_impair_rule, false},
};

static const char *part_name(const struct part *part)
{
    return part->scope == &schema_root ? "root" : part->scope->name;
}

/* Sections, and the module, are as changed as the keys in them. */
static const char *reload_word(const struct schema_key *key)
{
    switch (describe_rule(key)) {
    case FIELD_RESETS:
        return "resets";
    case FIELD_KEEPS:
    case FIELD_LOCAL:
        return "keeps";
    case FIELD_INTERNAL:
        break;
    }
    return "by key";
}

/* " (udp-jitter, udp-echo)", or nothing for a key of every operation. */
static void add_operations(const struct schema_key *key, const struct operation *only,
                           struct buf *out)
{
    const char *separator = " (";
    for (size_t i = 0; i < OPERATION_COUNT && key->is_by_operation; i++) {
        const struct operation *operation = operation_at(i);
        if ((only == NULL || only == operation) && operation_key(operation, key->name) != NULL) {
            buf_printf(out, "%s%s", separator, operation->name);
            separator = ", ";
        }
    }
    buf_add_string(out, key->is_by_operation ? ")" : "");
}

static void print_row(const struct part *part, const struct schema_key *key,
                      const struct operation *operation)
{
    struct buf allowed = {0};
    const char *text = schema_limits(key, operation).default_text;
    const char *otherwise = key->is_required ? "required" : "none";
    schema_add_range(key, operation, &allowed);
    add_operations(key, operation, &allowed);
    printf("| `%s` | %s%s%s | %s | %s |", key->name, text != NULL ? "`" : "",
           text != NULL ? text : otherwise, text != NULL ? "`" : "", buf_string(&allowed),
           key->doc);
    printf(part->is_of_target ? " %s |\n" : "\n", reload_word(key));
    buf_fini(&allowed);
}

static void print_roff_text(const char *text)
{
    for (; *text != '\0'; text++) {
        printf(*text == '-' ? "\\-" : *text == '\\' ? "\\e" : "%c", *text);
    }
}

static void print_entry(const struct part *part, const struct schema_key *key,
                        const struct operation *operation)
{
    struct buf text = {0};
    const char *default_text = schema_limits(key, operation).default_text;
    buf_printf(&text, "%s\nAllowed: ", key->doc);
    schema_add_range(key, operation, &text);
    add_operations(key, operation, &text);
    buf_add_string(&text, ".\n");
    if (key->is_required) {
        buf_add_string(&text, "Required.\n");
    } else if (default_text != NULL) {
        buf_printf(&text, "Default: %s.\n", default_text);
    }
    if (part->is_of_target && describe_rule(key) != FIELD_INTERNAL) {
        buf_printf(&text, "Reload: %s.\n", reload_word(key));
    }
    printf(".TP\n.B %s\n", key->name);
    print_roff_text(buf_string(&text));
    buf_fini(&text);
}

/* One for each operation where they have ranges of their own, else one. */
static void print_key(const struct part *part, const struct schema_key *key,
                      void (*print)(const struct part *, const struct schema_key *,
                                    const struct operation *))
{
    if (!schema_has_own_ranges(key)) {
        print(part, key, NULL);
        return;
    }
    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        if (operation_key(operation_at(i), key->name) != NULL) {
            print(part, key, operation_at(i));
        }
    }
}

static void print_table(const struct part *part)
{
    printf("== table %s\n| key | default | allowed | meaning |%s\n|---|---|---|---|%s\n",
           part_name(part), part->is_of_target ? " reload |" : "",
           part->is_of_target ? "---|" : "");
    for (size_t i = 0; i < part->scope->count; i++) {
        print_key(part, &part->scope->keys[i], print_row);
    }
}

static void print_roff(const struct part *part)
{
    printf("== roff %s\n", part_name(part));
    for (size_t i = 0; i < part->scope->count; i++) {
        print_key(part, &part->scope->keys[i], print_entry);
    }
}

int main(void)
{
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        print_table(&parts[i]);
        print_roff(&parts[i]);
    }
    return 0;
}
