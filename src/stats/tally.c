/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "stats/tally.h"

#include <stddef.h>
#include <stdlib.h>

#include "base/mem.h"

/* Those that it has: the last two only when there are delays. */
enum { HISTS_MAX = 6 };

static size_t list_hists(struct tally *tally, struct hist *hists[HISTS_MAX])
{
    struct hist_pair *one_way = tally->one_way;
    size_t count = 0;
    hists[count++] = &tally->rtt;
    hists[count++] = &tally->processing;
    hists[count++] = &tally->sd.jitter;
    hists[count++] = &tally->ds.jitter;
    if (one_way != NULL) {
        hists[count++] = &one_way->sd;
        hists[count++] = &one_way->ds;
    }
    return count;
}

void tally_own(struct tally *tally)
{
    struct hist *hists[HISTS_MAX];
    if (tally->one_way != NULL) {
        const struct hist_pair *shared = tally->one_way;
        tally->one_way = mem_alloc(1, sizeof *shared);
        *tally->one_way = *shared;
    }
    for (size_t i = list_hists(tally, hists); i-- > 0;) {
        hist_own(hists[i]);
    }
}

void tally_fini(struct tally *tally)
{
    struct hist *hists[HISTS_MAX];
    for (size_t i = list_hists(tally, hists); i-- > 0;) {
        hist_fini(hists[i]);
    }
    free(tally->one_way);
}

uint64_t tally_resolution_reductions(const struct tally *tally)
{
    struct hist *hists[HISTS_MAX];
    uint64_t sum = 0;
    for (size_t i = list_hists((struct tally *)(uintptr_t)tally, hists); i-- > 0;) {
        sum += native_reductions(hists[i]->native);
    }
    return sum;
}

struct round_sinks tally_sinks(struct tally *tally, const struct hist_layout *layout,
                               enum hist_forms forms)
{
    struct hist *hists[HISTS_MAX];
    for (size_t i = list_hists(tally, hists); i-- > 0;) {
        hists[i]->worst = (struct exemplar){0};
    }
    return (struct round_sinks){
        .layout = layout,
        .keeps_native = forms != HIST_CLASSIC,
        .rtt = &tally->rtt,
        .processing = &tally->processing,
        .jitter_sd = &tally->sd.jitter,
        .jitter_ds = &tally->ds.jitter,
        .one_way = &tally->one_way,
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
