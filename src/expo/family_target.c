/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "expo/family.h"

#include <math.h>
#include <stdio.h>

#include "base/addr.h"
#include "base/dscp.h"
#include "base/time.h"
#include "stats/tally.h"

#define DIRECTION_COUNT 2
static const char *const directions[DIRECTION_COUNT] = {"sd", "ds"};

static void label_address(struct text *text, const char *name, const struct addr *addr)
{
    char ip[ADDR_TEXT_MAX];
    text_label(text, name, addr->family == ADDR_NONE ? "" : addr_format_ip(addr, ip));
}

static void label_packets(struct text *text, const struct spec *spec)
{
    char dscp[DSCP_TEXT_MAX];
    text_label(text, "interface", spec->is_vrf ? "" : spec->options.device);
    text_label(text, "vrf", spec->is_vrf ? spec->options.device : "");
    text_label(text, "dscp", dscp_format(spec->tos >> 2, dscp));
}

static void emit_target_info(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    const struct spec *spec = source->report->spec;
    char port[8] = "";
    if (!operation_is_icmp(spec->operation)) {
        snprintf(port, sizeof port, "%u", (unsigned)spec->port);
    }
    text_label(text, "operation", operation_name(spec->operation));
    text_label(text, "host", spec->host);
    label_address(text, "address", &spec->peer);
    text_label(text, "port", port);
    label_address(text, "source", &spec->source);
    label_packets(text, spec);
    text_label(text, "codec", voice_codec_name(spec->codec));
    text_label(text, "control", control_version_name(spec->control));
    text_label(text, "auth", auth_algorithm_name(spec->key.algorithm));
    text_label(text, "precision", precision_name(spec->precision));
    text_label(text, "owner", spec->owner);
    text_label(text, "tag", spec->tag);
    text_count(text, 1);
}

/* A counter of struct tally. */
static void emit_count(struct text *text, const struct family_source *source, size_t offset)
{
    text_count(text, *(const uint64_t *)family_value(&source->report->tally, offset));
}

/* A histogram of struct tally. */
static void emit_hist(struct text *text, const struct family_source *source, size_t offset)
{
    text_histogram(text, family_value(&source->report->tally, offset), source->layout);
}

static void emit_failures(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
        uint64_t count = source->report->tally.failures[i];
        if (count > 0) {
            text_count_by(text, "reason", outcome_name((enum outcome)i), count);
        }
    }
}

static void emit_success(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    if (source->report->has_run) {
        text_count(text, source->report->latest.outcome == OUTCOME_OK ? 1 : 0);
    }
}

static void emit_return_code(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    if (source->report->has_run) {
        text_count(text, source->report->latest.return_code);
    }
}

static void emit_last_run(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    if (source->report->has_run) {
        text_seconds(text, source->report->last_run.ns);
    }
}

static void emit_last_success(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    if (source->report->has_succeeded) {
        text_seconds(text, source->report->last_success.ns);
    }
}

static void emit_duration(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    if (source->report->has_run) {
        text_seconds(text, source->report->latest.duration_ns);
    }
}

static void emit_control_rtt(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    if (source->report->has_run && source->report->latest.control_rtt_ns >= 0) {
        text_seconds(text, source->report->latest.control_rtt_ns);
    }
}

static void emit_active(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    text_count(text, source->report->is_inactive ? 0 : 1);
}

static void emit_reply_dscp(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    if (source->report->has_run && source->report->latest.has_reply) {
        text_count(text, source->report->latest.reply_tos >> 2);
    }
}

static void emit_reply_hop_limit(struct text *text, const struct family_source *source,
                                 size_t offset)
{
    (void)offset;
    if (source->report->has_run && source->report->latest.has_reply) {
        text_count(text, source->report->latest.reply_ttl);
    }
}

/* The layout of the MD5 digest that the responder accepted last. */
static void emit_auth_layout(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    if (source->report->latest.auth_layout > 0) {
        text_count_by(text, "layout", auth_layout_name(source->report->latest.auth_layout - 1), 1);
    }
}

/* Appears when first seen, as the reasons do. */
static void emit_slewed(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    if (source->report->tally.slewed_operations > 0) {
        text_count(text, source->report->tally.slewed_operations);
    }
}

