/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The control handshake of an operation: what to ask the responder, how often, and what its answer
 * means. Protocol version 1: each try has the next id, and an answer to any of this operation's
 * tries counts. Source: docs/protocol.md. */
#ifndef PROBE_HANDSHAKE_H
#define PROBE_HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/io.h"
#include "probe/spec.h"
#include "stats/round.h"

#define HANDSHAKE_TRIES_MAX 5

struct handshake {
    const struct spec *spec;
    uint8_t next_id; /* of requests, across operations */
    uint8_t tries; /* requests sent in this operation, ids next_id - tries .. next_id - 1 */
    uint8_t failed_tries; /* of them, those that our host did not send */
    struct mono sent[HANDSHAKE_TRIES_MAX];
    struct mono deadline; /* of the latest try */
};

/* A new operation; ids go on counting. */
void handshake_start(struct handshake *handshake, const struct spec *spec);

/* Another request may be sent. */
bool handshake_has_tries(const struct handshake *handshake);

/* The latest request did not leave our host. */
void handshake_fail_try(struct handshake *handshake);

/* Our host sent none of the requests. */
bool handshake_has_failed(const struct handshake *handshake);

/* Writes the next request, which leaves at `now`, to `out` (IO_DATAGRAM_MAX bytes); returns its
 * size. */
size_t handshake_write(struct handshake *handshake, struct instant now, uint8_t *out);

enum handshake_verdict {
    HANDSHAKE_UNMATCHED, /* malformed, or no answer to an outstanding request */
    HANDSHAKE_ACCEPTED,
    HANDSHAKE_REFUSED,
};

struct handshake_answer {
    int64_t rtt_ns; /* of the request that was answered */
    uint32_t status; /* raw, when refused */
    enum outcome outcome; /* when refused */
};

/* Judges a datagram from the control port; *out is set unless the verdict is HANDSHAKE_UNMATCHED.
 */
enum handshake_verdict handshake_judge(const struct handshake *handshake, const struct ev *ev,
                                       struct handshake_answer *out);

#endif
