/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Metrics of the responder in this program. */
#include "expo/family.h"

static void counts_by(struct series *series, const struct expo_count *counts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        series_count_by(series, counts[i].label, counts[i].value);
    }
}

static void emit_requests(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    const struct expo_responder *responder = source->view->responder;
    size_t place = series_label(series, "1");
    counts_by(series, responder->requests, responder->request_count);
    series_unlabel(series, place);
    series_label(series, "2");
    counts_by(series, responder->requests_v2, responder->request_v2_count);
    if (responder->request_twamp_count > 0) {
        series_unlabel(series, place);
        series_label(series, "twamp");
        counts_by(series, responder->requests_twamp, responder->request_twamp_count);
    }
}

static void emit_probes(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    counts_by(series, source->view->responder->probes, source->view->responder->probe_count);
}

static void emit_drops(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    counts_by(series, source->view->responder->drops, source->view->responder->drop_count);
}

/* Nothing, unless it does something wrong on purpose, or has since it started. */
static bool is_impaired(const struct expo_responder *responder)
{
    bool has_been = false;
    for (size_t i = 0; i < responder->impairment_count; i++) {
        has_been |= responder->impairments[i].value > 0;
    }
    return responder->impair_rules > 0 || has_been;
}

static void emit_impaired(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    if (is_impaired(source->view->responder)) {
        series_count(series, source->view->responder->impair_rules);
    }
}

static void emit_impairments(struct series *series, const struct family_source *source,
                             size_t offset)
{
    (void)offset;
    const struct expo_responder *responder = source->view->responder;
    if (is_impaired(responder)) {
        counts_by(series, responder->impairments, responder->impairment_count);
    }
}

/* A 64-bit integer of struct expo_responder. */
static void emit_responder_u64(struct series *series, const struct family_source *source,
                               size_t offset)
{
    series_count(series, *(const uint64_t *)family_value(source->view->responder, offset));
}

/* A 32-bit integer of struct expo_responder. */
static void emit_responder_u32(struct series *series, const struct family_source *source,
                               size_t offset)
{
    series_count(series, *(const uint32_t *)family_value(source->view->responder, offset));
}

static void emit_turnaround(struct series *series, const struct family_source *source,
                            size_t offset)
{
    (void)offset;
    series_histogram(series, &source->view->responder->processing, &hist_layout_default);
}

static const struct family rows[] = {
    {{"ipsla_responder_build_info",
      METRIC_INFO,
      NULL,
      "Version of the responder; the value is 1.",
      {"version", "revision"}},
     FAMILY_RESPONDER,
     family_emit_build,
     0},
    {{"ipsla_responder_control_requests_total",
      METRIC_COUNTER,
      NULL,
      "Well-formed control requests, by result.",
      {"version", "result"}},
     FAMILY_RESPONDER,
     emit_requests,
     0},
    {{"ipsla_responder_probes_total",
      METRIC_COUNTER,
      NULL,
      "Probe packets answered, by kind.",
      {"kind"}},
     FAMILY_RESPONDER,
     emit_probes,
     0},
    {{"ipsla_responder_dropped_total",
      METRIC_COUNTER,
      NULL,
      "Datagrams that were not answered, by reason; each counts once.",
      {"reason"}},
     FAMILY_RESPONDER,
     emit_drops,
     0},
    {{"ipsla_responder_socket_drops_total",
      METRIC_COUNTER,
      NULL,
      "Datagrams dropped because a socket buffer of the responder was full.",
      {NULL}},
     FAMILY_RESPONDER,
     emit_responder_u64,
     offsetof(struct expo_responder, socket_drops)},
    {{"ipsla_responder_sessions", METRIC_GAUGE, NULL, "Sessions that are open.", {NULL}},
     FAMILY_RESPONDER,
     emit_responder_u32,
     offsetof(struct expo_responder, sessions)},
    {{"ipsla_responder_sessions_max",
      METRIC_GAUGE,
      NULL,
      "Sessions that may be open at once.",
      {NULL}},
     FAMILY_RESPONDER,
     emit_responder_u32,
     offsetof(struct expo_responder, max_sessions)},
    {{"ipsla_responder_impaired",
      METRIC_GAUGE,
      NULL,
      "Rules by which the responder does something wrong on purpose.",
      {NULL}},
     FAMILY_RESPONDER,
     emit_impaired,
     0},
    {{"ipsla_responder_impairments_total",
      METRIC_COUNTER,
      NULL,
      "What the responder did wrong on purpose, by kind.",
      {"kind"}},
     FAMILY_RESPONDER,
     emit_impairments,
     0},
    {{"ipsla_responder_turnaround_seconds",
      METRIC_HISTOGRAM,
      "seconds",
      "Time from the arrival of a probe packet to its reply in the responder of this program.",
      {NULL}},
     FAMILY_RESPONDER,
     emit_turnaround,
     0},
};
const struct family_part family_of_responder = {rows, sizeof rows / sizeof rows[0]};
