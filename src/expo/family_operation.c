/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Metrics of what is measured, and how operations ended. */
#include "expo/family.h"

#include "base/addr.h"
#include "base/dscp.h"
#include "expo/decimal.h"
#include "operation/operation.h"
#include "probe/choice.h"

static void label_address(struct series *series, const struct addr *addr)
{
    char ip[ADDR_TEXT_MAX];
    series_label(series, addr->family == ADDR_NONE ? "" : addr_format_ip(addr, ip));
}

static void label_packets(struct series *series, const struct spec *spec)
{
    char dscp[DSCP_TEXT_MAX];
    series_label(series, spec->path.is_vrf ? "" : spec->path.options.device);
    series_label(series, spec->path.is_vrf ? spec->path.options.device : "");
    series_label(series, dscp_format(spec->path.tos >> 2, dscp));
}

static void emit_target_info(struct series *series, const struct family_source *source,
                             size_t offset)
{
    (void)offset;
    const struct spec *spec = source->report->spec;
    char port[DECIMAL_MAX + 1] = "";
    if (spec->operation->has_ports) {
        *decimal_count(port, spec->path.port) = '\0';
    }
    series_label(series, spec->operation->name);
    series_label(series, spec->identity.host);
    label_address(series, &spec->path.peer);
    series_label(series, port);
    label_address(series, &spec->path.source);
    label_packets(series, spec);
    series_label(series, voice_codec_name(spec->packets.codec));
    series_label(series, control_version_name(spec->control.version));
    series_label(series, auth_algorithm_name(spec->control.key.algorithm));
    series_label(series, precision_name(spec->packets.precision));
    series_label(series, spec->identity.owner);
    series_label(series, spec->identity.tag);
    series_label(series, spec->choice == NULL ? "" : choice_row(spec->choice)->name);
    series_count(series, 1);
}

static void emit_active(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    series_count(series, source->report->is_inactive ? 0 : 1);
}

static void emit_frequency(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    series_seconds(series, source->report->spec->schedule.frequency_ns);
}

/* A number, to be compared with that of the replies: label values cannot be. */
static void emit_dscp(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    series_count(series, source->report->spec->path.tos >> 2);
}

/* As planned when the latest operation ended; while one runs, a period later. */
static void emit_next_start(struct series *series, const struct family_source *source,
                            size_t offset)
{
    (void)offset;
    int64_t next_ns = source->report->next_start.ns;
    int64_t period_ns = source->report->spec->schedule.frequency_ns;
    int64_t late_ns = source->view->now.ns - next_ns;
    if (source->report->is_inactive || next_ns == 0) {
        return;
    }
    if (late_ns > 0) {
        next_ns += (late_ns / period_ns + 1) * period_ns;
    }
    series_seconds(series, next_ns);
}

static void emit_lookup_time(struct series *series, const struct family_source *source,
                             size_t offset)
{
    (void)offset;
    if (source->lookup != NULL && source->lookup->at.ns > 0) {
        series_seconds(series, source->lookup->at.ns);
    }
}

static void emit_lookup_duration(struct series *series, const struct family_source *source,
                                 size_t offset)
{
    (void)offset;
    if (source->lookup != NULL && source->lookup->at.ns > 0) {
        series_seconds(series, source->lookup->duration_ns);
    }
}

/* Those that can happen are there with 0: increase() does not see how a series begins. */
static void emit_failures(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
        uint64_t count = source->report->tally.failures[i];
        bool is_failure = i != OUTCOME_OK;
        if (count > 0 || (is_failure && operation_can_end(source->report->spec, (enum outcome)i))) {
            series_count_by(series, outcome_name((enum outcome)i), count);
        }
    }
}

static void emit_success(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    if (source->report->has_run) {
        series_count(series, source->report->latest.outcome == OUTCOME_OK ? 1 : 0);
    }
}

static void emit_return_code(struct series *series, const struct family_source *source,
                             size_t offset)
{
    (void)offset;
    if (source->report->has_run) {
        series_count(series, source->report->latest.return_code);
    }
}

static void emit_last_run(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    if (source->report->has_run) {
        series_seconds(series, source->report->last_run.ns);
    }
}

static void emit_last_success(struct series *series, const struct family_source *source,
                              size_t offset)
{
    (void)offset;
    if (source->report->has_succeeded) {
        series_seconds(series, source->report->last_success.ns);
    }
}

static void emit_duration(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    if (source->report->has_run) {
        series_seconds(series, source->report->latest.duration_ns);
    }
}

