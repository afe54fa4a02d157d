/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* One operation in which everything happens that can be counted, told by the metrics, as JSON and
 * as text: the numbers are the same, because they are computed once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/cli.h"
#include "expo/expo.h"
#include "expo/text.h"
#include "stats/deviation.h"
#include "support/build.h"

#define MS(value) ((value)*NS_PER_MS)
#define US(value) ((value)*NS_PER_US)
enum { PACKETS = 20 };

static struct {
    struct sample samples[PACKETS];
    uint32_t arrival[PACKETS];
    uint32_t arrivals;
    struct report *report;
    struct buf metrics, json, text;
} told;

static void lose(uint32_t index, enum fate fate)
{
    told.samples[index] = (struct sample){.t1_ns = told.samples[index].t1_ns, .fate = fate};
}

/* Packets 20 ms apart with delays of their own. The responder counts those that reach it. */
static void travel(void)
{
    uint32_t counted = 0;
    for (uint32_t i = 0; i < PACKETS; i++) {
        struct sample *sample = &told.samples[i];
        int64_t sd_ns = MS(3) + US(37) * (i * i % 11), ds_ns = MS(5) + US(53) * (i * i % 7);
        sample->t1_ns = BUILD_WALL_NS + MS(20) * i;
        sample->t2_ns = sample->t1_ns + sd_ns;
        sample->t3_ns = sample->t2_ns + US(100) + US(9) * i;
        sample->t4_ns = sample->t3_ns + ds_ns;
        sample->fate = FATE_RECEIVED;
        sample->has_remote_times = true;
        sample->responder_seq = i == 4 || i == 5 || i == 12 || i == 17 ? 0 : ++counted;
    }
    lose(4, FATE_SENT); /* towards the responder */
    lose(5, FATE_SENT);
    lose(9, FATE_SENT); /* on the way back */
    lose(12, FATE_SENT);
    lose(17, FATE_UNSENT);
    lose(19, FATE_SENT); /* somewhere */
    told.samples[14].fate = FATE_LATE;
    told.samples[7].has_remote_times = false;
    told.samples[2].t2_ns -= MS(4); /* a negative way */
    told.samples[2].t3_ns -= MS(4);
    for (uint32_t i = 0; i < PACKETS; i++) {
        if (told.samples[i].fate == FATE_RECEIVED || told.samples[i].fate == FATE_LATE) {
            told.arrival[told.arrivals++] = i;
        }
    }
    told.arrival[0] = 1; /* overtaken on the way back */
    told.arrival[1] = 0;
}

static void measure(void)
{
    struct report *report = told.report;
    struct round *round = &report->latest;
    struct round_sinks sinks = tally_sinks(&report->tally, report->spec->results.layout, HIST_BOTH);
    const struct round_rules rules = {
        .threshold_ns = MS(8) + US(300),
        .resolution_ns = 1,
        .is_stamped = true,
        .trust_clocks = true,
    };
    struct counted *counted = build_counted(told.samples, PACKETS);
    const struct samples samples = {told.samples, PACKETS, told.arrival, told.arrivals, counted};
    *round = (struct round){.outcome = OUTCOME_OK, .return_code = RETURN_CODE_OK};
    round->started = build_at(0).wall;
    round->control_rtt_ns = MS(9);
    round->offset = (struct clock_offset){true, -MS(1) - US(7), MS(4) + US(31)};
    round_compute(round, &samples, &rules, &sinks);
    build_counted_free(counted);
    round->duplicate = 31;
    round->corrupt = 33;
    round->missed = 1;
    round->sent_late = 6;
    round->queued = 11;
    round->queue_dropped = 3;
    round->responder_steps = 2;
    round->byte_order = BYTE_ORDER_SWAPPED;
    round->deviations = DEVIATION_SWAPPED | DEVIATION_NO_TTL;
    report->has_run = true;
    tally_add(&report->tally, round);
}

