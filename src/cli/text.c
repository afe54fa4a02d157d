/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/addr.h"
#include "base/dscp.h"
#include "cli/distribution.h"
#include "cli/values.h"
#include "cli/variation.h"
#include "explain/explain.h"
#include "explain/reason.h"
#include "operation/operation.h"

/* Nanoseconds as milliseconds with three decimals. */
static void add_ms(struct buf *out, double value_ns)
{
    buf_printf(out, "%.3f", value_ns / 1e6);
}

static void add_min_avg_max(struct buf *out, const char *what, double min_ns, double avg_ns,
                            double max_ns)
{
    buf_printf(out, "%s Min/Avg/Max: ", what);
    add_ms(out, min_ns);
    buf_add_char(out, '/');
    add_ms(out, avg_ns);
    buf_add_char(out, '/');
    add_ms(out, max_ns);
    buf_add_string(out, " milliseconds\n");
}

static void add_head(const struct cli_result *result, struct buf *out)
{
    const struct round *round = result->round;
    char address[ADDR_TEXT_MAX];
    char start[64];
    struct tm utc;
    time_t seconds = (time_t)floor_div(round->started.ns, NS_PER_SECOND);
    gmtime_r(&seconds, &utc);
    strftime(start, sizeof start, "%H:%M:%S UTC %a %b %d %Y", &utc);
    buf_printf(out, "IPSLA operation id: %s (%s)\n", result->spec->identity.name,
               result->spec->operation->has_ports
                   ? addr_format(&result->spec->path.peer, address)
                   : addr_format_ip(&result->spec->path.peer, address));
    buf_printf(out, "Type of operation: %s\n", result->spec->operation->name);
    buf_add_string(out, "        Latest RTT: ");
    if (round->outcome == OUTCOME_OK) {
        add_ms(out, moments_average_ns(&round->rtt));
        buf_add_string(out, " milliseconds\n");
    } else {
        buf_add_string(out, "NoConnection/Busy/Timeout\n");
    }
    buf_printf(out, "Latest operation start time: %s\n", start);
    buf_printf(out, "Latest operation return code: %s\n", return_code_text(round->return_code));
}

static void add_delay(const struct moments *delay, const char *what, struct buf *out)
{
    if (delay->count > 0) {
        add_min_avg_max(out, what, (double)delay->min_ns, moments_average_ns(delay),
                        (double)delay->max_ns);
    }
}

static void add_withheld(const struct round *round, struct buf *out)
{
    buf_printf(out, " (%s", one_way_text(round->one_way));
    if (round->one_way == ONE_WAY_LOCAL_CLOCK && round->clock_fault == CLOCK_STALE) {
        buf_printf(out, ": nothing has adjusted it for %" PRIu32 " minutes",
                   round->clock_age_minutes);
    } else if (round->one_way == ONE_WAY_LOCAL_CLOCK && round->clock_fault == CLOCK_UNANSWERED) {
        buf_add_string(out, ": its daemon has had no answer yet");
    }
    buf_add_char(out, ')');
}

static void add_one_way(const struct round *round, struct buf *out)
{
    buf_add_string(out, "Latency one-way time:\n");
    buf_printf(out, "        Number of Latency one-way Samples: %" PRIu32, round->sd.delay.count);
    if (round->one_way != ONE_WAY_SHOWN) {
        add_withheld(round, out);
    } else if (round->negative > 0) {
        buf_printf(out, " (%" PRIu32 " left out: negative)", round->negative);
    }
    buf_add_char(out, '\n');
    add_delay(&round->sd.delay, "        Source to Destination Latency one way", out);
    add_delay(&round->ds.delay, "        Destination to Source Latency one way", out);
    if (round->offset.is_known) {
        buf_add_string(out, "        Clock of the responder minus ours: ");
        add_ms(out, (double)round->offset.offset_ns);
        buf_add_string(out, " milliseconds, at most ");
        add_ms(out, (double)round->offset.error_ns);
        buf_add_string(out, " off\n");
    }
}

