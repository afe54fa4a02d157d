/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Metrics of this program, and the host it runs on. */
#include "expo/family.h"

static void emit_reload_ok(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    series_count(series, source->view->reload_successful ? 1 : 0);
}

static void emit_reload_time(struct series *series, const struct family_source *source,
                             size_t offset)
{
    (void)offset;
    series_seconds(series, source->view->reload_success.ns);
}

static void emit_web_ok(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    if (source->view->has_web_config) {
        series_count(series, source->view->web_config_successful ? 1 : 0);
    }
}

static void emit_web_time(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    if (source->view->has_web_config) {
        series_seconds(series, source->view->web_config_success.ns);
    }
}

static void emit_states(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    uint64_t counts[TARGET_STATE_COUNT] = {0};
    for (size_t i = 0; i < source->view->snapshot_count; i++) {
        const struct snapshot *snapshot = source->view->snapshots[i];
        for (size_t k = 0; k < snapshot->count; k++) {
            counts[snapshot->reports[k]->condition.state]++;
        }
    }
    for (unsigned i = 0; i < TARGET_STATE_COUNT; i++) {
        series_count_by(series, target_state_name((enum target_state)i), counts[i]);
    }
}

/* The histogram at `offset` of the statistics, of all workers. */
static void emit_hist(struct series *series, const struct family_source *source, size_t offset)
{
    struct hist all = {0};
    for (size_t i = 0; i < source->view->snapshot_count; i++) {
        const void *stats = &source->view->snapshots[i]->stats;
        hist_merge(&all, (const struct hist *)(const void *)((const uint8_t *)stats + offset));
    }
    series_histogram(series, &all, &hist_layout_default);
}

static void emit_point(struct series *series, const char *point, const uint64_t *counts)
{
    size_t place = series_label(series, point);
    static const enum stamp_source order[] = {STAMP_HARDWARE, STAMP_KERNEL, STAMP_USER};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        series_count_by(series, stamp_source_name(order[i]), counts[order[i]]);
    }
    series_unlabel(series, place);
}

static void emit_stamps(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    uint64_t tx[STAMP_SOURCE_COUNT] = {0};
    uint64_t rx[STAMP_SOURCE_COUNT] = {0};
    for (size_t i = 0; i < source->view->snapshot_count; i++) {
        const struct engine_stats *stats = &source->view->snapshots[i]->stats;
        for (unsigned k = 0; k < STAMP_SOURCE_COUNT; k++) {
            tx[k] += stats->tx_stamps[k];
            rx[k] += stats->rx_stamps[k];
        }
    }
    emit_point(series, "tx", tx);
    emit_point(series, "rx", rx);
}

static void emit_unmatched(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    for (unsigned k = 0; k < UNMATCHED_COUNT; k++) {
        uint64_t count = 0;
        for (size_t i = 0; i < source->view->snapshot_count; i++) {
            count += source->view->snapshots[i]->stats.unmatched[k];
        }
        series_count_by(series, unmatched_name((enum unmatched)k), count);
    }
    uint64_t strangers = 0;
    for (size_t i = 0; i < source->view->snapshot_count; i++) {
        strangers += source->view->snapshots[i]->stats.io.strangers;
    }
    series_count_by(series, "stranger", strangers);
}

static void emit_send_errors(struct series *series, const struct family_source *source,
                             size_t offset)
{
    (void)offset;
    for (unsigned k = 0; k < SEND_ERROR_COUNT; k++) {
        uint64_t count = 0;
        for (size_t i = 0; i < source->view->snapshot_count; i++) {
            count += source->view->snapshots[i]->stats.io.send_errors[k];
        }
        series_count_by(series, send_error_name((enum send_error)k), count);
    }
}

static void emit_rejections(struct series *series, const struct family_source *source,
                            size_t offset)
{
    (void)offset;
    static const char *const reasons[EXPO_REJECTION_COUNT] = {
        [EXPO_REJECTION_BUSY] = "busy",       [EXPO_REJECTION_LIMITED] = "limited",
        [EXPO_REJECTION_TIMEOUT] = "timeout", [EXPO_REJECTION_UNAUTHORIZED] = "unauthorized",
        [EXPO_REJECTION_CROWDED] = "crowded",
    };
    for (unsigned i = 0; i < EXPO_REJECTION_COUNT; i++) {
        series_count_by(series, reasons[i], source->view->rejections.of[i]);
    }
}

