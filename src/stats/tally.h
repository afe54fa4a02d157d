/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Everything a target has counted since its session began: the sum of its rounds. Monotonic, so
 * that it can be exported as Prometheus counters and histograms. */
#ifndef STATS_TALLY_H
#define STATS_TALLY_H

#include <stdint.h>

#include "stats/hist.h"
#include "stats/round.h"

struct way_tally {
    uint64_t lost;
    uint64_t positive_samples, negative_samples;
    int64_t positive_ns, negative_ns;
    struct hist jitter; /* absolute values, zeros included */
};

struct tally {
    uint64_t operations; /* run, counted when they end */
    uint64_t skipped; /* starts skipped because the previous run was still going */
    uint64_t missed_starts; /* starts that passed while nothing ran: this host stood still */
    uint64_t over_threshold_operations;
    uint64_t failures[OUTCOME_COUNT]; /* by outcome; [OUTCOME_OK] stays 0 */
    uint64_t sent, unsent, received, late, lost_unknown, dropped_here;
    uint64_t missed, queue_dropped, sent_late, queued, unprocessed;
    uint64_t duplicate, out_of_order, corrupt, over_threshold;
    uint64_t reordered_sd, reordered_ds, reordered_both;
    uint64_t negative, responder_steps; /* as in struct round */
    uint64_t slewed_operations;
    uint64_t withheld[ONE_WAY_COUNT]; /* operations; [ONE_WAY_SHOWN] and [.._NO_SAMPLES] stay 0 */
    uint64_t control_retries;
    struct hist rtt, processing;
    struct way_tally sd, ds;
    struct hist_pair *one_way; /* delays; NULL: both clocks were never trusted. Belongs to it */
};

/* Where round_compute should put the single values of the next operation so that they land in
 * `tally`. The worst values are those of that operation from here on. */
struct round_sinks tally_sinks(struct tally *tally, const struct hist_layout *layout,
                               enum hist_forms forms);

/* Adds a finished round; its single values are in the histograms already, through tally_sinks. */
void tally_add(struct tally *tally, const struct round *round);

/* After its bytes were copied: what it points to becomes its own. */
void tally_own(struct tally *tally);
void tally_fini(struct tally *tally);

/* How often the exponential form of its histograms lost half of its resolution. */
uint64_t tally_resolution_reductions(const struct tally *tally);

#endif
