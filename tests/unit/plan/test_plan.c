/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What a configuration costs: traffic by its schedules, series as docs/metrics.md has them,
 * estimates by the figures of the documents. */
#include "plan/plan.h"

#include <string.h>

#include "operation/operation.h"
#include "plan/cost.h"
#include "plan/example.h"
#include "support/build.h"
#include "support/files.h"
#include "unit/config/expect.h"

#define METRICS IPSLA_SOURCE_DIR "/docs/metrics.md"
#define BENCHMARKS IPSLA_SOURCE_DIR "/docs/benchmarks.md"
#define TOLERANCE 1e-6
#define UDP_IPV4 28
#define UDP_IPV6 48
#define MANY 1100 /* targets: more than are written at a time */

static struct plan plan_of(const char *text, struct config **config)
{
    struct plan plan;
    *config = parse_good(text);
    plan_init(&plan, *config, NULL);
    return plan;
}

/* A train with a control request each: eleven packets each way. */
static void a_train_is_counted(void **state)
{
    (void)state;
    struct config *config;
    struct plan plan =
        plan_of("targets: [{host: 192.0.2.1, port: 5000, frequency: 10s}]\n", &config);
    assert_near(plan.average.sent.packets, 1.1, TOLERANCE);
    assert_near(plan.average.received.packets, 1.1, TOLERANCE);
    assert_near(plan.average.sent.bytes, (10 * (32 + UDP_IPV4) + 52 + UDP_IPV4) / 10.0, TOLERANCE);
    assert_near(plan.average.received.bytes, (10 * (32 + UDP_IPV4) + 24 + UDP_IPV4) / 10.0,
                TOLERANCE);
    assert_near(plan.trains.sent.packets, 50, TOLERANCE);
    assert_near(plan.trains.received.bytes, 50 * (32 + UDP_IPV4), TOLERANCE);
    assert_near(plan.paths.sent.packets, 0, TOLERANCE);
    plan_fini(&plan);
    config_free(config);
}

