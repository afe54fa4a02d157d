/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The probes of a train: their bytes, and what a reply says. One place for each kind of payload;
 * the machine around it (probe.h) knows none of them. Source: docs/protocol.md. */
#ifndef PROBE_PAYLOAD_H
#define PROBE_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/io.h"
#include "probe/spec.h"
#include "probe/train.h"

struct payload {
    const struct spec *spec;
    struct train *train;
    uint16_t identifier; /* ICMP: of the channel */
    bool has_epoch; /* the responder's clock was seen: its first stamp and where that lies, */
    uint32_t epoch_ms; /* to unwrap the others */
    int64_t epoch_ns;
    int64_t offset_ns; /* type 3: from our t1 to its t2 then */
    bool is_not_utc; /* a reply said so of the responder's clock */
    enum byte_order byte_order; /* icmp-jitter, once settled: of the responder's times */
    int64_t claimed_ns; /* type 3: what the responder says its clock is off by */
};

/* A new operation: the responder's clock is unknown. Keeps both pointers. */
void payload_start(struct payload *payload, const struct spec *spec, struct train *train);

/* Resolution of t2 and t3 on the wire. */
int64_t payload_resolution_ns(const struct spec *spec);

/* Writes the probe with sequence number `seq` (just sent by train_send) to `out` (IO_DATAGRAM_MAX
 * bytes); returns its size. */
size_t payload_write(const struct payload *payload, uint32_t seq, uint8_t *out);

enum payload_verdict {
    PAYLOAD_ACCEPTED,
    PAYLOAD_TIMELESS, /* accepted, but the responder's times make no sense: not used */
    PAYLOAD_DUPLICATE, /* of a reply that was accepted before */
    PAYLOAD_CORRUPT, /* not a valid reply to what was sent */
    PAYLOAD_ALTERED, /* like that, and the data were to be verified */
    PAYLOAD_UNKNOWN, /* a reply to a packet that was never sent */
};

/* Reads a datagram from the probe port and books it in the train. When it is accepted, *out is its
 * sample. */
enum payload_verdict payload_read(struct payload *payload, const struct ev *ev, struct instant now,
                                  const struct sample **out);

/* The operation is over: what only all replies together tell. Call it once, before the samples are
 * used. `known`: the byte order that earlier operations found in the times of the same host.
 * Returns how many of the accepted replies turned out to be PAYLOAD_TIMELESS. */
uint32_t payload_settle(struct payload *payload, enum byte_order known);

#endif