/* Of the responder's ICMP timestamps. */
static void emit_byte_order(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    enum byte_order order = source->report->latest.byte_order;
    if (order != BYTE_ORDER_UNKNOWN) {
        text_count_by(text, "byte_order", byte_order_name(order), 1);
    }
}

static void emit_lost(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    const struct tally *tally = &source->report->tally;
    text_count_by(text, "direction", "sd", tally->sd.lost);
    text_count_by(text, "direction", "ds", tally->ds.lost);
    text_count_by(text, "direction", "unknown", tally->lost_unknown);
}

static const struct way_tally *tally_way(const struct report *report, unsigned direction)
{
    return direction == 0 ? &report->tally.sd : &report->tally.ds;
}

static const struct way *latest_way(const struct report *report, unsigned direction)
{
    return direction == 0 ? &report->latest.sd : &report->latest.ds;
}

/* A counter of struct way_tally, in both directions. */
static void emit_way_count(struct text *text, const struct family_source *source, size_t offset)
{
    for (unsigned i = 0; i < DIRECTION_COUNT; i++) {
        const uint64_t *count = family_value(tally_way(source->report, i), offset);
        text_count_by(text, "direction", directions[i], *count);
    }
}

/* A sum of durations of struct way_tally, in both directions. */
static void emit_way_seconds(struct text *text, const struct family_source *source, size_t offset)
{
    for (unsigned i = 0; i < DIRECTION_COUNT; i++) {
        const int64_t *sum_ns = family_value(tally_way(source->report, i), offset);
        size_t place = text_label(text, "direction", directions[i]);
        text_seconds(text, *sum_ns);
        text_rewind(text, place);
    }
}

/* A histogram of struct way_tally, in both directions. */
static void emit_way_hist(struct text *text, const struct family_source *source, size_t offset)
{
    for (unsigned i = 0; i < DIRECTION_COUNT; i++) {
        const struct hist *hist = family_value(tally_way(source->report, i), offset);
        size_t place = text_label(text, "direction", directions[i]);
        text_histogram(text, hist, source->layout);
        text_rewind(text, place);
    }
}

static void emit_reordered(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    const struct tally *tally = &source->report->tally;
    text_count_by(text, "direction", "sd", tally->reordered_sd);
    text_count_by(text, "direction", "ds", tally->reordered_ds);
    text_count_by(text, "direction", "both", tally->reordered_both);
}

static void emit_withheld(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    for (unsigned i = 0; i < ONE_WAY_COUNT; i++) {
        uint64_t count = source->report->tally.withheld[i];
        if (count > 0) {
            text_count_by(text, "reason", one_way_name((enum one_way)i), count);
        }
    }
}

static void emit_offset(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    const struct report *report = source->report;
    if (report->has_run && report->latest.offset.is_known) {
        text_seconds(text, report->latest.offset.offset_ns);
    }
}

static void emit_offset_error(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    const struct report *report = source->report;
    if (report->has_run && report->latest.offset.is_known) {
        text_seconds(text, report->latest.offset.error_ns);
    }
}

/* One packet has no variation of delay: nothing is said about it. */
static void emit_interarrival(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    const struct report *report = source->report;
    if (!report->has_run || report->latest.received < 2 || report->latest.is_slewed) {
        return;
    }
    for (unsigned i = 0; i < DIRECTION_COUNT; i++) {
        size_t place = text_label(text, "direction", directions[i]);
        text_seconds(text, llround(latest_way(report, i)->jitter.interarrival_ns));
        text_rewind(text, place);
    }
}

/* A loss has a direction only where replies tell it: when nothing came back, "no run of losses"
 * would be a lie. */
static void emit_loss_period(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    const struct report *report = source->report;
    if (!report->has_run || report->latest.outcome != OUTCOME_OK ||
        report->spec->operation == OPERATION_ICMP_JITTER) {
        return;
    }
    for (unsigned i = 0; i < DIRECTION_COUNT; i++) {
        text_count_by(text, "direction", directions[i], latest_way(report, i)->periods.length_max);
    }
}

static const struct voice *latest_voice(const struct family_source *source)
{
    const struct voice *voice = &source->report->latest.voice;
    return voice->is_scored ? voice : NULL;
}

static void add_mos(struct text *text, const char *method, double mos)
{
    size_t place = text_label(text, "method", method);
    text_seconds(text, llround(mos * 100) * (NS_PER_SECOND / 100));
    text_rewind(text, place);
}

