/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What became of the packets of each flow of a train that takes turns among them: packet k (from 0)
 * is of flow k modulo their number. */
#ifndef STATS_FLOW_H
#define STATS_FLOW_H

#include "stats/round.h"

struct flow_tally {
    uint64_t sent, lost; /* packets, ever; those that came too late are not lost */
    uint32_t latest_sent, latest_lost; /* the same of the latest operation */
    uint32_t latest_answered; /* and those answered in time, */
    int64_t latest_rtt_ns; /* with the sum of their round trips */
};

/* Adds an operation that is over to `count` flows. */
void flow_tally_add(struct flow_tally *flows, unsigned count, const struct samples *samples,
                    int64_t resolution_ns);

#endif
