/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The table of families against the naming rules and against docs/metrics.md. */
#include "expo/family.h"

#include <stdio.h>
#include <string.h>

#include "support/cm.h"

#define DOCUMENT IPSLA_SOURCE_DIR "/docs/metrics.md"

static bool ends_with(const char *text, const char *end)
{
    size_t size = strlen(text);
    return size >= strlen(end) && strcmp(text + size - strlen(end), end) == 0;
}

static const char *kind_word(enum text_kind kind)
{
    static const char *const words[] = {"counter", "gauge", "histogram", "info"};
    return words[kind];
}

static void names_follow_the_rules(void **state)
{
    (void)state;
    const struct family *family;
    for (size_t i = 0; (family = family_at(i)) != NULL; i++) {
        const struct text_family *text = &family->text;
        assert_true(strncmp(text->name, "ipsla_", 6) == 0 ||
                    strncmp(text->name, "process_", 8) == 0);
        assert_int_equal(ends_with(text->name, "_total"), text->kind == TEXT_COUNTER);
        assert_int_equal(ends_with(text->name, "_info"), text->kind == TEXT_INFO);
        assert_true(ends_with(text->help, "."));
        bool has_unit =
            strstr(text->name, "_seconds") != NULL || strstr(text->name, "_bytes") != NULL;
        assert_int_equal(text->unit != NULL, has_unit);
        if (has_unit) {
            char suffix[32];
            snprintf(suffix, sizeof suffix, "_%s%s", text->unit,
                     text->kind == TEXT_COUNTER ? "_total" : "");
            assert_true(ends_with(text->name, suffix));
        }
    }
}

/* Once, or twice in a row as one family. */
static void names_are_unique(void **state)
{
    (void)state;
    const struct family *a;
    const struct family *b;
    for (size_t i = 0; (a = family_at(i)) != NULL; i++) {
        for (size_t k = i + 1; (b = family_at(k)) != NULL; k++) {
            if (strcmp(a->text.name, b->text.name) != 0) {
                continue;
            }
            assert_int_equal(k, i + 1);
            assert_true(a->text.kind == b->text.kind && a->scope != b->scope);
            assert_string_equal(a->text.help, b->text.help);
        }
    }
}

/* The row of the document that starts with the name; false when there is none. */
static bool find_row(const char *name, char row[], int size)
{
    char start[128];
    snprintf(start, sizeof start, "| `%s` |", name);
    FILE *file = fopen(DOCUMENT, "r");
    assert_non_null(file);
    bool found = false;
    while (!found && fgets(row, size, file) != NULL) {
        found = strncmp(row, start, strlen(start)) == 0;
    }
    fclose(file);
    return found;
}

static void every_family_is_documented(void **state)
{
    (void)state;
    const struct family *family;
    for (size_t i = 0; (family = family_at(i)) != NULL; i++) {
        char row[1024];
        char kind[32];
        if (!find_row(family->text.name, row, sizeof row)) {
            fail_msg("docs/metrics.md lacks %s", family->text.name);
        }
        snprintf(kind, sizeof kind, "` | %s |", kind_word(family->text.kind));
        if (strstr(row, kind) == NULL) {
            fail_msg("docs/metrics.md: %s is a %s", family->text.name,
                     kind_word(family->text.kind));
        }
    }
}

static void nothing_else_is_documented(void **state)
{
    (void)state;
    FILE *file = fopen(DOCUMENT, "r");
    assert_non_null(file);
    char row[1024];
    char name[128];
    size_t rows = 0;
    while (fgets(row, sizeof row, file) != NULL) {
        if (sscanf(row, "| `%127[a-z0-9_]` |", name) != 1 ||
            (strncmp(name, "ipsla_", 6) != 0 && strncmp(name, "process_", 8) != 0)) {
            continue;
        }
        rows++;
        bool found = false;
        const struct family *family;
        for (size_t i = 0; (family = family_at(i)) != NULL; i++) {
            found = found || strcmp(family->text.name, name) == 0;
        }
        if (!found) {
            fail_msg("docs/metrics.md has %s, the table has not", name);
        }
    }
    fclose(file);
    assert_true(rows > 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_follow_the_rules),
        cmocka_unit_test(names_are_unique),
        cmocka_unit_test(every_family_is_documented),
        cmocka_unit_test(nothing_else_is_documented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
