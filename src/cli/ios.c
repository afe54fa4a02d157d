/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/ios.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "operation/operation.h"

#define NO_RTT "NoConnection/Busy/Timeout"

/* A duration in whole units of the entry's precision, cut off as a router does. */
static int64_t units(const struct ios_entry *entry, int64_t ns)
{
    return ns / (entry->precision == PRECISION_MICROSECONDS ? NS_PER_US : NS_PER_MS);
}

static int64_t average_units(const struct ios_entry *entry, int64_t sum_ns, uint32_t count)
{
    return count == 0 ? 0 : units(entry, sum_ns / count);
}

static void add_min_avg_max(const struct ios_entry *entry, const char *what,
                            const int64_t values[3], struct buf *out)
{
    buf_printf(out, "%s Min/Avg/Max: %" PRId64 "/%" PRId64 "/%" PRId64 " %s\n", what, values[0],
               values[1], values[2], precision_name(entry->precision));
}

static void add_moments(const struct ios_entry *entry, const char *what,
                        const struct moments *moments, struct buf *out)
{
    const int64_t values[3] = {units(entry, moments->min_ns),
                               average_units(entry, moments->sum_ns, moments->count),
                               units(entry, moments->max_ns)};
    add_min_avg_max(entry, what, values, out);
}

static void add_way_jitter(const struct ios_entry *entry, const char *what,
                           const struct jitter *jitter, struct buf *out)
{
    const int64_t values[3] = {units(entry, jitter->min_ns),
                               average_units(entry,
                                             jitter->positive.sum_ns + jitter->negative.sum_ns,
                                             jitter->positive.count + jitter->negative.count),
                               units(entry, jitter->max_ns)};
    add_min_avg_max(entry, what, values, out);
}

/* A connection that is refused has a word of its own. */
static bool is_socket_error(const struct ios_entry *entry)
{
    return entry->operation->transport == TRANSPORT_TCP_CONNECT &&
           entry->round->return_code == RETURN_CODE_ERROR;
}

static const char *code_text(const struct ios_entry *entry)
{
    return is_socket_error(entry) ? "Socket connect error"
                                  : return_code_text(entry->round->return_code);
}

static int64_t average_rtt(const struct ios_entry *entry)
{
    return average_units(entry, entry->round->rtt.sum_ns, entry->round->rtt.count);
}

static void add_latest(const struct ios_entry *entry, struct buf *out)
{
    const struct round *round = entry->round;
    char clock[32], day[32];
    struct tm utc;
    time_t seconds = (time_t)floor_div(round->started.ns, NS_PER_SECOND);
    gmtime_r(&seconds, &utc);
    strftime(clock, sizeof clock, "%H:%M:%S UTC %a %b", &utc);
    strftime(day, sizeof day, "%Y", &utc);
    buf_add_string(out, "\tLatest RTT: ");
    if (round->outcome == OUTCOME_OK || is_socket_error(entry)) {
        buf_printf(out, "%" PRId64 " %s\n", average_rtt(entry), precision_name(entry->precision));
    } else {
        buf_add_string(out, NO_RTT "\n");
    }
    buf_printf(out, "Latest operation start time: %s %d %s\n", clock, utc.tm_mday, day);
    buf_printf(out, "Latest operation return code: %s\n", code_text(entry));
}

static void add_times(const struct ios_entry *entry, struct buf *out)
{
    const struct round *round = entry->round;
    buf_printf(out, "RTT Values:\n\tNumber Of RTT: %" PRIu32, round->rtt.count);
    add_moments(entry, "\t\tRTT", &round->rtt, out);
    buf_printf(out, "Latency one-way time:\n\tNumber of Latency one-way Samples: %" PRIu32 "\n",
               round->sd.delay.count);
    add_moments(entry, "\tSource to Destination Latency one way", &round->sd.delay, out);
    add_moments(entry, "\tDestination to Source Latency one way", &round->ds.delay, out);
    buf_printf(out, "Jitter Time:\n\tNumber of SD Jitter Samples: %" PRIu32 "\n",
               round->sd.jitter.samples);
    buf_printf(out, "\tNumber of DS Jitter Samples: %" PRIu32 "\n", round->ds.jitter.samples);
    add_way_jitter(entry, "\tSource to Destination Jitter", &round->sd.jitter, out);
    add_way_jitter(entry, "\tDestination to Source Jitter", &round->ds.jitter, out);
    buf_printf(out,
               "Over Threshold:\n\tNumber Of RTT Over Threshold: %" PRIu32 " (%" PRIu64 "%%)\n",
               round->over_threshold,
               round->received == 0 ? 0 : (uint64_t)round->over_threshold * 100 / round->received);
}