static void tell(void)
{
    struct snapshot *snapshot = snapshot_new(1);
    struct cli_result result = {.spec = told.report->spec, .round = &told.report->latest};
    result.samples = (struct samples){told.samples, PACKETS, told.arrival, told.arrivals, NULL};
    for (unsigned i = 0; i < UNMATCHED_COUNT; i++) {
        result.unmatched[i] = 41 + i;
    }
    snapshot->reports[0] = report_ref(told.report);
    const struct expo_view view = {
        .version = "1", .revision = "1", .snapshots = &snapshot, .snapshot_count = 1};
    expo_render(&view, &format_text, &told.metrics);
    cli_json_format(&result, false, &told.json);
    cli_text_format(&result, &told.text);
    snapshot_unref(snapshot);
}

static int set_up(void **state)
{
    (void)state;
    struct spec *spec = build_jitter_spec("a", "192.0.2.1");
    spec->packets.precision = PRECISION_MICROSECONDS;
    spec->packets.count = PACKETS;
    told.report = mem_alloc(1, sizeof *told.report);
    told.report->spec = spec;
    told.report->references = 1;
    travel();
    measure();
    tell();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    report_unref(told.report);
    buf_fini(&told.metrics);
    buf_fini(&told.json);
    buf_fini(&told.text);
    return 0;
}

/* `name` and the labels behind target as they stand in the exposition. */
static double metric(const char *name, const char *labels)
{
    char line[200];
    snprintf(line, sizeof line, "\n%s{target=\"a\"%s%s} ", name, labels[0] != '\0' ? "," : "",
             labels);
    const char *at = strstr(buf_string(&told.metrics), line);
    if (at == NULL) {
        fail_msg("no metric %s", line + 1);
    }
    return strtod(at + strlen(line), NULL);
}

/* The keys of `path`, separated by dots, one behind the other. */
static double json(const char *path)
{
    const char *at = buf_string(&told.json);
    while (*path != '\0') {
        char key[64];
        int size = (int)strcspn(path, ".");
        snprintf(key, sizeof key, "\"%.*s\": ", size, path);
        at = strstr(at, key);
        if (at == NULL) {
            fail_msg("no field %s", path);
        }
        at += strlen(key);
        path += size + (path[size] == '.');
    }
    return strtod(at, NULL);
}

/* The number behind `words`, the `nth` of those that a slash separates. */
static double text(const char *words, unsigned nth)
{
    const char *at = strstr(buf_string(&told.text), words);
    if (at == NULL) {
        fail_msg("no line %s", words);
    }
    at += strlen(words);
    for (; nth > 0; nth--) {
        at = strchr(at, '/') + 1;
    }
    return strtod(at, NULL);
}

struct row {
    const char *metric, *labels; /* NULL: not there */
    const char *json;
    const char *text; /* NULL: not there */
    unsigned nth;
    bool is_time; /* text has milliseconds with three decimals */
    bool may_be_zero;
};

#define SD "direction=\"sd\""
#define DS "direction=\"ds\""

