/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "trace/trace.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/wire.h"
#include "trace/state.h"
#include "wire/icmp.h"

enum { QUOTES = 0, FIRST_FLOW = 1 }; /* channels, from settings.first_channel */

const char *trace_protocol_name(enum trace_protocol protocol)
{
    return protocol == TRACE_UDP ? "udp" : "icmp";
}

struct trace *trace_new(const struct trace_settings *settings, uint64_t nonce)
{
    assert(settings->flows >= 1 && settings->flows <= TRACE_FLOWS_MAX);
    assert(settings->max_hops >= 1 && settings->max_hops <= TRACE_HOPS_MAX);
    assert(settings->probes >= 1 && settings->probes <= TRACE_PROBES_MAX);
    assert(settings->timeout_ns > 0 && settings->peer.family != ADDR_NONE);
    struct trace *trace = mem_alloc(1, sizeof *trace);
    trace->settings = *settings;
    trace->settings.options.ttl = 0;
    trace->nonce = nonce;
    trace->next_send.ns = INT64_MIN;
    trace->hops = mem_alloc(settings->max_hops, sizeof *trace->hops);
    trace->cells = mem_alloc((size_t)settings->max_hops * settings->flows, sizeof *trace->cells);
    for (unsigned i = 0; i < settings->flows; i++) {
        trace->flows[i].ttl = 1;
    }
    return trace;
}

void trace_free(struct trace *trace)
{
    if (trace != NULL) {
        free(trace->hops);
        free(trace->cells);
        free(trace);
    }
}

/* NULL: it is that of quotes. */
static struct trace_flow *flow_at(struct trace *trace, uint32_t channel)
{
    uint32_t number = channel - trace->settings.first_channel;
    return number == QUOTES ? NULL : &trace->flows[number - FIRST_FLOW];
}

/* A flow that cannot be opened is left out; another source port may be free. */
static void input_not_opened(struct trace *trace, struct trace_flow *flow, int error)
{
    if (flow == NULL) {
        trace->next++;
    } else if (error == EADDRINUSE && flow->source_tries < TRACE_SOURCE_TRIES) {
        flow->source_tries++;
    } else {
        flow->is_over = true;
        trace->error = error;
        trace->next++;
    }
}

static void input_opened(struct trace *trace, struct trace_flow *flow, const struct ev *ev)
{
    if (flow == NULL) {
        trace->can_quote = true;
    } else {
        flow->is_open = true;
        flow->port = ev->local.port;
    }
    trace->next++;
}

static void input_failure(struct trace *trace, struct trace_flow *flow, const struct ev *ev)
{
    if (trace->phase == TRACE_OPENING) {
        input_not_opened(trace, flow, ev->error);
    } else if (flow != NULL && flow->is_waiting && ev->tag == flow->number) {
        trace_cell_at(trace, flow, flow->ttl)->sent--;
        trace->error = ev->error;
        flow->is_waiting = false;
        flow->is_over = true;
    }
}

void trace_input(struct trace *trace, const struct ev *ev, struct instant now)
{
    struct trace_flow *flow = flow_at(trace, ev->id.channel);
    bool is_running = trace->phase == TRACE_RUNNING;
    if (ev->kind == EV_OPENED) {
        input_opened(trace, flow, ev);
    } else if (ev->kind == EV_ERROR && !ev->is_icmp) {
        input_failure(trace, flow, ev);
    } else if (!is_running) {
        return;
    } else if (ev->kind == EV_DATA && flow == NULL) {
        trace_take_quote(trace, ev);
    } else if (ev->kind == EV_DATA) {
        trace_take_data(trace, flow, ev);
    } else if (ev->kind == EV_ERROR && flow != NULL) {
        trace_take_error(trace, flow, ev, now);
    } else if (ev->kind == EV_SENT && flow != NULL && flow->is_waiting && ev->tag == flow->number &&
               ev->left.source != STAMP_USER) {
        flow->left = ev->left.at.mono;
    }
}

static uint16_t source_port(const struct trace *trace, unsigned number)
{
    uint8_t tries = trace->flows[number].source_tries;
    bool is_free = trace->settings.protocol == TRACE_ICMP || tries == TRACE_SOURCE_TRIES;
    return is_free ? 0 : (uint16_t)(TRACE_SOURCE_PORT + number + (unsigned)tries * TRACE_FLOWS_MAX);
}

