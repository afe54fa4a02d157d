/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A run becomes its result. */
#include <string.h>

#include "base/mem.h"
#include "trace/state.h"

static uint8_t count_hops(const struct trace *trace)
{
    uint8_t count = 0;
    for (uint8_t i = 0; i < trace->settings.max_hops; i++) {
        const struct trace_hop *hop = &trace->hops[i];
        if (hop->address_count > 0) {
            count = (uint8_t)(i + 1);
        }
    }
    return count;
}

/* Who answered the flow `number` at hop index `hop`; ADDR_NONE: nobody. */
static struct addr answered_by(const struct trace *trace, unsigned hop, unsigned number)
{
    const struct trace_cell *cell = &trace->cells[hop * trace->settings.flows + number];
    return cell->address == 0 ? (struct addr){0} : trace->hops[hop].addresses[cell->address - 1];
}

/* Fills `known`; true when some flow was answered by another than before. */
static bool compare(const struct trace *trace, const struct trace_result *before,
                    struct trace_result *result)
{
    bool has_changed = false;
    const uint8_t flows = result->flow_count;
    bool is_like =
        before != NULL && before->flow_count == flows && before->max_hops == result->max_hops;
    for (size_t i = 0; i < (size_t)result->max_hops * flows; i++) {
        struct addr now = answered_by(trace, (unsigned)(i / flows), (unsigned)(i % flows));
        const struct addr known = is_like ? before->known[i] : (struct addr){0};
        bool was_known = known.family != ADDR_NONE;
        has_changed |= was_known && now.family != ADDR_NONE && !addr_is_same_ip(&known, &now);
        result->known[i] = now.family == ADDR_NONE ? known : now;
    }
    return has_changed;
}

static void copy_flows(const struct trace *trace, struct trace_result *result)
{
    for (unsigned i = 0; i < result->flow_count; i++) {
        result->ports[i] = trace->flows[i].port;
        result->ends[i] = trace->flows[i].end;
        result->is_reached |= trace->flows[i].end != 0;
    }
}

struct trace_result *trace_result(const struct trace *trace, const struct trace_result *before,
                                  struct wall now)
{
    const struct trace_settings *settings = &trace->settings;
    struct trace_result *result = mem_alloc(1, sizeof *result);
    *result = (struct trace_result){
        .references = 1,
        .ended = now,
        .flow_count = settings->flows,
        .hop_count = count_hops(trace),
        .max_hops = settings->max_hops,
        .tos = settings->tos,
        .can_quote = trace->can_quote,
        .error = trace->error,
        .runs = before == NULL ? 1 : before->runs + 1,
        .changes = before == NULL ? 0 : before->changes,
    };
    size_t cells = (size_t)result->hop_count * result->flow_count;
    copy_flows(trace, result);
    if (!result->is_reached) {
        result->stop = trace->stop;
    }
    result->hops = mem_alloc(result->hop_count, sizeof *result->hops);
    memcpy(result->hops, trace->hops, result->hop_count * sizeof *result->hops);
    result->cells = mem_alloc(cells, sizeof *result->cells);
    memcpy(result->cells, trace->cells, cells * sizeof *result->cells);
    result->known = mem_alloc((size_t)result->max_hops * result->flow_count, sizeof *result->known);
    result->changes += compare(trace, before, result);
    return result;
}
