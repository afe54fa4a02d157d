/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "trace/result.h"

#include <assert.h>
#include <stdlib.h>

struct trace_result *trace_result_ref(struct trace_result *result)
{
    if (result != NULL) {
        __atomic_fetch_add(&result->references, 1, __ATOMIC_RELAXED);
    }
    return result;
}

void trace_result_unref(struct trace_result *result)
{
    if (result == NULL || __atomic_sub_fetch(&result->references, 1, __ATOMIC_ACQ_REL) > 0) {
        return;
    }
    free(result->hops);
    free(result->cells);
    free(result->known);
    free(result);
}

const struct trace_hop *trace_result_hop(const struct trace_result *result, unsigned hop)
{
    assert(hop >= 1 && hop <= result->hop_count);
    return &result->hops[hop - 1];
}

const struct trace_cell *trace_result_cell(const struct trace_result *result, unsigned hop,
                                           unsigned flow)
{
    assert(hop >= 1 && hop <= result->hop_count && flow < result->flow_count);
    return &result->cells[(hop - 1) * result->flow_count + flow];
}

static void add_cell(struct trace_cell *sum, const struct trace_cell *cell)
{
    bool is_first = sum->answered == 0;
    sum->sent = (uint16_t)(sum->sent + cell->sent);
    sum->answered = (uint16_t)(sum->answered + cell->answered);
    if (cell->answered == 0) {
        return;
    }
    sum->rtt_sum_ns += cell->rtt_sum_ns;
    if (is_first || cell->rtt_min_ns < sum->rtt_min_ns) {
        sum->rtt_min_ns = cell->rtt_min_ns;
    }
    if (is_first || cell->rtt_max_ns > sum->rtt_max_ns) {
        sum->rtt_max_ns = cell->rtt_max_ns;
    }
}

struct trace_cell trace_result_sum(const struct trace_result *result, unsigned hop,
                                   unsigned address)
{
    struct trace_cell sum = {.address = (uint8_t)address};
    for (unsigned flow = 0; flow < result->flow_count; flow++) {
        const struct trace_cell *cell = trace_result_cell(result, hop, flow);
        if (address == TRACE_ALL_ADDRESSES || cell->address == address) {
            add_cell(&sum, cell);
        }
    }
    return sum;
}

struct trace_cell trace_result_flow(const struct trace_result *result, unsigned flow)
{
    struct trace_cell sum = {0};
    for (unsigned hop = 1; hop <= result->hop_count; hop++) {
        add_cell(&sum, trace_result_cell(result, hop, flow));
    }
    return sum;
}

uint8_t trace_field_of(enum trace_field field, uint8_t tos)
{
    return field == TRACE_DSCP ? tos >> 2 : tos & 3;
}

struct trace_rewrite trace_result_rewrite(const struct trace_result *result, enum trace_field field)
{
    struct trace_rewrite rewrite = {0};
    for (uint8_t hop = 1; hop <= result->hop_count; hop++) {
        const struct trace_hop *seen = trace_result_hop(result, hop);
        if (!seen->has_tos) {
            continue;
        }
        rewrite.value = trace_field_of(field, seen->tos);
        if (rewrite.value != trace_field_of(field, result->tos)) {
            rewrite.hop = hop;
            return rewrite;
        }
        rewrite.after = hop;
    }
    return (struct trace_rewrite){0};
}