/* What spoilt a measurement, or nearly. */
static void add_clocks(const struct round *round, struct buf *out)
{
    if (round->is_slewed) {
        buf_add_string(out,
                       "        Our clock was slewed: no jitter, and round trips are off by the "
                       "rate of it\n");
    }
    if (round->responder_steps > 0) {
        buf_printf(out, "        Clock of the responder was set, times: %" PRIu32 "\n",
                   round->responder_steps);
    }
    for (unsigned bit = 0; bit < DEVIATION_COUNT; bit++) {
        if ((round->deviations & 1U << bit) != 0) {
            buf_printf(out, "        The reflector deviates: %s\n", deviation_text(bit));
        }
    }
    if (round->byte_order == BYTE_ORDER_SWAPPED) {
        buf_add_string(out,
                       "        Times of the responder are byte-swapped, and were converted\n");
    }
}

static void add_jitter(const struct round *round, struct buf *out)
{
    add_one_way(round, out);
    buf_add_string(out, "Jitter Time:\n");
    buf_printf(out, "        Number of SD Jitter Samples: %" PRIu32 "\n", round->sd.jitter.samples);
    buf_printf(out, "        Number of DS Jitter Samples: %" PRIu32 "\n", round->ds.jitter.samples);
    add_min_avg_max(out, "        Source to Destination Jitter", (double)round->sd.jitter.min_ns,
                    jitter_average_ns(&round->sd.jitter), (double)round->sd.jitter.max_ns);
    add_min_avg_max(out, "        Destination to Source Jitter", (double)round->ds.jitter.min_ns,
                    jitter_average_ns(&round->ds.jitter), (double)round->ds.jitter.max_ns);
    if (round->sd.jitter.samples > 0 || round->ds.jitter.samples > 0) {
        buf_add_string(out, "        Interarrival jitterout: ");
        add_ms(out, round->sd.jitter.interarrival_ns);
        buf_add_string(out, "\tInterarrival jitterin: ");
        add_ms(out, round->ds.jitter.interarrival_ns);
        buf_add_string(out, " milliseconds\n");
    }
    add_clocks(round, out);
}

/* `name` ends with a space, or is empty. */
static void add_periods(const struct loss_periods *periods, const char *name, struct buf *out)
{
    buf_printf(out, "        %sLoss Periods Number: %" PRIu32 "\n", name, periods->count);
    buf_printf(out, "        %sLoss Period Length Min/Max: %" PRIu32 "/%" PRIu32 "\n", name,
               periods->length_min, periods->length_max);
    buf_printf(out, "        %sInter Loss Period Length Min/Max: %" PRIu32 "/%" PRIu32 "\n", name,
               periods->between_min, periods->between_max);
}

static void add_way_losses(const struct way *way, const char *from_to, struct buf *out)
{
    char name[32];
    snprintf(name, sizeof name, "%s ", from_to);
    buf_printf(out, "        Loss %s: %" PRIu32 "\n", from_to, way->lost);
    add_periods(&way->periods, name, out);
}

/* What IOS does not tell. */
static void add_own_counts(const struct round *round, struct buf *out)
{
    buf_printf(out, "        Packet Sent Late: %" PRIu32 "\tPacket Missed: %" PRIu32 "\n",
               round->sent_late, round->missed);
    buf_printf(out, "        Packet Queued: %" PRIu32 "\tQueue Dropped: %" PRIu32 "\n",
               round->queued, round->queue_dropped);
    buf_printf(out,
               "        Duplicate: %" PRIu32 "\tCorrupt: %" PRIu32 "\tDropped Here: %" PRIu32 "\n",
               round->duplicate, round->corrupt, round->dropped_here);
}

static void add_reordering(const struct reordering *order, struct buf *out)
{
    buf_printf(out,
               "        Source to Destination: %" PRIu32 "\tDestination to Source: %" PRIu32 "\n",
               order->sd, order->ds);
    buf_printf(out, "        In both Directions: %" PRIu32 "\n", order->both);
}

