/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "stats/trail.h"

#include <stdlib.h>

#include "base/mem.h"

#define RTT_BITS 28

uint32_t trail_pack(const struct trail_packet *packet)
{
    int64_t rtt_ns = packet->rtt_ns < 0 ? 0 : packet->rtt_ns;
    rtt_ns = rtt_ns > TRAIL_RTT_MAX_NS ? TRAIL_RTT_MAX_NS : rtt_ns;
    return (uint32_t)packet->fate << RTT_BITS |
           (uint32_t)((rtt_ns + TRAIL_STEP_NS / 2) / TRAIL_STEP_NS);
}

struct trail_packet trail_unpack(uint32_t word)
{
    return (struct trail_packet){
        .fate = (enum trail_fate)(word >> RTT_BITS) % TRAIL_FATE_COUNT,
        .rtt_ns = (int64_t)(word & ((1U << RTT_BITS) - 1)) * TRAIL_STEP_NS,
    };
}

static enum trail_fate fate_of(const struct sample *sample, enum lost_way way)
{
    static const enum trail_fate lost[] = {
        [LOST_UNKNOWN] = TRAIL_LOST_UNKNOWN,
        [LOST_SD] = TRAIL_LOST_SD,
        [LOST_DS] = TRAIL_LOST_DS,
        [LOST_EITHER] = TRAIL_LOST_EITHER,
    };
    switch (sample->fate) {
    case FATE_RECEIVED:
        return TRAIL_RECEIVED;
    case FATE_LATE:
        return TRAIL_LATE;
    case FATE_SENT:
        return lost[way];
    case FATE_DROPPED:
        return TRAIL_DROPPED;
    case FATE_PLANNED:
    case FATE_UNSENT:
        break;
    }
    return TRAIL_UNSENT;
}

void trail_fill(const struct samples *samples, int64_t resolution_ns, uint32_t *out)
{
    enum lost_way *ways = mem_alloc(samples->count, sizeof *ways);
    direction_mark(samples, resolution_ns, ways);
    for (uint32_t i = 0; i < samples->count; i++) {
        const struct sample *sample = &samples->items[i];
        struct trail_packet packet = {.fate = fate_of(sample, ways[i])};
        if (sample_is_answered(sample)) {
            packet.rtt_ns = sample_rtt_ns(sample, resolution_ns);
        }
        out[i] = trail_pack(&packet);
    }
    free(ways);
}
