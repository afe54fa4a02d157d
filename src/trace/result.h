/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What was seen of the way to a host: an immutable, reference-counted table of hops and flows.
 * Hops are counted from 1, as TTLs are; flows from 0. Each flow is one that routers keep on one
 * path (the same addresses and ports in all of its packets). Readers on any thread need no lock. */
#ifndef TRACE_RESULT_H
#define TRACE_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/icmp_error.h"
#include "base/time.h"
#include "wire/quote.h"

#define TRACE_FLOWS_MAX 16
#define TRACE_HOPS_MAX 64
#define TRACE_ADDRESSES_MAX 8 /* that are kept of a hop */

/* What one flow saw at one hop. */
struct trace_cell {
    uint8_t address; /* who answered last: number in the hop's addresses, from 1; 0: nobody, or one
                        that was not kept */
    uint16_t sent, answered; /* packets */
    int64_t rtt_min_ns, rtt_max_ns, rtt_sum_ns; /* of those answered */
};

struct trace_hop {
    struct addr addresses[TRACE_ADDRESSES_MAX]; /* each once, without port, in order of answers */
    uint8_t address_count;
    bool has_more_addresses; /* than are kept */
    bool has_tos; /* some answer quoted the IP header of our packet, with */
    uint8_t tos; /* this TOS byte; of several the latest that is not what was sent */
    struct quote_label labels[QUOTE_LABELS_MAX]; /* the latest that were quoted */
    uint8_t label_count;
};

struct trace_result {
    unsigned references; /* use trace_result_ref and trace_result_unref only */
    struct wall ended;
    uint8_t flow_count;
    uint8_t hop_count; /* up to the last hop that answered; 0: none did */
    uint8_t max_hops; /* room in `known` */
    uint8_t tos; /* as sent */
    bool can_quote; /* this process may read IP headers that are quoted; else no hop has_tos or
                       labels */
    bool is_reached; /* the host itself answered some flow */
    struct icmp_error stop; /* else who said that packets go no further; ADDR_NONE: nobody did */
    int error; /* an errno value: some packets did not leave this host; else 0 */
    uint64_t runs; /* that this result sums up, with this one */
    uint64_t changes; /* runs that saw some flow at another address than the run before */
    uint16_t ports[TRACE_FLOWS_MAX]; /* source port of each flow; of ICMP its identifier */
    uint8_t ends[TRACE_FLOWS_MAX]; /* hop where the host answered the flow; 0: it did not */
    struct trace_hop *hops; /* hop_count */
    struct trace_cell *cells; /* hop_count x flow_count: use trace_result_cell */
    struct addr *known; /* max_hops x flow_count: who answered last, in this run or before */
};

struct trace_result *trace_result_ref(struct trace_result *result); /* NULL is fine */
void trace_result_unref(struct trace_result *result); /* NULL is fine */

/* `hop` from 1. */
const struct trace_hop *trace_result_hop(const struct trace_result *result, unsigned hop);
const struct trace_cell *trace_result_cell(const struct trace_result *result, unsigned hop,
                                           unsigned flow);

/* All flows together, or those that saw the address with this number (from 1). */
#define TRACE_ALL_ADDRESSES 0
struct trace_cell trace_result_sum(const struct trace_result *result, unsigned hop,
                                   unsigned address);

/* The flow at all of its hops. */
struct trace_cell trace_result_flow(const struct trace_result *result, unsigned flow);

/* A field of the TOS byte that routers rewrite. */
enum trace_field { TRACE_DSCP, TRACE_ECN };
uint8_t trace_field_of(enum trace_field field, uint8_t tos);

/* Where packets first came with another value than they were sent with. */
struct trace_rewrite {
    uint8_t hop; /* that saw it; 0: none did, as far as is known */
    uint8_t after; /* the last hop before it that saw what was sent; 0: this host */
    uint8_t value;
};
struct trace_rewrite trace_result_rewrite(const struct trace_result *result,
                                          enum trace_field field);

#endif
