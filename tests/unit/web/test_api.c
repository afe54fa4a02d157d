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
    struct stream_source source = api_targets_open(snapshot, build_at(NS_PER_SECOND));
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
    assert_string_equal(buf_string(&text), "{\"now\": 1767268801.000000000, \"targets\": [\n]}\n");
    buf_fini(&text);
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
        "\"sessions\": 0, \"max_sessions\": 1000}\n");
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
        cmocka_unit_test(one_target_is_found_by_its_name),
        cmocka_unit_test(a_responder_tells_ports_and_requests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
