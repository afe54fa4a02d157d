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
    {&schema_target, true},     {&schema_key, true},       {&schema_clock, true},
    {&schema_responder, false},
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

/* A key as one operation has it; NULL: as all have it. */
struct row {
    const struct schema_key *key;
    const struct operation *operation;
};

/* A row for each operation that has a range of its own, else one. Returns how many. */
static size_t list_rows(const struct schema_key *key, struct row out[OPERATION_COUNT])
{
    size_t count = 0;
    for (size_t i = 0; i < OPERATION_COUNT && key->is_by_operation; i++) {
        const struct operation_key *own = operation_key(operation_at(i), key->name);
        if (own != NULL && own->max > 0) {
            out[count++] = (struct row){key, operation_at(i)};
        }
    }
    if (count == 0) {
        out[count++] = (struct row){key, NULL};
    }
    return count;
}

/* The range, and " (udp-jitter, udp-echo)" for a key that not every operation has. */
static void add_allowed(const struct row *row, struct buf *out)
{
    const char *separator = " (";
    schema_add_range(row->key, row->operation, out);
    for (size_t i = 0; i < OPERATION_COUNT && row->key->is_by_operation; i++) {
        bool is_meant = row->operation == NULL || row->operation == operation_at(i);
        if (is_meant && operation_key(operation_at(i), row->key->name) != NULL) {
            buf_printf(out, "%s%s", separator, operation_at(i)->name);
            separator = ", ";
        }
    }
    buf_add_string(out, row->key->is_by_operation ? ")" : "");
}

static void print_table_row(const struct part *part, const struct row *row)
{
    struct buf allowed = {0};
    const char *text = schema_limits(row->key, row->operation).default_text;
    const char *otherwise = row->key->is_required ? "required" : "none";
    add_allowed(row, &allowed);
    printf("| `%s` | %s%s%s | %s | %s |", row->key->name, text != NULL ? "`" : "",
           text != NULL ? text : otherwise, text != NULL ? "`" : "", buf_string(&allowed),
           row->key->doc);
    printf(part->is_of_target ? " %s |\n" : "\n", reload_word(row->key));
    buf_fini(&allowed);
}

static void print_roff_text(const char *text)
{
    for (; *text != '\0'; text++) {
        printf(*text == '-' ? "\\-" : *text == '\\' ? "\\e" : "%c", *text);
    }
}

static void print_roff_row(const struct part *part, const struct row *row)
{
    struct buf text = {0};
    const char *default_text = schema_limits(row->key, row->operation).default_text;
    buf_printf(&text, "%s\nAllowed: ", row->key->doc);
    add_allowed(row, &text);
    buf_add_string(&text, ".\n");
    if (row->key->is_required) {
        buf_add_string(&text, "Required.\n");
    } else if (default_text != NULL) {
        buf_printf(&text, "Default: %s.\n", default_text);
    }
    if (part->is_of_target && describe_rule(row->key) != FIELD_INTERNAL) {
        buf_printf(&text, "Reload: %s.\n", reload_word(row->key));
    }
    printf(".TP\n.B %s\n", row->key->name);
    print_roff_text(buf_string(&text));
    buf_fini(&text);
}

static void print_rows(const struct part *part,
                       void (*print)(const struct part *part, const struct row *row))
{
    for (size_t i = 0; i < part->scope->count; i++) {
        struct row rows[OPERATION_COUNT];
        size_t count = list_rows(&part->scope->keys[i], rows);
        for (size_t k = 0; k < count; k++) {
            print(part, &rows[k]);
        }
    }
}

static void print_table(const struct part *part)
{
    printf("== table %s\n| key | default | allowed | meaning |%s\n|---|---|---|---|%s\n",
           part_name(part), part->is_of_target ? " reload |" : "",
           part->is_of_target ? "---|" : "");
    print_rows(part, print_table_row);
}

static void print_roff(const struct part *part)
{
    printf("== roff %s\n", part_name(part));
    print_rows(part, print_roff_row);
}

int main(void)
{
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        print_table(&parts[i]);
        print_roff(&parts[i]);
    }
    return 0;
}
