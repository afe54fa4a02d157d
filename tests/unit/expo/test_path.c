/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The metrics of the way to a target, at each level. */
#include "expo/expo.h"
#include "expo/text.h"
#include "support/cm.h"
#include "views.h"

/* Three hops of two flows: one address, six addresses and silence of one flow, the host; the second
 * hop told labels and saw another DSCP. */
static struct trace_result *make_path(void)
{
    struct trace_result *path = mem_alloc(1, sizeof *path);
    *path = (struct trace_result){
        .references = 1,
        .ended = build_at(0).wall,
        .flow_count = 2,
        .hop_count = 3,
        .tos = 0x68,
        .can_quote = true,
        .is_reached = true,
        .runs = 9,
        .changes = 4,
        .hops = mem_alloc(3, sizeof *path->hops),
        .cells = mem_alloc(6, sizeof *path->cells),
        .known = mem_alloc(0, sizeof *path->known),
    };
    for (unsigned i = 0; i < 3; i++) {
        struct trace_hop *hop = &path->hops[i];
        hop->address_count = i == 1 ? 6 : 1;
        for (unsigned k = 0; k < hop->address_count; k++) {
            char text[ADDR_TEXT_MAX];
            snprintf(text, sizeof text, "192.0.2.%u", 10 * (i + 1) + k);
            hop->addresses[k] = build_addr(text);
        }
        hop->has_tos = i < 2;
        hop->tos = i == 1 ? 0x20 : 0x68;
    }
    path->hops[1].label_count = 2;
    path->hops[1].labels[0] = (struct quote_label){24001, 5, 1};
    path->hops[1].labels[1] = (struct quote_label){3, 0, 254};
    for (unsigned i = 0; i < 6; i++) {
        const int64_t rtt_ns = (i + 1) * NS_PER_MS;
        path->cells[i] = (struct trace_cell){1, 2, 2, rtt_ns, rtt_ns, 2 * rtt_ns};
    }
    path->cells[3] = (struct trace_cell){0, 2, 0, 0, 0, 0};
    return path;
}

static void render(enum series_level level, struct trace_result *path, struct buf *out)
{
    struct spec *spec = build_jitter_spec("a", "192.0.2.1");
    struct snapshot *snapshot = snapshot_new(1);
    spec->results.series = level;
    snapshot->reports[0] = view_report(spec);
    snapshot->reports[0]->path = path;
    struct expo_view view = view_of(&snapshot, 1);
    expo_render(&view, &format_text, out);
    snapshot_unref(snapshot);
}

static void assert_line(const struct buf *text, const char *line)
{
    struct buf whole = {0};
    buf_printf(&whole, "\n%s\n", line);
    if (strstr(buf_string(text), buf_string(&whole)) == NULL) {
        fail_msg("no %s in:\n%s", line, buf_string(text));
    }
    buf_fini(&whole);
}

static unsigned count_of(const struct buf *text, const char *what)
{
    unsigned count = 0;
    for (const char *at = buf_string(text); (at = strstr(at, what)) != NULL; at++) {
        count++;
    }
    return count;
}

static void what_most_want_is_in_the_default(void **state)
{
    (void)state;
    struct buf text = {0};
    render(SERIES_DEFAULT, make_path(), &text);
    assert_line(&text, "ipsla_path_hops{target=\"a\"} 3");
    assert_line(&text, "ipsla_path_reached{target=\"a\"} 1");
    assert_line(&text, "ipsla_path_changes_total{target=\"a\"} 4");
    assert_line(&text, "ipsla_path_rewritten_hop{target=\"a\",field=\"dscp\"} 2");
    assert_int_equal(count_of(&text, "field=\"ecn\""), 0);
    assert_line(&text, "ipsla_path_last_search_timestamp_seconds{target=\"a\"} 1767268800");
    assert_int_equal(count_of(&text, "\nipsla_path_"), 5);
    buf_fini(&text);
}

static void each_hop_is_in_all(void **state)
{
    (void)state;
    struct buf text = {0};
    render(SERIES_ALL, make_path(), &text);
    assert_line(&text, "ipsla_path_hop_rtt_seconds{target=\"a\",hop=\"1\"} 0.0015");
    assert_line(&text, "ipsla_path_hop_rtt_seconds{target=\"a\",hop=\"2\"} 0.003");
    assert_line(&text, "ipsla_path_hop_unanswered_ratio{target=\"a\",hop=\"1\"} 0");
    assert_line(&text, "ipsla_path_hop_unanswered_ratio{target=\"a\",hop=\"2\"} 0.5");
    assert_line(&text, "ipsla_path_hop_addresses{target=\"a\",hop=\"2\"} 6");
    assert_line(&text, "ipsla_path_hop_dscp{target=\"a\",hop=\"2\"} 8");
    assert_int_equal(count_of(&text, "\nipsla_path_hop_dscp"), 2);
    assert_line(&text,
                "ipsla_path_hop_info{target=\"a\",hop=\"1\",address=\"192.0.2.10\",mpls=\"\"} 1");
    assert_line(&text, "ipsla_path_hop_info{target=\"a\",hop=\"2\",address=\"192.0.2.23\","
                       "mpls=\"24001/3\"} 1");
    assert_int_equal(count_of(&text, "\nipsla_path_hop_info"), 1 + 4 + 1);
    buf_fini(&text);
}

static void each_flow_has_its_packets(void **state)
{
    (void)state;
    struct buf text = {0};
    struct spec *spec = build_jitter_spec("a", "192.0.2.1");
    struct snapshot *snapshot = snapshot_new(1);
    struct report *report = view_report(spec);
    spec->packets.flows = 2;
    spec->results.series = SERIES_ALL;
    report->flows = mem_alloc(SPEC_FLOWS_MAX, sizeof *report->flows);
    report->flows[0] = (struct flow_tally){70, 0, 5, 0, 5, 5 * NS_PER_MS};
    report->flows[1] = (struct flow_tally){70, 30, 5, 5, 0, 0};
    snapshot->reports[0] = report;
    struct expo_view view = view_of(&snapshot, 1);
    expo_render(&view, &format_text, &text);
    assert_line(&text, "ipsla_flow_packets_sent_total{target=\"a\",flow=\"1\"} 70");
    assert_line(&text, "ipsla_flow_packets_lost_total{target=\"a\",flow=\"1\"} 0");
    assert_line(&text, "ipsla_flow_packets_lost_total{target=\"a\",flow=\"2\"} 30");
    assert_line(&text, "ipsla_flow_rtt_average_seconds{target=\"a\",flow=\"1\"} 0.001");
    assert_int_equal(count_of(&text, "\nipsla_flow_rtt"), 1);
    snapshot_unref(snapshot);
    buf_fini(&text);
}

static void minimal_and_targets_without_have_none(void **state)
{
    (void)state;
    struct buf text = {0};
    render(SERIES_MINIMAL, make_path(), &text);
    assert_int_equal(count_of(&text, "ipsla_path_"), 0);
    buf_clear(&text);
    render(SERIES_ALL, NULL, &text);
    assert_int_equal(count_of(&text, "ipsla_path_"), 0);
    buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_most_want_is_in_the_default),
        cmocka_unit_test(each_hop_is_in_all),
        cmocka_unit_test(each_flow_has_its_packets),
        cmocka_unit_test(minimal_and_targets_without_have_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
