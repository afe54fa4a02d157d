/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "stats/flow.h"

static void add_packet(struct flow_tally *flow, const struct sample *sample, int64_t resolution_ns)
{
    if (sample->fate < FATE_SENT) {
        return;
    }
    flow->latest_sent++;
    if (sample->fate == FATE_SENT) {
        flow->latest_lost++;
    } else if (sample->fate == FATE_RECEIVED) {
        flow->latest_answered++;
        flow->latest_rtt_ns += sample_rtt_ns(sample, resolution_ns);
    }
}

void flow_tally_add(struct flow_tally *flows, unsigned count, const struct samples *samples,
                    int64_t resolution_ns)
{
    for (unsigned i = 0; i < count; i++) {
        flows[i].latest_sent = flows[i].latest_lost = flows[i].latest_answered = 0;
        flows[i].latest_rtt_ns = 0;
    }
    for (uint32_t i = 0; i < samples->count; i++) {
        add_packet(&flows[i % count], &samples->items[i], resolution_ns);
    }
    for (unsigned i = 0; i < count; i++) {
        flows[i].sent += flows[i].latest_sent;
        flows[i].lost += flows[i].latest_lost;
    }
}
