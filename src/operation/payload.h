/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The state of the packets of one operation, and what the readers and writers of the operations
 * share. Source: docs/protocol.md. */
#ifndef OPERATION_PAYLOAD_H
#define OPERATION_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/io.h"
#include "probe/spec.h"
#include "probe/train.h"
#include "wire/ipsla.h"

struct payload {
    const struct spec *spec;
    struct train *train;
    uint16_t identifier; /* ICMP: of the channel */
    bool has_epoch; /* the responder's clock was seen: its first stamp and where that lies, */
    uint32_t epoch_ms; /* to unwrap the others */
    int64_t epoch_ns;
    int64_t offset_ns; /* type 3: from our t1 to its t2 then */
    bool is_not_utc; /* a reply said so of the responder's clock */
    int64_t claimed_ns; /* type 3: what the responder says its clock is off by */
};

/* A new operation: the responder's clock is unknown. Keeps both pointers. */
void payload_start(struct payload *payload, const struct spec *spec, struct train *train);

/* Resolution of t2 and t3 on the wire. */
int64_t payload_resolution_ns(const struct spec *spec);

enum payload_verdict {
    PAYLOAD_ACCEPTED,
    PAYLOAD_TIMELESS, /* accepted, but the responder's times make no sense: not used */
    PAYLOAD_DUPLICATE, /* of a reply that was accepted before */
    PAYLOAD_CORRUPT, /* not a valid reply to what was sent */
    PAYLOAD_ALTERED, /* like that, and the data were to be verified */
    PAYLOAD_UNKNOWN, /* a reply to a packet that was never sent */
};

/* What the readers of the operations share. */

/* Books the reply to packet `seq` that arrived at `received`; *out is its sample when it is
 * accepted. */
enum payload_verdict payload_book(struct payload *payload, uint32_t seq, struct stamp received,
                                  struct sample **out);

/* When a reply to `sent` arrived: as `ev` says, unless that was before the sending. */
struct stamp payload_arrival(const struct payload *payload, const struct ev *ev,
                             const struct sample *sent, struct instant now);

/* Puts the responder's stamps of milliseconds on one line. UTC stamps wrap at midnight and are
 * placed next to the sender's; others (bit 31) count from an unknown moment, so only their
 * differences mean anything. */
void payload_place_ms(struct payload *payload, struct sample *sample,
                      const struct ipsla_jitter_ms *reply);

/* Whether the responder's times of `sample` are possible; when not, they are dropped and the
 * verdict is PAYLOAD_TIMELESS. */
enum payload_verdict payload_check_times(const struct spec *spec, struct sample *sample);

/* `value` modulo `modulus`, moved into -modulus/2 .. modulus/2. */
int64_t payload_fold(int64_t value, int64_t modulus);

#endif