static void emit_mos(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    const struct voice *voice = latest_voice(source);
    if (voice != NULL) {
        add_mos(text, "cisco", voice->mos_hundredths / 100.0);
        add_mos(text, "emodel_cq", voice->mos_cq);
        add_mos(text, "emodel_lq", voice->mos_lq);
    }
}

static void emit_icpif(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    const struct voice *voice = latest_voice(source);
    if (voice != NULL) {
        text_count(text, voice->icpif);
    }
}

/* The writer of seconds is one of decimals: it takes billionths. */
static void emit_r_factor(struct text *text, const struct family_source *source, size_t offset)
{
    (void)offset;
    const struct voice *voice = latest_voice(source);
    if (voice != NULL) {
        text_seconds(text, llround(voice->r_factor * 100) * (NS_PER_SECOND / 100));
    }
}

const struct family family_of_targets[] = {
    {{"ipsla_target_info", "What is measured and how; the value is 1.", NULL, TEXT_INFO},
     FAMILY_TARGET,
     emit_target_info,
     0},
    {{"ipsla_target_active",
      "Whether operations are started (1), or not: start is pending or life is over (0).", NULL,
      TEXT_GAUGE},
     FAMILY_TARGET,
     emit_active,
     0},
    {{"ipsla_operations_total", "Operations run, counted when they end.", NULL, TEXT_COUNTER},
     FAMILY_TARGET,
     emit_count,
     offsetof(struct tally, operations)},
    {{"ipsla_operation_failures_total", "Operations that did not complete, by reason.", NULL,
      TEXT_COUNTER},
     FAMILY_TARGET,
     emit_failures,
     0},
    {{"ipsla_operations_skipped_total",
      "Starts skipped because the previous operation was still running.", NULL, TEXT_COUNTER},
     FAMILY_TARGET,
     emit_count,
     offsetof(struct tally, skipped)},
    {{"ipsla_operations_over_threshold_total",
      "Completed operations whose average round trip exceeded the threshold.", NULL, TEXT_COUNTER},
     FAMILY_TARGET,
     emit_count,
     offsetof(struct tally, over_threshold_operations)},
    {{"ipsla_operation_success", "Whether the latest operation completed (1) or failed (0).", NULL,
      TEXT_GAUGE},
     FAMILY_TARGET,
     emit_success,
     0},
    {{"ipsla_operation_return_code",
      "Sense of the latest operation as in CISCO-RTTMON-TC-MIB RttResponseSense (1 ok, "
      "3 overThreshold, 4 timeout).",
      NULL, TEXT_GAUGE},
     FAMILY_TARGET,
     emit_return_code,
     0},
    {{"ipsla_operation_last_run_timestamp_seconds", "When the latest operation ended, Unix time.",
      "seconds", TEXT_GAUGE},
     FAMILY_TARGET,
     emit_last_run,
     0},
    {{"ipsla_operation_last_success_timestamp_seconds",
      "When the latest completed operation ended, Unix time.", "seconds", TEXT_GAUGE},
     FAMILY_TARGET,
     emit_last_success,
     0},
    {{"ipsla_operation_duration_seconds", "How long the latest operation took.", "seconds",
      TEXT_GAUGE},
     FAMILY_TARGET,
     emit_duration,
     0},
    {{"ipsla_packets_sent_total", "Probe packets sent.", NULL, TEXT_COUNTER},
     FAMILY_TARGET,
     emit_count,
     offsetof(struct tally, sent)},
    {{"ipsla_packets_received_total",
      "Probe packets answered within the timeout, duplicates not counted.", NULL, TEXT_COUNTER},
     FAMILY_TARGET,
     emit_count,
     offsetof(struct tally, received)},
    {{"ipsla_packets_lost_total",
      "Probe packets never answered: lost from source to destination (sd), on the way "
      "back (ds), or unknown where.",
      NULL, TEXT_COUNTER},
     FAMILY_TARGET,
     emit_lost,
     0},
    {{"ipsla_packets_dropped_total",
      "Probe packets whose replies were lost in a socket of this host, which did not read it in "
      "time; not lost in the network.",
      NULL, TEXT_COUNTER},
     FAMILY_DATAGRAMS,
     emit_count,
     offsetof(struct tally, dropped_here)},
    {{"ipsla_packets_late_total", "Probe packets answered after the timeout.", NULL, TEXT_COUNTER},
     FAMILY_TARGET,
     emit_count,
     offsetof(struct tally, late)},
    {{"ipsla_packets_duplicate_total", "Replies to packets that were answered already.", NULL,
      TEXT_COUNTER},
     FAMILY_DATAGRAMS,
     emit_count,
     offsetof(struct tally, duplicate)},
    {{"ipsla_packets_out_of_order_total", "Replies that came after the reply to a later packet.",
      NULL, TEXT_COUNTER},
     FAMILY_DATAGRAMS,
     emit_count,
     offsetof(struct tally, out_of_order)},
    {{"ipsla_packets_corrupt_total", "Replies that could not be used.", NULL, TEXT_COUNTER},
     FAMILY_DATAGRAMS,
     emit_count,
     offsetof(struct tally, corrupt)},
    {{"ipsla_packets_unsent_total", "Probe packets that this host could not send.", NULL,
      TEXT_COUNTER},
     FAMILY_TARGET,
     emit_count,
     offsetof(struct tally, unsent)},
    {{"ipsla_packets_missed_total",
      "Probe packets not sent because their time was over; part of the unsent ones.", NULL,
      TEXT_COUNTER},
     FAMILY_JITTER,
     emit_count,
     offsetof(struct tally, missed)},
    {{"ipsla_packets_sent_late_total",
      "Probe packets that left late: by more than half an interval or 10 ms.", NULL, TEXT_COUNTER},
     FAMILY_TARGET,
     emit_count,
     offsetof(struct tally, sent_late)},
    {{"ipsla_packets_reordered_total",
      "Packets that were overtaken on the way to the responder (sd), on the way back (ds) or on "
      "both.",
      NULL, TEXT_COUNTER},
     FAMILY_JITTER,
     emit_reordered,
     0},
    {{"ipsla_packets_unprocessed_total",
      "Packets received in time whose reply brought no usable times of the responder.", NULL,
      TEXT_COUNTER},
     FAMILY_JITTER,
     emit_count,
     offsetof(struct tally, unprocessed)},
    {{"ipsla_packets_over_threshold_total",
      "Probe packets whose round trip exceeded the threshold.", NULL, TEXT_COUNTER},
     FAMILY_TARGET,
     emit_count,
     offsetof(struct tally, over_threshold)},
    {{"ipsla_rtt_seconds",
      "Round-trip time of probe packets, processing in the responder subtracted.", "seconds",
      TEXT_HISTOGRAM},
     FAMILY_TARGET,
     emit_hist,
     offsetof(struct tally, rtt)},
    {{"ipsla_one_way_delay_seconds",
      "Delay of packets in one direction; only of operations in which both clocks could be "
      "trusted.",
      "seconds", TEXT_HISTOGRAM},
     FAMILY_JITTER,
     emit_way_hist,
     offsetof(struct way_tally, one_way)},
    {{"ipsla_one_way_delay_withheld_total",
      "Operations whose one-way delays are not told, by reason.", NULL, TEXT_COUNTER},
     FAMILY_JITTER,
     emit_withheld,
     0},
    {{"ipsla_one_way_delay_negative_total",
      "Packets left out of the one-way delay because one of their ways came out negative.", NULL,
      TEXT_COUNTER},
     FAMILY_JITTER,
     emit_count,
     offsetof(struct tally, negative)},
    {{"ipsla_clock_offset_seconds",
      "Responder's clock minus ours after the latest operation, from the packets themselves.",
      "seconds", TEXT_GAUGE},
     FAMILY_JITTER,
     emit_offset,
     0},
    {{"ipsla_clock_offset_error_seconds", "How far off that offset can be at most.", "seconds",
      TEXT_GAUGE},
     FAMILY_JITTER,
     emit_offset_error,
     0},
    {{"ipsla_responder_clock_steps_total",
      "Times that the responder's clock was set during an operation.", NULL, TEXT_COUNTER},
     FAMILY_JITTER,
     emit_count,
     offsetof(struct tally, responder_steps)},
    {{"ipsla_slewed_operations_total", "Operations during which the clock of this host was slewed.",
      NULL, TEXT_COUNTER},
     FAMILY_TARGET,
     emit_slewed,
     0},
    {{"ipsla_responder_byte_order_info",
      "Byte order of the responder's ICMP timestamps in the latest operation; the value is 1.",
      NULL, TEXT_INFO},
     FAMILY_TARGET,
     emit_byte_order,
     0},
    {{"ipsla_jitter_seconds",
      "Absolute delay variation of adjacent packets in one direction, zeros included.", "seconds",
      TEXT_HISTOGRAM},
     FAMILY_JITTER,
     emit_way_hist,
     offsetof(struct way_tally, jitter)},
    {{"ipsla_jitter_positive_samples_total",
      "Adjacent packets that arrived further apart than they were sent.", NULL, TEXT_COUNTER},
     FAMILY_JITTER,
     emit_way_count,
     offsetof(struct way_tally, positive_samples)},
    {{"ipsla_jitter_positive_seconds_total",
      "Sum of the delay variation of packets that arrived further apart than they were "
      "sent.",
      "seconds", TEXT_COUNTER},
     FAMILY_JITTER,
     emit_way_seconds,
     offsetof(struct way_tally, positive_ns)},
    {{"ipsla_jitter_negative_samples_total",
      "Adjacent packets that arrived closer together than they were sent.", NULL, TEXT_COUNTER},
     FAMILY_JITTER,
     emit_way_count,
     offsetof(struct way_tally, negative_samples)},
    {{"ipsla_jitter_negative_seconds_total",
      "Sum of the delay variation of packets that arrived closer together than they "
      "were sent.",
      "seconds", TEXT_COUNTER},
     FAMILY_JITTER,
     emit_way_seconds,
     offsetof(struct way_tally, negative_ns)},
    {{"ipsla_interarrival_jitter_seconds",
      "Interarrival jitter (RFC 3550 6.4.1) at the end of the latest operation.", "seconds",
      TEXT_GAUGE},
     FAMILY_JITTER,
     emit_interarrival,
     0},
    {{"ipsla_loss_period_packets_max", "Longest run of consecutive losses in the latest operation.",
      NULL, TEXT_GAUGE},
     FAMILY_JITTER,
     emit_loss_period,
     0},
    {{"ipsla_mos_score",
      "Mean opinion score of a call during the latest operation: as IOS prints it (cisco), by the "
      "E-model with (emodel_cq) and without (emodel_lq) the delay.",
      NULL, TEXT_GAUGE},
     FAMILY_JITTER,
     emit_mos,
     0},
    {{"ipsla_icpif",
      "Calculated planning impairment factor of the latest operation, as IOS prints it.", NULL,
      TEXT_GAUGE},
     FAMILY_JITTER,
     emit_icpif,
     0},
    {{"ipsla_r_factor", "R factor of a call during the latest operation (ITU-T G.107).", NULL,
      TEXT_GAUGE},
     FAMILY_JITTER,
     emit_r_factor,
     0},
    {{"ipsla_control_rtt_seconds", "Round-trip time of the latest control handshake.", "seconds",
      TEXT_GAUGE},
     FAMILY_CONTROL,
     emit_control_rtt,
     0},
    {{"ipsla_control_auth_layout_info",
      "How the MD5 digest is computed that the responder accepted; the value is 1.", NULL,
      TEXT_INFO},
     FAMILY_TARGET,
     emit_auth_layout,
     0},
    {{"ipsla_control_retries_total", "Control requests sent again for want of an answer.", NULL,
      TEXT_COUNTER},
     FAMILY_CONTROL,
     emit_count,
     offsetof(struct tally, control_retries)},
    {{"ipsla_reply_dscp", "DSCP of the last reply of the latest operation, as it arrived.", NULL,
      TEXT_GAUGE},
     FAMILY_TARGET,
     emit_reply_dscp,
     0},
    {{"ipsla_reply_hop_limit", "TTL of the last reply of the latest operation, as it arrived.",
      NULL, TEXT_GAUGE},
     FAMILY_TARGET,
     emit_reply_hop_limit,
     0},
    {{"ipsla_responder_processing_seconds", FAMILY_PROCESSING_HELP, "seconds", TEXT_HISTOGRAM},
     FAMILY_JITTER,
     emit_hist,
     offsetof(struct tally, processing)},
};
const size_t family_of_targets_count = sizeof family_of_targets / sizeof family_of_targets[0];
