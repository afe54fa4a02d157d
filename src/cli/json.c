/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "cli/cli.h"
#include "cli/values.h"
#include "config/json_value.h"
#include "explain/reason.h"
#include "operation/operation.h"
#include "probe/choice.h"
#include "stats/deviation.h"

static void add_string(struct buf *out, const char *text)
{
    json_string_write(text, out);
}

/* Nanoseconds as seconds, exactly. */
static void add_seconds(struct buf *out, int64_t ns)
{
    uint64_t size = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
    buf_printf(out, "%s%" PRIu64 ".%09" PRIu64, ns < 0 ? "-" : "", size / 1000000000,
               size % 1000000000);
}

/* `, "name": seconds`, or null when there is no value. */
static void add_field(struct buf *out, const char *name, bool has_value, int64_t ns)
{
    buf_printf(out, ", \"%s\": ", name);
    if (has_value) {
        add_seconds(out, ns);
    } else {
        buf_add_string(out, "null");
    }
}

static void add_field_double(struct buf *out, const char *name, bool has_value, double ns)
{
    add_field(out, name, has_value, (int64_t)(ns + 0.5));
}

/* Squared nanoseconds as squared seconds. */
static void add_squares(struct buf *out, double sum2_ns2)
{
    buf_printf(out, ", \"sum2\": %.18g", sum2_ns2 * 1e-18);
}

static void add_target(const struct spec *spec, struct buf *out)
{
    char address[ADDR_TEXT_MAX];
    buf_add_string(out, "\"name\": ");
    add_string(out, spec->identity.name);
    buf_add_string(out, ", \"target\": {\"host\": ");
    add_string(out, spec->identity.host);
    buf_add_string(out, ", \"address\": ");
    if (spec->path.peer.family == ADDR_NONE) {
        buf_add_string(out, "null");
    } else {
        add_string(out, addr_format_ip(&spec->path.peer, address));
    }
    if (spec->operation->has_ports) {
        buf_printf(out, ", \"port\": %u},\n ", (unsigned)spec->path.port);
    } else {
        buf_add_string(out, ", \"port\": null},\n ");
    }
}

/* What the network said, and who answered from where nothing was asked. */
static void add_hints(const struct round *round, struct buf *out)
{
    char text[ADDR_TEXT_MAX];
    if (round->icmp.from.family == ADDR_NONE) {
        buf_add_string(out, "\"icmp\": null");
    } else {
        buf_printf(out, "\"icmp\": {\"type\": %u, \"code\": %u, \"kind\": \"",
                   (unsigned)round->icmp.type, (unsigned)round->icmp.code);
        reason_add_icmp_kind(&round->icmp, out);
        buf_printf(out, "\", \"from\": \"%s\"}", addr_format_ip(&round->icmp.from, text));
    }
    if (round->elsewhere.family == ADDR_NONE) {
        buf_add_string(out, ", \"elsewhere\": null");
    } else {
        buf_printf(out,
                   ", \"elsewhere\": {\"from\": \"%s\", \"port\": %u, \"datagrams\": %" PRIu32 "}",
                   addr_format_ip(&round->elsewhere, text), (unsigned)round->elsewhere.port,
                   round->from_elsewhere);
    }
}

static void add_operation(const struct cli_result *result, struct buf *out)
{
    const struct round *round = result->round;
    struct buf reason = {0};
    cli_add_reason(result, &reason);
    buf_printf(out, "\"outcome\": \"%s\", \"reason\": ", outcome_name(round->outcome));
    if (reason.size > 0) {
        add_string(out, buf_string(&reason));
    } else {
        buf_add_string(out, "null");
    }
    buf_fini(&reason);
    buf_add_string(out, ", ");
    cli_json_add_limits(result, out);
    add_hints(round, out);
    buf_printf(out, ", \"return_code\": %d, \"start_timestamp\": ", (int)round->return_code);
    add_seconds(out, round->started.ns);
    add_field(out, "duration_seconds", true, round->duration_ns);
    buf_printf(out, ", \"interrupted\": %s", result->is_interrupted ? "true" : "false");
    if (!control_has_request(result->spec->control.version)) {
        buf_add_string(out, ",\n \"control\": {\"version\": null, \"auth\": \"none\"");
    } else {
        buf_printf(out, ",\n \"control\": {\"version\": %d, \"auth\": \"%s\"",
                   (int)result->spec->control.version,
                   auth_algorithm_name(result->spec->control.key.algorithm));
    }
    if (round->auth_layout > 0) {
        buf_printf(out, ", \"auth_layout\": \"%s\"", auth_layout_name(round->auth_layout - 1));
    }
    add_field(out, "rtt_seconds", round->control_rtt_ns >= 0, round->control_rtt_ns);
    buf_printf(out, ", \"retries\": %" PRIu32 ", \"status\": %" PRIu32 "},\n ",
               round->control_retries, round->control_status);
}