/* `name` ends with a space, or is empty. */
static void add_periods(const struct loss_periods *periods, const char *name, struct buf *out)
{
    buf_printf(out, "\t%sLoss Periods Number: %" PRIu32 "\n", name, periods->count);
    buf_printf(out, "\t%sLoss Period Length Min/Max: %" PRIu32 "/%" PRIu32 "\n", name,
               periods->length_min, periods->length_max);
    buf_printf(out, "\t%sInter Loss Period Length Min/Max: %" PRIu32 "/%" PRIu32 "\n", name,
               periods->between_min, periods->between_max);
}

static void add_losses(const struct round *round, struct buf *out)
{
    buf_printf(out, "Packet Loss Values:\n\tLoss Source to Destination: %" PRIu32 "\n",
               round->sd.lost);
    add_periods(&round->sd.periods, "Source to Destination ", out);
    buf_printf(out, "\tLoss Destination to Source: %" PRIu32 "\n", round->ds.lost);
    add_periods(&round->ds.periods, "Destination to Source ", out);
    buf_printf(out, "\tOut Of Sequence: %" PRIu32 "\tTail Drop: %" PRIu32 "\n", round->out_of_order,
               round->lost_unknown);
    buf_printf(out, "\tPacket Late Arrival: %" PRIu32 "\tPacket Skipped: %" PRIu32 "\n",
               round->late, round->unsent);
}

static void add_voice(const struct ios_entry *entry, struct buf *out)
{
    const struct voice *voice = &entry->round->voice;
    buf_printf(out, "Voice Score Values:\n\tCalculated Planning Impairment Factor (ICPIF): %u\n",
               (unsigned)voice->icpif);
    if (!entry->has_codec) {
        buf_add_string(out, "\tMean Opinion Score (MOS): 0\n");
    } else if (voice->mos_hundredths == 0) {
        buf_add_string(out, "\tMOS score: 0\n");
    } else {
        buf_printf(out, "\tMOS score: %u.%02u\n", voice->mos_hundredths / 100u,
                   voice->mos_hundredths % 100u);
    }
}

/* The block of icmp-jitter: a loss has no direction there, but reordering has. */
static void add_losses_without_direction(const struct round *round, struct buf *out)
{
    buf_printf(out, "Packet Late Arrival: %" PRIu32 "\nOut Of Sequence: %" PRIu32 "\n", round->late,
               round->out_of_order);
    buf_printf(out, "\tSource to Destination: %" PRIu32 "\tDestination to Source: %" PRIu32 "\n",
               round->reordering.sd, round->reordering.ds);
    buf_printf(out, "\tIn both Directions: %" PRIu32 "\n", round->reordering.both);
    buf_printf(out, "Packet Skipped: %" PRIu32 "\tPacket Unprocessed: %" PRIu32 "\n", round->unsent,
               round->unprocessed);
    buf_printf(out, "Packet Loss: %" PRIu32 "\n", round->lost_unknown);
    add_periods(&round->losses, "", out);
}

static void add_train(const struct ios_entry *entry, struct buf *out)
{
    add_times(entry, out);
    if (operation_has(entry->operation, RESULT_DIRECTION)) {
        add_losses(entry->round, out);
        add_voice(entry, out);
    } else {
        add_losses_without_direction(entry->round, out);
    }
}

static void add_life(const struct ios_entry *entry, struct buf *out)
{
    buf_add_string(out, "Operation time to live: ");
    if (entry->state != IOS_ACTIVE) {
        buf_add_string(out, "0\n");
    } else if (entry->life_left_ns == SPEC_FOREVER) {
        buf_add_string(out, "Forever\n");
    } else {
        buf_printf(out, "%" PRId64 " sec\n", entry->life_left_ns / NS_PER_SECOND);
    }
}

static void add_counts(const struct ios_entry *entry, struct buf *out)
{
    if (entry->round == NULL) {
        buf_add_string(out, "Number of successes: Unknown\nNumber of failures: Unknown\n");
    } else {
        buf_printf(out, "Number of successes: %" PRIu64 "\nNumber of failures: %" PRIu64 "\n",
                   entry->successes, entry->failures);
    }
}

