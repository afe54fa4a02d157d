/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Values are read from many targets at once, and written family by family: each target has the
 * lines that it has alone. */
#include <string.h>

#include "expo/expo.h"
#include "expo/openmetrics2.h"
#include "expo/tape.h"
#include "expo/text.h"
#include "operation/operation.h"
#include "support/cm.h"
#include "views.h"

#define TARGETS 90

static void name_of(size_t number, char name[32])
{
    snprintf(name, 32, "t%zu", number);
}

/* Each with its own operation, level, result and counts. */
static struct report *make_report(size_t number)
{
    char name[32];
    name_of(number, name);
    struct spec *spec = build_jitter_spec(name, "192.0.2.1");
    spec->operation = operation_at(number % OPERATION_COUNT);
    spec->control.version = spec->operation->has_ports ? CONTROL_V1 : CONTROL_NONE;
    spec->results.series = (enum series_level)(SERIES_MINIMAL + (int)(number / 7 % 3));
    spec->results.shows_created = number % 4 == 1;
    if (number % 5 == 2) {
        view_label(spec, "site", "a label that is longer than any step in which bytes are copied");
    }
    struct report *report = view_report(spec);
    report->created = build_at(0).wall;
    if (number % 3 == 0) {
        view_completed(report);
    } else if (number % 3 == 1) {
        view_failed(report);
        report->tally.failures[number % OUTCOME_COUNT] = number; /* also one that cannot happen */
    }
    report->tally.sent = number * 1000;
    return report;
}

/* The lines of the target go to `out`. */
static void add_lines_of(const struct buf *text, size_t number, struct buf *out)
{
    char label[64], name[32];
    name_of(number, name);
    snprintf(label, sizeof label, "{target=\"%s\"", name);
    const char *end;
    for (const char *at = buf_string(text); (end = strchr(at, '\n')) != NULL; at = end + 1) {
        const char *found = strstr(at, label);
        if (found != NULL && found < end) {
            buf_add(out, at, (size_t)(end + 1 - at));
        }
    }
}

static void check_format(struct snapshot *all, const struct expo_format *format)
{
    struct buf text = {0}, alone = {0}, found = {0}, wanted = {0};
    struct expo_view view = view_of(&all, 1);
    expo_render(&view, format, &text);
    for (size_t i = 0; i < TARGETS; i++) {
        struct snapshot *one = snapshot_new(1);
        one->reports[0] = report_ref(all->reports[i]);
        view = view_of(&one, 1);
        buf_clear(&alone);
        buf_clear(&found);
        buf_clear(&wanted);
        expo_render(&view, format, &alone);
        add_lines_of(&text, i, &found);
        add_lines_of(&alone, i, &wanted);
        assert_true(wanted.size > 0);
        assert_string_equal(found.bytes, wanted.bytes);
        snapshot_unref(one);
    }
    buf_fini(&text);
    buf_fini(&alone);
    buf_fini(&found);
    buf_fini(&wanted);
}

static void each_target_has_its_own_lines(void **state)
{
    (void)state;
    struct snapshot *all = snapshot_new(TARGETS);
    for (size_t i = 0; i < TARGETS; i++) {
        all->reports[i] = make_report(i);
    }
    check_format(all, &format_text);
    check_format(all, &format_openmetrics);
    check_format(all, &format_openmetrics2);
    snapshot_unref(all);
}

/* Families are added until it is full; of more targets fewer. */
static unsigned families_of(size_t targets)
{
    struct tape *tape = tape_new(targets);
    const struct family *family;
    for (size_t i = 0; (family = family_at(i)) != NULL && !tape_is_full(tape); i++) {
        if (tape_takes(family)) {
            tape_add_family(tape, family);
        }
    }
    unsigned count = tape->count;
    tape_free(tape);
    return count;
}

static void memory_is_bounded(void **state)
{
    (void)state;
    assert_int_equal(families_of(0), TAPE_FAMILIES_MAX);
    assert_int_equal(families_of(1000), TAPE_FAMILIES_MAX);
    assert_true(families_of(100000) < 8);
    assert_int_equal(families_of(1000000), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_target_has_its_own_lines),
        cmocka_unit_test(memory_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
