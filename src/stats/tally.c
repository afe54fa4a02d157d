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
    tally->duplicate += round->duplicate;
    tally->out_of_order += round->out_of_order;
    tally->corrupt += round->corrupt;
    tally->over_threshold += round->over_threshold;
    tally->control_retries += round->control_retries;
    add_way(&tally->sd, &round->sd);
    add_way(&tally->ds, &round->ds);
}
