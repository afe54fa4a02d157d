/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Metrics of each flow of a train that takes turns among several source ports: one bad of several
 * equal paths shows as loss of some flows and none of others. */
#include "expo/family.h"

#include <stdio.h>

#define NUMBER_TEXT_MAX 12

static void emit_sent(struct series *series, const struct flow_tally *flow)
{
    series_count(series, flow->sent);
}

static void emit_lost(struct series *series, const struct flow_tally *flow)
{
    series_count(series, flow->lost);
}

static void emit_rtt(struct series *series, const struct flow_tally *flow)
{
    if (flow->latest_answered > 0) {
        series_seconds(series, flow->latest_rtt_ns / flow->latest_answered);
    }
}

/* What is said of each flow; `offset` is one of these. */
enum { FLOW_SENT, FLOW_LOST, FLOW_RTT };

static void emit_each_flow(struct series *series, const struct family_source *source, size_t offset)
{
    static void (*const emit[])(struct series * series, const struct flow_tally *flow) = {
        [FLOW_SENT] = emit_sent, [FLOW_LOST] = emit_lost, [FLOW_RTT] = emit_rtt};
    const struct report *report = source->report;
    for (unsigned i = 0; i < report->spec->packets.flows; i++) {
        char number[NUMBER_TEXT_MAX];
        snprintf(number, sizeof number, "%u", i + 1);
        size_t place = series_label(series, number);
        emit[offset](series, &report->flows[i]);
        series_unlabel(series, place);
    }
}

static const struct family rows[] = {
    {{"ipsla_flow_packets_sent_total",
      METRIC_COUNTER,
      NULL,
      "Packets sent from each of several source ports.",
      {"flow"}},
     FAMILY_FLOWS,
     emit_each_flow,
     FLOW_SENT},
    {{"ipsla_flow_packets_lost_total",
      METRIC_COUNTER,
      NULL,
      "Packets sent from each of several source ports that were lost, in either direction.",
      {"flow"}},
     FAMILY_FLOWS,
     emit_each_flow,
     FLOW_LOST},
    {{"ipsla_flow_rtt_average_seconds",
      METRIC_GAUGE,
      "seconds",
      "Average round trip from each of several source ports in the latest operation; absent when "
      "nothing was answered.",
      {"flow"}},
     FAMILY_FLOWS,
     emit_each_flow,
     FLOW_RTT,
     SERIES_ALL},
};
const struct family_part family_of_flow = {rows, sizeof rows / sizeof rows[0]};