/* What the last packet that did not leave failed on. */
static void add_unsent_reason(const struct cli_result *result, struct buf *out)
{
    struct buf reason = {0};
    buf_add_string(out, ", \"unsent_reason\": ");
    if (result->round->unsent == result->round->missed) {
        buf_add_string(out, "null");
    } else {
        reason_add_unsent(result->spec, result->round, &reason);
        add_string(out, buf_string(&reason));
    }
    buf_fini(&reason);
}

/* Datagrams that are no answer to any packet, by reason. */
static void add_unmatched(const struct cli_result *result, struct buf *out)
{
    buf_add_string(out, ",\n  \"unmatched\": {");
    for (unsigned i = 0; i < UNMATCHED_COUNT; i++) {
        buf_printf(out, "%s\"%s\": %" PRIu64, i == 0 ? "" : ", ", unmatched_name((enum unmatched)i),
                   result->unmatched[i]);
    }
    buf_add_char(out, '}');
}

/* The IP header of the last reply. */
static void add_reply(const struct round *round, struct buf *out)
{
    buf_add_string(out, "\"reply\": ");
    if (round->has_reply) {
        buf_printf(out, "{\"dscp\": %u, \"ttl\": %u},\n ", (unsigned)round->reply_tos >> 2,
                   (unsigned)round->reply_ttl);
    } else {
        buf_add_string(out, "null,\n ");
    }
}

static void add_packets(const struct cli_result *result, struct buf *out)
{
    const struct round *round = result->round;
    buf_printf(out, "\"packets\": {\"sent\": %" PRIu32 ", \"received\": %" PRIu32, round->sent,
               round->received);
    buf_printf(out,
               ", \"lost\": {\"sd\": %" PRIu32 ", \"ds\": %" PRIu32 ", \"unknown\": %" PRIu32 "}",
               round->sd.lost, round->ds.lost, round->lost_unknown);
    buf_printf(out, ", \"dropped\": %" PRIu32 ", \"late\": %" PRIu32, round->dropped_here,
               round->late);
    buf_printf(out, ", \"duplicate\": %" PRIu32, round->duplicate);
    buf_printf(out, ", \"out_of_order\": %" PRIu32 ", \"corrupt\": %" PRIu32, round->out_of_order,
               round->corrupt);
    buf_printf(out, ", \"reordered\": {\"sd\": %" PRIu32 ", \"ds\": %" PRIu32, round->reordering.sd,
               round->reordering.ds);
    buf_printf(out, ", \"both\": %" PRIu32 "}, \"unprocessed\": %" PRIu32, round->reordering.both,
               round->unprocessed);
    buf_printf(out, ", \"sent_late\": %" PRIu32 ", \"missed\": %" PRIu32, round->sent_late,
               round->missed);
    buf_printf(out, ", \"queued\": %" PRIu32 ", \"queue_dropped\": %" PRIu32, round->queued,
               round->queue_dropped);
    buf_printf(out, ", \"unsent\": %" PRIu32, round->unsent);
    add_unsent_reason(result, out);
    buf_printf(out, ", \"over_threshold\": %" PRIu32, round->over_threshold);
    add_unmatched(result, out);
    buf_add_string(out, "},\n ");
    add_reply(round, out);
}

static void add_periods(const struct loss_periods *periods, const char *name, struct buf *out)
{
    buf_printf(out, "\"%s\": {\"count\": %" PRIu32, name, periods->count);
    buf_printf(out, ", \"length_min\": %" PRIu32 ", \"length_max\": %" PRIu32, periods->length_min,
               periods->length_max);
    buf_printf(out, ", \"between_min\": %" PRIu32 ", \"between_max\": %" PRIu32 "}",
               periods->between_min, periods->between_max);
}

static void add_loss_periods(const struct round *round, struct buf *out)
{
    buf_add_string(out, "\"loss_periods\": {");
    add_periods(&round->sd.periods, "sd", out);
    buf_add_string(out, ", ");
    add_periods(&round->ds.periods, "ds", out);
    buf_add_string(out, ",\n  ");
    add_periods(&round->losses, "any", out);
    buf_add_string(out, "},\n ");
}