static const struct family rows[] = {
    {{"ipsla_target_info",
      METRIC_INFO,
      NULL,
      "What is measured and how; the value is 1.",
      {"operation", "host", "address", "port", "source", "interface", "vrf", "dscp", "codec",
       "control", "auth", "precision", "owner", "tag", "auto"}},
     FAMILY_TARGET,
     emit_target_info,
     0,
     SERIES_MINIMAL},
    {{"ipsla_target_active",
      METRIC_GAUGE,
      NULL,
      "Whether operations run (1) or not (0: start is pending, or life is over).",
      {NULL}},
     FAMILY_TARGET,
     emit_active,
     0,
     SERIES_MINIMAL},
    {{"ipsla_target_frequency_seconds",
      METRIC_GAUGE,
      "seconds",
      "How much time passes from the start of an operation to the start of the next.",
      {NULL}},
     FAMILY_SCHEDULE,
     emit_frequency,
     0,
     SERIES_MINIMAL},
    {{"ipsla_target_dscp", METRIC_GAUGE, NULL, "DSCP with which the probes are sent.", {NULL}},
     FAMILY_TARGET,
     emit_dscp,
     0},
    {{"ipsla_target_next_start_timestamp_seconds",
      METRIC_GAUGE,
      "seconds",
      "When the next operation starts, Unix time.",
      {NULL}},
     FAMILY_SCHEDULE,
     emit_next_start,
     0},
    {{"ipsla_target_lookup_timestamp_seconds",
      METRIC_GAUGE,
      "seconds",
      "When the host name was last resolved, Unix time.",
      {NULL}},
     FAMILY_TARGET,
     emit_lookup_time,
     0,
     SERIES_ALL},
    {{"ipsla_target_lookup_duration_seconds",
      METRIC_GAUGE,
      "seconds",
      "How long it took to resolve the host name, the latest time that it was resolved.",
      {NULL}},
     FAMILY_TARGET,
     emit_lookup_duration,
     0,
     SERIES_ALL},
    {{"ipsla_operations_total",
      METRIC_COUNTER,
      NULL,
      "Operations run, counted when they end.",
      {NULL}},
     FAMILY_TARGET,
     family_emit_count,
     offsetof(struct tally, operations),
     SERIES_MINIMAL},
    {{"ipsla_operation_failures_total",
      METRIC_COUNTER,
      NULL,
      "Operations that did not complete, by reason.",
      {"reason"}},
     FAMILY_TARGET,
     emit_failures,
     0,
     SERIES_MINIMAL},
    {{"ipsla_operations_skipped_total",
      METRIC_COUNTER,
      NULL,
      "Starts skipped because the previous operation was still running.",
      {NULL}},
     FAMILY_TARGET,
     family_emit_count,
     offsetof(struct tally, skipped)},
    {{"ipsla_operations_missed_total",
      METRIC_COUNTER,
      NULL,
      "Starts that passed while this host stood still or was too busy.",
      {NULL}},
     FAMILY_TARGET,
     family_emit_count,
     offsetof(struct tally, missed_starts)},
    {{"ipsla_operations_over_threshold_total",
      METRIC_COUNTER,
      NULL,
      "Completed operations whose average round trip (icmp-jitter: average jitter) exceeded the "
      "threshold.",
      {NULL}},
     FAMILY_TARGET,
     family_emit_count,
     offsetof(struct tally, over_threshold_operations)},
    {{"ipsla_operation_success",
      METRIC_GAUGE,
      NULL,
      "Whether the latest operation completed (1) or failed (0).",
      {NULL}},
     FAMILY_TARGET,
     emit_success,
     0,
     SERIES_MINIMAL},
    {{"ipsla_operation_return_code",
      METRIC_GAUGE,
      NULL,
      "Sense of the latest operation as in CISCO-RTTMON-TC-MIB RttResponseSense (1 ok, 3 "
      "overThreshold, 4 timeout).",
      {NULL}},
     FAMILY_TARGET,
     emit_return_code,
     0},
    {{"ipsla_operation_last_run_timestamp_seconds",
      METRIC_GAUGE,
      "seconds",
      "When the latest operation ended, Unix time.",
      {NULL}},
     FAMILY_TARGET,
     emit_last_run,
     0,
     SERIES_MINIMAL},
    {{"ipsla_operation_last_success_timestamp_seconds",
      METRIC_GAUGE,
      "seconds",
      "When the latest completed operation ended, Unix time.",
      {NULL}},
     FAMILY_TARGET,
     emit_last_success,
     0,
     SERIES_MINIMAL},
    {{"ipsla_operation_duration_seconds",
      METRIC_GAUGE,
      "seconds",
      "How long the latest operation took.",
      {NULL}},
     FAMILY_TARGET,
     emit_duration,
     0},
};
const struct family_part family_of_operation = {rows, sizeof rows / sizeof rows[0]};
