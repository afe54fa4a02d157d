/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The tables of statements in docs/import.md are the rows of src/import. IPSLA_GOLDEN_WRITE=1
 * writes them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "import/element.h"
#include "import/tables.h"
#include "support/cm.h"

#define PAGE IPSLA_SOURCE_DIR "/docs/import.md"
#define BEGIN "<!-- begin statements -->\n"
#define END "<!-- end statements -->\n"

static void add_pattern(const char *pattern, struct buf *out)
{
    bool is_optional = false;
    buf_add_char(out, '`');
    for (const char *at = pattern; *at != '\0'; at++) {
        bool is_word_start = at == pattern || at[-1] == ' ' || at[-1] == '|';
        bool is_word_end = at[1] == '\0' || at[1] == ' ' || at[1] == '|';
        if (*at == '|') {
            buf_add_string(out, at > pattern && at[-1] != ' ' ? " [" : "[");
            is_optional = true;
        } else if (is_word_start && is_word_end && strchr("NXWHIR", *at) != NULL) {
            buf_add_string(out, *at == 'H'   ? "HOST"
                                : *at == 'I' ? "INTERFACE"
                                : *at == 'W' ? "WORD"
                                : *at == 'R' ? "..."
                                             : "N");
        } else {
            buf_add_char(out, *at);
        }
    }
    buf_add_string(out, is_optional ? "]`" : "`");
}

static void add_keys(const struct import_row *row, struct buf *out)
{
    const char *separator = "";
    if (row->action == ACTION_TYPE) {
        buf_printf(out, "`operation: %s`", import_kind_row(row->kind)->name);
        separator = ", ";
    }
    for (size_t i = 0; i < IMPORT_ARGS_MAX && row->params[i] != PARAM_NONE; i++) {
        const char *key = import_param_row(row->params[i])->key;
        if (key != NULL) {
            buf_printf(out, "%s`%s`", separator, key);
            separator = ", ";
        }
    }
}

static void add_meaning(const struct import_row *row, struct buf *out)
{
    const struct import_kind_row *kind = import_kind_row(row->kind);
    bool is_kind = row->fate == FATE_UNSUPPORTED && row->action == ACTION_TYPE;
    const char *why = is_kind && row->why == NULL ? kind->why : row->why;
    const char *instead = is_kind && row->why == NULL ? kind->instead : row->instead;
    if (row->fate == FATE_UNSUPPORTED) {
        buf_add_string(out, "not supported: ");
    } else if (row->fate == FATE_REFUSED) {
        buf_add_string(out, "refused: ");
    }
    if (why != NULL) {
        buf_add_string(out, why);
    } else {
        add_keys(row, out);
    }
    if (instead != NULL) {
        buf_printf(out, "; instead: %s", instead);
    }
}

static void add_table(const struct import_table *table, struct buf *out)
{
    buf_printf(out, "\n### %s\n\n| statement | becomes |\n|---|---|\n", table->name);
    for (size_t i = 0; i < table->count; i++) {
        buf_add_string(out, "| ");
        add_pattern(table->rows[i].pattern, out);
        buf_add_string(out, " | ");
        add_meaning(&table->rows[i], out);
        buf_add_string(out, " |\n");
    }
}

static void add_elements(struct buf *out)
{
    buf_add_string(out, "\n### Elements of reactions\n\n"
                        "| IOS | IOS XR | key of `limits` | metric of the alert rule |\n"
                        "|---|---|---|---|\n");
    for (size_t i = 0; import_element_at(i) != NULL; i++) {
        const struct import_element *element = import_element_at(i);
        buf_printf(out, "| `%s` | %s%s%s | %s%s%s | `", element->ios, element->xr ? "`" : "",
                   element->xr ? element->xr : "-", element->xr ? "`" : "",
                   element->limit ? "`" : "", element->limit ? element->limit : "-",
                   element->limit ? "`" : "");
        for (const char *at = strstr(element->metric, "ipsla_");
             *at != '\0' && *at != '{' && *at != '['; at++) {
            buf_add_char(out, *at);
        }
        buf_add_string(out, "` |\n");
    }
}

static void read_page(struct buf *page)
{
    char bytes[4096];
    size_t got;
    FILE *file = fopen(PAGE, "rb");
    assert_non_null(file);
    while ((got = fread(bytes, 1, sizeof bytes, file)) > 0) {
        buf_add(page, bytes, got);
    }
    fclose(file);
}

static void write_page(const struct buf *page, const char *begin, const char *end,
                       const struct buf *tables)
{
    FILE *file = fopen(PAGE, "wb");
    assert_non_null(file);
    fwrite(page->bytes, 1, (size_t)(begin - page->bytes), file);
    fwrite(tables->bytes, 1, tables->size, file);
    fwrite(end, 1, strlen(end), file);
    fclose(file);
}

static void test_page_has_every_row(void **state)
{
    struct buf page = {0};
    struct buf tables = {0};
    (void)state;
    read_page(&page);
    for (size_t i = 0; import_table_at(i) != NULL; i++) {
        add_table(import_table_at(i), &tables);
    }
    add_elements(&tables);
    buf_add_char(&tables, '\n');
    const char *begin = strstr(buf_string(&page), BEGIN);
    const char *end = strstr(buf_string(&page), END);
    assert_non_null(begin);
    assert_non_null(end);
    begin += strlen(BEGIN);
    if (getenv("IPSLA_GOLDEN_WRITE") != NULL) {
        write_page(&page, begin, end, &tables);
    } else if ((size_t)(end - begin) != tables.size ||
               memcmp(begin, tables.bytes, tables.size) != 0) {
        fail_msg("docs/import.md differs from the rows: IPSLA_GOLDEN_WRITE=1 writes them");
    }
    buf_fini(&page);
    buf_fini(&tables);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_page_has_every_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
