/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What a target costs at each level of `series`, and that docs/metrics.md says so. */
#include <string.h>

#include "expo/expo.h"
#include "expo/family.h"
#include "expo/text.h"
#include "operation/operation.h"
#include "support/cm.h"
#include "support/files.h"
#include "views.h"

#define DOCUMENT IPSLA_SOURCE_DIR "/docs/metrics.md"
#define MINIMAL_MAX 25

static const enum series_level levels[] = {SERIES_MINIMAL, SERIES_DEFAULT, SERIES_ALL};
#define LEVELS (sizeof levels / sizeof levels[0])

/* The exposition of one target whose latest operation completed and measured all that it can. */
static void render_target(struct spec *spec, struct buf *out)
{
    static const struct expo_lookup lookup = {4 * NS_PER_MS, {BUILD_WALL_NS}};
    struct snapshot *snapshot = snapshot_new(1);
    struct report *report = view_report(spec);
    snapshot->reports[0] = report;
    view_completed(report);
    report->latest.ds.jitter = report->latest.sd.jitter;
    report->latest.has_reply = spec->operation->transport != TRANSPORT_TCP_CONNECT;
    report->latest.byte_order =
        spec->operation == &operation_icmp_jitter ? BYTE_ORDER_NETWORK : BYTE_ORDER_UNKNOWN;
    struct expo_view view = view_of(&snapshot, 1);
    view.lookups = addr_parse_ip(spec->identity.host, &(struct addr){0}) ? NULL : &lookup;
    expo_render(&view, &format_text, out);
    snapshot_unref(snapshot);
}

static size_t count_series(struct spec *spec)
{
    struct buf out = {0};
    size_t count = 0;
    render_target(spec, &out);
    for (const char *at = out.bytes; (at = strstr(at, "target=\"")) != NULL; at++) {
        count++;
    }
    buf_fini(&out);
    return count;
}

static struct spec *make_spec(const struct operation *operation, enum control_version version,
                              enum series_level level)
{
    struct spec *spec = build_jitter_spec("a", "192.0.2.1");
    spec->operation = operation;
    spec->control.version = operation->has_ports ? version : CONTROL_NONE;
    spec->results.series = level;
    return spec;
}

static void expect_row(const char *document, const char *label, const size_t counts[LEVELS])
{
    char row[256];
    snprintf(row, sizeof row, "\n| %s | %zu | %zu | %zu |\n", label, counts[0], counts[1],
             counts[2]);
    if (strstr(document, row) == NULL) {
        fail_msg("docs/metrics.md lacks the row%s", row);
    }
}

static void the_document_has_the_costs(void **state)
{
    (void)state;
    struct buf document = {0};
    files_read(DOCUMENT, &document);
    size_t counts[LEVELS];
    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        char label[64];
        if (operation_at(i)->chooses) {
            continue; /* what it chooses is in a row of its own */
        }
        for (size_t k = 0; k < LEVELS; k++) {
            counts[k] = count_series(make_spec(operation_at(i), CONTROL_V1, levels[k]));
        }
        snprintf(label, sizeof label, "`%s`", operation_at(i)->name);
        expect_row(buf_string(&document), label, counts);
    }
    for (size_t k = 0; k < LEVELS; k++) {
        struct spec *call = make_spec(&operation_udp_jitter, CONTROL_V1, levels[k]);
        call->packets.codec = VOICE_CODEC_G711ULAW;
        counts[k] = count_series(call);
    }
    expect_row(buf_string(&document), "`udp-jitter` with a codec", counts);
    buf_fini(&document);
}

/* Whatever the target has: a name, data to verify, any way of control. */
static void minimal_is_small(void **state)
{
    (void)state;
    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        for (unsigned version = CONTROL_NONE; version <= CONTROL_V2; version++) {
            struct spec *spec =
                make_spec(operation_at(i), (enum control_version)version, SERIES_MINIMAL);
            spec->packets.verify_data = true;
            spec->packets.codec = VOICE_CODEC_G729A;
            free(spec->identity.host);
            spec->identity.host = mem_string("router.example");
            assert_true(count_series(spec) <= MINIMAL_MAX);
        }
    }
}