static const struct row rows[] = {
    {"ipsla_packets_sent_total", "", "packets.sent", NULL, 0, 0, 0},
    {"ipsla_packets_received_total", "", "packets.received", "Number Of RTT: ", 0, 0, 0},
    {"ipsla_packets_lost_total", SD, "packets.lost.sd", "Loss Source to Destination: ", 0, 0, 0},
    {"ipsla_packets_lost_total", DS, "packets.lost.ds", "Loss Destination to Source: ", 0, 0, 0},
    {"ipsla_packets_lost_total", "direction=\"unknown\"", "packets.lost.unknown", "Tail Drop: ", 0,
     0, 0},
    {"ipsla_packets_late_total", "", "packets.late", "Packet Late Arrival: ", 0, 0, 0},
    {"ipsla_packets_unsent_total", "", "packets.unsent", "Packet Skipped: ", 0, 0, 0},
    {"ipsla_packets_missed_total", "", "packets.missed", "Packet Missed: ", 0, 0, 0},
    {"ipsla_packets_queued_total", "", "packets.queued", "Packet Queued: ", 0, 0, 0},
    {"ipsla_packets_queue_dropped_total", "", "packets.queue_dropped", "Queue Dropped: ", 0, 0, 0},
    {"ipsla_packets_sent_late_total", "", "packets.sent_late", "Packet Sent Late: ", 0, 0, 0},
    {"ipsla_packets_duplicate_total", "", "packets.duplicate", "Duplicate: ", 0, 0, 0},
    {"ipsla_packets_corrupt_total", "", "packets.corrupt", "Corrupt: ", 0, 0, 0},
    {"ipsla_packets_out_of_order_total", "", "packets.out_of_order", "Out Of Sequence: ", 0, 0, 0},
    {"ipsla_packets_reordered_total", SD, "packets.reordered.sd", NULL, 0, 0, 1},
    {"ipsla_packets_reordered_total", DS, "packets.reordered.ds", NULL, 0, 0, 0},
    {"ipsla_packets_reordered_total", "direction=\"both\"", "packets.reordered.both", NULL, 0, 0,
     1},
    {"ipsla_packets_unprocessed_total", "", "packets.unprocessed", NULL, 0, 0, 0},
    {"ipsla_packets_over_threshold_total", "", "packets.over_threshold",
     "Number Of RTT Over Threshold: ", 0, 0, 0},
    {"ipsla_rtt_seconds_count", "", "rtt_seconds.count", "Number Of RTT: ", 0, 0, 0},
    {"ipsla_rtt_seconds_sum", "", "rtt_seconds.sum", NULL, 0, 1, 0},
    {NULL, NULL, "rtt_seconds.min", "RTT Min/Avg/Max: ", 0, 1, 0},
    {NULL, NULL, "rtt_seconds.avg", "RTT Min/Avg/Max: ", 1, 1, 0},
    {NULL, NULL, "rtt_seconds.max", "RTT Min/Avg/Max: ", 2, 1, 0},
    {"ipsla_one_way_delay_seconds_count", SD, "one_way_delay_seconds.sd.count",
     "Number of Latency one-way Samples: ", 0, 0, 0},
    {"ipsla_one_way_delay_seconds_sum", SD, "one_way_delay_seconds.sd.sum", NULL, 0, 1, 0},
    {"ipsla_one_way_delay_seconds_count", DS, "one_way_delay_seconds.ds.count",
     "Number of Latency one-way Samples: ", 0, 0, 0},
    {"ipsla_one_way_delay_seconds_sum", DS, "one_way_delay_seconds.ds.sum", NULL, 0, 1, 0},
    {NULL, NULL, "one_way_delay_seconds.sd.min",
     "Source to Destination Latency one way Min/Avg/Max: ", 0, 1, 0},
    {NULL, NULL, "one_way_delay_seconds.sd.avg",
     "Source to Destination Latency one way Min/Avg/Max: ", 1, 1, 0},
    {NULL, NULL, "one_way_delay_seconds.ds.max",
     "Destination to Source Latency one way Min/Avg/Max: ", 2, 1, 0},
    {"ipsla_one_way_delay_negative_total", "", "one_way_delay_seconds.negative", NULL, 0, 0, 0},
    {"ipsla_clock_offset_seconds", "", "clock.offset_seconds",
     "Clock of the responder minus ours: ", 0, 1, 0},
    {"ipsla_clock_offset_error_seconds", "", "clock.offset_error_seconds", "at most ", 0, 1, 0},
    {"ipsla_responder_clock_steps_total", "", "clock.responder_steps",
     "Clock of the responder was set, times: ", 0, 0, 0},
    {"ipsla_jitter_seconds_count", SD, "jitter_seconds.sd.samples",
     "Number of SD Jitter Samples: ", 0, 0, 0},
    {"ipsla_jitter_seconds_count", DS, "jitter_seconds.ds.samples",
     "Number of DS Jitter Samples: ", 0, 0, 0},
    {NULL, NULL, "jitter_seconds.sd.min", "Source to Destination Jitter Min/Avg/Max: ", 0, 1, 1},
    {NULL, NULL, "jitter_seconds.sd.avg", "Source to Destination Jitter Min/Avg/Max: ", 1, 1, 0},
    {NULL, NULL, "jitter_seconds.ds.max", "Destination to Source Jitter Min/Avg/Max: ", 2, 1, 0},
    {"ipsla_jitter_positive_samples_total", SD, "jitter_seconds.sd.positive.count", NULL, 0, 0, 0},
    {"ipsla_jitter_positive_seconds_total", SD, "jitter_seconds.sd.positive.sum", NULL, 0, 1, 0},
    {"ipsla_jitter_negative_samples_total", SD, "jitter_seconds.sd.negative.count", NULL, 0, 0, 0},
    {"ipsla_jitter_negative_seconds_total", SD, "jitter_seconds.sd.negative.sum", NULL, 0, 1, 0},
    {"ipsla_jitter_positive_samples_total", DS, "jitter_seconds.ds.positive.count", NULL, 0, 0, 0},
    {"ipsla_jitter_positive_seconds_total", DS, "jitter_seconds.ds.positive.sum", NULL, 0, 1, 0},
    {"ipsla_jitter_negative_samples_total", DS, "jitter_seconds.ds.negative.count", NULL, 0, 0, 0},
    {"ipsla_jitter_negative_seconds_total", DS, "jitter_seconds.ds.negative.sum", NULL, 0, 1, 0},
    {"ipsla_interarrival_jitter_seconds", SD, "jitter_seconds.sd.interarrival",
     "Interarrival jitterout: ", 0, 1, 0},
    {"ipsla_interarrival_jitter_seconds", DS, "jitter_seconds.ds.interarrival",
     "Interarrival jitterin: ", 0, 1, 0},
    {"ipsla_loss_period_packets_max", SD, "loss_periods.sd.length_max",
     "Source to Destination Loss Period Length Min/Max: ", 1, 0, 0},
    {"ipsla_loss_period_packets_max", DS, "loss_periods.ds.length_max",
     "Destination to Source Loss Period Length Min/Max: ", 1, 0, 0},
    {NULL, NULL, "loss_periods.sd.count", "Source to Destination Loss Periods Number: ", 0, 0, 0},
    {NULL, NULL, "loss_periods.sd.between_max",
     "Source to Destination Inter Loss Period Length Min/Max: ", 1, 0, 0},
};

