/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/api.h"

#include <string.h>

#include "base/mem.h"
#include "config/yaml.h"
#include "support/build.h"
#include "support/cm.h"
#include "json/result.h"

/* A name that would leave its quotes, and close a tag. */
#define HOSTILE "a\"\\\n</script>\xc3\xa9\x01"

static struct snapshot *make_snapshot(size_t count)
{
    struct snapshot *snapshot = snapshot_new(count);
    for (size_t i = 0; i < count; i++) {
        struct report *report = mem_alloc(1, sizeof *report);
        report->references = 1;
        report->spec = build_jitter_spec(i == 0 ? HOSTILE : "b", "192.0.2.1");
        report->condition.state = i == 0 ? TARGET_OK : TARGET_PENDING;
        report->has_run = i == 0;
        report->latest.sent = 10;
        report->tally.operations = 5;
        report->tally.failures[OUTCOME_TIMEOUT] = 2;
        snapshot->reports[i] = report;
    }
    return snapshot;
}

/* All of the list, in parts of `step` bytes. */
static void read_all(struct snapshot *snapshot, size_t step, struct buf *out)
{
    static const struct selection all;
    struct stream_source source = api_targets_open(snapshot, &all, build_at(NS_PER_SECOND));
    for (size_t size = 1; size > 0;) {
        char part[512];
        size = source.read(source.context, part, step);
        buf_add(out, part, size);
    }
    source.close(source.context, true);
}

static struct tree *parse(const struct buf *text)
{
    struct diagnostics diagnostics = {0};
    struct tree *tree = yaml_parse(text->bytes, text->size, &diagnostics);
    assert_non_null(tree);
    assert_int_equal(diagnostics.error_count, 0);
    diagnostics_fini(&diagnostics);
    return tree;
}

static void the_list_is_the_same_in_parts_of_any_size(void **state)
{
    (void)state;
    struct buf whole = {0};
    read_all(make_snapshot(3), 512, &whole);
    for (size_t step = 1; step < 9; step++) {
        struct buf parts = {0};
        read_all(make_snapshot(3), step, &parts);
        assert_string_equal(buf_string(&parts), buf_string(&whole));
        buf_fini(&parts);
    }
    struct tree *tree = parse(&whole);
    const struct node *targets = json_find(tree->root, "targets");
    assert_int_equal(targets->count, 3);
    assert_string_equal(json_text(targets->first, "name"), HOSTILE);
    assert_int_equal(json_number(json_find(json_find(targets->first, "latest"), "packets"), "sent"),
                     10);
    assert_int_equal(json_number(targets->first, "failures"), 2);
    assert_null(json_find(targets->last, "latest"));
    tree_free(tree);
    size_t lines = 0;
    for (const char *at = buf_string(&whole); (at = strchr(at, '\n')) != NULL; at++) {
        lines++;
    }
    assert_int_equal(lines, 5); /* a target a line, between the first and the last */
    buf_fini(&whole);
}

static void a_list_may_be_empty(void **state)
{
    (void)state;
    struct buf text = {0};
    read_all(NULL, 512, &text);
    assert_string_equal(buf_string(&text), "{\"now\": 1767268801.000000000, \"matched\": 0, "
                                           "\"offset\": 0, \"targets\": [\n]}\n");
    buf_fini(&text);
}

/* The worst of two, and one is skipped: what is there is what the query wants. */
static void a_part_of_the_list_is_given(void **state)
{
    (void)state;
    struct selection selection = {.sort = SELECTION_WORST, .offset = 1, .limit = 1};
    struct stream_source source = api_targets_open(make_snapshot(3), &selection, build_at(0));
    struct buf text = {0};
    char part[64];
    for (size_t size; (size = source.read(source.context, part, sizeof part)) > 0;) {
        buf_add(&text, part, size);
    }
    source.close(source.context, true);
    struct tree *tree = parse(&text);
    const struct node *targets = json_find(tree->root, "targets");
    assert_int_equal(json_number(tree->root, "matched"), 3);
    assert_int_equal(json_number(tree->root, "offset"), 1);
    assert_int_equal(targets->count, 1);
    assert_string_equal(json_text(targets->first, "name"), "b");
    tree_free(tree);
    buf_fini(&text);
}