static void add_rtt(const struct cli_result *result, struct buf *out)
{
    const struct moments *rtt = &result->round->rtt;
    bool has_value = rtt->count > 0;
    int64_t *sorted;
    size_t count = cli_sorted_rtts(result, &sorted);
    has_value = has_value && count > 0;
    buf_printf(out, "\"rtt_seconds\": {\"count\": %" PRIu32, rtt->count);
    add_field(out, "min", has_value, rtt->min_ns);
    add_field_double(out, "avg", has_value, moments_average_ns(rtt));
    add_field(out, "max", has_value, rtt->max_ns);
    add_field_double(out, "stddev", has_value, moments_stddev_ns(rtt));
    add_field(out, "sum", true, rtt->sum_ns);
    add_squares(out, rtt->sum2_ns2);
    add_field(out, "p50", has_value, has_value ? cli_percentile(sorted, count, 50) : 0);
    add_field(out, "p95", has_value, has_value ? cli_percentile(sorted, count, 95) : 0);
    add_field(out, "p99", has_value, has_value ? cli_percentile(sorted, count, 99) : 0);
    buf_add_string(out, "},\n ");
    free(sorted);
}

static void add_delay(const struct moments *delay, const char *name, struct buf *out)
{
    bool has_value = delay->count > 0;
    buf_printf(out, "\"%s\": {\"count\": %" PRIu32, name, delay->count);
    add_field(out, "min", has_value, delay->min_ns);
    add_field_double(out, "avg", has_value, moments_average_ns(delay));
    add_field(out, "max", has_value, delay->max_ns);
    add_field(out, "sum", true, delay->sum_ns);
    add_squares(out, delay->sum2_ns2);
    buf_add_char(out, '}');
}

/* Nothing where there is none. */
static void add_deviations(const struct round *round, struct buf *out)
{
    const char *separator = ", \"deviations\": [";
    for (unsigned bit = 0; bit < DEVIATION_COUNT; bit++) {
        if ((round->deviations & 1U << bit) != 0) {
            buf_add_string(out, separator);
            add_string(out, deviation_name(bit));
            separator = ", ";
        }
    }
    buf_add_string(out, round->deviations != 0 ? "]" : "");
}

static void add_clock_words(const struct round *round, struct buf *out)
{
    buf_printf(out, ", \"slewed\": %s", round->is_slewed ? "true" : "false");
    if (round->byte_order != BYTE_ORDER_UNKNOWN) {
        buf_add_string(out, ", \"byte_order\": ");
        add_string(out, byte_order_name(round->byte_order));
    }
    add_deviations(round, out);
    if (round->one_way == ONE_WAY_LOCAL_CLOCK || round->one_way == ONE_WAY_LOCAL_UNKNOWN) {
        buf_add_string(out, ", \"fault\": ");
        add_string(out, clock_fault_name(round->clock_fault));
    }
}

/* Why there is none, or null; then both directions, and how far the clocks are apart. */
static void add_one_way(const struct round *round, struct buf *out)
{
    buf_add_string(out, "\"one_way_delay_seconds\": {\"withheld\": ");
    if (round->one_way == ONE_WAY_SHOWN) {
        buf_add_string(out, "null");
    } else {
        add_string(out, one_way_name(round->one_way));
    }
    buf_printf(out, ", \"negative\": %" PRIu32 ",\n  ", round->negative);
    add_delay(&round->sd.delay, "sd", out);
    buf_add_string(out, ",\n  ");
    add_delay(&round->ds.delay, "ds", out);
    buf_printf(out, "},\n \"clock\": {\"responder_steps\": %" PRIu32, round->responder_steps);
    add_field(out, "offset_seconds", round->offset.is_known, round->offset.offset_ns);
    add_field(out, "offset_error_seconds", round->offset.is_known, round->offset.error_ns);
    add_clock_words(round, out);
    buf_add_string(out, "},\n ");
}

static void add_jitter_set(const struct moments *set, const char *name, struct buf *out)
{
    buf_printf(out, ", \"%s\": {\"count\": %" PRIu32, name, set->count);
    add_field(out, "sum", true, set->sum_ns);
    add_squares(out, set->sum2_ns2);
    add_field(out, "min", set->count > 0, set->min_ns);
    add_field(out, "max", set->count > 0, set->max_ns);
    buf_add_char(out, '}');
}

static void add_jitter(const struct jitter *jitter, const char *name, struct buf *out)
{
    buf_printf(out, "\"%s\": {\"samples\": %" PRIu32 ", \"dropped\": %" PRIu32, name,
               jitter->samples, jitter->dropped);
    add_field(out, "min", jitter->samples > 0, jitter->min_ns);
    add_field(out, "max", jitter->samples > 0, jitter->max_ns);
    add_field_double(out, "avg", jitter->samples > 0, jitter_average_ns(jitter));
    add_field_double(out, "interarrival", jitter->samples > 0, jitter->interarrival_ns);
    add_jitter_set(&jitter->positive, "positive", out);
    add_jitter_set(&jitter->negative, "negative", out);
    buf_add_char(out, '}');
}

