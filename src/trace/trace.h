/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Which way do packets go? A machine that sends packets with rising TTL to a host and reads what
 * routers say of those that ended: one run, driven by the verbs of probe/io.h, then its result.
 *
 * Each flow has a channel, and one packet of it is under way at a time: so an answer that quotes
 * too little to name its packet still has only one that it can be about. What does not change
 * within a flow are the addresses and ports (ICMP: the identifier and the checksum), by which
 * routers choose between equal paths. Flows go on side by side; packets leave TRACE_INTERVAL_NS
 * apart at least, since routers limit how many errors they send.
 *
 * IP headers and MPLS labels that are quoted come through one more channel, of whole ICMP errors,
 * where this process is allowed to have it. Without it there are the hops and their times.
 * Source: RFC 792, RFC 4443, RFC 4884, RFC 4950; "Paris traceroute" (Augustin et al., 2006). */
#ifndef TRACE_TRACE_H
#define TRACE_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/io.h"
#include "trace/result.h"

#define TRACE_INTERVAL_NS (20 * NS_PER_MS)
/* A flow ends after so many hops in a row that did not answer. */
#define TRACE_SILENT_MAX 5
#define TRACE_PROBES_MAX 10
/* Source port of the first flow, the next ones follow. Where it is taken, TRACE_FLOWS_MAX higher is
 * tried, TRACE_SOURCE_TRIES times in all; then any. Above what systems choose from. */
#define TRACE_SOURCE_PORT 61440
#define TRACE_SOURCE_TRIES 4
/* UDP payload of a packet with TTL 0: each has its TTL more bytes, which even the shortest quote
 * tells. Of ICMP all have this. */
#define TRACE_BYTES 32

enum trace_protocol { TRACE_UDP, TRACE_ICMP };
#define TRACE_PROTOCOL_COUNT 2
/* "udp", "icmp": the words of the configuration. */
const char *trace_protocol_name(enum trace_protocol protocol);

struct trace_settings {
    enum trace_protocol protocol;
    struct addr peer; /* with the port; of ICMP without */
    struct addr source; /* its IP; ADDR_NONE: the system chooses */
    struct io_options options; /* `ttl` is not used */
    uint8_t tos;
    uint8_t flows; /* 1 to TRACE_FLOWS_MAX */
    uint8_t probes; /* of each flow to each hop, 1 to TRACE_PROBES_MAX */
    uint8_t max_hops; /* 1 to TRACE_HOPS_MAX */
    int64_t timeout_ns; /* of each packet */
    uint32_t first_channel; /* of 1 + flows */
};

struct trace;

/* `nonce`: random, what a quote must repeat where it is long enough. */
struct trace *trace_new(const struct trace_settings *settings, uint64_t nonce);
void trace_free(struct trace *trace); /* NULL is fine; open channels are the host's to close */

/* As io.h; fx->id.owner is not set. */
void trace_input(struct trace *trace, const struct ev *ev, struct instant now);
bool trace_poll(struct trace *trace, struct instant now, struct fx *fx);
struct mono trace_deadline(const struct trace *trace);

/* The same as a machine of its own, whose owner is 0. */
struct machine trace_machine(struct trace *trace);

/* Sends no more; the next polls close what is open. */
void trace_abandon(struct trace *trace);
/* Nothing is open and nothing more to do. */
bool trace_is_over(const struct trace *trace);
/* The hop that a packet is under way to, the least of all flows; 0: none is. */
unsigned trace_hop_now(const struct trace *trace);

/* What was seen so far, after `before` (NULL: nothing was), whose runs and changes it goes on
 * counting. The caller's reference. */
struct trace_result *trace_result(const struct trace *trace, const struct trace_result *before,
                                  struct wall now);

#endif
