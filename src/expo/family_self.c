/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "expo/family.h"

#include <math.h>

#include "base/time.h"

/* Doubles come from clocks that know microseconds at best; more digits would be noise. */
static int64_t seconds_ns(double seconds)
{
    return llround(seconds * 1e6) * NS_PER_US;
}

static void emit_build(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    text_label(text, "version", source->view->version);
    text_label(text, "revision", source->view->revision);
    text_count(text, 1);
}

static void emit_reload_ok(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    text_count(text, source->view->reload_successful ? 1 : 0);
}

static void emit_reload_time(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    text_seconds(text, source->view->reload_success.ns);
}

static void emit_states(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    uint64_t counts[FAMILY_STATE_COUNT] = {0};
    for (size_t i = 0; i < source->view->snapshot_count; i++) {
        const struct snapshot *snapshot = source->view->snapshots[i];
        for (size_t k = 0; k < snapshot->count; k++) {
            counts[family_state(snapshot->reports[k])]++;
        }
    }
    for (unsigned i = 0; i < FAMILY_STATE_COUNT; i++) {
        text_count_by(text, "state", family_state_name((enum family_state)i), counts[i]);
    }
}

static void emit_lateness(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    struct hist all = {0};
    for (size_t i = 0; i < source->view->snapshot_count; i++) {
        hist_merge(&all, &source->view->snapshots[i]->stats.send_lateness);
    }
    text_histogram(text, &all, &hist_layout_default);
}

static void emit_point(struct text *text, const char *point, const uint64_t *counts)
{
    size_t place = text_label(text, "point", point);
    static const enum stamp_source order[] = {STAMP_HARDWARE, STAMP_KERNEL, STAMP_USER};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        text_count_by(text, "source", stamp_source_name(order[i]), counts[order[i]]);
    }
    text_rewind(text, place);
}

static void emit_stamps(struct text *text, const struct family_source *source, size_t offset)
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
    emit_point(text, "tx", tx);
    emit_point(text, "rx", rx);
}

static void emit_unmatched(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    for (unsigned k = 0; k < UNMATCHED_COUNT; k++) {
        uint64_t count = 0;
        for (size_t i = 0; i < source->view->snapshot_count; i++) {
            count += source->view->snapshots[i]->stats.unmatched[k];
        }
        text_count_by(text, "reason", unmatched_name((enum unmatched)k), count);
    }
    uint64_t strangers = 0;
    for (size_t i = 0; i < source->view->snapshot_count; i++) {
        strangers += source->view->snapshots[i]->stats.io.strangers;
    }
    text_count_by(text, "reason", "stranger", strangers);
}

/* A counter of struct engine_stats, of all workers. */
static void emit_sum(struct text *text, const struct family_source *source, size_t offset)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < source->view->snapshot_count; i++) {
        sum += *(const uint64_t *)family_value(&source->view->snapshots[i]->stats, offset);
    }
    text_count(text, sum);
}

static void emit_realtime(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    text_count(text, source->view->is_realtime ? 1 : 0);
}

static void emit_clock_state(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    const struct clock_state *clock = &source->view->clock;
    if (clock->is_synchronized || clock->fault != CLOCK_UNKNOWN) {
        text_count(text, clock->is_synchronized ? 1 : 0);
    }
}

static void emit_clock_word(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    const struct clock_state *clock = &source->view->clock;
    text_count_by(text, "state", "synchronized", clock->is_synchronized);
    for (unsigned i = 0; i < CLOCK_FAULT_COUNT; i++) {
        bool is_it = !clock->is_synchronized && clock->fault == i;
        text_count_by(text, "state", clock_fault_name((enum clock_fault)i), is_it);
    }
}

/* An error of our clock; negative: the system does not tell it. */
static void emit_clock_error(struct text *text, const struct family_source *source, size_t offset)
{
    int64_t error_ns = *(const int64_t *)family_value(source->view, offset);
    if (error_ns >= 0) {
        text_seconds(text, error_ns);
    }
}

/* Every worker sees the same steps, though not at the same time. */
static void emit_clock_steps(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    uint64_t steps = 0;
    for (size_t i = 0; i < source->view->snapshot_count; i++) {
        uint64_t seen = source->view->snapshots[i]->stats.io.clock_steps;
        steps = seen > steps ? seen : steps;
    }
    text_count(text, steps);
}

static void emit_scrape(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    if (source->view->scrape_seconds >= 0) {
        text_seconds(text, seconds_ns(source->view->scrape_seconds));
    }
}