static void fill_open(const struct trace *trace, struct fx *fx)
{
    const struct trace_settings *settings = &trace->settings;
    bool is_udp = settings->protocol == TRACE_UDP;
    *fx = (struct fx){
        .kind = FX_OPEN,
        .id.channel = settings->first_channel + trace->next,
        .transport = trace->next == QUOTES ? TRANSPORT_ICMP_ERRORS
                     : is_udp              ? TRANSPORT_UDP
                                           : TRANSPORT_ICMP_ECHO,
        .local = settings->source,
        .peer = settings->peer,
        .options = settings->options,
        .may_share = is_udp && trace->next != QUOTES,
    };
    fx->local.port = trace->next == QUOTES ? 0 : source_port(trace, trace->next - FIRST_FLOW);
    if (fx->local.family == ADDR_NONE) {
        fx->local.family = settings->peer.family;
    } else if (addr_is_link_local(&fx->local) && fx->local.scope == 0) {
        fx->local.scope = settings->peer.scope;
    }
}

/* The packet under way, of a UDP flow: the nonce and its number. */
static size_t write_udp(struct trace *trace, const struct trace_flow *flow)
{
    size_t size = (size_t)TRACE_BYTES + flow->ttl;
    struct wire_writer writer = wire_writer(trace->bytes, size);
    wire_write_u32(&writer, (uint32_t)(trace->nonce >> 32));
    wire_write_u32(&writer, (uint32_t)trace->nonce);
    wire_write_u32(&writer, flow->number);
    wire_write_zeros(&writer, size - TRACE_NONCE_BYTES - sizeof flow->number);
    return size;
}

/* Of ICMP the data begin with the complement of the sequence number: the checksum stays. */
static size_t write_icmp(struct trace *trace, const struct trace_flow *flow)
{
    bool is_ipv6 = trace->settings.peer.family == ADDR_IPV6;
    const struct icmp_header header = {is_ipv6 ? ICMP6_TYPE_ECHO : ICMP_TYPE_ECHO, flow->port,
                                       (uint16_t)flow->number};
    size_t size = ICMP_HEADER_BYTES + TRACE_BYTES;
    struct wire_writer writer = wire_writer(trace->bytes + ICMP_HEADER_BYTES, TRACE_BYTES);
    wire_write_u16(&writer, (uint16_t)~header.sequence);
    wire_write_u32(&writer, (uint32_t)(trace->nonce >> 32));
    wire_write_u32(&writer, (uint32_t)trace->nonce);
    wire_write_zeros(&writer, TRACE_BYTES - sizeof header.sequence - TRACE_NONCE_BYTES);
    if (is_ipv6) {
        icmp6_encode(&header, trace->bytes);
    } else {
        icmp_encode(&header, trace->bytes, size);
    }
    return size;
}

static void send_packet(struct trace *trace, struct trace_flow *flow, struct instant now,
                        struct fx *fx)
{
    const struct trace_settings *settings = &trace->settings;
    trace->count++;
    trace->next_send = mono_add(now.mono, TRACE_INTERVAL_NS);
    flow->number = trace->count << 8 | flow->ttl;
    flow->left = now.mono;
    flow->is_waiting = true;
    flow->sent++;
    trace_cell_at(trace, flow, flow->ttl)->sent++;
    *fx = (struct fx){
        .kind = FX_SEND,
        .id.channel = settings->first_channel + FIRST_FLOW + (uint32_t)(flow - trace->flows),
        .peer = settings->peer,
        .tos = settings->tos,
        .ttl = flow->ttl,
        .wants_stamp = true,
        .tag = flow->number,
        .bytes = trace->bytes,
    };
    fx->size = settings->protocol == TRACE_UDP ? write_udp(trace, flow) : write_icmp(trace, flow);
}

static bool is_ready(const struct trace_flow *flow)
{
    return !flow->is_over && !flow->is_waiting;
}

static struct mono expiry(const struct trace *trace, const struct trace_flow *flow)
{
    return mono_add(flow->left, trace->settings.timeout_ns);
}

/* The flow that is furthest behind, so that all are about as far. */
static struct trace_flow *next_flow(struct trace *trace)
{
    struct trace_flow *next = NULL;
    for (unsigned i = 0; i < trace->settings.flows; i++) {
        struct trace_flow *flow = &trace->flows[i];
        if (is_ready(flow) && (next == NULL || flow->ttl < next->ttl ||
                               (flow->ttl == next->ttl && flow->sent < next->sent))) {
            next = flow;
        }
    }
    return next;
}

