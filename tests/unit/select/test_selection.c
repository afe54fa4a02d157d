/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "select/selection.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "support/build.h"
#include "support/cm.h"

static void set_label(struct spec *spec, const char *name, const char *value)
{
    size_t count = spec->identity.label_count++;
    spec->identity.labels =
        mem_resize(spec->identity.labels, count + 1, sizeof spec->identity.labels[0]);
    spec->identity.labels[count].name = mem_string(name);
    spec->identity.labels[count].value = mem_string(value);
}

/* What a test sets of a target. */
struct made {
    const char *name, *site;
    enum target_state state;
    uint32_t lost; /* of 10 */
    int64_t rtt_ns; /* 0: it has not run */
    int64_t age_s;
};

static const struct made made[] = {
    {"Berlin-1", "berlin", TARGET_OK, 0, 5000000, 30},
    {"paris-1", "paris", TARGET_FAILED, 10, 0, 10},
    {"berlin-2", "berlin", TARGET_DEGRADED, 4, 9000000, 20},
    {"paris-2", "paris", TARGET_OK, 1, 7000000, 5},
    {"rome", "", TARGET_PENDING, 0, 0, -1},
    {"a%b", "paris", TARGET_INACTIVE, 0, 1000000, 40},
};
#define MADE_COUNT (sizeof made / sizeof made[0])

static struct snapshot *make_snapshot(void)
{
    struct snapshot *snapshot = snapshot_new(MADE_COUNT);
    for (size_t i = 0; i < MADE_COUNT; i++) {
        struct report *report = report_alloc(NULL);
        struct spec *spec = build_jitter_spec(made[i].name, i == 4 ? "2001:db8::5" : "192.0.2.1");
        if (made[i].site[0] != '\0') {
            set_label(spec, "site", made[i].site);
            set_label(spec, "state", "x y");
        }
        report->spec = spec;
        report->condition.state = made[i].state;
        report->has_run = made[i].age_s >= 0;
        report->latest.sent = report->has_run ? 10 : 0;
        report->latest.received = report->latest.sent - made[i].lost;
        if (made[i].rtt_ns > 0) {
            moments_add(&report->latest.rtt, made[i].rtt_ns);
        }
        report->last_run.ns = BUILD_WALL_NS - made[i].age_s * NS_PER_SECOND;
        snapshot->reports[i] = report;
    }
    return snapshot;
}

/* Takes "name=value name=value" and checks which targets it selects, "paris-1 rome". */
static void expect_part(const char *arguments, const char *wanted, size_t matched)
{
    struct selection selection = {0};
    struct selected selected;
    struct buf names = {0};
    struct snapshot *snapshot = make_snapshot();
    char words[512];
    snprintf(words, sizeof words, "%s", arguments);
    for (char *word = strtok(words, " "); word != NULL; word = strtok(NULL, " ")) {
        char *value = strchr(word, '=');
        *value = '\0';
        const char *problem = selection_take(&selection, word, value + 1);
        if (problem != NULL) {
            fail_msg("%s: %s", arguments, problem);
        }
    }
    selection_apply(&selection, snapshot, &selected);
    for (size_t i = 0; i < selected.count; i++) {
        buf_printf(&names, "%s%s", i > 0 ? " " : "", selected.reports[i]->spec->identity.name);
    }
    if (strcmp(buf_string(&names), wanted) != 0) {
        fail_msg("%s: \"%s\" instead of \"%s\"", arguments, buf_string(&names), wanted);
    }
    assert_int_equal(selected.matched, matched);
    selected_fini(&selected);
    snapshot_unref(snapshot);
    buf_fini(&names);
}

static void expect(const char *arguments, const char *wanted)
{
    size_t matched = *wanted != '\0';
    for (const char *at = wanted; *at != '\0'; at++) {
        matched += *at == ' ';
    }
    expect_part(arguments, wanted, matched);
}

#define ALL "Berlin-1 paris-1 berlin-2 paris-2 rome a%b"

static void targets_are_filtered(void **state)
{
    (void)state;
    expect("", ALL);
    expect("state=failed", "paris-1");
    expect("state=failed state=ok", "Berlin-1 paris-1 paris-2");
    expect("site=paris", "paris-1 paris-2 a%b");
    expect("site=paris site=berlin", "Berlin-1 paris-1 berlin-2 paris-2 a%b");
    expect("site=paris label.site=rome state=ok", "paris-2");
    expect("site=x", "");
    expect("colour=red", "");
    expect("site=paris colour=red", "");
    expect("q=BERLIN", "Berlin-1 berlin-2");
    expect("q=2001:DB8", "rome");
    expect("q=udp-jit", ALL);
    expect("q=lin-2", "berlin-2");
    expect("q=llin", "");
    expect("state= q= site= sort= limit= offset=", ALL); /* a form's empty fields */
}

