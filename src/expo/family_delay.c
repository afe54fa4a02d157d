/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Metrics of round trips, one-way delays, clocks and jitter. */
#include "expo/family.h"

#include <math.h>

#include "operation/operation.h"
#include "stats/deviation.h"

/* A histogram of struct way_tally, in both directions. */
static void emit_way_hist(struct series *series, const struct family_source *source, size_t offset)
{
    for (unsigned i = 0; i < FAMILY_DIRECTIONS; i++) {
        const struct hist *hist = family_value(family_tally_way(source->report, i), offset);
        series_histogram_by(series, family_directions[i], hist, source->layout);
    }
}

static void emit_one_way(struct series *series, const struct family_source *source, size_t offset)
{
    static const struct hist_pair none;
    const struct hist_pair *pair = source->report->tally.one_way;
    (void)offset;
    pair = pair == NULL ? &none : pair;
    series_histogram_by(series, family_directions[0], &pair->sd, source->layout);
    series_histogram_by(series, family_directions[1], &pair->ds, source->layout);
}

static void emit_withheld(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    for (unsigned i = 0; i < ONE_WAY_COUNT; i++) {
        enum one_way reason = (enum one_way)i;
        if (operation_can_withhold(source->report->spec->operation, reason)) {
            series_count_by(series, one_way_name(reason), source->report->tally.withheld[i]);
        }
    }
}

static void emit_offset(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    const struct report *report = source->report;
    if (report->has_run && report->latest.offset.is_known) {
        series_seconds(series, report->latest.offset.offset_ns);
    }
}

static void emit_offset_error(struct series *series, const struct family_source *source,
                              size_t offset)
{
    (void)offset;
    const struct report *report = source->report;
    if (report->has_run && report->latest.offset.is_known) {
        series_seconds(series, report->latest.offset.error_ns);
    }
}

/* Of the responder's ICMP timestamps. */
static void emit_byte_order(struct series *series, const struct family_source *source,
                            size_t offset)
{
    (void)offset;
    enum byte_order order = source->report->latest.byte_order;
    if (order != BYTE_ORDER_UNKNOWN) {
        series_count_by(series, byte_order_name(order), 1);
    }
}

/* Of the reflector of STAMP or TWAMP Light. */
static void emit_deviations(struct series *series, const struct family_source *source,
                            size_t offset)
{
    (void)offset;
    for (unsigned bit = 0; bit < DEVIATION_COUNT; bit++) {
        if ((source->report->latest.deviations & 1U << bit) != 0) {
            series_count_by(series, deviation_name(bit), 1);
        }
    }
}

/* The series appears with the first such operation. */
static void emit_slewed(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    if (source->report->tally.slewed_operations > 0) {
        series_count(series, source->report->tally.slewed_operations);
    }
}

/* The series appears with the first reduction. */
static void emit_reductions(struct series *series, const struct family_source *source,
                            size_t offset)
{
    (void)offset;
    uint64_t reductions = tally_resolution_reductions(&source->report->tally);
    if (reductions > 0) {
        series_count(series, reductions);
    }
}

/* A counter of struct way_tally, in both directions. */
static void emit_way_count(struct series *series, const struct family_source *source, size_t offset)
{
    for (unsigned i = 0; i < FAMILY_DIRECTIONS; i++) {
        const uint64_t *count = family_value(family_tally_way(source->report, i), offset);
        series_count_by(series, family_directions[i], *count);
    }
}

/* A sum of durations of struct way_tally, in both directions. */
static void emit_way_seconds(struct series *series, const struct family_source *source,
                             size_t offset)
{
    for (unsigned i = 0; i < FAMILY_DIRECTIONS; i++) {
        const int64_t *sum_ns = family_value(family_tally_way(source->report, i), offset);
        series_seconds_by(series, family_directions[i], *sum_ns);
    }
}

/* One packet has no delay variation: no value then. */
static void emit_interarrival(struct series *series, const struct family_source *source,
                              size_t offset)
{
    (void)offset;
    const struct report *report = source->report;
    if (!report->has_run || report->latest.received < 2 || report->latest.is_slewed) {
        return;
    }
    for (unsigned i = 0; i < FAMILY_DIRECTIONS; i++) {
        series_seconds_by(series, family_directions[i],
                          llround(family_latest_way(report, i)->jitter.interarrival_ns));
    }
}