/* Packets and bytes of one operation of each kind. */
static void operations_are_counted(void **state)
{
    (void)state;
    static const struct {
        const char *keys;
        double sent, sent_bytes, received, received_bytes;
    } rows[] = {
        {"host: '2001:db8::1', port: 5000, num_packets: 1, control: {version: none}", 1,
         32 + UDP_IPV6, 1, 32 + UDP_IPV6},
        {"host: 192.0.2.1, port: 5000, module: echo, control: {version: none}", 1, 16 + UDP_IPV4, 1,
         16 + UDP_IPV4},
        {"host: 192.0.2.1, port: 5000, num_packets: 2, control: {version: 2}", 3,
         2 * 32 + 172 + 3 * UDP_IPV4, 3, 2 * 32 + 172 + 3 * UDP_IPV4},
        {"host: 192.0.2.1, module: ping", 1, 20 + 16 + 28, 1, 20 + 16 + 28},
        {"host: 192.0.2.1, operation: icmp-jitter, num_packets: 3", 3, 3 * (20 + 20), 3,
         3 * (20 + 20)},
        {"host: 192.0.2.1, operation: twamp-light, num_packets: 2, request_data_size: 14", 2,
         2 * (14 + UDP_IPV4), 2, 2 * (44 + UDP_IPV4)},
        {"host: 192.0.2.1, start: pending", 0, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[256];
        struct config *config;
        snprintf(text, sizeof text, "targets: [{%s, frequency: 1s, timeout: 500ms}]\n",
                 rows[i].keys);
        struct plan plan = plan_of(text, &config);
        print_message("%s\n", rows[i].keys);
        assert_near(plan.average.sent.packets, rows[i].sent, TOLERANCE);
        assert_near(plan.average.sent.bytes, rows[i].sent_bytes, TOLERANCE);
        assert_near(plan.average.received.packets, rows[i].received, TOLERANCE);
        assert_near(plan.average.received.bytes, rows[i].received_bytes, TOLERANCE);
        plan_fini(&plan);
        config_free(config);
    }
}

/* Together by host, the busiest first. */
static void hosts_are_summed_up(void **state)
{
    (void)state;
    struct config *config;
    struct plan plan = plan_of("defaults: {frequency: 10s, port: 5000}\n"
                               "targets:\n"
                               "  - {name: a, host: 192.0.2.1}\n"
                               "  - {name: b, host: 192.0.2.2}\n"
                               "  - {name: c, host: 192.0.2.3, frequency: 20s}\n"
                               "  - {name: d, host: 192.0.2.2, path: {frequency: 60s}}\n",
                               &config);
    static const struct {
        const char *name;
        size_t targets;
        double average, trains;
    } rows[] = {{"192.0.2.2", 2, 2.2, 100}, {"192.0.2.1", 1, 1.1, 50}, {"192.0.2.3", 1, 0.55, 50}};
    assert_int_equal(plan.targets, 4);
    assert_int_equal(plan.host_count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(plan.hosts[i].name, rows[i].name);
        assert_int_equal(plan.hosts[i].targets, rows[i].targets);
        assert_near(plan.hosts[i].average.sent.packets, rows[i].average, TOLERANCE);
        assert_near(plan.hosts[i].trains.sent.packets, rows[i].trains, TOLERANCE);
    }
    assert_near(plan.average.sent.packets, 3.85, TOLERANCE);
    assert_true(plan.paths.sent.packets > 0);
    plan_fini(&plan);
    config_free(config);
}

static void measure(struct spec *spec, uint64_t out[METRICS_FORMS])
{
    struct metrics_size none[METRICS_FORMS], one[METRICS_FORMS];
    struct config config = {.targets = spec_set_new(NULL, 0)};
    metrics_measure(&config, NULL, none);
    spec_set_unref(config.targets);
    config.targets = build_set(&spec, 1);
    metrics_measure(&config, NULL, one);
    spec_set_unref(config.targets);
    for (enum metrics_form form = METRICS_CONFIGURED; form < METRICS_FORMS; form++) {
        out[form] = one[form].series - none[form].series;
    }
}

/* Each operation has the series of the table in docs/metrics.md, which another test made of other
 * reports. */
static void series_are_those_of_the_document(void **state)
{
    (void)state;
    struct buf document = {0};
    files_read(METRICS, &document);
    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        char row[128];
        uint64_t series[METRICS_FORMS];
        if (operation_at(i) == &operation_auto) {
            continue; /* the series are those of what it chooses */
        }
        struct spec *spec = build_jitter_spec("a", "192.0.2.1");
        spec->operation = operation_at(i);
        if (spec->operation->chooses) { /* its protocols have rows of their own */
            spec_unref(spec);
            continue;
        }
        spec->control.version = spec->operation->has_ports ? CONTROL_V1 : CONTROL_NONE;
        measure(spec, series);
        snprintf(row, sizeof row, "\n| `%s` | %u | %u | %u |\n", operation_at(i)->name,
                 (unsigned)series[METRICS_MINIMAL], (unsigned)series[METRICS_DEFAULT],
                 (unsigned)series[METRICS_ALL]);
        assert_int_equal(series[METRICS_CONFIGURED], series[METRICS_DEFAULT]);
        if (strstr(buf_string(&document), row) == NULL) {
            fail_msg("docs/metrics.md lacks%s", row);
        }
    }
    buf_fini(&document);
}

/* Of `count` equal targets. */
static void measure_equal(size_t count, struct metrics_size out[METRICS_FORMS])
{
    struct spec *specs[MANY];
    for (size_t i = 0; i < count; i++) {
        specs[i] = build_jitter_spec("a", "192.0.2.1");
    }
    struct config config = {.targets = spec_set_new(specs, count)};
    metrics_measure(&config, NULL, out);
    spec_set_unref(config.targets);
}