static void end_waits(struct trace *trace, struct mono now)
{
    for (unsigned i = 0; i < trace->settings.flows; i++) {
        struct trace_flow *flow = &trace->flows[i];
        if (flow->is_waiting && !mono_is_before(now, expiry(trace, flow))) {
            flow->is_waiting = false;
            trace_go_on(trace, flow);
        }
    }
}

static bool is_done(const struct trace *trace)
{
    for (unsigned i = 0; i < trace->settings.flows; i++) {
        if (!trace->flows[i].is_over) {
            return false;
        }
    }
    return true;
}

static bool poll_opening(struct trace *trace, struct fx *fx)
{
    if (trace->next < (unsigned)FIRST_FLOW + trace->settings.flows) {
        fill_open(trace, fx);
        return true;
    }
    trace->phase = TRACE_RUNNING;
    return false;
}

static bool poll_running(struct trace *trace, struct instant now, struct fx *fx)
{
    end_waits(trace, now.mono);
    struct trace_flow *flow = next_flow(trace);
    if (flow != NULL && !mono_is_before(now.mono, trace->next_send)) {
        send_packet(trace, flow, now, fx);
        return true;
    }
    /* A moment longer, for what is still to be read of the last answer. */
    if (is_done(trace) && !mono_is_before(now.mono, trace->next_send)) {
        trace_abandon(trace);
    }
    return false;
}

void trace_abandon(struct trace *trace)
{
    if (trace->phase != TRACE_CLOSING) {
        trace->phase = TRACE_CLOSING;
        trace->next = 0;
    }
}

static bool poll_closing(struct trace *trace, struct fx *fx)
{
    for (; trace->next < (unsigned)FIRST_FLOW + trace->settings.flows; trace->next++) {
        bool is_open = trace->next == QUOTES ? trace->can_quote
                                             : trace->flows[trace->next - FIRST_FLOW].is_open;
        if (is_open) {
            *fx = (struct fx){.kind = FX_CLOSE,
                              .id.channel = trace->settings.first_channel + trace->next};
            trace->next++;
            return true;
        }
    }
    return false;
}

bool trace_poll(struct trace *trace, struct instant now, struct fx *fx)
{
    if (trace->phase == TRACE_OPENING && poll_opening(trace, fx)) {
        return true;
    }
    if (trace->phase == TRACE_RUNNING && poll_running(trace, now, fx)) {
        return true;
    }
    return trace->phase == TRACE_CLOSING && poll_closing(trace, fx);
}

struct mono trace_deadline(const struct trace *trace)
{
    struct mono first = MONO_NEVER;
    if (trace->phase != TRACE_RUNNING) {
        return MONO_NEVER;
    }
    for (unsigned i = 0; i < trace->settings.flows; i++) {
        const struct trace_flow *flow = &trace->flows[i];
        if (flow->is_waiting) {
            first = mono_min(first, expiry(trace, flow));
        } else if (!flow->is_over) {
            first = mono_min(first, trace->next_send);
        }
    }
    return is_done(trace) ? trace->next_send : first;
}

static void machine_input(void *self, const struct ev *ev, struct instant now)
{
    trace_input(self, ev, now);
}

static bool machine_poll(void *self, struct instant now, struct fx *fx)
{
    return trace_poll(self, now, fx);
}

static struct mono machine_deadline(const void *self)
{
    return trace_deadline(self);
}

struct machine trace_machine(struct trace *trace)
{
    static const struct machine_ops ops = {machine_input, machine_poll, machine_deadline};
    return (struct machine){.ops = &ops, .self = trace};
}

bool trace_is_over(const struct trace *trace)
{
    return trace->phase == TRACE_CLOSING &&
           trace->next == (unsigned)FIRST_FLOW + trace->settings.flows;
}

unsigned trace_hop_now(const struct trace *trace)
{
    unsigned hop = 0;
    for (unsigned i = 0; i < trace->settings.flows; i++) {
        const struct trace_flow *flow = &trace->flows[i];
        if (!flow->is_over && (hop == 0 || flow->ttl < hop)) {
            hop = flow->ttl;
        }
    }
    return hop;
}
