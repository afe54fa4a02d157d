/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "stats/tally.h"

struct round_sinks tally_sinks(struct tally *tally, const struct hist_layout *layout)
{
    return (struct round_sinks){
        .layout = layout,
        .rtt = &tally->rtt,
        .processing = &tally->processing,
        .jitter_sd = &tally->sd.jitter,
        .jitter_ds = &tally->ds.jitter,
        .one_way_sd = &tally->sd.one_way,
        .one_way_ds = &tally->ds.one_way,
    };
}

static void add_way(struct way_tally *tally, const struct way *way)
{
    tally->lost += way->lost;
    tally->positive_samples += way->jitter.positive.count;
    tally->positive_ns += way->jitter.positive.sum_ns;
    tally->negative_samples += way->jitter.negative.count;
    tally->negative_ns += way->jitter.negative.sum_ns;
}

void tally_add(struct tally *tally, const struct round *round)
{
    tally->operations++;
    if (round->outcome != OUTCOME_OK) {
        tally->failures[round->outcome]++;
    }
    if (round->return_code == RETURN_CODE_OVER_THRESHOLD) {
        tally->over_threshold_operations++;
    }
    tally->sent += round->sent;
    tally->unsent += round->unsent;
    tally->received += round->received;
    tally->late += round->late;
    tally->lost_unknown += round->lost_unknown;
    tally->dropped_here += round->dropped_here;
    tally->duplicate += round->duplicate;
    tally->out_of_order += round->out_of_order;
    tally->corrupt += round->corrupt;
    tally->over_threshold += round->over_threshold;
    tally->missed += round->missed;
    tally->queue_dropped += round->queue_dropped;
    tally->sent_late += round->sent_late;
    tally->queued += round->queued;
    tally->unprocessed += round->unprocessed;
    tally->reordered_sd += round->reordering.sd;
    tally->reordered_ds += round->reordering.ds;
    tally->reordered_both += round->reordering.both;
    tally->negative += round->negative;
    tally->responder_steps += round->responder_steps;
    tally->slewed_operations += round->is_slewed;
    if (round->one_way > ONE_WAY_NO_SAMPLES) {
        tally->withheld[round->one_way]++;
    }
    tally->control_retries += round->control_retries;
    add_way(&tally->sd, &round->sd);
    add_way(&tally->ds, &round->ds);
}
