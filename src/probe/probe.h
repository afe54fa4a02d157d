/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The sender of one IP SLA operation as a machine: control handshake, then a train of probes, then
 * the result. Driven by a session (engine/session.h) over one channel.
 *
 *   IDLE -> CONTROL -> TRAIN -> SETTLE -> OVER
 *           (STAMP: QUERY, now and then, in place of CONTROL; TWAMP: NEGOTIATE, over a connection
 *            that stays open beside the packets' channel until the end)
 *              (TCP: CONNECT in place of TRAIN, on a channel of its own)
 *              \_________________________/   (refused, unanswered, no socket)
 *
 * A port is granted for a time. When the last packet could not leave before its end (the path is
 * slower than the timeout, or this host stood still), it is asked for once more, and what would
 * leave after the end is not sent: missed, never lost.
 *
 * SETTLE keeps the channel open a moment for duplicates, and up to PROBE_GRACE_NS for late replies
 * when some packets are unanswered; never beyond the `latest_end` it was given. Source:
 * docs/protocol.md (control, retry with a fresh id), docs/measurement.md (late, duplicate). */
#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "operation/payload.h"
#include "probe/handshake.h"
#include "probe/io.h"
#include "probe/spec.h"
#include "probe/train.h"
#include "probe/twamp_client.h"
#include "stats/clock.h"
#include "stats/round.h"

#define PROBE_SETTLE_NS (100 * NS_PER_MS)
/* Nobody waits longer for the answer to a query; a good answer holds so long. */
#define PROBE_QUERY_NS NS_PER_SECOND
#define PROBE_QUERY_AGE_NS (3600 * NS_PER_SECOND)
#define PROBE_GRACE_NS (2 * NS_PER_SECOND)
/* A deadline that is noticed later than this was slept through: the process stood still. */
#define PROBE_SLEPT_NS (10 * NS_PER_MS)

enum probe_phase {
    PROBE_IDLE,
    PROBE_OPENING,
    PROBE_QUERY, /* on a channel of its own */
    PROBE_CONTROL,
    PROBE_NEGOTIATE, /* in place of CONTROL: TWAMP-Control, over TCP */
    PROBE_TRAIN,
    PROBE_CONNECT, /* in place of TRAIN: a TCP handshake */
    PROBE_SETTLE,
    PROBE_OVER
};

/* Datagrams that belong to nothing. The names are label values. */
enum unmatched {
    UNMATCHED_SOURCE, /* from an address or port that was not asked */
    UNMATCHED_CONTROL, /* a control response that is malformed, repeated, or to no outstanding
                          request */
    UNMATCHED_SEQUENCE, /* a reply to a packet that was never sent */
    UNMATCHED_EARLY, /* a probe reply before any probe was sent */
    UNMATCHED_EARLIER, /* a reply to an earlier operation of the same target, late */
    UNMATCHED_NONCE, /* a reply that does not return the random bytes of this operation */
    UNMATCHED_ICMP, /* an ICMP error that quotes nothing that this operation sent */
};
#define UNMATCHED_COUNT 7
const char *unmatched_name(enum unmatched unmatched);

struct probe {
    const struct spec *spec; /* a reference: what the latest operation runs or ran by */
    enum probe_phase phase;
    bool wants_open, is_open, wants_control, wants_query, has_result;
    struct twamp_client *client; /* of a control connection; NULL: the operation has none */
    bool wants_stream, is_stream_open, is_stream_over; /* the connection: over, but not closed */
    bool is_unreachable; /* ICMP said so during the handshake, or about a train without one */
    bool is_altered; /* a reply to be verified was not what was sent, but perhaps not the
                        responder's */
    bool has_refusal; /* the responder, or somebody else, refused: `refusal` */
    bool has_asked_again; /* for the port, in this operation */
    bool is_spreading; /* OPENING: some flows are open, not all */
    uint8_t flows; /* of the train, each with a channel: 0 and those after it */
    uint8_t open_flows; /* of them */
    uint16_t port; /* where the probes go: the spec's, or what the responder suggested */
    struct mono last_event; /* the last thing that counted, for the duration */
    struct desk_room *desks; /* set it after probe_init; NULL: each operation has a new one */
    struct train train;
    struct payload payload;
    struct handshake handshake;
    struct round *round; /* on the train's desk; NULL: nothing runs, nor is to be collected */
    struct handshake_answer refusal; /* believed when nobody says otherwise */
    struct mono started;
    struct mono latest_end;
    struct mono deadline; /* of CONTROL, NEGOTIATE, CONNECT and SETTLE, */
    struct mono held_until; /* but not before this: it was slept through. 0: it was not */
    uint32_t socket_drops; /* datagrams lost in the socket during the operation, perhaps not ours */
    struct clock_filter filter; /* of the responder's clock, over operations */
    struct mono query_due; /* no query is sent before; over operations */
    struct payload_learned learned; /* of the responder, over operations */
    uint16_t estimate; /* of our clock's error, as STAMP tells it */
    uint64_t unmatched[UNMATCHED_COUNT]; /* since init */
};

/* Takes a reference on the spec. `seed` is random: what an answer
 * must repeat is drawn with it. */
void probe_init(struct probe *probe, const struct spec *spec,
                const uint8_t seed[HANDSHAKE_SEED_BYTES]);
void probe_fini(struct probe *probe);

/* The next operation runs by `spec`: the same target (spec_is_same_target). The probe is idle, so
 * that an operation that runs ends by the rules it began with. */
void probe_set_spec(struct probe *probe, const struct spec *spec);

/* What the system says of our clock, for operations that tell it to the other end. Unless this is
 * called they say that nothing is known. */
void probe_set_clock(struct probe *probe, const struct clock_state *clock);

/* Begins an operation; the probe must not be running. */
void probe_start(struct probe *probe, struct instant now, struct mono latest_end);

/* Ends a running operation without a result; the next poll closes its channel. */
void probe_abandon(struct probe *probe);

/* Ends a running operation with a result about the packets of which something is known already; of
 * none: without a result, as probe_abandon. The next poll closes its channel. */
void probe_cut_short(struct probe *probe, struct instant now);

/* False: what the next poll does, and when it is due, is as it was before. So it is for most that
 * comes in during a train, which waits for nothing but the time of its next packet. */
bool probe_input(struct probe *probe, const struct ev *ev, struct instant now);

/* As io.h; `scratch` (IO_DATAGRAM_MAX bytes) holds the bytes of an FX_SEND. fx->id.owner is not
 * set. */
bool probe_poll(struct probe *probe, struct instant now, struct fx *fx, uint8_t *scratch);
struct mono probe_deadline(const struct probe *probe);

/* No operation is running and no channel is open. */
bool probe_is_idle(const struct probe *probe);

/* Nothing that is still to come could change the result, but for duplicates and late replies. */
bool probe_is_settled(const struct probe *probe, struct mono now);

/* When the result of an operation that went idle was known; `now` when it has none. */
struct mono probe_end(const struct probe *probe, struct mono now);

/* After an operation that was not abandoned went idle: computes and returns its result, once. NULL
 * when there is none to collect. `clock` is what the system says of our clock at `now`. Single
 * values go to `sinks`. Valid until the next start. */
const struct round *probe_collect(struct probe *probe, const struct clock_state *clock,
                                  struct instant now, const struct round_sinks *sinks);

/* What became of each packet of the operation that was collected last (stats/trail.h): allocated,
 * the caller's. NULL when it sent none. */
uint32_t *probe_trail(const struct probe *probe, uint32_t *count);

/* Nothing more will be asked about the latest operation: its desk is given back, unless the spec
 * keeps its packets. The probe is idle. */
void probe_rest(struct probe *probe);

/* What IOS would return for an operation of `spec` that came to `round`. */
enum return_code probe_return_code(const struct round *round, const struct spec *spec);

#endif