/* The source that all stamps of one point share; "mixed" when they differ, NULL when there are
 * none. */
static const char *common_source(const struct samples *samples, bool is_rx)
{
    const char *name = NULL;
    for (uint32_t i = 0; i < samples->count; i++) {
        const struct sample *sample = &samples->items[i];
        bool has_stamp = is_rx ? sample->fate == FATE_RECEIVED : sample->fate >= FATE_SENT;
        if (!has_stamp) {
            continue;
        }
        const char *own = stamp_source_name(is_rx ? sample->t4_source : sample->t1_source);
        if (name != NULL && name != own) {
            return "mixed";
        }
        name = own;
    }
    return name;
}

static void add_source(const struct samples *samples, bool is_rx, struct buf *out)
{
    const char *source = common_source(samples, is_rx);
    buf_printf(out, "\"%s\": ", is_rx ? "rx" : "tx");
    if (source == NULL) {
        buf_add_string(out, "null");
    } else {
        add_string(out, source);
    }
}

/* What stands before it, then the score with two decimals, null when there is none. */
static void add_score(struct buf *out, const char *before, bool has_value, double value)
{
    if (has_value) {
        buf_printf(out, "%s%.2f", before, value);
    } else {
        buf_printf(out, "%snull", before);
    }
}

static void add_voice(const struct cli_result *result, struct buf *out)
{
    const struct voice *voice = &result->round->voice;
    if (result->spec->packets.codec == VOICE_CODEC_NONE) {
        buf_add_string(out, "\"voice\": null");
        return;
    }
    buf_printf(out, "\"voice\": {\"codec\": \"%s\", \"icpif\": ",
               voice_codec_name(result->spec->packets.codec));
    if (voice->is_scored) {
        buf_printf(out, "%u", (unsigned)voice->icpif);
    } else {
        buf_add_string(out, "null");
    }
    add_score(out, ", \"mos\": {\"cisco\": ", voice->is_scored, voice->mos_hundredths / 100.0);
    add_score(out, ", \"emodel_cq\": ", voice->is_scored, voice->mos_cq);
    add_score(out, ", \"emodel_lq\": ", voice->is_scored, voice->mos_lq);
    add_score(out, "}, \"r_factor\": ", voice->is_scored, voice->r_factor);
    buf_add_char(out, '}');
}

/* What auto chose; nothing where the operation was named. */
static void add_protocol(const struct spec *spec, struct buf *out)
{
    if (spec->choice != NULL) {
        buf_printf(out, "\"protocol\": \"%s\", ", choice_row(spec->choice)->name);
    }
}

static void add_object(const struct cli_result *result, bool with_packets, struct buf *out)
{
    const struct round *round = result->round;
    buf_printf(out, "{\"operation\": \"%s\", \"precision\": \"%s\", ",
               result->spec->operation->name, precision_name(result->spec->packets.precision));
    add_protocol(result->spec, out);
    add_target(result->spec, out);
    add_operation(result, out);
    add_packets(result, out);
    add_rtt(result, out);
    add_loss_periods(round, out);
    add_one_way(round, out);
    buf_add_string(out, "\"jitter_seconds\": {\"avg\": ");
    if (round->sd.jitter.samples + round->ds.jitter.samples > 0) {
        add_seconds(out,
                    (int64_t)(jitter_average_both_ns(&round->sd.jitter, &round->ds.jitter) + 0.5));
    } else {
        buf_add_string(out, "null");
    }
    buf_add_string(out, ",\n  ");
    add_jitter(&round->sd.jitter, "sd", out);
    buf_add_string(out, ",\n  ");
    add_jitter(&round->ds.jitter, "ds", out);
    buf_add_string(out, "},\n ");
    add_voice(result, out);
    buf_add_string(out, ", \"timestamps\": {");
    add_source(&result->samples, false, out);
    buf_add_string(out, ", ");
    add_source(&result->samples, true, out);
    buf_add_char(out, '}');
    cli_json_add_flows(result, out);
    if (with_packets) {
        buf_add_string(out, ", ");
        cli_json_add_samples(result, out);
    }
    buf_add_char(out, '}');
}

/* The newlines of the layout above, each with the spaces behind it, become one space: strings have
 * none. */
void cli_json_format(const struct cli_result *result, bool with_packets, struct buf *out)
{
    struct buf object = {0};
    add_object(result, with_packets, &object);
    for (const char *at = buf_string(&object); *at != '\0';) {
        size_t length = strcspn(at, "\n");
        buf_add(out, at, length);
        at += length;
        if (*at == '\n') {
            at += strspn(at, "\n ");
            buf_add_char(out, ' ');
        }
    }
    buf_add_char(out, '\n');
    buf_fini(&object);
}