/* The block of icmp-jitter, and as much of it as echoes tell. Direction of a loss is not told by
 * either; who reordered is told by the responder's times. */
static void add_losses_without_direction(const struct cli_result *result, struct buf *out)
{
    const struct round *round = result->round;
    bool is_stamped = operation_has(result->spec->operation, RESULT_ONE_WAY);
    buf_printf(out, "Packet Late Arrival: %" PRIu32 "\n", round->late);
    buf_printf(out, "Out Of Sequence: %" PRIu32 "\n", round->out_of_order);
    if (is_stamped) {
        add_reordering(&round->reordering, out);
    }
    buf_printf(out, "Packet Skipped: %" PRIu32, round->unsent);
    if (is_stamped) {
        buf_printf(out, "\tPacket Unprocessed: %" PRIu32, round->unprocessed);
    }
    buf_add_char(out, '\n');
    buf_printf(out, "Packet Loss: %" PRIu32 "\n", round->lost_unknown);
    add_periods(&round->losses, "", out);
    add_own_counts(round, out);
}

static void add_losses(const struct round *round, struct buf *out)
{
    buf_add_string(out, "Packet Loss Values:\n");
    add_way_losses(&round->sd, "Source to Destination", out);
    add_way_losses(&round->ds, "Destination to Source", out);
    buf_printf(out, "        Out Of Sequence: %" PRIu32 "\tTail Drop: %" PRIu32 "\n",
               round->out_of_order, round->lost_unknown);
    buf_printf(out, "        Packet Late Arrival: %" PRIu32 "\tPacket Skipped: %" PRIu32 "\n",
               round->late, round->unsent);
    add_own_counts(round, out);
}

/* Zeros when the operation failed, as IOS prints. */
static void add_voice(const struct voice *voice, struct buf *out)
{
    buf_add_string(out, "Voice Score Values:\n");
    buf_printf(out, "        Calculated Planning Impairment Factor (ICPIF): %u\n",
               (unsigned)voice->icpif);
    buf_printf(out, "        MOS score: %u.%02u\n", voice->mos_hundredths / 100u,
               voice->mos_hundredths % 100u);
    if (voice->is_scored) {
        buf_printf(out, "        E-model: R factor %.1f, MOS-CQ %.2f, MOS-LQ %.2f\n",
                   voice->r_factor, voice->mos_cq, voice->mos_lq);
    }
}

static void add_train(const struct cli_result *result, struct buf *out)
{
    const struct round *round = result->round;
    buf_add_string(out, "RTT Values:\n");
    buf_printf(out, "        Number Of RTT: %" PRIu32, round->rtt.count);
    add_min_avg_max(out, "\t\tRTT", (double)round->rtt.min_ns, moments_average_ns(&round->rtt),
                    (double)round->rtt.max_ns);
    if (operation_has(result->spec->operation, RESULT_JITTER)) {
        add_jitter(round, out);
    }
    buf_add_string(out, "Over Threshold:\n");
    buf_printf(out, "        Number Of RTT Over Threshold: %" PRIu32 " (%" PRIu32 "%%)\n",
               round->over_threshold,
               round->received == 0 ? 0 : round->over_threshold * 100 / round->received);
    if (operation_has(result->spec->operation, RESULT_DIRECTION)) {
        add_losses(round, out);
    } else {
        add_losses_without_direction(result, out);
    }
    if (result->spec->packets.codec != VOICE_CODEC_NONE) {
        add_voice(&round->voice, out);
    }
}

static void add_percentiles(const struct cli_result *result, struct buf *out)
{
    int64_t *rtts;
    size_t count = cli_sorted_rtts(result, &rtts);
    cli_percentiles_add(rtts, count, "RTT", out);
    cli_histogram_add(rtts, count, result->is_utf8, out);
    free(rtts);
}