static void the_operations_of_a_target_are_listed(void **state)
{
    (void)state;
    struct snapshot *snapshot = make_snapshot(2);
    struct report *report = snapshot->reports[1];
    struct buf text = {0};
    assert_false(api_operations_write(snapshot, "c", 5, &text));
    assert_int_equal(text.size, 0);
    assert_true(api_operations_write(snapshot, "b", 5, &text));
    assert_string_equal(buf_string(&text), "{\"name\": \"b\", \"frequency_seconds\": "
                                           "60.000000000, \"history\": 0, \"operations\": [\n]}\n");
    buf_clear(&text);
    struct history_entry entry = {.end = {3 * NS_PER_MS},
                                  .flags =
                                      HISTORY_HAS_RTT | HISTORY_HAS_JITTER_DS | HISTORY_IS_DEGRADED,
                                  .sent = 10,
                                  .received = 7,
                                  .lost_sd = 1,
                                  .lost_ds = 2,
                                  .rtt_min_ns = 1,
                                  .rtt_p50_ns = 2,
                                  .rtt_p95_ns = 3,
                                  .rtt_max_ns = 4,
                                  .jitter_ds_ns = 5,
                                  .mos_hundredths = 436};
    const struct history_entry failed = {.end = {4 * NS_PER_MS}, .outcome = OUTCOME_TIMEOUT};
    report->history = history_new(5);
    history_append(report->history, &failed);
    history_append(report->history, &entry);
    assert_true(api_operations_write(snapshot, "b", 1, &text));
    assert_string_equal(
        buf_string(&text),
        "{\"name\": \"b\", \"frequency_seconds\": 60.000000000, \"history\": 0, \"operations\": [\n"
        "{\"end_timestamp\": 0.003000000, \"outcome\": \"ok\", \"over_threshold\": false, "
        "\"degraded\": true, \"cut_short\": false, \"packets\": {\"sent\": 10, \"received\": 7, "
        "\"lost\": {\"sd\": 1, \"ds\": 2, \"unknown\": 0}}, \"rtt_seconds\": {\"min\": "
        "0.000000001, "
        "\"p50\": 0.000000002, \"p95\": 0.000000003, \"max\": 0.000000004}, \"jitter_seconds\": "
        "{\"sd\": null, \"ds\": 0.000000005}, \"mos_hundredths\": 436}\n]}\n");
    buf_clear(&text);
    assert_true(api_operations_write(snapshot, "b", 1440, &text));
    struct tree *tree = parse(&text);
    const struct node *operations = json_find(tree->root, "operations");
    assert_int_equal(operations->count, 2);
    assert_string_equal(json_text(operations->first, "outcome"), "timeout");
    assert_null(json_find(operations->first, "rtt_seconds"));
    tree_free(tree);
    buf_fini(&text);
    snapshot_unref(snapshot);
}

static void the_status_tells_of_the_program(void **state)
{
    (void)state;
    struct snapshot *snapshot = make_snapshot(3);
    const struct expo_history history = {"h\"", true, {NS_PER_SECOND}};
    struct expo_view view = {.version = "1.2",
                             .revision = "abc",
                             .snapshots = &snapshot,
                             .snapshot_count = 1,
                             .config_hash = "77",
                             .reload_successful = true,
                             .history = &history,
                             .now = {2 * NS_PER_SECOND}};
    struct buf text = {0};
    api_status_write(&view, &text);
    assert_string_equal(
        buf_string(&text),
        "{\"program\": \"ipsla_exporter\", \"version\": \"1.2\", \"revision\": \"abc\", "
        "\"now\": 2.000000000, \"start_timestamp\": null, \"config\": {\"hash\": \"77\", "
        "\"last_reload_successful\": true, \"last_reload_success_timestamp\": null}, "
        "\"targets\": {\"all\": 3, \"pending\": 2, \"ok\": 1, \"degraded\": 0, \"failed\": 0, "
        "\"inactive\": 0}, \"responder\": {\"enabled\": false}, \"history\": {\"file\": \"h\\\"\", "
        "\"last_write_successful\": true, \"last_write_success_timestamp\": 1.000000000}}\n");
    buf_clear(&text);
    view.snapshots = NULL;
    view.history = NULL;
    api_status_write(&view, &text);
    struct tree *tree = parse(&text);
    assert_string_equal(json_text(tree->root, "program"), "ipsla_responder");
    assert_null(json_find(tree->root, "history"));
    tree_free(tree);
    buf_fini(&text);
    snapshot_unref(snapshot);
}

static void one_target_is_found_by_its_name(void **state)
{
    (void)state;
    struct snapshot *snapshot = make_snapshot(2);
    struct buf text = {0};
    assert_false(api_target_write(snapshot, "c", build_at(0), &text));
    assert_int_equal(text.size, 0);
    assert_true(api_target_write(snapshot, HOSTILE, build_at(0), &text));
    struct tree *tree = parse(&text);
    assert_string_equal(json_text(tree->root, "state"), "ok");
    tree_free(tree);
    buf_fini(&text);
    snapshot_unref(snapshot);
}

static void a_responder_tells_ports_and_requests(void **state)
{
    (void)state;
    struct buf text = {0};
    static const uint16_t ports[] = {1967, 1167};
    static const struct expo_count counts[] = {{"accepted", 3}, {"auth", 1}};
    const struct expo_responder responder = {.requests = counts,
                                             .request_count = 2,
                                             .requests_v2 = counts,
                                             .request_v2_count = 1,
                                             .probes = counts,
                                             .probe_count = 2,
                                             .control_ports = ports,
                                             .control_port_count = 2,
                                             .permanent_ports = 4,
                                             .max_sessions = 1000};
    api_responder_write(&responder, &text);
    assert_string_equal(
        buf_string(&text),
        "{\"enabled\": true, \"control_ports\": [1967, 1167], \"permanent_ports\": 4, "
        "\"requests\": {\"accepted\": 3, \"auth\": 1}, "
        "\"requests_v2\": {\"accepted\": 3}, \"probes\": 4, \"dropped\": 0, "
        "\"sessions\": 0, \"max_sessions\": 1000, \"impair_rules\": 0}\n");
    buf_fini(&text);
    api_responder_write(NULL, &text);
    assert_string_equal(buf_string(&text), "{\"enabled\": false}\n");
    buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_list_is_the_same_in_parts_of_any_size),
        cmocka_unit_test(a_list_may_be_empty),
        cmocka_unit_test(a_part_of_the_list_is_given),
        cmocka_unit_test(one_target_is_found_by_its_name),
        cmocka_unit_test(the_operations_of_a_target_are_listed),
        cmocka_unit_test(the_status_tells_of_the_program),
        cmocka_unit_test(a_responder_tells_ports_and_requests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
