/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "trace/state.h"

struct trace_cell *trace_cell_at(const struct trace *trace, const struct trace_flow *flow,
                                 uint8_t ttl)
{
    size_t number = (size_t)(flow - trace->flows);
    return &trace->cells[(size_t)(ttl - 1) * trace->settings.flows + number];
}

/* A flow that is silent where the host answers others has lost its packets there: a hop further the
 * host would answer too, and seem to be further away. */
void trace_go_on(struct trace *trace, struct trace_flow *flow)
{
    if (flow->sent < trace->settings.probes) {
        return;
    }
    bool is_silent = trace_cell_at(trace, flow, flow->ttl)->answered == 0;
    flow->silent = (uint8_t)(is_silent ? flow->silent + 1 : 0);
    bool is_lost_at_end = is_silent && trace->end != 0 && flow->ttl >= trace->end;
    flow->is_over = is_lost_at_end || flow->end != 0 || flow->is_stopped ||
                    flow->silent == TRACE_SILENT_MAX || flow->ttl == trace->settings.max_hops;
    if (!flow->is_over) {
        flow->ttl++;
        flow->sent = 0;
    }
}
