/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "stats/tally.h"

#include <stddef.h>
#include <stdlib.h>

#define HIST_COUNT 6
static const size_t hist_offsets[HIST_COUNT] = {
    offsetof(struct tally, rtt),        offsetof(struct tally, processing),
    offsetof(struct tally, sd.jitter),  offsetof(struct tally, ds.jitter),
    offsetof(struct tally, sd.one_way), offsetof(struct tally, ds.one_way),
};

static struct hist *hist_at(struct tally *tally, size_t number)
{
    return (struct hist *)(void *)((char *)tally + hist_offsets[number]);
}

void tally_own(struct tally *tally)
{
    for (size_t i = 0; i < HIST_COUNT; i++) {
        struct hist *hist = hist_at(tally, i);
        hist->native = native_copy(hist->native);
    }
}

void tally_fini(struct tally *tally)
{
    for (size_t i = 0; i < HIST_COUNT; i++) {
        free(hist_at(tally, i)->native);
    }
}

uint64_t tally_resolution_reductions(const struct tally *tally)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < HIST_COUNT; i++) {
        const char *at = (const char *)tally + hist_offsets[i];
        sum += native_reductions(((const struct hist *)(const void *)at)->native);
    }
    return sum;
}

struct round_sinks tally_sinks(struct tally *tally, const struct hist_layout *layout,
                               enum hist_forms forms)
{
    for (size_t i = 0; i < HIST_COUNT; i++) {
        hist_at(tally, i)->worst = (struct exemplar){0};
    }
    return (struct round_sinks){
        .layout = layout,
        .keeps_native = forms != HIST_CLASSIC,
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
