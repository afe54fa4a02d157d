/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What the latest operation measured, as gauges: averages, least and largest values, loss. Each has
 * a value only when the operation completed and measured it. */
#include "expo/family.h"

#include <math.h>

#include "base/time.h"
#include "operation/operation.h"

static bool is_complete(const struct report *report)
{
    return report->has_run && report->latest.outcome == OUTCOME_OK;
}

static bool has_rtt(const struct report *report)
{
    return is_complete(report) && report->latest.rtt.count > 0;
}

static void emit_rtt_average(struct series *series, const struct family_source *source,
                             size_t offset)
{
    (void)offset;
    if (has_rtt(source->report)) {
        series_seconds(series, llround(moments_average_ns(&source->report->latest.rtt)));
    }
}

/* A number of nanoseconds in struct round. */
static void emit_rtt(struct series *series, const struct family_source *source, size_t offset)
{
    if (has_rtt(source->report)) {
        series_seconds(series, *(const int64_t *)family_value(&source->report->latest, offset));
    }
}

static bool has_delay(const struct way *way)
{
    return way->delay.count > 0;
}

static bool has_jitter(const struct way *way)
{
    return way->jitter.samples > 0;
}

static int64_t delay_average(const struct way *way, size_t offset)
{
    (void)offset;
    return llround(moments_average_ns(&way->delay));
}

static int64_t jitter_average(const struct way *way, size_t offset)
{
    (void)offset;
    return llround(jitter_average_ns(&way->jitter));
}

/* A number of nanoseconds in struct way. */
static int64_t way_value(const struct way *way, size_t offset)
{
    return *(const int64_t *)family_value(way, offset);
}

/* A series for each direction of which something is known. */
static void emit_ways(struct series *series, const struct report *report,
                      bool (*is_known)(const struct way *way),
                      int64_t (*value_of)(const struct way *way, size_t offset), size_t offset)
{
    for (unsigned i = 0; is_complete(report) && i < FAMILY_DIRECTIONS; i++) {
        const struct way *way = family_latest_way(report, i);
        if (is_known(way)) {
            series_seconds_by(series, family_directions[i], value_of(way, offset));
        }
    }
}

static void emit_delay_average(struct series *series, const struct family_source *source,
                               size_t offset)
{
    emit_ways(series, source->report, has_delay, delay_average, offset);
}

static void emit_delay(struct series *series, const struct family_source *source, size_t offset)
{
    emit_ways(series, source->report, has_delay, way_value, offset);
}

static void emit_jitter_average(struct series *series, const struct family_source *source,
                                size_t offset)
{
    emit_ways(series, source->report, has_jitter, jitter_average, offset);
}

static void emit_jitter(struct series *series, const struct family_source *source, size_t offset)
{
    emit_ways(series, source->report, has_jitter, way_value, offset);
}

static void add_ratio(struct series *series, const char *direction, uint32_t lost, uint32_t sent)
{
    series_seconds_by(series, direction, llround((double)lost / sent * (double)NS_PER_SECOND));
}

/* Known as soon as packets were sent. In which direction they were lost, replies tell: without any,
 * and without directions, all is unknown. */
static void emit_loss(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    const struct report *report = source->report;
    const struct round *round = &report->latest;
    if (!report->has_run || round->sent == 0) {
        return;
    }
    if (round->received > 0 && operation_has(report->spec->operation, RESULT_DIRECTION)) {
        add_ratio(series, "sd", round->sd.lost, round->sent);
        add_ratio(series, "ds", round->ds.lost, round->sent);
    }
    add_ratio(series, "unknown", round->lost_unknown, round->sent);
}

static const struct family rows[] = {
    {{"ipsla_latest_rtt_average_seconds",
      METRIC_GAUGE,
      "seconds",
      "Average round trip of the latest operation; absent when it failed.",
      {NULL}},
     FAMILY_TARGET,
     emit_rtt_average,
     0,
     SERIES_MINIMAL},
    {{"ipsla_latest_rtt_minimum_seconds",
      METRIC_GAUGE,
      "seconds",
      "Shortest round trip of the latest operation.",
      {NULL}},
     FAMILY_TARGET,
     emit_rtt,
     offsetof(struct round, rtt.min_ns)},
    {{"ipsla_latest_rtt_maximum_seconds",
      METRIC_GAUGE,
      "seconds",
      "Longest round trip of the latest operation.",
      {NULL}},
     FAMILY_TARGET,
     emit_rtt,
     offsetof(struct round, rtt.max_ns),
     SERIES_MINIMAL},
    {{"ipsla_latest_packet_loss_ratio",
      METRIC_GAUGE,
      NULL,
      "Lost packets of the latest operation as a share of those sent, by direction.",
      {"direction"}},
     FAMILY_TARGET,
     emit_loss,
     0},
    {{"ipsla_latest_one_way_delay_average_seconds",
      METRIC_GAUGE,
      "seconds",
      "Average one-way delay of the latest operation, only if both clocks could be trusted.",
      {"direction"}},
     FAMILY_JITTER,
     emit_delay_average,
     0},
    {{"ipsla_latest_one_way_delay_minimum_seconds",
      METRIC_GAUGE,
      "seconds",
      "Shortest one-way delay of the latest operation, only if both clocks could be trusted.",
      {"direction"}},
     FAMILY_JITTER,
     emit_delay,
     offsetof(struct way, delay.min_ns),
     SERIES_ALL},
    {{"ipsla_latest_one_way_delay_maximum_seconds",
      METRIC_GAUGE,
      "seconds",
      "Longest one-way delay of the latest operation, only if both clocks could be trusted.",
      {"direction"}},
     FAMILY_JITTER,
     emit_delay,
     offsetof(struct way, delay.max_ns),
     SERIES_ALL},
    {{"ipsla_latest_jitter_average_seconds",
      METRIC_GAUGE,
      "seconds",
      "Average jitter of the latest operation as IOS prints it: zeros are left out.",
      {"direction"}},
     FAMILY_JITTER,
     emit_jitter_average,
     0},
    {{"ipsla_latest_jitter_minimum_seconds",
      METRIC_GAUGE,
      "seconds",
      "Smallest absolute delay variation of the latest operation.",
      {"direction"}},
     FAMILY_JITTER,
     emit_jitter,
     offsetof(struct way, jitter.min_ns),
     SERIES_ALL},
    {{"ipsla_latest_jitter_maximum_seconds",
      METRIC_GAUGE,
      "seconds",
      "Largest absolute delay variation of the latest operation.",
      {"direction"}},
     FAMILY_JITTER,
     emit_jitter,
     offsetof(struct way, jitter.max_ns),
     SERIES_ALL},
};
const struct family_part family_of_latest = {rows, sizeof rows / sizeof rows[0]};