static void test_metrics_json_and_text_agree(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        double value = json(row->json);
        if (value == 0 && !row->may_be_zero) {
            fail_msg("%s is 0: it proves nothing", row->json);
        }
        if (row->metric != NULL && fabs(metric(row->metric, row->labels) - value) > 1.5e-9) {
            fail_msg("%s is %.9f, but %s is %.9f", row->json, value, row->metric,
                     metric(row->metric, row->labels));
        }
        if (row->text == NULL) {
            continue;
        }
        double said = text(row->text, row->nth);
        if (fabs(said - (row->is_time ? value * 1000 : value)) > (row->is_time ? 0.00051 : 0)) {
            fail_msg("%s is %.9f, but the text says %s%.3f", row->json, value, row->text, said);
        }
    }
}

/* And they are those of the round, sums of squares too, which only JSON has. */
static void test_json_has_the_round(void **state)
{
    (void)state;
    const struct round *round = &told.report->latest;
    const struct {
        const char *json;
        double value;
    } fields[] = {
        {"rtt_seconds.sum2", round->rtt.sum2_ns2},
        {"one_way_delay_seconds.sd.sum2", round->sd.delay.sum2_ns2},
        {"one_way_delay_seconds.ds.sum2", round->ds.delay.sum2_ns2},
        {"jitter_seconds.sd.positive.sum2", round->sd.jitter.positive.sum2_ns2},
        {"jitter_seconds.sd.negative.sum2", round->sd.jitter.negative.sum2_ns2},
        {"jitter_seconds.ds.positive.sum2", round->ds.jitter.positive.sum2_ns2},
        {"jitter_seconds.ds.negative.sum2", round->ds.jitter.negative.sum2_ns2},
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        assert_true(fields[i].value > 0);
        double told_as = json(fields[i].json) * 1e18;
        assert_true(fabs(told_as - fields[i].value) <= fields[i].value * 1e-12);
    }
}

