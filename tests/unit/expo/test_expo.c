/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Whole expositions: against golden files, and read back line by line. With IPSLA_GOLDEN_WRITE set
 * the golden files are written instead; look at the difference before you keep them. */
#include <string.h>

#include "expo/expo.h"
#include "expo/openmetrics2.h"
#include "expo/proto.h"
#include "expo/text.h"
#include "support/cm.h"
#include "support/files.h"
#include "views.h"

#define GOLDEN IPSLA_SOURCE_DIR "/tests/unit/expo/golden"
#define LINES_MAX 1000

static void render_small(const struct expo_format *format, struct buf *out)
{
    struct snapshot *snapshot = view_snapshot();
    static const struct expo_lookup lookups[3] = {[1] = {3 * NS_PER_MS, {BUILD_WALL_NS}}};
    struct expo_view view = view_of(&snapshot, 1);
    view.responder = view_responder();
    view.lookups = lookups;
    expo_render(&view, format, out);
    snapshot_unref(snapshot);
}

static void compare_golden(const struct expo_format *format, const char *path)
{
    struct buf rendered = {0};
    struct buf golden = {0};
    render_small(format, &rendered);
    if (getenv("IPSLA_GOLDEN_WRITE") != NULL) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        assert_int_equal(fwrite(rendered.bytes, 1, rendered.size, file), rendered.size);
        fclose(file);
    }
    files_read(path, &golden);
    if (format == &format_proto) {
        assert_int_equal(rendered.size, golden.size);
        assert_memory_equal(rendered.bytes, golden.bytes, golden.size);
    } else {
        assert_string_equal(buf_string(&rendered), buf_string(&golden));
    }
    buf_fini(&rendered);
    buf_fini(&golden);
}

static void text_is_golden(void **state)
{
    (void)state;
    compare_golden(&format_text, GOLDEN ".prom");
}

static void openmetrics_is_golden(void **state)
{
    (void)state;
    compare_golden(&format_openmetrics, GOLDEN ".om");
}

static void openmetrics2_is_golden(void **state)
{
    (void)state;
    compare_golden(&format_openmetrics2, GOLDEN ".om2");
}

/* What it means, tests/integration/test_protobuf.py reads from the same file. */
static void protobuf_is_golden(void **state)
{
    (void)state;
    compare_golden(&format_proto, GOLDEN ".pb");
}

/* An exposition cut into lines. */
struct document {
    char *text;
    const char *lines[LINES_MAX];
    size_t count;
};