static void add_jitter_percentiles(const struct cli_result *result, struct buf *out)
{
    for (int is_ds = 0; is_ds <= 1; is_ds++) {
        int64_t *jitters;
        size_t count = cli_sorted_jitters(result, is_ds != 0, &jitters);
        cli_percentiles_add(jitters, count, is_ds ? "DS Jitter" : "SD Jitter", out);
        free(jitters);
    }
}

/* Several packets, or what may be several. */
static bool is_train(const struct spec *spec)
{
    return operation_has(spec->operation, RESULT_JITTER) || spec->packets.count > 1;
}

/* What IOS adds for the other types with "details", and what it does not tell. */
static void add_echo(const struct round *round, struct buf *out)
{
    buf_printf(out, "Over thresholds occurred: %s\n", round->over_threshold > 0 ? "TRUE" : "FALSE");
    if (round->late + round->duplicate + round->corrupt > 0) {
        buf_printf(
            out, "Packet Late Arrival: %" PRIu32 "\tDuplicate: %" PRIu32 "\tCorrupt: %" PRIu32 "\n",
            round->late, round->duplicate, round->corrupt);
    }
}

static void add_reply(const struct round *round, struct buf *out)
{
    char dscp[DSCP_TEXT_MAX];
    if (round->has_reply) {
        buf_printf(out, "Reply DSCP: %s, TTL: %u\n", dscp_format(round->reply_tos >> 2, dscp),
                   (unsigned)round->reply_ttl);
    }
}

static void add_unsent(const struct cli_result *result, struct buf *out)
{
    const struct round *round = result->round;
    if (round->unsent > round->missed && round->outcome != OUTCOME_LOCAL) {
        buf_printf(out, "Packets not sent: %" PRIu32 ": ", round->unsent - round->missed);
        reason_add_unsent(result->spec, round, out);
        buf_add_char(out, '\n');
    }
}

static void add_spoilt(const struct round *round, struct buf *out)
{
    struct buf text = {0};
    explain_all_spoilt(round, "\nNote: ", &text);
    if (text.size > 0) {
        buf_printf(out, "Note: %s\n", buf_string(&text));
    }
    buf_fini(&text);
}

static void add_choice(const struct spec *spec, struct buf *out)
{
    struct buf text = {0};
    explain_choice(spec, &text);
    if (text.size > 0) {
        buf_printf(out, "Protocol: %s\n", buf_string(&text));
    }
    buf_fini(&text);
}

void cli_text_format(const struct cli_result *result, struct buf *out)
{
    const struct round *round = result->round;
    bool is_ok = round->outcome == OUTCOME_OK;
    add_head(result, out);
    bool has_train = round->planned > 0 && is_train(result->spec);
    if (has_train) {
        add_train(result, out);
    }
    buf_printf(out, "Number of successes: %d\nNumber of failures: %d\n", is_ok, !is_ok);
    buf_add_string(out, "Operation time to live: 0\n");
    if (!is_train(result->spec)) {
        add_echo(round, out);
    }
    if (result->is_interrupted) {
        buf_add_string(out, "Interrupted: of what follows nothing is counted\n");
    }
    if (round->control_rtt_ns >= 0) {
        buf_add_string(out, "Control RTT: ");
        add_ms(out, (double)round->control_rtt_ns);
        buf_printf(out, " milliseconds, retries: %" PRIu32 "\n", round->control_retries);
    }
    if (has_train) {
        add_percentiles(result, out);
        add_jitter_percentiles(result, out);
        cli_text_add_flows(result, out);
    }
    add_reply(round, out);
    add_unsent(result, out);
    add_spoilt(round, out);
    add_choice(result->spec, out);
    enum target_state state = cli_state(result);
    if (state != TARGET_OK) {
        buf_add_string(out, state == TARGET_DEGRADED ? "Limits exceeded: " : "Reason: ");
        cli_add_reason(result, out);
        buf_add_char(out, '\n');
    }
}
