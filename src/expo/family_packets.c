/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Metrics of what became of the probe packets. */
#include "expo/family.h"
#include "operation/operation.h"

static void emit_lost(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    const struct tally *tally = &source->report->tally;
    series_count_by(series, "sd", tally->sd.lost);
    series_count_by(series, "ds", tally->ds.lost);
    series_count_by(series, "unknown", tally->lost_unknown);
}

static void emit_reordered(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    const struct tally *tally = &source->report->tally;
    series_count_by(series, "sd", tally->reordered_sd);
    series_count_by(series, "ds", tally->reordered_ds);
    series_count_by(series, "both", tally->reordered_both);
}

/* Only replies tell the direction of a loss: without any, "no run of losses" would be wrong. */
static void emit_loss_period(struct series *series, const struct family_source *source,
                             size_t offset)
{
    (void)offset;
    const struct report *report = source->report;
    if (!report->has_run || report->latest.outcome != OUTCOME_OK ||
        !operation_has(report->spec->operation, RESULT_DIRECTION)) {
        return;
    }
    for (unsigned i = 0; i < FAMILY_DIRECTIONS; i++) {
        series_count_by(series, family_directions[i],
                        family_latest_way(report, i)->periods.length_max);
    }
}

/* Whether the target can get such a datagram: a connection gets none, but for its control request.
 */
static bool can_be_unmatched(const struct spec *spec, enum unmatched unmatched)
{
    bool has_request = control_has_request(spec->control.version);
    if (unmatched == UNMATCHED_CONTROL) {
        return has_request;
    }
    if (spec->operation->transport == TRANSPORT_TCP_CONNECT) {
        return has_request && (unmatched == UNMATCHED_SOURCE || unmatched == UNMATCHED_ICMP);
    }
    return true;
}

/* Those that can happen are there with 0: increase() does not see how a series begins. */
static void emit_unmatched(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    const struct report *report = source->report;
    for (unsigned i = 0; i < UNMATCHED_COUNT; i++) {
        uint64_t count = report->unmatched[i];
        if (count > 0 || can_be_unmatched(report->spec, (enum unmatched)i)) {
            series_count_by(series, unmatched_name((enum unmatched)i), count);
        }
    }
}

static const struct family rows[] = {
    {{"ipsla_packets_sent_total", METRIC_COUNTER, NULL, "Probe packets sent.", {NULL}},
     FAMILY_TARGET,
     family_emit_count,
     offsetof(struct tally, sent),
     SERIES_MINIMAL},
    {{"ipsla_packets_received_total",
      METRIC_COUNTER,
      NULL,
      "Probe packets answered within the timeout, duplicates not counted.",
      {NULL}},
     FAMILY_TARGET,
     family_emit_count,
     offsetof(struct tally, received)},
    {{"ipsla_packets_lost_total",
      METRIC_COUNTER,
      NULL,
      "Probe packets never answered: lost from source to destination (sd), on the way back (ds), "
      "or in an unknown direction (unknown).",
      {"direction"}},
     FAMILY_TARGET,
     emit_lost,
     0,
     SERIES_MINIMAL},
    {{"ipsla_packets_dropped_total",
      METRIC_COUNTER,
      NULL,
      "Probe packets whose reply was dropped because a socket buffer of this host was full; not "
      "lost in the network.",
      {NULL}},
     FAMILY_DATAGRAMS,
     family_emit_count,
     offsetof(struct tally, dropped_here)},
    {{"ipsla_packets_late_total",
      METRIC_COUNTER,
      NULL,
      "Probe packets answered after the timeout.",
      {NULL}},
     FAMILY_TARGET,
     family_emit_count,
     offsetof(struct tally, late)},
    {{"ipsla_packets_duplicate_total",
      METRIC_COUNTER,
      NULL,
      "Replies to packets that were already answered.",
      {NULL}},
     FAMILY_DATAGRAMS,
     family_emit_count,
     offsetof(struct tally, duplicate)},
    {{"ipsla_packets_out_of_order_total",
      METRIC_COUNTER,
      NULL,
      "Replies that arrived after the reply to a later packet.",
      {NULL}},
     FAMILY_DATAGRAMS,
     family_emit_count,
     offsetof(struct tally, out_of_order)},
    {{"ipsla_packets_corrupt_total", METRIC_COUNTER, NULL, "Replies with invalid content.", {NULL}},
     FAMILY_DATAGRAMS,
     family_emit_count,
     offsetof(struct tally, corrupt)},
    {{"ipsla_unmatched_datagrams_total",
      METRIC_COUNTER,
      NULL,
      "Received datagrams that answered nothing, by reason.",
      {"reason"}},
     FAMILY_TARGET,
     emit_unmatched,
     0},
    {{"ipsla_packets_unsent_total",
      METRIC_COUNTER,
      NULL,
      "Probe packets that this host could not send.",
      {NULL}},
     FAMILY_TARGET,
     family_emit_count,
     offsetof(struct tally, unsent)},
    {{"ipsla_packets_missed_total",
      METRIC_COUNTER,
      NULL,
      "Probe packets skipped because this host was too late for them; included in the unsent "
      "packets.",
      {NULL}},
     FAMILY_JITTER,
     family_emit_count,
     offsetof(struct tally, missed)},
    {{"ipsla_packets_queue_dropped_total",
      METRIC_COUNTER,
      NULL,
      "Probe packets that a queue of this host dropped; part of the unsent ones.",
      {NULL}},
     FAMILY_TARGET,
     family_emit_count,
     offsetof(struct tally, queue_dropped)},
    {{"ipsla_packets_queued_total",
      METRIC_COUNTER,
      NULL,
      "Probe packets that waited longer than 1 ms in a queue of this host.",
      {NULL}},
     FAMILY_TARGET,
     family_emit_count,
     offsetof(struct tally, queued)},
    {{"ipsla_packets_sent_late_total",
      METRIC_COUNTER,
      NULL,
      "Probe packets sent later than scheduled by more than half an interval or 10 ms.",
      {NULL}},
     FAMILY_TARGET,
     family_emit_count,
     offsetof(struct tally, sent_late)},
    {{"ipsla_packets_reordered_total",
      METRIC_COUNTER,
      NULL,
      "Packets overtaken by later ones on the way to the responder (sd), on the way back (ds) or "
      "on both.",
      {"direction"}},
     FAMILY_JITTER,
     emit_reordered,
     0},
    {{"ipsla_packets_unprocessed_total",
      METRIC_COUNTER,
      NULL,
      "Packets received in time whose reply has no usable timestamps of the responder.",
      {NULL}},
     FAMILY_JITTER,
     family_emit_count,
     offsetof(struct tally, unprocessed)},
    {{"ipsla_packets_over_threshold_total",
      METRIC_COUNTER,
      NULL,
      "Probe packets whose round trip exceeded the threshold.",
      {NULL}},
     FAMILY_TARGET,
     family_emit_count,
     offsetof(struct tally, over_threshold)},
    {{"ipsla_loss_period_packets_max",
      METRIC_GAUGE,
      NULL,
      "Longest run of consecutive losses in the latest operation.",
      {"direction"}},
     FAMILY_JITTER,
     emit_loss_period,
     0},
};
const struct family_part family_of_packets = {rows, sizeof rows / sizeof rows[0]};