static void test_byte_order(void **state)
{
    (void)state;
    static const char sample[] =
        "ipsla_responder_byte_order_info{target=\"a\",byte_order=\"swapped\"} 1";
    assert_non_null(strstr(buf_string(&told.metrics), sample));
    assert_non_null(strstr(buf_string(&told.json), "\"byte_order\": \"swapped\""));
    assert_non_null(strstr(buf_string(&told.text), "Times of the responder are byte-swapped"));
}

static void test_deviations(void **state)
{
    (void)state;
    static const char first[] = "ipsla_reflector_deviation{target=\"a\",kind=\"swapped\"} 1";
    static const char second[] = "ipsla_reflector_deviation{target=\"a\",kind=\"no_ttl\"} 1";
    assert_non_null(strstr(buf_string(&told.metrics), first));
    assert_non_null(strstr(buf_string(&told.metrics), second));
    assert_null(strstr(buf_string(&told.metrics), "kind=\"nanoseconds\""));
    assert_non_null(strstr(buf_string(&told.json), "\"deviations\": [\"swapped\", \"no_ttl\"]"));
    assert_non_null(strstr(buf_string(&told.text), "deviates: it exchanges T1 and T3"));
}

/* What is said of our clock, in both outputs. */
static void assert_said(const struct round *round, const char *text, const char *json)
{
    const struct cli_result result = {.spec = told.report->spec, .round = round};
    struct buf as_text = {0}, as_json = {0};
    cli_text_format(&result, &as_text);
    cli_json_format(&result, false, &as_json);
    assert_non_null(strstr(buf_string(&as_text), text));
    assert_non_null(strstr(buf_string(&as_json), json));
    buf_fini(&as_text);
    buf_fini(&as_json);
}

static void test_our_clock(void **state)
{
    (void)state;
    struct round round = told.report->latest;
    round.one_way = ONE_WAY_LOCAL_CLOCK;
    assert_said(&round, "(our clock is not synchronized)\n", "\"fault\": \"unsynchronized\"");
    round.clock_fault = CLOCK_UNANSWERED;
    assert_said(&round, "synchronized: its daemon has had no answer", "\"fault\": \"unanswered\"");
    round.clock_fault = CLOCK_STALE;
    round.clock_age_minutes = 84;
    assert_said(&round, "nothing has adjusted it for 84 minutes)", "\"fault\": \"stale\"");
    round.one_way = ONE_WAY_LOCAL_UNKNOWN;
    round.clock_fault = CLOCK_UNKNOWN;
    assert_said(&round, "(the system does not tell whether", "\"withheld\": \"local_unknown\"");
    round.one_way = ONE_WAY_LOCAL_SLEW;
    round.is_slewed = true;
    assert_said(&round, "Our clock was slewed: no jitter", "\"slewed\": true");
    round.one_way = ONE_WAY_RESOLUTION;
    round.is_slewed = false;
    assert_said(&round, "(a way is shorter than", "\"withheld\": \"resolution\"");
    assert_said(&round, "(a way is shorter than", "\"slewed\": false");
}

/* Metrics have them for the whole exporter. */
static void test_json_has_unmatched_datagrams(void **state)
{
    (void)state;
    for (unsigned i = 0; i < UNMATCHED_COUNT; i++) {
        char path[64];
        snprintf(path, sizeof path, "packets.unmatched.%s", unmatched_name((enum unmatched)i));
        assert_int_equal((int)json(path), 41 + i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_byte_order),
        cmocka_unit_test(test_deviations),
        cmocka_unit_test(test_our_clock),
        cmocka_unit_test(test_metrics_json_and_text_agree),
        cmocka_unit_test(test_json_has_the_round),
        cmocka_unit_test(test_json_has_unmatched_datagrams),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
