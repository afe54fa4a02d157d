/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "plan/example.h"

#include <stdlib.h>

#include "base/mem.h"
#include "operation/operation.h"

#define BEGIN_NS (INT64_C(1767268800) * NS_PER_SECOND + 123456789)
#define DAY_NS (MS_PER_DAY * NS_PER_MS)
#define VALUES 12 /* different ones in a histogram */
#define RTT_NS INT64_C(23456789)
#define JITTER_NS INT64_C(345678)
#define PROCESSING_NS INT64_C(45678)

/* `each` times each of VALUES values around `middle_ns`. */
static void fill_hist(struct hist *hist, const struct spec *spec, int64_t middle_ns, uint64_t each)
{
    const struct hist_layout *layout = spec->results.layout;
    for (int64_t i = 0; i < VALUES; i++) {
        int64_t value_ns = middle_ns / 2 + i * middle_ns / VALUES;
        hist_observe(hist, layout, value_ns);
        if (spec->results.histograms != HIST_CLASSIC) {
            native_observe(&hist->native, value_ns);
        }
    }
    for (size_t i = 0; i <= layout->count; i++) {
        if (i < HIST_FIRST) {
            hist->first[i] *= each;
        } else if (hist->more != NULL) {
            hist->more[i - HIST_FIRST] *= each;
        }
    }
    for (unsigned i = 0; hist->native != NULL && i < hist->native->used; i++) {
        hist->native->buckets[i].count *= each;
    }
    hist->count *= each;
    hist->sum_ns *= (int64_t)each;
    hist->worst = (struct exemplar){middle_ns, {BEGIN_NS}, 7};
}

static void fill_way(const struct spec *spec, struct way *way, struct way_tally *tally,
                     uint64_t each)
{
    way->jitter = (struct jitter){.samples = spec->packets.count, .interarrival_ns = JITTER_NS};
    way->jitter.min_ns = JITTER_NS / 3;
    way->jitter.max_ns = JITTER_NS * 3;
    moments_add(&way->jitter.positive, JITTER_NS);
    moments_add(&way->jitter.negative, JITTER_NS);
    moments_add(&way->delay, RTT_NS / 2);
    tally->lost = each;
    tally->positive_samples = tally->negative_samples = each * VALUES / 2;
    tally->positive_ns = tally->negative_ns = (int64_t)each * JITTER_NS;
    fill_hist(&tally->jitter, spec, JITTER_NS, each);
}

/* The latest operation but for its two directions. */
static void fill_round(const struct spec *spec, struct round *round)
{
    *round = (struct round){.outcome = OUTCOME_OK, .return_code = RETURN_CODE_OK};
    round->duration_ns = 203456789;
    round->control_rtt_ns = RTT_NS;
    round->planned = round->sent = round->received = spec->packets.count;
    round->has_reply = spec->operation->transport != TRANSPORT_TCP_CONNECT;
    round->reply_ttl = 250;
    round->byte_order =
        spec->operation == &operation_icmp_jitter ? BYTE_ORDER_NETWORK : BYTE_ORDER_UNKNOWN;
    round->offset = (struct clock_offset){true, -1567890, 345678};
    moments_add(&round->rtt, RTT_NS - JITTER_NS);
    moments_add(&round->rtt, RTT_NS + JITTER_NS);
    if (spec->packets.codec != VOICE_CODEC_NONE) {
        round->voice = (struct voice){.is_scored = true, .icpif = 11, .mos_hundredths = 406};
        round->voice.r_factor = 82.204;
        round->voice.mos_cq = 4.0977;
        round->voice.mos_lq = 4.1;
    }
}

/* A way of EXAMPLE_HOPS hops, each with one address. */
static struct trace_result *make_path(const struct spec *spec)
{
    struct trace_result *path = mem_alloc(1, sizeof *path);
    size_t cells = (size_t)EXAMPLE_HOPS * spec->trace.flows;
    *path = (struct trace_result){
        .references = 1,
        .ended = {BEGIN_NS},
        .flow_count = spec->trace.flows,
        .hop_count = EXAMPLE_HOPS,
        .is_reached = true,
        .runs = 1,
        .hops = mem_alloc(EXAMPLE_HOPS, sizeof *path->hops),
        .cells = mem_alloc(cells, sizeof *path->cells),
    };
    for (size_t i = 0; i < EXAMPLE_HOPS; i++) {
        path->hops[i].address_count = 1;
        path->hops[i].has_tos = true;
        addr_parse_ip("198.51.100.123", &path->hops[i].addresses[0]);
    }
    for (size_t i = 0; i < cells; i++) {
        path->cells[i] = (struct trace_cell){
            1, spec->trace.probes, spec->trace.probes, RTT_NS, RTT_NS, RTT_NS * spec->trace.probes};
    }
    return path;
}

void example_fill(struct report *report, const struct spec *spec)
{
    int64_t frequency_ns = spec->schedule.frequency_ns;
    uint64_t operations = 1 + (uint64_t)(DAY_NS / frequency_ns);
    uint64_t packets = operations * spec->packets.count;
    uint64_t each = 1 + packets / VALUES;
    struct tally *tally = &report->tally;
    report->spec = spec;
    report->created.ns = BEGIN_NS - DAY_NS;
    report->has_run = report->has_succeeded = true;
    report->last_run.ns = report->last_success.ns = BEGIN_NS;
    report->next_start.ns = BEGIN_NS + frequency_ns;
    condition_settle(&report->condition, TARGET_OK, (struct instant){.wall = {BEGIN_NS}});
    fill_round(spec, &report->latest);
    tally->operations = operations;
    tally->sent = tally->received = packets;
    fill_hist(&tally->rtt, spec, RTT_NS, each);
    fill_hist(&tally->processing, spec, PROCESSING_NS, each);
    fill_way(spec, &report->latest.sd, &tally->sd, each);
    fill_way(spec, &report->latest.ds, &tally->ds, each);
    if (operation_has(spec->operation, RESULT_ONE_WAY)) {
        struct hist_pair *one_way = hist_pair_at(&tally->one_way);
        fill_hist(&one_way->sd, spec, RTT_NS / 2, each);
        fill_hist(&one_way->ds, spec, RTT_NS / 2, each);
    }
    if (spec->packets.flows > 1) {
        report->flows = mem_alloc(SPEC_FLOWS_MAX, sizeof *report->flows);
        for (unsigned i = 0; i < spec->packets.flows; i++) {
            report->flows[i] = (struct flow_tally){packets, 0, 1, 0, 1, RTT_NS};
        }
    }
    report->path = spec->trace.frequency_ns > 0 ? make_path(spec) : NULL;
}

void example_fini(struct report *report)
{
    tally_fini(&report->tally);
    free(report->flows);
    trace_result_unref(report->path);
}
