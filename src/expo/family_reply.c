/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Metrics of what the responder and its replies say. */
#include "expo/family.h"

static void emit_control_rtt(struct series *series, const struct family_source *source,
                             size_t offset)
{
    (void)offset;
    if (source->report->has_run && source->report->latest.control_rtt_ns >= 0) {
        series_seconds(series, source->report->latest.control_rtt_ns);
    }
}

/* The layout of the MD5 digest that the responder accepted last. */
static void emit_auth_layout(struct series *series, const struct family_source *source,
                             size_t offset)
{
    (void)offset;
    if (source->report->latest.auth_layout > 0) {
        series_count_by(series, auth_layout_name(source->report->latest.auth_layout - 1), 1);
    }
}

static void emit_reply_dscp(struct series *series, const struct family_source *source,
                            size_t offset)
{
    (void)offset;
    if (source->report->has_run && source->report->latest.has_reply) {
        series_count(series, source->report->latest.reply_tos >> 2);
    }
}

static void emit_reply_hop_limit(struct series *series, const struct family_source *source,
                                 size_t offset)
{
    (void)offset;
    if (source->report->has_run && source->report->latest.has_reply) {
        series_count(series, source->report->latest.reply_ttl);
    }
}

static const struct family rows[] = {
    {{"ipsla_control_rtt_seconds",
      METRIC_GAUGE,
      "seconds",
      "Round-trip time of the latest control handshake.",
      {NULL}},
     FAMILY_CONTROL,
     emit_control_rtt,
     0},
    {{"ipsla_control_auth_layout_info",
      METRIC_INFO,
      NULL,
      "Layout of the MD5 digest that the responder accepted; the value is 1.",
      {"layout"}},
     FAMILY_TARGET,
     emit_auth_layout,
     0},
    {{"ipsla_control_retries_total",
      METRIC_COUNTER,
      NULL,
      "Retransmitted control requests.",
      {NULL}},
     FAMILY_CONTROL,
     family_emit_count,
     offsetof(struct tally, control_retries)},
    {{"ipsla_reply_dscp",
      METRIC_GAUGE,
      NULL,
      "DSCP of the last reply of the latest operation, as it arrived.",
      {NULL}},
     FAMILY_TARGET,
     emit_reply_dscp,
     0},
    {{"ipsla_reply_hop_limit",
      METRIC_GAUGE,
      NULL,
      "TTL of the last reply of the latest operation, as it arrived.",
      {NULL}},
     FAMILY_TARGET,
     emit_reply_hop_limit,
     0},
    {{"ipsla_responder_processing_seconds",
      METRIC_HISTOGRAM,
      "seconds",
      "Time that packets spent in the target's responder, t3 - t2 of its timestamps.",
      {NULL}},
     FAMILY_JITTER,
     family_emit_hist,
     offsetof(struct tally, processing)},
};
const struct family_part family_of_reply = {rows, sizeof rows / sizeof rows[0]};