static void emit_config_hash(struct series *series, const struct family_source *source,
                             size_t offset)
{
    (void)offset;
    if (source->view->config_hash != NULL) {
        series_count_by(series, source->view->config_hash, 1);
    }
}

/* A counter of struct engine_stats, of all workers. */
static void emit_sum(struct series *series, const struct family_source *source, size_t offset)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < source->view->snapshot_count; i++) {
        sum += *(const uint64_t *)family_value(&source->view->snapshots[i]->stats, offset);
    }
    series_count(series, sum);
}

static void emit_realtime(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    series_count(series, source->view->is_realtime ? 1 : 0);
}

static void emit_clock_state(struct series *series, const struct family_source *source,
                             size_t offset)
{
    (void)offset;
    const struct clock_state *clock = &source->view->clock;
    if (clock->is_synchronized || clock->fault != CLOCK_UNKNOWN) {
        series_count(series, clock->is_synchronized ? 1 : 0);
    }
}

static void emit_clock_word(struct series *series, const struct family_source *source,
                            size_t offset)
{
    (void)offset;
    const struct clock_state *clock = &source->view->clock;
    series_count_by(series, "synchronized", clock->is_synchronized);
    for (unsigned i = 0; i < CLOCK_FAULT_COUNT; i++) {
        bool is_it = !clock->is_synchronized && clock->fault == i;
        series_count_by(series, clock_fault_name((enum clock_fault)i), is_it);
    }
}

/* An error of our clock; negative: the system reports none. */
static void emit_clock_error(struct series *series, const struct family_source *source,
                             size_t offset)
{
    int64_t error_ns = *(const int64_t *)family_value(source->view, offset);
    if (error_ns >= 0) {
        series_seconds(series, error_ns);
    }
}

/* Every worker counts the same steps, but not at the same moment. */
static void emit_clock_steps(struct series *series, const struct family_source *source,
                             size_t offset)
{
    (void)offset;
    uint64_t steps = 0;
    for (size_t i = 0; i < source->view->snapshot_count; i++) {
        uint64_t seen = source->view->snapshots[i]->stats.io.clock_steps;
        steps = seen > steps ? seen : steps;
    }
    series_count(series, steps);
}

