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

static const char *type_word(enum metric_type type)
{
    static const char *const words[] = {"counter", "gauge", "histogram", "info"};
    return words[type];
}

static void names_follow_the_rules(void **state)
{
    (void)state;
    const struct family *family;
    for (size_t i = 0; (family = family_at(i)) != NULL; i++) {
        const struct metric *metric = &family->metric;
        bool is_of_probe = family->scope == FAMILY_PROBE; /* named as other probers do */
        assert_true(strncmp(metric->name, is_of_probe ? "probe_" : "ipsla_", 6) == 0 ||
                    strncmp(metric->name, "process_", 8) == 0);
        assert_int_equal(ends_with(metric->name, "_total"), metric->type == METRIC_COUNTER);
        assert_int_equal(ends_with(metric->name, "_info"), metric->type == METRIC_INFO);
        assert_true(ends_with(metric->help, "."));
        bool has_unit =
            strstr(metric->name, "_seconds") != NULL || strstr(metric->name, "_bytes") != NULL;
        assert_int_equal(metric->unit != NULL, has_unit);
        if (has_unit) {
            char suffix[32];
            snprintf(suffix, sizeof suffix, "_%s%s", metric->unit,
                     metric->type == METRIC_COUNTER ? "_total" : "");
            assert_true(ends_with(metric->name, suffix));
        }
    }
}

static void names_are_unique(void **state)
{
    (void)state;
    const struct family *a;
    const struct family *b;
    for (size_t i = 0; (a = family_at(i)) != NULL; i++) {
        for (size_t k = i + 1; (b = family_at(k)) != NULL; k++) {
            assert_string_not_equal(a->metric.name, b->metric.name);
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
        struct buf columns = {0};
        if (!find_row(family->metric.name, row, sizeof row)) {
            fail_msg("docs/metrics.md lacks %s", family->metric.name);
        }
        buf_printf(&columns, "` | %s | ", type_word(family->metric.type));
        for (const char *const *label = family->metric.labels; *label != NULL; label++) {
            buf_printf(&columns, "%s`%s`", label == family->metric.labels ? "" : ", ", *label);
        }
        buf_add_string(&columns, family->metric.labels[0] != NULL ? " |" : "|");
        if (strstr(row, columns.bytes) == NULL) {
            fail_msg("docs/metrics.md: %s%s", family->metric.name, columns.bytes);
        }
        buf_fini(&columns);
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
            found = found || strcmp(family->metric.name, name) == 0;
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
