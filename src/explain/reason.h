/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Why this host did not open a socket or send a packet for a target, in words that name the key
 * or the privilege that it takes; and why the network did not deliver one. */
#ifndef EXPLAIN_REASON_H
#define EXPLAIN_REASON_H

#include "base/buf.h"
#include "probe/spec.h"
#include "stats/round.h"

/* Appends one sentence without a full stop about the errno value `error`. */
void reason_add(const struct spec *spec, int error, struct buf *out);

/* The same about the packets of an operation that did not leave, other than those missed. */
void reason_add_unsent(const struct spec *spec, const struct round *round, struct buf *out);

/* Appends what the network said of a datagram: "administratively prohibited, says 192.0.2.1: a
 * filter on the way". `error` is the errno value for it, said when the message is not known. */
void reason_add_icmp(const struct icmp_error *icmp, int error, struct buf *out);

/* Appends the kind of an ICMP message whose sender is known: "port unreachable", or "type 3, code
 * 77" of one that has no words here. */
void reason_add_icmp_kind(const struct icmp_error *icmp, struct buf *out);

#endif
