/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What trace.c (what leaves when), answer.c (what came back), flow.c (what is next) and summary.c
 * share. Nobody else includes it. */
#ifndef TRACE_STATE_H
#define TRACE_STATE_H

#include "trace/trace.h"

struct trace_flow {
    bool is_open, is_over;
    uint8_t source_tries; /* of its source port */
    uint16_t port; /* source port; of ICMP the identifier */
    uint8_t ttl; /* of the packet that is under way, or of the next one */
    uint8_t sent; /* packets with this TTL */
    uint8_t silent; /* hops in a row before this one */
    uint8_t end; /* hop where the host answered; 0: it has not */
    bool is_stopped; /* this hop says that it goes no further */
    bool is_waiting; /* a packet is under way: */
    uint32_t number; /* its count and, in the last byte, its TTL */
    struct mono left; /* when it was sent */
};

enum trace_phase { TRACE_OPENING, TRACE_RUNNING, TRACE_CLOSING };

struct trace {
    struct trace_settings settings;
    uint64_t nonce;
    enum trace_phase phase;
    unsigned next; /* TRACE_OPENING, TRACE_CLOSING: the next channel; 0 is that of quotes */
    bool can_quote; /* that is open */
    uint8_t end; /* the first hop where the host answered some flow; 0: none yet */
    uint32_t count; /* packets sent */
    struct mono next_send;
    struct icmp_error stop;
    int error;
    struct trace_flow flows[TRACE_FLOWS_MAX];
    struct trace_hop *hops; /* max_hops */
    struct trace_cell *cells; /* max_hops x flows */
    uint8_t bytes[8 + TRACE_BYTES + TRACE_HOPS_MAX];
};

#define TRACE_NONCE_BYTES 8

/* The cell of a flow at the hop `ttl`. */
struct trace_cell *trace_cell_at(const struct trace *trace, const struct trace_flow *flow,
                                 uint8_t ttl);

/* A packet is answered or out of time: on to the next one, or to the next hop. */
void trace_go_on(struct trace *trace, struct trace_flow *flow);

/* Something came in on an open channel: `flow` is NULL for that of quotes. */
void trace_take_error(struct trace *trace, struct trace_flow *flow, const struct ev *ev,
                      struct instant now);
void trace_take_data(struct trace *trace, struct trace_flow *flow, const struct ev *ev);
void trace_take_quote(struct trace *trace, const struct ev *ev);

#endif
