/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What came back: to which packet of a flow it belongs, and what it says. A router's error comes
 * twice where quotes can be read: from the error queue of the flow, and whole. Whichever comes
 * first answers the packet, what only the whole one has is added. */
#include "base/wire.h"
#include "trace/state.h"
#include "wire/icmp.h"

/* The packet that an answer is about. */
struct match {
    uint8_t ttl; /* 0: none of ours */
    bool is_awaited; /* the one that is under way */
};

static bool is_hop(const struct trace *trace, unsigned ttl)
{
    return ttl >= 1 && ttl <= trace->settings.max_hops;
}

static struct match match_of(const struct trace *trace, const struct trace_flow *flow, unsigned ttl,
                             bool is_awaited)
{
    if (!is_hop(trace, ttl)) {
        return (struct match){0};
    }
    return (struct match){(uint8_t)ttl, is_awaited && flow->is_waiting};
}

/* By the number in the payload, else by its length (0: not known), else it can be but the one. */
static struct match match_udp(const struct trace *trace, const struct trace_flow *flow,
                              const struct quote *quote)
{
    struct wire_reader reader = wire_reader(quote->rest, quote->rest_size);
    uint64_t nonce = (uint64_t)wire_read_u32(&reader) << 32;
    nonce |= wire_read_u32(&reader);
    uint32_t number = wire_read_u32(&reader);
    if (!reader.failed) {
        return nonce == trace->nonce ? match_of(trace, flow, number & 0xff, number == flow->number)
                                     : (struct match){0};
    }
    if (quote->payload_size > 0) {
        unsigned ttl = quote->payload_size - (unsigned)TRACE_BYTES;
        return match_of(trace, flow, ttl, ttl == flow->ttl);
    }
    return match_of(trace, flow, flow->ttl, true);
}

/* By identifier and sequence number, which each quote has. */
static struct match match_icmp(const struct trace *trace, const struct trace_flow *flow,
                               const uint8_t *bytes, size_t size)
{
    struct icmp_header header;
    bool is_read = trace->settings.peer.family == ADDR_IPV6 ? icmp6_decode(bytes, size, &header)
                                                            : icmp_decode_cut(bytes, size, &header);
    if (!is_read || header.identifier != flow->port) {
        return (struct match){0};
    }
    return match_of(trace, flow, header.sequence & 0xff, header.sequence == (uint16_t)flow->number);
}

static struct match match(const struct trace *trace, const struct trace_flow *flow,
                          const struct quote *quote)
{
    return trace->settings.protocol == TRACE_UDP
               ? match_udp(trace, flow, quote)
               : match_icmp(trace, flow, quote->rest, quote->rest_size);
}

/* The number of `from` among the hop's addresses, from 1; 0: there are too many. */
static uint8_t address_number(struct trace_hop *hop, const struct addr *from)
{
    for (uint8_t i = 0; i < hop->address_count; i++) {
        if (addr_is_same_ip(&hop->addresses[i], from)) {
            return (uint8_t)(i + 1);
        }
    }
    if (hop->address_count == TRACE_ADDRESSES_MAX) {
        hop->has_more_addresses = true;
        return 0;
    }
    hop->addresses[hop->address_count] = *from;
    hop->addresses[hop->address_count].port = 0;
    return ++hop->address_count;
}

/* The packet that is under way was answered by `from`. */
static void answer(struct trace *trace, struct trace_flow *flow, const struct addr *from,
                   struct mono received)
{
    struct trace_cell *cell = trace_cell_at(trace, flow, flow->ttl);
    int64_t rtt_ns = mono_diff(received, flow->left);
    rtt_ns = rtt_ns < 0 ? 0 : rtt_ns;
    cell->address = address_number(&trace->hops[flow->ttl - 1], from);
    cell->rtt_min_ns = cell->answered == 0 || rtt_ns < cell->rtt_min_ns ? rtt_ns : cell->rtt_min_ns;
    cell->rtt_max_ns = rtt_ns > cell->rtt_max_ns ? rtt_ns : cell->rtt_max_ns;
    cell->rtt_sum_ns += rtt_ns;
    cell->answered++;
    flow->is_waiting = false;
}