static const struct family rows[] = {
    {{"ipsla_exporter_build_info",
      METRIC_INFO,
      NULL,
      "Version of this exporter; the value is 1.",
      {"version", "revision"}},
     FAMILY_EXPORTER,
     family_emit_build,
     0},
    {{"ipsla_exporter_config_last_reload_successful",
      METRIC_GAUGE,
      NULL,
      "Whether the latest attempt to load the configuration succeeded.",
      {NULL}},
     FAMILY_EXPORTER,
     emit_reload_ok,
     0},
    {{"ipsla_exporter_config_last_reload_success_timestamp_seconds",
      METRIC_GAUGE,
      "seconds",
      "When a configuration was last loaded, Unix time.",
      {NULL}},
     FAMILY_EXPORTER,
     emit_reload_time,
     0},
    {{"ipsla_exporter_config_hash_info",
      METRIC_INFO,
      NULL,
      "SHA-256 of the configuration in force, target files included; the value is 1.",
      {"sha256"}},
     FAMILY_EXPORTER,
     emit_config_hash,
     0},
    {{"ipsla_exporter_web_config_last_reload_successful",
      METRIC_GAUGE,
      NULL,
      "Whether the web configuration in force is what its files say.",
      {NULL}},
     FAMILY_EXPORTER,
     emit_web_ok,
     0},
    {{"ipsla_exporter_web_config_last_reload_success_timestamp_seconds",
      METRIC_GAUGE,
      "seconds",
      "When the web configuration was last taken over, Unix time.",
      {NULL}},
     FAMILY_EXPORTER,
     emit_web_time,
     0},
    {{"ipsla_exporter_targets", METRIC_GAUGE, NULL, "Targets by their state.", {"state"}},
     FAMILY_EXPORTER,
     emit_states,
     0},
    {{"ipsla_exporter_start_lateness_seconds",
      METRIC_HISTOGRAM,
      "seconds",
      "How much later than scheduled operations began.",
      {NULL}},
     FAMILY_EXPORTER,
     emit_hist,
     offsetof(struct engine_stats, start_lateness)},
    {{"ipsla_exporter_send_lateness_seconds",
      METRIC_HISTOGRAM,
      "seconds",
      "How much later than scheduled the system was asked to send packets.",
      {NULL}},
     FAMILY_EXPORTER,
     emit_hist,
     offsetof(struct engine_stats, send_lateness)},
    {{"ipsla_exporter_send_queueing_seconds",
      METRIC_HISTOGRAM,
      "seconds",
      "How long packets waited in this host's own queue, as the kernel reports.",
      {NULL}},
     FAMILY_EXPORTER,
     emit_hist,
     offsetof(struct engine_stats, send_queueing)},
    {{"ipsla_exporter_loop_lag_seconds",
      METRIC_HISTOGRAM,
      "seconds",
      "How late a measuring thread came to what was due.",
      {NULL}},
     FAMILY_EXPORTER,
     emit_hist,
     offsetof(struct engine_stats, io.loop_lag)},
    {{"ipsla_exporter_send_errors_total",
      METRIC_COUNTER,
      NULL,
      "Datagrams that the system did not send, by reason.",
      {"reason"}},
     FAMILY_EXPORTER,
     emit_send_errors,
     0},
    {{"ipsla_exporter_realtime",
      METRIC_GAUGE,
      NULL,
      "Whether the measuring threads have real-time priority (1) or not (0).",
      {NULL}},
     FAMILY_EXPORTER,
     emit_realtime,
     0},
    {{"ipsla_exporter_timestamps_total",
      METRIC_COUNTER,
      NULL,
      "Timestamps of sent (tx) and received (rx) packets, by their source.",
      {"point", "source"}},
     FAMILY_EXPORTER,
     emit_stamps,
     0},
    {{"ipsla_exporter_timeless_sockets_total",
      METRIC_COUNTER,
      NULL,
      "Closed sockets that had stopped asking for transmit timestamps because none came.",
      {NULL}},
     FAMILY_EXPORTER,
     emit_sum,
     offsetof(struct engine_stats, io.timeless_sockets)},
    {{"ipsla_exporter_clock_synchronized",
      METRIC_GAUGE,
      NULL,
      "Whether the clock of this host counts as synchronized (1) or not (0).",
      {NULL}},
     FAMILY_EXPORTER,
     emit_clock_state,
     0},
    {{"ipsla_exporter_clock_state",
      METRIC_GAUGE,
      NULL,
      "State of the clock of this host: 1 for the state that it is in, 0 for the others.",
      {"state"}},
     FAMILY_EXPORTER,
     emit_clock_word,
     0},
    {{"ipsla_exporter_clock_estimated_error_seconds",
      METRIC_GAUGE,
      "seconds",
      "Estimated error of the clock, as the system reports it.",
      {NULL}},
     FAMILY_EXPORTER,
     emit_clock_error,
     offsetof(struct expo_view, clock.estimated_error_ns)},
    {{"ipsla_exporter_clock_maximum_error_seconds",
      METRIC_GAUGE,
      "seconds",
      "Maximum error of the clock, as the system reports it.",
      {NULL}},
     FAMILY_EXPORTER,
     emit_clock_error,
     offsetof(struct expo_view, clock.maximum_error_ns)},
    {{"ipsla_exporter_clock_steps_total",
      METRIC_COUNTER,
      NULL,
      "Steps of the clock of this host.",
      {NULL}},
     FAMILY_EXPORTER,
     emit_clock_steps,
     0},
    {{"ipsla_exporter_unmatched_datagrams_total",
      METRIC_COUNTER,
      NULL,
      "Received datagrams that match no operation, by reason.",
      {"reason"}},
     FAMILY_EXPORTER,
     emit_unmatched,
     0},
    {{"ipsla_exporter_socket_drops_total",
      METRIC_COUNTER,
      NULL,
      "Datagrams dropped because a socket buffer of this exporter was full.",
      {NULL}},
     FAMILY_EXPORTER,
     emit_sum,
     offsetof(struct engine_stats, io.socket_drops)},
    {{"ipsla_exporter_resolve_failures_total",
      METRIC_COUNTER,
      NULL,
      "Failed attempts to resolve a host name.",
      {NULL}},
     FAMILY_EXPORTER,
     family_emit_view_count,
     offsetof(struct expo_view, resolve_failures)},
    {{"ipsla_exporter_names_waiting",
      METRIC_GAUGE,
      NULL,
      "Host names whose lookup is due or under way.",
      {NULL}},
     FAMILY_EXPORTER,
     family_emit_view_count,
     offsetof(struct expo_view, names_waiting)},
    {{"ipsla_exporter_address_failovers_total",
      METRIC_COUNTER,
      NULL,
      "Moves of a host name to its next address because the one before did not answer.",
      {NULL}},
     FAMILY_EXPORTER,
     family_emit_view_count,
     offsetof(struct expo_view, failovers)},
    {{"ipsla_exporter_protocol_changes_total",
      METRIC_COUNTER,
      NULL,
      "Moves of targets of operation auto from one protocol to another.",
      {NULL}},
     FAMILY_EXPORTER,
     family_emit_view_count,
     offsetof(struct expo_view, protocol_changes)},
    {{"ipsla_exporter_log_lines_dropped_total",
      METRIC_COUNTER,
      NULL,
      "Log lines dropped because nobody read standard error.",
      {NULL}},
     FAMILY_EXPORTER,
     family_emit_view_count,
     offsetof(struct expo_view, log_lines_dropped)},
    {{"ipsla_exporter_scrape_duration_seconds",
      METRIC_GAUGE,
      "seconds",
      "Duration of the previous scrape, from the request to its last byte.",
      {NULL}},
     FAMILY_EXPORTER,
     family_emit_view_seconds,
     offsetof(struct expo_view, scrape_seconds)},
    {{"ipsla_exporter_scrapes_rejected_total",
      METRIC_COUNTER,
      NULL,
      "Scrapes that got no answer, or not to its end, by reason.",
      {"reason"}},
     FAMILY_EXPORTER,
     emit_rejections,
     0},
    {{"ipsla_responder_log_lines_dropped_total",
      METRIC_COUNTER,
      NULL,
      "Log lines dropped because nobody read standard error.",
      {NULL}},
     FAMILY_RESPONDER_ALONE,
     family_emit_view_count,
     offsetof(struct expo_view, log_lines_dropped)},
    {{"ipsla_responder_config_last_reload_successful",
      METRIC_GAUGE,
      NULL,
      "Whether the latest attempt of ipsla_responder to load its settings succeeded.",
      {NULL}},
     FAMILY_RESPONDER_ALONE,
     emit_reload_ok,
     0},
    {{"ipsla_responder_config_last_reload_success_timestamp_seconds",
      METRIC_GAUGE,
      "seconds",
      "When ipsla_responder last loaded its settings, Unix time.",
      {NULL}},
     FAMILY_RESPONDER_ALONE,
     emit_reload_time,
     0},
    {{"ipsla_responder_web_config_last_reload_successful",
      METRIC_GAUGE,
      NULL,
      "Whether the web configuration in force of ipsla_responder is what its files say.",
      {NULL}},
     FAMILY_RESPONDER_ALONE,
     emit_web_ok,
     0},
    {{"ipsla_responder_web_config_last_reload_success_timestamp_seconds",
      METRIC_GAUGE,
      "seconds",
      "When the web configuration of ipsla_responder was last taken over, Unix time.",
      {NULL}},
     FAMILY_RESPONDER_ALONE,
     emit_web_time,
     0},
};
const struct family_part family_of_exporter = {rows, sizeof rows / sizeof rows[0]};