static struct document document_read(const struct expo_format *format)
{
    struct buf out = {0};
    render_small(format, &out);
    assert_int_equal(out.bytes[out.size - 1], '\n');
    struct document document = {.text = out.bytes};
    char *rest = NULL;
    for (char *line = strtok_r(out.bytes, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        assert_true(document.count < LINES_MAX);
        document.lines[document.count++] = line;
    }
    return document;
}

static bool begins_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* The series of a sample line: all before the value. Values hold no blanks. */
static size_t series_size(const char *line)
{
    const char *end = strstr(line, " # {sequence=");
    size_t size = end == NULL ? strlen(line) : (size_t)(end - line);
    const char *blank = memrchr(line, ' ', size);
    assert_non_null(blank);
    return (size_t)(blank - line);
}

static void no_series_comes_twice(void **state)
{
    (void)state;
    struct document document = document_read(&format_text);
    for (size_t i = 0; i < document.count; i++) {
        size_t size = series_size(document.lines[i]);
        for (size_t k = i + 1; k < document.count && document.lines[i][0] != '#'; k++) {
            if (series_size(document.lines[k]) == size &&
                memcmp(document.lines[i], document.lines[k], size) == 0) {
                fail_msg("twice: %s", document.lines[i]);
            }
        }
    }
    free(document.text);
}

/* Every sample belongs to the family whose head stands above it, and each family has one head. */
static void check_families(const struct expo_format *format)
{
    struct document document = document_read(format);
    char family[100] = "";
    size_t families = 0;
    for (size_t i = 0; i < document.count; i++) {
        const char *line = document.lines[i];
        if (begins_with(line, "# TYPE ")) {
            assert_int_equal(sscanf(line, "# TYPE %99s", family), 1);
            strcat(family, " ");
            families++;
            for (size_t k = 0; k < i; k++) {
                assert_false(begins_with(document.lines[k], "# TYPE ") &&
                             begins_with(document.lines[k] + strlen("# TYPE "), family));
            }
            family[strlen(family) - 1] = '\0';
        } else if (line[0] != '#') {
            assert_true(begins_with(line, family));
        }
    }
    assert_true(families > 40);
    free(document.text);
}

static void families_are_contiguous(void **state)
{
    (void)state;
    check_families(&format_text);
    check_families(&format_openmetrics);
}

static void histograms_add_up(void **state)
{
    (void)state;
    struct document document = document_read(&format_openmetrics);
    unsigned long long previous = 0;
    unsigned long long infinite = 0;
    size_t histograms = 0;
    for (size_t i = 0; i < document.count; i++) {
        const char *line = document.lines[i];
        unsigned long long value = strtoull(line + series_size(line), NULL, 10);
        if (strstr(line, "_bucket{") != NULL) {
            assert_true(value >= previous);
            previous = value;
            infinite = value;
        } else if (strstr(line, "_seconds_count") != NULL) {
            assert_int_equal(value, infinite);
            previous = 0;
            histograms++;
        }
    }
    /* rtt of 3, jitter and one-way delay of 2 x 2, processing of 2 and the responder's, lateness
     * of sending and starting, lag of the loop, and queueing */
    assert_int_equal(histograms, 3 + 4 + 4 + 3 + 4);
    free(document.text);
}

static void expect_line(const struct document *document, const char *wanted, bool is_there)
{
    bool found = false;
    for (size_t i = 0; i < document->count; i++) {
        found = found || begins_with(document->lines[i], wanted);
    }
    if (found != is_there) {
        fail_msg("%s: %s", is_there ? "missing" : "should not be there", wanted);
    }
}

static void a_gauge_without_value_is_absent(void **state)
{
    (void)state;
    struct document document = document_read(&format_text);
    static const char *const gauges[] = {
        "ipsla_operation_success",
        "ipsla_operation_return_code",
        "ipsla_operation_duration_seconds",
        "ipsla_operation_last_run_timestamp_seconds",
        "ipsla_control_rtt_seconds",
        "ipsla_interarrival_jitter_seconds",
        "ipsla_loss_period_packets_max",
        "ipsla_operation_last_success_timestamp_seconds",
        "ipsla_mos_score",
        "ipsla_icpif",
        "ipsla_r_factor",
        "ipsla_latest_rtt_average_seconds",
        "ipsla_latest_jitter_average_seconds",
        "ipsla_latest_packet_loss_ratio",
        "ipsla_target_next_start_timestamp_seconds",
    };
    char wanted[128];
    for (size_t i = 0; i < sizeof gauges / sizeof gauges[0]; i++) {
        snprintf(wanted, sizeof wanted, "%s{target=\"a\"", gauges[i]);
        expect_line(&document, wanted, true);
        snprintf(wanted, sizeof wanted, "%s{target=\"b\"", gauges[i]);
        expect_line(&document, wanted, i < 4);
        snprintf(wanted, sizeof wanted, "%s{target=\"c\"", gauges[i]);
        expect_line(&document, wanted, false);
    }
    free(document.text);
}

static void counters_exist_from_the_start(void **state)
{
    (void)state;
    struct document document = document_read(&format_text);
    expect_line(&document, "ipsla_operations_total{target=\"c\"} 0", true);
    expect_line(&document, "ipsla_packets_lost_total{target=\"c\",direction=\"unknown\"} 0", true);
    expect_line(&document, "ipsla_rtt_seconds_bucket{target=\"c\",le=\"+Inf\"} 0", true);
    expect_line(&document, "ipsla_jitter_seconds_count{target=\"c\",direction=\"ds\"} 0", true);
    expect_line(&document, "ipsla_unmatched_datagrams_total{target=\"c\",reason=\"icmp\"} 0", true);
    expect_line(&document, "ipsla_unmatched_datagrams_total{target=\"c\",reason=\"control\"} 0",
                true);
    expect_line(&document,
                "ipsla_operation_failures_total{target=\"b\",reason=\"no_connection\"} 2", true);
    expect_line(&document, "ipsla_operation_failures_total{target=\"b\",reason=\"resolve\"} 0",
                true);
    expect_line(&document, "ipsla_operation_failures_total{target=\"c\",reason=\"timeout\"} 0",
                true);
    expect_line(&document,
                "ipsla_one_way_delay_withheld_total{target=\"c\",reason=\"tolerance\"} 0", true);
    expect_line(&document, "ipsla_target_frequency_seconds{target=\"c\"} 60", true);
    /* What cannot happen is not there: an address needs no name server, nothing is verified. */
    expect_line(&document, "ipsla_operation_failures_total{target=\"c\",reason=\"ok\"", false);
    expect_line(&document, "ipsla_operation_failures_total{target=\"c\",reason=\"resolve\"", false);
    expect_line(&document, "ipsla_operation_failures_total{target=\"c\",reason=\"verify\"", false);
    /* udp-echo carries no stamps of the responder */
    expect_line(&document, "ipsla_rtt_seconds_count{target=\"b\"} 0", true);
    expect_line(&document, "ipsla_jitter_seconds_count{target=\"b\"", false);
    expect_line(&document, "ipsla_jitter_positive_samples_total{target=\"b\"", false);
    expect_line(&document, "ipsla_responder_processing_seconds_count{target=\"b\"", false);
    free(document.text);
}

/* All probes lost: the handshake has a value, the losses have no direction. */
static void a_timeout_says_nothing_about_directions(void **state)
{
    (void)state;
    struct snapshot *snapshot = view_snapshot();
    struct report *report = snapshot->reports[0];
    report->latest = (struct round){.outcome = OUTCOME_TIMEOUT, .return_code = 4};
    report->latest.control_rtt_ns = 5;
    report->latest.sent = 10;
    report->latest.lost_unknown = 10;
    struct expo_view view = view_of(&snapshot, 1);
    struct buf out = {0};
    expo_render(&view, &format_text, &out);
    assert_null(strstr(out.bytes, "ipsla_loss_period_packets_max"));
    assert_null(strstr(out.bytes, "ipsla_interarrival_jitter_seconds"));
    assert_non_null(strstr(out.bytes, "ipsla_control_rtt_seconds{target=\"a\""));
    report->latest.outcome = OUTCOME_OK;
    report->latest.received = 1;
    buf_clear(&out);
    expo_render(&view, &format_text, &out);
    assert_non_null(strstr(out.bytes, "ipsla_loss_period_packets_max{target=\"a\""));
    assert_null(strstr(out.bytes, "ipsla_interarrival_jitter_seconds"));
    buf_fini(&out);
    snapshot_unref(snapshot);
}

static void snapshots_are_summed(void **state)
{
    (void)state;
    struct snapshot *snapshots[2] = {view_snapshot(), snapshot_new(0)};
    snapshots[1]->stats.unmatched[UNMATCHED_SOURCE] = 2;
    snapshots[1]->stats.tx_stamps[STAMP_KERNEL] = 1;
    hist_observe(&snapshots[1]->stats.send_lateness, &hist_layout_default, 0);
    struct expo_view view = view_of(snapshots, 2);
    struct buf out = {0};
    expo_render(&view, &format_text, &out);
    assert_non_null(strstr(out.bytes, "datagrams_total{reason=\"source\"} 7\n"));
    assert_non_null(strstr(out.bytes, "timestamps_total{point=\"tx\",source=\"kernel\"} 31\n"));
    assert_non_null(strstr(out.bytes, "ipsla_exporter_send_lateness_seconds_count 2\n"));
    assert_null(strstr(out.bytes, "ipsla_responder_sessions"));
    buf_fini(&out);
    snapshot_unref(snapshots[0]);
    snapshot_unref(snapshots[1]);
}

static void nothing_configured_is_still_an_exposition(void **state)
{
    (void)state;
    struct snapshot *none = NULL;
    struct expo_view view = view_of(&none, 0);
    view.scrape_seconds = -1;
    view.reload_successful = false;
    struct buf out = {0};
    expo_render(&view, &format_openmetrics, &out);
    assert_non_null(strstr(out.bytes, "ipsla_exporter_targets{state=\"ok\"} 0\n"));
    assert_non_null(strstr(out.bytes, "config_last_reload_successful 0\n"));
    assert_null(strstr(out.bytes, "ipsla_exporter_scrape_duration_seconds"));
    assert_null(strstr(out.bytes, "ipsla_rtt"));
    assert_string_equal(out.bytes + out.size - strlen("# EOF\n"), "# EOF\n");
    buf_fini(&out);
}

static void a_responder_alone_is_no_exporter(void **state)
{
    (void)state;
    const struct expo_responder responder = {.sessions = 3};
    struct expo_view view = view_of(NULL, 0);
    view.responder = &responder;
    struct buf out = {0};
    expo_render(&view, &format_text, &out);
    assert_null(strstr(out.bytes, "ipsla_exporter_"));
    assert_non_null(strstr(out.bytes, "ipsla_responder_sessions 3\n"));
    assert_non_null(strstr(out.bytes, "ipsla_responder_config_last_reload_successful 1\n"));
    assert_non_null(strstr(out.bytes, "process_open_fds"));
    buf_fini(&out);
}

/* A snapshot of `count` targets that completed, every second with a layout of its own; labels of
 * the one in the middle alone are longer than a block. */
static struct snapshot *many_targets(size_t count)
{
    struct snapshot *snapshot = snapshot_new(count);
    for (size_t i = 0; i < count; i++) {
        char name[32];
        snprintf(name, sizeof name, "target %zu", i);
        struct spec *spec =
            i % 3 == 0 ? build_echo_spec(name, "192.0.2.1") : build_jitter_spec(name, "192.0.2.1");
        if (i % 2 == 0) {
            view_short_layout(spec);
        }
        if (i == count / 2) {
            char *value = mem_alloc(EXPO_BLOCK_BYTES + 1, 1);
            memset(value, 'v', EXPO_BLOCK_BYTES);
            view_label(spec, "long", value);
            free(value);
        }
        snapshot->reports[i] = view_report(spec);
        view_completed(snapshot->reports[i]);
    }
    return snapshot;
}

/* What is read part by part, in parts of 1 to `size_max` bytes, is what is written at once. */
static void check_parts(const struct expo_view *view, const struct expo_format *format,
                        size_t size_max)
{
    struct buf whole = {0};
    expo_render(view, format, &whole);
    struct expo_body *body = expo_body_open(view, format);
    char *part = mem_alloc(size_max, 1);
    size_t at = 0;
    size_t size;
    size_t wanted = 1;
    while ((size = expo_body_read(body, part, wanted)) > 0) {
        assert_true(size <= wanted && size <= whole.size - at);
        assert_memory_equal(part, whole.bytes + at, size);
        at += size;
        wanted = wanted % size_max + 1;
    }
    assert_int_equal(at, whole.size);
    assert_int_equal(expo_body_read(body, part, wanted), 0);
    expo_body_close(body);
    free(part);
    buf_fini(&whole);
}

static void parts_are_the_whole(void **state)
{
    (void)state;
    struct snapshot *snapshots[2] = {many_targets(20), many_targets(0)};
    struct expo_view view = view_of(snapshots, 2);
    check_parts(&view, &format_text, 1000);
    check_parts(&view, &format_openmetrics, 1000);
    check_parts(&view, &format_text, 3 * EXPO_BLOCK_BYTES);
    check_parts(&view, &format_openmetrics2, 1000);
    check_parts(&view, &format_proto, 1000);
    snapshot_unref(snapshots[0]);
    snapshot_unref(snapshots[1]);
    view = view_of(NULL, 0);
    check_parts(&view, &format_text, 7);
}

/* A format of its own: it counts what it is given. */
struct counts {
    size_t metrics, series, ends;
};
static struct counts counted;

static void *count_open(void)
{
    counted = (struct counts){0};
    return &counted;
}

static void count_close(void *state)
{
    assert_ptr_equal(state, &counted);
}

static void count_label(struct buf *labels, const char *name, size_t name_size, const char *value)
{
    assert_int_equal(name_size, strlen(name));
    buf_add_string(labels, value);
}

static void count_begin(struct series *series)
{
    (void)series;
    counted.metrics++;
}

static void count_count(struct series *series, uint64_t value)
{
    (void)value;
    counted.series++;
    buf_add_char(series->out, 'c');
}

static void count_seconds(struct series *series, int64_t value_ns)
{
    count_count(series, (uint64_t)value_ns);
}

static void count_histogram(struct series *series, const struct hist *hist,
                            const struct hist_layout *layout)
{
    count_count(series, hist->count);
    counted.series += layout->count + 2; /* as many lines as a text has more */
}

static void count_end(struct series *series)
{
    (void)series;
    counted.ends++;
}

static const struct expo_format counting = {
    .media_type = "application/counting",
    .open = count_open,
    .close = count_close,
    .add_label = count_label,
    .begin = count_begin,
    .add_count = count_count,
    .add_seconds = count_seconds,
    .add_histogram = count_histogram,
    .end = count_end,
};

static void any_format_gets_every_series(void **state)
{
    (void)state;
    struct buf out = {0};
    size_t heads = 0;
    size_t series = 0;
    struct document document = document_read(&format_text);
    for (size_t i = 0; i < document.count; i++) {
        heads += begins_with(document.lines[i], "# TYPE ");
        series += document.lines[i][0] != '#';
    }
    render_small(&counting, &out);
    assert_int_equal(counted.metrics, heads);
    assert_int_equal(counted.series, series);
    assert_int_equal(counted.ends, 1);
    free(document.text);
    buf_fini(&out);
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static uint64_t read_varint(const uint8_t **at)
{
    uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
        value |= (uint64_t)(**at & 0x7f) << shift;
        if ((*(*at)++ & 0x80) == 0) {
            return value;
        }
    }
}

/* A family of many targets comes in several messages of at most 64 KiB; the one with the label that
 * is longer than that has its series alone. */
static void protobuf_comes_in_pieces(void **state)
{
    (void)state;
    struct snapshot *snapshot = many_targets(2001);
    struct expo_view view = view_of(&snapshot, 1);
    struct buf out = {0};
    expo_render(&view, &format_proto, &out);
    const uint8_t *at = (const uint8_t *)out.bytes;
    const uint8_t *end = at + out.size;
    size_t pieces = 0;
    size_t long_ones = 0;
    while (at < end) {
        const uint8_t *start = at;
        uint64_t size = read_varint(&at);
        assert_int_equal(at[0], 1 << 3 | 2); /* it begins with its name */
        at += size;
        pieces++;
        if ((size_t)(at - start) > PROTO_PIECE_BYTES) {
            assert_true((size_t)(at - start) < 2 * PROTO_PIECE_BYTES);
            long_ones++;
        }
    }
    assert_ptr_equal(at, end);
    assert_true(pieces > 150);
    assert_in_range(long_ones, 40, 200);
    buf_fini(&out);
    snapshot_unref(snapshot);
}

/* Prometheus says nothing when a series comes twice, so this must. */
static void no_series_of_many_targets_comes_twice(void **state)
{
    (void)state;
    struct snapshot *snapshots[2] = {many_targets(301), snapshot_new(0)};
    struct expo_view view = view_of(snapshots, 2);
    struct buf out = {0};
    expo_render(&view, &format_text, &out);
    size_t count = 0;
    char **lines = NULL;
    char *rest = NULL;
    for (char *line = strtok_r(out.bytes, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        line[series_size(line)] = '\0';
        if (line[0] != '#') {
            lines = mem_resize(lines, count + 1, sizeof *lines);
            lines[count++] = line;
        }
    }
    assert_true(count > (size_t)301 * 40);
    qsort(lines, count, sizeof *lines, compare_lines);
    for (size_t i = 1; i < count; i++) {
        assert_string_not_equal(lines[i - 1], lines[i]);
    }
    free(lines);
    buf_fini(&out);
    snapshot_unref(snapshots[0]);
    snapshot_unref(snapshots[1]);
}

/* Each target's buckets are those of its own layout, whatever its neighbours have. */
static void layouts_may_alternate(void **state)
{
    (void)state;
    struct snapshot *snapshot = many_targets(5);
    struct expo_view view = view_of(&snapshot, 1);
    struct buf out = {0};
    expo_render(&view, &format_text, &out);
    static const char *const there[] = {
        "rtt_seconds_bucket{target=\"target 0\",le=\"5e-05\"} 1\n",
        "rtt_seconds_bucket{target=\"target 0\",le=\"0.001\"} 2\n",
        "rtt_seconds_bucket{target=\"target 0\",le=\"5.0\"} 2\n",
        "rtt_seconds_bucket{target=\"target 0\",le=\"+Inf\"} 3\n",
        "rtt_seconds_bucket{target=\"target 1\",le=\"0.0001\"} 1\n",
        "rtt_seconds_bucket{target=\"target 1\",le=\"0.0005\"} 1\n",
        "rtt_seconds_bucket{target=\"target 1\",le=\"0.001\"} 2\n",
        "rtt_seconds_bucket{target=\"target 4\",le=\"5e-05\"} 1\n",
    };
    for (size_t i = 0; i < sizeof there / sizeof there[0]; i++) {
        assert_non_null(strstr(out.bytes, there[i]));
    }
    assert_null(strstr(out.bytes, "{target=\"target 0\",le=\"0.0001\""));
    assert_null(strstr(out.bytes, "{target=\"target 1\",le=\"5e-05\""));
    buf_fini(&out);
    snapshot_unref(snapshot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_golden),
        cmocka_unit_test(openmetrics_is_golden),
        cmocka_unit_test(openmetrics2_is_golden),
        cmocka_unit_test(protobuf_is_golden),
        cmocka_unit_test(no_series_comes_twice),
        cmocka_unit_test(families_are_contiguous),
        cmocka_unit_test(any_format_gets_every_series),
        cmocka_unit_test(parts_are_the_whole),
        cmocka_unit_test(protobuf_comes_in_pieces),
        cmocka_unit_test(no_series_of_many_targets_comes_twice),
        cmocka_unit_test(layouts_may_alternate),
        cmocka_unit_test(histograms_add_up),
        cmocka_unit_test(a_gauge_without_value_is_absent),
        cmocka_unit_test(counters_exist_from_the_start),
        cmocka_unit_test(a_timeout_says_nothing_about_directions),
        cmocka_unit_test(snapshots_are_summed),
        cmocka_unit_test(nothing_configured_is_still_an_exposition),
        cmocka_unit_test(a_responder_alone_is_no_exporter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