/* An integer of struct expo_view. */
static void emit_view_count(struct text *text, const struct family_source *source, size_t offset)
{
    text_count(text, *(const uint64_t *)family_value(source->view, offset));
}

/* Seconds as a double in struct expo_view. */
static void emit_view_seconds(struct text *text, const struct family_source *source, size_t offset)
{
    text_seconds(text, seconds_ns(*(const double *)family_value(source->view, offset)));
}

static void counts_by(struct text *text, const char *name, const struct expo_count *counts,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        text_count_by(text, name, counts[i].label, counts[i].value);
    }
}

static void emit_requests(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    const struct expo_responder *responder = source->view->responder;
    size_t place = text_label(text, "version", "1");
    counts_by(text, "result", responder->requests, responder->request_count);
    text_rewind(text, place);
    text_label(text, "version", "2");
    counts_by(text, "result", responder->requests_v2, responder->request_v2_count);
}

static void emit_probes(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    counts_by(text, "kind", source->view->responder->probes, source->view->responder->probe_count);
}

static void emit_drops(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    counts_by(text, "reason", source->view->responder->drops, source->view->responder->drop_count);
}

/* A 64-bit integer of struct expo_responder. */
static void emit_responder_u64(struct text *text, const struct family_source *source, size_t offset)
{
    text_count(text, *(const uint64_t *)family_value(source->view->responder, offset));
}

/* A 32-bit integer of struct expo_responder. */
static void emit_responder_u32(struct text *text, const struct family_source *source, size_t offset)
{
    text_count(text, *(const uint32_t *)family_value(source->view->responder, offset));
}

static void emit_processing(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    text_histogram(text, &source->view->responder->processing, &hist_layout_default);
}