void ios_statistics_add_head(struct buf *out)
{
    buf_add_string(out, "IPSLAs Latest Operation Statistics\n\n");
}

void ios_statistics_add(const struct ios_entry *entry, bool has_details, struct buf *out)
{
    static const char *const states[] = {
        [IOS_ACTIVE] = "Active", [IOS_INACTIVE] = "Inactive", [IOS_PENDING] = "Pending"};
    bool has_train = operation_has(entry->operation, RESULT_JITTER);
    buf_printf(out, "IPSLA operation id: %" PRIu32 "\n", entry->id);
    if (has_train) {
        buf_printf(out, "Type of operation: %s\n", entry->operation->name);
    }
    if (entry->round != NULL) {
        add_latest(entry, out);
    }
    if (entry->round != NULL && has_train) {
        add_train(entry, out);
    }
    if (has_details) {
        buf_printf(out, "Over thresholds occurred: %s\n",
                   entry->was_over_threshold ? "TRUE" : "FALSE");
    }
    add_counts(entry, out);
    add_life(entry, out);
    if (has_details) {
        buf_printf(out, "Operational state of entry: %s\nLast time this entry was reset: Never\n",
                   states[entry->state]);
    }
}

void ios_summary_add_head(struct buf *out)
{
    buf_add_string(out, "IPSLAs Latest Operation Summary\n"
                        "Codes: * active, ^ inactive, ~ pending\n"
                        "All Stats are in milliseconds. Stats with u are in microseconds\n\n");
    buf_printf(out, "%-13s%-15s%-18s%-20s%-14s%s\n", "ID", "Type", "Destination", "Stats", "Return",
               "Last");
    buf_printf(out, "%66s%-14s%s\n", "", "Code", "Run");
    for (int i = 0; i < 96; i++) {
        buf_add_char(out, '-');
    }
    buf_add_char(out, '\n');
}

static void add_amount(int64_t amount, const char *unit, const char *separator, struct buf *out)
{
    buf_printf(out, "%" PRId64 " %s%s%s", amount, unit, amount == 1 ? "" : "s", separator);
}

/* "1 hour, 2 minutes, 3 seconds ago" */
static void add_ago(int64_t age_ns, struct buf *out)
{
    int64_t seconds = age_ns < 0 ? 0 : age_ns / NS_PER_SECOND;
    if (seconds >= 3600) {
        add_amount(seconds / 3600, "hour", ", ", out);
    }
    if (seconds >= 60) {
        add_amount(seconds / 60 % 60, "minute", ", ", out);
    }
    add_amount(seconds % 60, "second", " ago\n", out);
}

void ios_summary_add(const struct ios_entry *entry, struct buf *out)
{
    static const char marks[] = {[IOS_ACTIVE] = '*', [IOS_INACTIVE] = '^', [IOS_PENDING] = '~'};
    struct buf stats = {0};
    bool has_rtt = entry->round != NULL && entry->round->outcome == OUTCOME_OK;
    if (has_rtt) {
        buf_printf(&stats, "RTT=%" PRId64 "%s", average_rtt(entry),
                   entry->precision == PRECISION_MICROSECONDS ? "u" : "");
    }
    buf_printf(out, "%c%-11" PRIu32 " %-15s %-17s %-18s %-14s ", marks[entry->state], entry->id,
               entry->operation->name, entry->destination, has_rtt ? buf_string(&stats) : "-",
               entry->round == NULL ? "Unknown" : code_text(entry));
    buf_fini(&stats);
    if (entry->round == NULL) {
        buf_add_string(out, "Never\n");
    } else {
        add_ago(entry->age_ns, out);
    }
}

void ios_responder_add(const struct ios_responder *responder, struct buf *out)
{
    bool has_general = responder->is_enabled;
    if (responder->port != 0) {
        buf_printf(out, "General IP SLA Responder on Control port %u\n", (unsigned)responder->port);
    }
    if (responder->port_v2 != 0) {
        buf_printf(out, "\tGeneral IP SLA Responder on Control V2 port %u\n",
                   (unsigned)responder->port_v2);
    }
    buf_printf(out, "General IP SLA Responder is: %s\n\n", has_general ? "Enabled" : "Disabled");
    buf_printf(out, "\tPermanent Port IP SLA Responder\nPermanent Port IP SLA Responder is: %s\n",
               responder->has_permanent_ports ? "Enabled" : "Disabled");
}