/* No histogram is in it, and no family of a lower level is missing in a higher one. */
static void levels_contain_each_other(void **state)
{
    (void)state;
    struct buf minimal = {0}, middle = {0}, all = {0};
    char *rest = NULL;
    render_target(make_spec(&operation_udp_jitter, CONTROL_V2, SERIES_MINIMAL), &minimal);
    render_target(make_spec(&operation_udp_jitter, CONTROL_V2, SERIES_DEFAULT), &middle);
    render_target(make_spec(&operation_udp_jitter, CONTROL_V2, SERIES_ALL), &all);
    assert_null(strstr(minimal.bytes, "_bucket{target"));
    assert_true(minimal.size < middle.size && middle.size < all.size);
    for (char *line = strtok_r(minimal.bytes, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        assert_non_null(strstr(middle.bytes, line));
    }
    for (char *line = strtok_r(middle.bytes, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        assert_non_null(strstr(all.bytes, line));
    }
    buf_fini(&minimal);
    buf_fini(&middle);
    buf_fini(&all);
}

/* What the document says behind "**LEVEL**:", up to the end of the line. */
static void read_list(const char *document, const char *level, struct buf *out)
{
    char start[32];
    snprintf(start, sizeof start, "\n* **%s**", level);
    const char *at = strstr(document, start);
    assert_non_null(at);
    at += strlen(start);
    buf_add(out, at, strcspn(at, "\n"));
}

static void the_document_has_the_levels(void **state)
{
    (void)state;
    struct buf document = {0}, minimal = {0}, all = {0};
    const struct family *family;
    files_read(DOCUMENT, &document);
    read_list(buf_string(&document), "minimal", &minimal);
    read_list(buf_string(&document), "all", &all);
    for (size_t i = 0; (family = family_at(i)) != NULL; i++) {
        char name[128];
        snprintf(name, sizeof name, "`%s`", family->metric.name);
        bool is_minimal = strstr(buf_string(&minimal), name) != NULL;
        bool is_rare = strstr(buf_string(&all), name) != NULL;
        if (is_minimal != (family->level == SERIES_MINIMAL) ||
            is_rare != (family->level == SERIES_ALL)) {
            fail_msg("docs/metrics.md has another level of %s", name);
        }
    }
    buf_fini(&document);
    buf_fini(&minimal);
    buf_fini(&all);
}

/* The latest operation: what it did not measure is absent, not 0. */
static void a_failed_operation_has_no_latest_values(void **state)
{
    (void)state;
    struct snapshot *snapshot = view_snapshot();
    struct expo_view view = view_of(&snapshot, 1);
    struct report *report = snapshot->reports[0];
    struct buf out = {0};
    report->latest.outcome = OUTCOME_TIMEOUT;
    report->latest.received = report->latest.sd.lost = report->latest.ds.lost = 0;
    report->latest.lost_unknown = report->latest.sent;
    expo_render(&view, &format_text, &out);
    assert_null(strstr(out.bytes, "ipsla_latest_rtt"));
    assert_null(strstr(out.bytes, "ipsla_latest_jitter"));
    assert_null(strstr(out.bytes, "ipsla_latest_one_way"));
    assert_null(strstr(out.bytes, "ipsla_latest_packet_loss_ratio{target=\"b\""));
    assert_null(strstr(out.bytes, "\\x\\ny\",direction=\"sd\"} 0.1\n"));
    assert_non_null(strstr(out.bytes, "\\x\\ny\",direction=\"unknown\"} 1\n"));
    buf_fini(&out);
    snapshot_unref(snapshot);
}

/* Several packets: averages, extremes and shares of exactly what the round has. */
static void latest_values_are_those_of_the_round(void **state)
{
    (void)state;
    static const char *const wanted[] = {
        "ipsla_latest_rtt_average_seconds{target=\"a\"} 0.0005\n",
        "ipsla_latest_rtt_minimum_seconds{target=\"a\"} 0.0004\n",
        "ipsla_latest_rtt_maximum_seconds{target=\"a\"} 0.0006\n",
        "ipsla_latest_packet_loss_ratio{target=\"a\",direction=\"sd\"} 0.1\n",
        "ipsla_latest_packet_loss_ratio{target=\"a\",direction=\"unknown\"} 0\n",
        "ipsla_latest_one_way_delay_average_seconds{target=\"a\",direction=\"sd\"} 0.0007\n",
        "ipsla_latest_one_way_delay_minimum_seconds{target=\"a\",direction=\"sd\"} 0.0006\n",
        "ipsla_latest_one_way_delay_maximum_seconds{target=\"a\",direction=\"sd\"} 0.0008\n",
        "ipsla_latest_jitter_average_seconds{target=\"a\",direction=\"sd\"} 0.001\n",
        "ipsla_latest_jitter_minimum_seconds{target=\"a\",direction=\"sd\"} 0\n",
        "ipsla_latest_jitter_maximum_seconds{target=\"a\",direction=\"sd\"} 0.001\n",
        "ipsla_target_next_start_timestamp_seconds{target=\"a\"} 1767268860\n",
    };
    struct buf out = {0};
    render_target(make_spec(&operation_udp_jitter, CONTROL_V1, SERIES_ALL), &out);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        if (strstr(out.bytes, wanted[i]) == NULL) {
            fail_msg("missing: %s", wanted[i]);
        }
    }
    buf_fini(&out);
}

/* A plan that has passed, because the operation runs, is followed by one a period later. */
static void the_next_start_lies_ahead(void **state)
{
    (void)state;
    struct snapshot *snapshot = view_snapshot();
    struct expo_view view = view_of(&snapshot, 1);
    struct buf out = {0};
    view.now = build_at(60 * NS_PER_SECOND + 1).wall;
    expo_render(&view, &format_text, &out);
    assert_non_null(strstr(out.bytes, "\\x\\ny\"} 1767268920\n"));
    assert_null(strstr(out.bytes, "ipsla_target_next_start_timestamp_seconds{target=\"c\""));
    buf_fini(&out);
    snapshot_unref(snapshot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_document_has_the_costs),
        cmocka_unit_test(minimal_is_small),
        cmocka_unit_test(levels_contain_each_other),
        cmocka_unit_test(the_document_has_the_levels),
        cmocka_unit_test(a_failed_operation_has_no_latest_values),
        cmocka_unit_test(latest_values_are_those_of_the_round),
        cmocka_unit_test(the_next_start_lies_ahead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
