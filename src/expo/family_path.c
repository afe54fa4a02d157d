/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Metrics of the way to a target, as the latest search saw it. Absent until there was one. */
#include "expo/family.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/time.h"

/* Of a hop, at most so many addresses have a series; the number of all has one. */
#define ADDRESSES_MAX 4
#define NUMBER_TEXT_MAX 12
#define LABEL_STACK_TEXT_MAX (QUOTE_LABELS_MAX * NUMBER_TEXT_MAX)

static void emit_hops(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    series_count(series, source->report->path->hop_count);
}

static void emit_reached(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    series_count(series, source->report->path->is_reached);
}

static void emit_changes(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    series_count(series, source->report->path->changes);
}

static void emit_time(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    series_seconds(series, source->report->path->ended.ns);
}

static void emit_rewritten(struct series *series, const struct family_source *source, size_t offset)
{
    static const char *const fields[] = {[TRACE_DSCP] = "dscp", [TRACE_ECN] = "ecn"};
    (void)offset;
    for (enum trace_field field = TRACE_DSCP; field <= TRACE_ECN; field++) {
        const struct trace_rewrite rewrite = trace_result_rewrite(source->report->path, field);
        if (rewrite.hop > 0) {
            series_count_by(series, fields[field], rewrite.hop);
        }
    }
}

static void emit_hop_rtt(struct series *series, const struct trace_result *path, unsigned hop)
{
    const struct trace_cell sum = trace_result_sum(path, hop, TRACE_ALL_ADDRESSES);
    if (sum.answered > 0) {
        series_seconds(series, sum.rtt_sum_ns / sum.answered);
    }
}

static void emit_hop_unanswered(struct series *series, const struct trace_result *path,
                                unsigned hop)
{
    const struct trace_cell sum = trace_result_sum(path, hop, TRACE_ALL_ADDRESSES);
    if (sum.sent > 0) {
        double share = (double)(sum.sent - sum.answered) / sum.sent;
        series_seconds(series, llround(share * (double)NS_PER_SECOND));
    }
}

static void emit_hop_addresses(struct series *series, const struct trace_result *path, unsigned hop)
{
    series_count(series, trace_result_hop(path, hop)->address_count);
}

static void emit_hop_dscp(struct series *series, const struct trace_result *path, unsigned hop)
{
    const struct trace_hop *seen = trace_result_hop(path, hop);
    if (seen->has_tos) {
        series_count(series, trace_field_of(TRACE_DSCP, seen->tos));
    }
}

/* "24001/3", outermost first; "" without labels. */
static void write_stack(const struct trace_hop *hop, char text[LABEL_STACK_TEXT_MAX])
{
    size_t length = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < hop->label_count; i++) {
        length += (size_t)snprintf(text + length, LABEL_STACK_TEXT_MAX - length, "%s%" PRIu32,
                                   i > 0 ? "/" : "", hop->labels[i].label);
    }
}

static void emit_hop_info(struct series *series, const struct trace_result *path, unsigned hop)
{
    char address[ADDR_TEXT_MAX], stack[LABEL_STACK_TEXT_MAX];
    const struct trace_hop *seen = trace_result_hop(path, hop);
    write_stack(seen, stack);
    for (unsigned i = 0; i < seen->address_count && i < ADDRESSES_MAX; i++) {
        size_t place = series_label(series, addr_format_ip(&seen->addresses[i], address));
        series_count_by(series, stack, 1);
        series_unlabel(series, place);
    }
}

/* What is said of each hop; `offset` is one of these. */
enum { HOP_RTT, HOP_UNANSWERED, HOP_ADDRESSES, HOP_DSCP, HOP_INFO };

/* With the number of the hop as the first label. */
static void emit_each_hop(struct series *series, const struct family_source *source, size_t offset)
{
    static void (*const emit[])(struct series * series, const struct trace_result *path,
                                unsigned hop) = {
        [HOP_RTT] = emit_hop_rtt,   [HOP_UNANSWERED] = emit_hop_unanswered,
        [HOP_DSCP] = emit_hop_dscp, [HOP_ADDRESSES] = emit_hop_addresses,
        [HOP_INFO] = emit_hop_info,
    };
    const struct trace_result *path = source->report->path;
    for (unsigned hop = 1; hop <= path->hop_count; hop++) {
        char number[NUMBER_TEXT_MAX];
        snprintf(number, sizeof number, "%u", hop);
        size_t place = series_label(series, number);
        emit[offset](series, path, hop);
        series_unlabel(series, place);
    }
}

static const struct family rows[] = {
    {{"ipsla_path_hops",
      METRIC_GAUGE,
      NULL,
      "Hops to the host by the latest search; up to the last that answered if the host did not.",
      {NULL}},
     FAMILY_PATH,
     emit_hops,
     0},
    {{"ipsla_path_reached",
      METRIC_GAUGE,
      NULL,
      "Whether the host itself answered the latest search.",
      {NULL}},
     FAMILY_PATH,
     emit_reached,
     0},
    {{"ipsla_path_changes_total",
      METRIC_COUNTER,
      NULL,
      "Searches that saw some flow at another address of a hop than before.",
      {NULL}},
     FAMILY_PATH,
     emit_changes,
     0},
    {{"ipsla_path_rewritten_hop",
      METRIC_GAUGE,
      NULL,
      "First hop that packets came to with another DSCP or ECN than they were sent with; absent "
      "when there is none, or it is not known.",
      {"field"}},
     FAMILY_PATH,
     emit_rewritten,
     0},
    {{"ipsla_path_last_search_timestamp_seconds",
      METRIC_GAUGE,
      "seconds",
      "When the latest search ended, Unix time.",
      {NULL}},
     FAMILY_PATH,
     emit_time,
     0},
    {{"ipsla_path_hop_rtt_seconds",
      METRIC_GAUGE,
      "seconds",
      "Average round trip to the hop in the latest search; absent when it did not answer.",
      {"hop"}},
     FAMILY_PATH,
     emit_each_hop,
     HOP_RTT,
     SERIES_ALL},
    {{"ipsla_path_hop_unanswered_ratio",
      METRIC_GAUGE,
      NULL,
      "Packets to the hop without an answer in the latest search, as a share of those sent.",
      {"hop"}},
     FAMILY_PATH,
     emit_each_hop,
     HOP_UNANSWERED,
     SERIES_ALL},
    {{"ipsla_path_hop_addresses",
      METRIC_GAUGE,
      NULL,
      "Addresses that answered at the hop in the latest search, at most 8: more than one are equal "
      "paths.",
      {"hop"}},
     FAMILY_PATH,
     emit_each_hop,
     HOP_ADDRESSES,
     SERIES_ALL},
    {{"ipsla_path_hop_dscp",
      METRIC_GAUGE,
      NULL,
      "DSCP with which packets came to the hop; absent when it is not known.",
      {"hop"}},
     FAMILY_PATH,
     emit_each_hop,
     HOP_DSCP,
     SERIES_ALL},
    {{"ipsla_path_hop_info",
      METRIC_INFO,
      NULL,
      "Who answered at the hop in the latest search, at most 4 addresses, and the MPLS labels that "
      "it told; the value is 1.",
      {"hop", "address", "mpls"}},
     FAMILY_PATH,
     emit_each_hop,
     HOP_INFO,
     SERIES_ALL},
};
const struct family_part family_of_path = {rows, sizeof rows / sizeof rows[0]};