static void answer_at_end(struct trace *trace, struct trace_flow *flow, const struct addr *from,
                          struct mono received)
{
    answer(trace, flow, from, received);
    flow->end = flow->ttl;
    trace->end = trace->end == 0 || flow->ttl < trace->end ? flow->ttl : trace->end;
    trace_go_on(trace, flow);
}

/* An error about the packet that is under way. From the host itself, or about its port, it means
 * that the packet arrived. */
static void answer_by_error(struct trace *trace, struct trace_flow *flow,
                            const struct icmp_error *icmp, struct mono received)
{
    enum quote_reason reason = quote_reason(trace->settings.peer.family, icmp->type, icmp->code);
    if (reason == QUOTE_OTHER || icmp->from.family == ADDR_NONE) {
        return;
    }
    if (reason == QUOTE_PORT || addr_is_same_ip(&icmp->from, &trace->settings.peer)) {
        answer_at_end(trace, flow, &icmp->from, received);
        return;
    }
    if (reason == QUOTE_UNREACHABLE) {
        flow->is_stopped = true;
        trace->stop = *icmp;
    }
    answer(trace, flow, &icmp->from, received);
    trace_go_on(trace, flow);
}

void trace_take_error(struct trace *trace, struct trace_flow *flow, const struct ev *ev,
                      struct instant now)
{
    const struct quote quote = {.rest = ev->bytes, .rest_size = ev->size};
    bool is_stamped = ev->received.at.mono.ns != 0;
    if (match(trace, flow, &quote).is_awaited) {
        answer_by_error(trace, flow, &ev->icmp, is_stamped ? ev->received.at.mono : now.mono);
    }
}

void trace_take_data(struct trace *trace, struct trace_flow *flow, const struct ev *ev)
{
    const struct trace_settings *settings = &trace->settings;
    bool is_answer = flow->is_waiting && addr_is_same_ip(&ev->peer, &settings->peer);
    if (is_answer && settings->protocol == TRACE_ICMP) {
        is_answer = match_icmp(trace, flow, ev->bytes, ev->size).is_awaited;
    } else if (is_answer) {
        is_answer = ev->peer.port == settings->peer.port;
    }
    if (is_answer) {
        answer_at_end(trace, flow, &ev->peer, ev->received.at.mono);
    }
}

static struct trace_flow *flow_of(struct trace *trace, const struct quote *quote)
{
    const struct trace_settings *settings = &trace->settings;
    bool is_udp = quote->protocol == QUOTE_PROTOCOL_UDP;
    if (!addr_is_same_ip(&quote->destination, &settings->peer) ||
        is_udp != (settings->protocol == TRACE_UDP) ||
        (is_udp && quote->destination.port != settings->peer.port)) {
        return NULL;
    }
    for (unsigned i = 0; i < settings->flows; i++) {
        struct trace_flow *flow = &trace->flows[i];
        if (flow->is_open &&
            (is_udp ? flow->port == quote->source_port : match(trace, flow, quote).ttl != 0)) {
            return flow;
        }
    }
    return NULL;
}

/* What only the quoted IP header and its extensions tell. */
static void note_quote(struct trace *trace, const struct quote *quote, uint8_t ttl)
{
    struct trace_hop *hop = &trace->hops[ttl - 1];
    if (!hop->has_tos || quote->tos != trace->settings.tos) {
        hop->tos = quote->tos;
        hop->has_tos = true;
    }
    if (quote->label_count > 0) {
        hop->label_count = quote->label_count;
        for (unsigned i = 0; i < quote->label_count; i++) {
            hop->labels[i] = quote->labels[i];
        }
    }
}

void trace_take_quote(struct trace *trace, const struct ev *ev)
{
    struct quote quote;
    if (!quote_read(trace->settings.peer.family, ev->bytes, ev->size, &quote)) {
        return;
    }
    struct trace_flow *flow = flow_of(trace, &quote);
    struct match found = flow == NULL ? (struct match){0} : match(trace, flow, &quote);
    if (found.ttl == 0 || trace_cell_at(trace, flow, found.ttl)->sent == 0) {
        return;
    }
    note_quote(trace, &quote, found.ttl);
    if (found.is_awaited) {
        const struct icmp_error icmp = {ev->peer, quote.type, quote.code};
        answer_by_error(trace, flow, &icmp, ev->received.at.mono);
    }
}
