/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The packets of one operation, each counted once however often the capture shows it, and when they
 * left and came. */
#ifndef CAPTURE_RUN_H
#define CAPTURE_RUN_H

#include "capture/capture.h"
#include "capture/list.h"
#include "capture/session.h"

/* A train has no more packets: the responder counts in 16 bits. */
#define RUN_PACKETS_MAX 65535U

/* One way of one packet. */
struct run_way {
    const struct sight *first; /* NULL: not in the capture */
    const struct sight *last; /* at another place */
    int64_t out_ns, in_ns; /* sent by the capture's host: the latest; come to it: the first */
    bool has_out, has_in;
};

struct run_packet {
    struct run_way request, reply;
};

/* Another reply to a packet that was answered. */
struct run_extra {
    uint32_t index; /* of the packet */
    const struct sight *reply;
};

struct run {
    const struct capture *capture;
    const struct flow *flow;
    const struct traffic *traffic;
    const struct exchange *exchange; /* of the first request; NULL: none */
    struct list packets; /* struct run_packet */
    struct list extras; /* struct run_extra */
    uint32_t base; /* number of packets[0] */
    uint32_t highest; /* number that was sent */
    int64_t highest_ns; /* when */
    uint32_t oldest_open; /* index; without numbers */
    uint32_t wraps_at; /* number that was seen last; with numbers that go round */
    uint32_t copies, request_duplicates;
    uint32_t sender_place; /* of the first request */
    bool has_sender_end; /* requests left the capture's host, and replies came to it */
    bool is_begun;
};

/* Empties the run: it keeps its memory. */
void run_clear(struct run *run);
void run_fini(struct run *run);

/* Takes the next sight of the flow, in order of time. False when it begins another operation. */
bool run_take(struct run *run, const struct sight *sight);

static inline const struct run_packet *run_packet(const struct run *run, uint32_t index)
{
    return (const struct run_packet *)run->packets.items + index;
}

/* When a request left its sender, and when a reply came to it, as near to the sender as the capture
 * shows it. `way->first` is not NULL. */
int64_t run_request_ns(const struct run_way *way);
int64_t run_reply_ns(const struct run *run, const struct run_way *way);

/* Whether a reply came to the sender: in a capture of both ends it may have left the responder
 * only.
 */
bool run_reply_came(const struct run *run, const struct run_way *way);

/* When the capture has both ends: takes the delays between them, by its one clock, into the result
 * of `session`, whose train begins with the packet at index `first`. */
void run_take_ends(const struct run *run, uint32_t first, struct capture_session *session);

/* What the run comes to. The caller gives it back with run_measure_fini. */
void run_measure(const struct run *run, struct capture_session *out);
/* The same of a control request that nothing followed. */
void run_measure_exchange(const struct capture *capture, const struct exchange *exchange,
                          struct capture_session *out);
void run_measure_fini(struct capture_session *session);

#endif