static const struct family rows[] = {
    {{"ipsla_rtt_seconds",
      METRIC_HISTOGRAM,
      "seconds",
      "Round-trip time of probe packets, processing in the responder subtracted.",
      {NULL}},
     FAMILY_TARGET,
     family_emit_hist,
     offsetof(struct tally, rtt)},
    {{"ipsla_one_way_delay_seconds",
      METRIC_HISTOGRAM,
      "seconds",
      "One-way delay of packets, only from operations in which both clocks could be trusted.",
      {"direction"}},
     FAMILY_JITTER,
     emit_one_way,
     0},
    {{"ipsla_one_way_delay_withheld_total",
      METRIC_COUNTER,
      NULL,
      "Operations whose one-way delay is not reported, by reason.",
      {"reason"}},
     FAMILY_JITTER,
     emit_withheld,
     0},
    {{"ipsla_one_way_delay_negative_total",
      METRIC_COUNTER,
      NULL,
      "Packets left out of the one-way delay because it was negative in one direction.",
      {NULL}},
     FAMILY_JITTER,
     family_emit_count,
     offsetof(struct tally, negative)},
    {{"ipsla_clock_offset_seconds",
      METRIC_GAUGE,
      "seconds",
      "Clock of the responder minus the clock of this host in the latest operation, computed from "
      "the timestamps of its packets.",
      {NULL}},
     FAMILY_JITTER,
     emit_offset,
     0},
    {{"ipsla_clock_offset_error_seconds",
      METRIC_GAUGE,
      "seconds",
      "Upper bound of the error of ipsla_clock_offset_seconds.",
      {NULL}},
     FAMILY_JITTER,
     emit_offset_error,
     0},
    {{"ipsla_responder_clock_steps_total",
      METRIC_COUNTER,
      NULL,
      "Operations during which the responder's clock was set.",
      {NULL}},
     FAMILY_JITTER,
     family_emit_count,
     offsetof(struct tally, responder_steps)},
    {{"ipsla_slewed_operations_total",
      METRIC_COUNTER,
      NULL,
      "Operations during which the clock of this host was slewed.",
      {NULL}},
     FAMILY_TARGET,
     emit_slewed,
     0},
    {{"ipsla_responder_byte_order_info",
      METRIC_INFO,
      NULL,
      "Byte order of the responder's ICMP timestamps in the latest operation; the value is 1.",
      {"byte_order"}},
     FAMILY_TARGET,
     emit_byte_order,
     0},
    {{"ipsla_reflector_deviation",
      METRIC_GAUGE,
      NULL,
      "The reflector departs from the documents so, in the latest operation; the value is 1.",
      {"kind"}},
     FAMILY_TARGET,
     emit_deviations,
     0},
    {{"ipsla_jitter_seconds",
      METRIC_HISTOGRAM,
      "seconds",
      "Absolute delay variation of adjacent packets in one direction, zeros included.",
      {"direction"}},
     FAMILY_JITTER,
     emit_way_hist,
     offsetof(struct way_tally, jitter)},
    {{"ipsla_jitter_positive_samples_total",
      METRIC_COUNTER,
      NULL,
      "Adjacent packets that arrived further apart than they were sent.",
      {"direction"}},
     FAMILY_JITTER,
     emit_way_count,
     offsetof(struct way_tally, positive_samples)},
    {{"ipsla_jitter_positive_seconds_total",
      METRIC_COUNTER,
      "seconds",
      "Sum of the delay variation of packets that arrived further apart than they were sent.",
      {"direction"}},
     FAMILY_JITTER,
     emit_way_seconds,
     offsetof(struct way_tally, positive_ns)},
    {{"ipsla_jitter_negative_samples_total",
      METRIC_COUNTER,
      NULL,
      "Adjacent packets that arrived closer together than they were sent.",
      {"direction"}},
     FAMILY_JITTER,
     emit_way_count,
     offsetof(struct way_tally, negative_samples)},
    {{"ipsla_jitter_negative_seconds_total",
      METRIC_COUNTER,
      "seconds",
      "Sum of the delay variation of packets that arrived closer together than they were sent.",
      {"direction"}},
     FAMILY_JITTER,
     emit_way_seconds,
     offsetof(struct way_tally, negative_ns)},
    {{"ipsla_interarrival_jitter_seconds",
      METRIC_GAUGE,
      "seconds",
      "Interarrival jitter (RFC 3550 6.4.1) at the end of the latest operation.",
      {"direction"}},
     FAMILY_JITTER,
     emit_interarrival,
     0},
    {{"ipsla_histogram_resolution_reductions_total",
      METRIC_COUNTER,
      NULL,
      "Times that a native histogram of the target had too many buckets and lost half of its "
      "resolution.",
      {NULL}},
     FAMILY_TARGET,
     emit_reductions,
     0},
};
const struct family_part family_of_delay = {rows, sizeof rows / sizeof rows[0]};