const struct family family_of_self[] = {
    {{"ipsla_responder_processing_seconds", FAMILY_PROCESSING_HELP, "seconds", TEXT_HISTOGRAM},
     FAMILY_RESPONDER,
     emit_processing,
     0},
    {{"ipsla_exporter_build_info", "Version of this exporter; the value is 1.", NULL, TEXT_INFO},
     FAMILY_EXPORTER,
     emit_build,
     0},
    {{"ipsla_exporter_config_last_reload_successful",
      "Whether the latest attempt to load the configuration succeeded.", NULL, TEXT_GAUGE},
     FAMILY_EXPORTER,
     emit_reload_ok,
     0},
    {{"ipsla_exporter_config_last_reload_success_timestamp_seconds",
      "When a configuration was last loaded, Unix time.", "seconds", TEXT_GAUGE},
     FAMILY_EXPORTER,
     emit_reload_time,
     0},
    {{"ipsla_exporter_targets", "Targets by the state of their latest operation.", NULL,
      TEXT_GAUGE},
     FAMILY_EXPORTER,
     emit_states,
     0},
    {{"ipsla_exporter_send_lateness_seconds", "How much later than scheduled packets left.",
      "seconds", TEXT_HISTOGRAM},
     FAMILY_EXPORTER,
     emit_lateness,
     0},
    {{"ipsla_exporter_realtime",
      "Whether the threads that measure run before all others of the machine (1) or not (0).", NULL,
      TEXT_GAUGE},
     FAMILY_EXPORTER,
     emit_realtime,
     0},
    {{"ipsla_exporter_timestamps_total",
      "Timestamps of sent (tx) and received (rx) packets, by who took them.", NULL, TEXT_COUNTER},
     FAMILY_EXPORTER,
     emit_stamps,
     0},
    {{"ipsla_exporter_timeless_sockets_total",
      "Sockets closed whose device told no times of sending, and was asked no more.", NULL,
      TEXT_COUNTER},
     FAMILY_EXPORTER,
     emit_sum,
     offsetof(struct engine_stats, io.timeless_sockets)},
    {{"ipsla_exporter_clock_synchronized",
      "Whether the clock of this host counts as synchronized (1) or not (0).", NULL, TEXT_GAUGE},
     FAMILY_EXPORTER,
     emit_clock_state,
     0},
    {{"ipsla_exporter_clock_state",
      "What the system says of the clock of this host: 1 for the state that it is in.", NULL,
      TEXT_GAUGE},
     FAMILY_EXPORTER,
     emit_clock_word,
     0},
    {{"ipsla_exporter_clock_estimated_error_seconds",
      "Estimated error of the clock, as the system says.", "seconds", TEXT_GAUGE},
     FAMILY_EXPORTER,
     emit_clock_error,
     offsetof(struct expo_view, clock.estimated_error_ns)},
    {{"ipsla_exporter_clock_maximum_error_seconds",
      "Maximum error of the clock, as the system says.", "seconds", TEXT_GAUGE},
     FAMILY_EXPORTER,
     emit_clock_error,
     offsetof(struct expo_view, clock.maximum_error_ns)},
    {{"ipsla_exporter_clock_steps_total", "Times that the clock of this host was set.", NULL,
      TEXT_COUNTER},
     FAMILY_EXPORTER,
     emit_clock_steps,
     0},
    {{"ipsla_exporter_unmatched_datagrams_total",
      "Received datagrams that belong to no operation, by reason.", NULL, TEXT_COUNTER},
     FAMILY_EXPORTER,
     emit_unmatched,
     0},
    {{"ipsla_exporter_socket_drops_total",
      "Datagrams lost in sockets of this exporter, which did not read them in time.", NULL,
      TEXT_COUNTER},
     FAMILY_EXPORTER,
     emit_sum,
     offsetof(struct engine_stats, io.socket_drops)},
    {{"ipsla_exporter_resolve_failures_total",
      "Host names that could not be resolved, each attempt.", NULL, TEXT_COUNTER},
     FAMILY_EXPORTER,
     emit_view_count,
     offsetof(struct expo_view, resolve_failures)},
    {{"ipsla_exporter_scrape_duration_seconds", "How long the previous scrape took to answer.",
      "seconds", TEXT_GAUGE},
     FAMILY_EXPORTER,
     emit_scrape,
     0},
    {{"process_cpu_seconds_total", "Processor time spent by this process.", "seconds",
      TEXT_COUNTER},
     FAMILY_EXPORTER,
     emit_view_seconds,
     offsetof(struct expo_view, process.cpu_seconds)},
    {{"process_resident_memory_bytes", "Resident memory of this process.", "bytes", TEXT_GAUGE},
     FAMILY_EXPORTER,
     emit_view_count,
     offsetof(struct expo_view, process.resident_bytes)},
    {{"process_virtual_memory_bytes", "Virtual memory of this process.", "bytes", TEXT_GAUGE},
     FAMILY_EXPORTER,
     emit_view_count,
     offsetof(struct expo_view, process.virtual_bytes)},
    {{"process_open_fds", "File descriptors this process has open.", NULL, TEXT_GAUGE},
     FAMILY_EXPORTER,
     emit_view_count,
     offsetof(struct expo_view, process.open_fds)},
    {{"process_max_fds", "File descriptors this process may open.", NULL, TEXT_GAUGE},
     FAMILY_EXPORTER,
     emit_view_count,
     offsetof(struct expo_view, process.max_fds)},
    {{"process_start_time_seconds", "When this process started, Unix time.", "seconds", TEXT_GAUGE},
     FAMILY_EXPORTER,
     emit_view_seconds,
     offsetof(struct expo_view, process.start_time_seconds)},
    {{"ipsla_responder_build_info", "Version of the responder; the value is 1.", NULL, TEXT_INFO},
     FAMILY_RESPONDER,
     emit_build,
     0},
    {{"ipsla_responder_control_requests_total",
      "Well-formed control requests, by what became of them.", NULL, TEXT_COUNTER},
     FAMILY_RESPONDER,
     emit_requests,
     0},
    {{"ipsla_responder_probes_total", "Probe packets answered, by kind.", NULL, TEXT_COUNTER},
     FAMILY_RESPONDER,
     emit_probes,
     0},
    {{"ipsla_responder_dropped_total", "Datagrams not answered, by reason; each counts once.", NULL,
      TEXT_COUNTER},
     FAMILY_RESPONDER,
     emit_drops,
     0},
    {{"ipsla_responder_socket_drops_total",
      "Datagrams lost in sockets of the responder, which did not read them in time.", NULL,
      TEXT_COUNTER},
     FAMILY_RESPONDER,
     emit_responder_u64,
     offsetof(struct expo_responder, socket_drops)},
    {{"ipsla_responder_sessions", "Sessions that are open.", NULL, TEXT_GAUGE},
     FAMILY_RESPONDER,
     emit_responder_u32,
     offsetof(struct expo_responder, sessions)},
    {{"ipsla_responder_sessions_max", "Sessions that may be open at once.", NULL, TEXT_GAUGE},
     FAMILY_RESPONDER,
     emit_responder_u32,
     offsetof(struct expo_responder, max_sessions)},
};
const size_t family_of_self_count = sizeof family_of_self / sizeof family_of_self[0];