static void targets_are_sorted_the_worst_first(void **state)
{
    (void)state;
    expect("sort=worst", "paris-1 berlin-2 rome paris-2 Berlin-1 a%b");
    expect("sort=-worst", "a%b Berlin-1 paris-2 rome berlin-2 paris-1");
    expect("sort=name", "Berlin-1 a%b berlin-2 paris-1 paris-2 rome");
    expect("sort=loss", "paris-1 berlin-2 paris-2 Berlin-1 a%b rome");
    expect("sort=-loss", "a%b Berlin-1 paris-2 berlin-2 paris-1 rome"); /* rome has none */
    expect("sort=rtt", "berlin-2 paris-2 Berlin-1 a%b paris-1 rome");
    expect("sort=age", "a%b Berlin-1 berlin-2 paris-1 paris-2 rome");
    expect("sort=mos", ALL); /* nobody has one */
    expect("sort=-mos", ALL);
}

static void there_are_parts(void **state)
{
    (void)state;
    expect_part("limit=2", "Berlin-1 paris-1", 6);
    expect_part("limit=2 offset=4", "rome a%b", 6);
    expect_part("limit=2 offset=5", "a%b", 6);
    expect_part("offset=6", "", 6);
    expect_part("limit=1000 offset=1000000", "", 6);
    expect_part("sort=loss limit=1 offset=1 site=paris", "paris-2", 3);
}

/* Links to other states have their counts, whatever state is shown. */
static void states_are_counted_whichever_is_shown(void **state)
{
    (void)state;
    struct selection selection = {.states = 1u << TARGET_FAILED};
    struct snapshot *snapshot = make_snapshot();
    struct selected selected;
    assert_null(selection_take(&selection, "site", "paris"));
    selection_apply(&selection, snapshot, &selected);
    assert_int_equal(selected.matched, 1);
    assert_int_equal(selected.by_state[TARGET_FAILED], 1);
    assert_int_equal(selected.by_state[TARGET_OK], 1);
    assert_int_equal(selected.by_state[TARGET_PENDING], 0);
    assert_int_equal(selected.by_state[TARGET_INACTIVE], 1);
    selected_fini(&selected);
    snapshot_unref(snapshot);
}

static void wrong_arguments_are_named(void **state)
{
    (void)state;
    struct selection selection = {0};
    char large[300];
    memset(large, 'x', sizeof large);
    large[sizeof large - 1] = '\0';
    static const char *const wrong[][3] = {
        {"state", "up", "state is none of"},    {"sort", "colour", "sort is none of"},
        {"sort", "-", "sort is none of"},       {"limit", "0", "limit is not"},
        {"limit", "1001", "limit is not"},      {"limit", "-1", "limit is not"},
        {"limit", "1e2", "limit is not"},       {"limit", "99999999999999999999", "limit is"},
        {"offset", "1000001", "offset is not"}, {"1st", "x", "an argument is neither"},
        {"a-b", "x", "an argument is neither"}, {"label.", "x", "an argument is neither"},
        {"", "x", "an argument is neither"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const char *problem = selection_take(&selection, wrong[i][0], wrong[i][1]);
        assert_non_null(problem);
        assert_memory_equal(problem, wrong[i][2], strlen(wrong[i][2]));
    }
    assert_non_null(selection_take(&selection, "q", large));
    assert_non_null(selection_take(&selection, "site", large));
    assert_non_null(selection_take(&selection, large, "x"));
    for (unsigned i = 0; i < SELECTION_LABELS_MAX; i++) {
        assert_null(selection_take(&selection, "site", "x"));
    }
    assert_non_null(selection_take(&selection, "site", "x"));
}

static void every_sort_has_a_word(void **state)
{
    (void)state;
    unsigned count = 1;
    const char *name;
    for (; (name = selection_sort_name(count)) != NULL; count++) {
        struct selection selection = {0};
        assert_null(selection_take(&selection, "sort", name));
        assert_int_equal(selection.sort, count);
    }
    assert_int_equal(count, SELECTION_LIMIT + LIMIT_COUNT);
}

static void a_selection_is_written_as_it_was_read(void **state)
{
    (void)state;
    struct selection selection = {0};
    struct buf text = {0};
    selection_write(&selection, &text);
    assert_int_equal(text.size, 0);
    assert_null(selection_take(&selection, "state", "failed"));
    assert_null(selection_take(&selection, "state", "degraded"));
    assert_null(selection_take(&selection, "site", "a b&c=\"d\xc3\xa9"));
    assert_null(selection_take(&selection, "label.sort", "x"));
    assert_null(selection_take(&selection, "q", "50%"));
    assert_null(selection_take(&selection, "sort", "-loss_sd"));
    assert_null(selection_take(&selection, "limit", "7"));
    selection_write(&selection, &text);
    assert_string_equal(buf_string(&text),
                        "state=degraded&state=failed&site=a%20b%26c%3D%22d%C3%A9&label.sort=x&"
                        "q=50%25&sort=-loss_sd");
    buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(targets_are_filtered),
        cmocka_unit_test(targets_are_sorted_the_worst_first),
        cmocka_unit_test(there_are_parts),
        cmocka_unit_test(states_are_counted_whichever_is_shown),
        cmocka_unit_test(wrong_arguments_are_named),
        cmocka_unit_test(every_sort_has_a_word),
        cmocka_unit_test(a_selection_is_written_as_it_was_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
