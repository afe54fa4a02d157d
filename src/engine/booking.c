/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/booking.h"

#include <string.h>

#include "base/mem.h"

static void count_packets(const struct probe *probe, struct engine_stats *stats)
{
    const struct train *train = &probe->train;
    for (uint32_t i = 0; i < train->next; i++) {
        const struct sample *sample = &train->samples[i];
        if (sample->fate == FATE_UNSENT) {
            continue;
        }
        hist_observe(&stats->send_lateness, &hist_layout_default, train_lateness_ns(train, i));
        if (sample->t1_source != STAMP_USER) {
            hist_observe(&stats->send_queueing, &hist_layout_default, train_queueing_ns(train, i));
        }
        stats->tx_stamps[sample->t1_source]++;
        if (sample->fate == FATE_RECEIVED || sample->fate == FATE_LATE) {
            stats->rx_stamps[sample->t4_source]++;
        }
    }
}

void booking_count_unmatched(const struct probe *probe, struct report *report,
                             struct engine_stats *stats)
{
    for (unsigned i = 0; i < UNMATCHED_COUNT; i++) {
        uint64_t new = probe->unmatched[i] - report->unmatched[i];
        stats->unmatched[i] += new;
        report->unearned = i == UNMATCHED_NONCE ? new : report->unearned;
        report->unmatched[i] = probe->unmatched[i];
    }
}

static void take_round(struct report *report, const struct round *round, struct instant now)
{
    tally_add(&report->tally, round);
    report->has_run = true;
    report->latest = *round;
    report->last_run = now.wall;
    if (round->outcome == OUTCOME_OK) {
        report->has_succeeded = true;
        report->last_success = now.wall;
        report->failed_in_a_row = 0;
        limit_watch_take(&report->condition.limits, &report->spec->results.limits, round);
    } else if (round->outcome != OUTCOME_RESOLVE && round->outcome != OUTCOME_LOCAL) {
        report->failed_in_a_row++;
    }
}

static void keep_packets(const struct probe *probe, struct report *report)
{
    const struct samples samples = train_samples(&probe->train);
    report_add_flows(report, &samples);
    if (report->spec->results.keeps_packets) {
        report->packet_count = samples.count;
        report->packets = mem_alloc(samples.count, sizeof *report->packets);
        memcpy(report->packets, samples.items, samples.count * sizeof *report->packets);
    }
}

void booking_add(const struct probe *probe, const struct round *round, struct report *report,
                 struct engine_stats *stats, struct instant now)
{
    count_packets(probe, stats);
    take_round(report, round, now);
    keep_packets(probe, report);
}
