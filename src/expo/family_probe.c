/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Metrics of the operations that clients ask for: of one, named as other probers name them, and how
 * many there were. */
#include "expo/family.h"

static void emit_success(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    series_count(series, source->view->probe->is_successful ? 1 : 0);
}

/* A time of struct expo_probe. */
static void emit_time(struct series *series, const struct family_source *source, size_t offset)
{
    series_seconds(series, *(const int64_t *)family_value(source->view->probe, offset));
}

static void emit_ended(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    static const char *const results[EXPO_PROBE_RESULT_COUNT] = {
        [EXPO_PROBE_SUCCESS] = "success",
        [EXPO_PROBE_FAILURE] = "failure",
        [EXPO_PROBE_TIMEOUT] = "timeout",
        [EXPO_PROBE_CANCELLED] = "cancelled",
    };
    for (unsigned i = 0; i < EXPO_PROBE_RESULT_COUNT; i++) {
        series_count_by(series, results[i], source->view->probes.ended[i]);
    }
}

static void emit_refused(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    static const char *const reasons[EXPO_PROBE_REFUSAL_COUNT] = {
        [EXPO_PROBE_OFF] = "off",
        [EXPO_PROBE_INVALID] = "invalid",
        [EXPO_PROBE_FORBIDDEN] = "forbidden",
        [EXPO_PROBE_BUSY] = "busy",
    };
    for (unsigned i = 0; i < EXPO_PROBE_REFUSAL_COUNT; i++) {
        series_count_by(series, reasons[i], source->view->probes.refused[i]);
    }
}

static const struct family rows[] = {
    {{"probe_success",
      METRIC_GAUGE,
      NULL,
      "Whether the operation completed (1) or not (0).",
      {NULL}},
     FAMILY_PROBE,
     emit_success,
     0},
    {{"probe_duration_seconds", METRIC_GAUGE, "seconds", "From the request to the result.", {NULL}},
     FAMILY_PROBE,
     emit_time,
     offsetof(struct expo_probe, duration_ns)},
    {{"probe_timeout_seconds",
      METRIC_GAUGE,
      "seconds",
      "How long the operation could have taken.",
      {NULL}},
     FAMILY_PROBE,
     emit_time,
     offsetof(struct expo_probe, timeout_ns)},
    {{"probe_dns_lookup_time_seconds",
      METRIC_GAUGE,
      "seconds",
      "How long looking up the host name took; 0 for an address.",
      {NULL}},
     FAMILY_PROBE,
     emit_time,
     offsetof(struct expo_probe, lookup_ns)},
    {{"ipsla_exporter_probes_running",
      METRIC_GAUGE,
      NULL,
      "Operations that clients asked for (/probe) and that have not ended.",
      {NULL}},
     FAMILY_EXPORTER,
     family_emit_view_count,
     offsetof(struct expo_view, probes.running)},
    {{"ipsla_exporter_probes_total",
      METRIC_COUNTER,
      NULL,
      "Operations that clients asked for and that have ended, by result.",
      {"result"}},
     FAMILY_EXPORTER,
     emit_ended,
     0},
    {{"ipsla_exporter_probes_refused_total",
      METRIC_COUNTER,
      NULL,
      "Operations that clients asked for in vain, by reason.",
      {"reason"}},
     FAMILY_EXPORTER,
     emit_refused,
     0},
};
const struct family_part family_of_probe = {rows, sizeof rows / sizeof rows[0]};