/* More targets than are written at a time add up; a histogram of 15 bounds is 17 series less. */
static void metrics_add_up(void **state)
{
    (void)state;
    struct metrics_size one[METRICS_FORMS], two[METRICS_FORMS], many[METRICS_FORMS];
    measure_equal(1, one);
    measure_equal(2, two);
    measure_equal(MANY, many);
    for (enum metrics_form form = METRICS_CONFIGURED; form < METRICS_FORMS; form++) {
        double series = (double)(two[form].series - one[form].series);
        double text = (double)(two[form].text_bytes - one[form].text_bytes);
        double protobuf = (double)(two[form].protobuf_bytes - one[form].protobuf_bytes);
        assert_near(many[form].series - one[form].series, (MANY - 1) * series, 0);
        assert_near((double)many[form].text_bytes / text, MANY, 0.02 * MANY);
        assert_near((double)many[form].protobuf_bytes / protobuf, MANY, 0.02 * MANY);
    }
    uint64_t classic = two[METRICS_DEFAULT].series - one[METRICS_DEFAULT].series;
    uint64_t native = two[METRICS_DEFAULT].native_series - one[METRICS_DEFAULT].native_series;
    assert_int_equal(classic - native, 6 * 17);
    assert_true(one[METRICS_CONFIGURED].protobuf_bytes > one[METRICS_DEFAULT].protobuf_bytes);
}

/* A path has a series for each hop that is reckoned with; flows have theirs. */
static void paths_and_flows_have_series(void **state)
{
    (void)state;
    uint64_t plain[METRICS_FORMS], more[METRICS_FORMS];
    measure(build_jitter_spec("a", "192.0.2.1"), plain);
    struct spec *spec = build_jitter_spec("a", "192.0.2.1");
    spec->trace.frequency_ns = NS_PER_SECOND;
    spec->trace.flows = spec->trace.probes = 1;
    spec->packets.flows = 4;
    measure(spec, more);
    assert_int_equal(more[METRICS_ALL] - more[METRICS_DEFAULT],
                     plain[METRICS_ALL] - plain[METRICS_DEFAULT] + 5 * EXAMPLE_HOPS + 4);
}

/* The figure behind the words in the document. */
static double figure_of(const struct buf *document, const char *words)
{
    const char *at = strstr(buf_string(document), words);
    assert_non_null(at);
    return strtod(at + strlen(words), NULL);
}

static void assert_about(double constant, double figure)
{
    if (constant > 1.5 * figure || figure > 1.5 * constant) {
        fail_msg("%f is not about %f: plan/cost.h should follow docs/benchmarks.md", constant,
                 figure);
    }
}

static void estimates_are_those_of_the_document(void **state)
{
    (void)state;
    struct buf document = {0};
    files_read(BENCHMARKS, &document);
    assert_about(COST_PROBE_LEAST_NS,
                 figure_of(&document, "| ipsla_exporter, measuring thread | "));
    assert_about(COST_PROBE_MOST_NS,
                 figure_of(&document, "| CPU, ns/probe (handshakes included) | "));
    double series = figure_of(&document, "\n10000 targets: ");
    assert_about(COST_SERIES_NS, figure_of(&document, "\nGET: ") * 1e6 / series);
    assert_about(COST_SERIES_GZIP_NS, figure_of(&document, "\nGET with gzip: ") * 1e6 / series);
    buf_fini(&document);
}

/* docs/scale.md: about 9.5 KiB with the operations that are kept by default. */
static void memory_is_that_of_the_document(void **state)
{
    (void)state;
    struct config *config = parse_good("targets: [{host: 192.0.2.1, port: 5000}]\n");
    uint64_t bytes = cost_target_bytes(config->targets->specs[0]);
    assert_in_range(bytes, 8 << 10, 11 << 10);
    config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_train_is_counted),
        cmocka_unit_test(operations_are_counted),
        cmocka_unit_test(hosts_are_summed_up),
        cmocka_unit_test(series_are_those_of_the_document),
        cmocka_unit_test(metrics_add_up),
        cmocka_unit_test(paths_and_flows_have_series),
        cmocka_unit_test(estimates_are_those_of_the_document),
        cmocka_unit_test(memory_is_that_of_the_document),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
