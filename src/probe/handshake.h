/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The control handshake of an operation: what to ask the responder, how often, and what its answer
 * means. Protocol version 1: each try has the next id, and an answer to any of this operation's
 * tries counts. Version 2: every try is the same message, and its answer must be authentic, to the
 * same random number, and not our own message come back. With an MD5 key whose layout is not known
 * a refusal leads to the next layout. Source: docs/protocol.md. */
#ifndef PROBE_HANDSHAKE_H
#define PROBE_HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/io.h"
#include "probe/spec.h"
#include "stats/round.h"
#include "wire/ipsla2.h"

#define HANDSHAKE_TRIES_MAX 5
#define HANDSHAKE_SEED_BYTES 32
/* Between a refusal and the request with the next layout: 14 requests at once would look like an
 * attack, and a responder may limit what it takes from one source. */
#define HANDSHAKE_LAYOUT_PAUSE_NS (100 * NS_PER_MS)

struct handshake {
    const struct spec *spec;
    uint8_t next_id; /* of requests, across operations */
    uint8_t tries; /* requests sent in this operation, ids next_id - tries .. next_id - 1 */
    bool has_bad_digest; /* version 2: who answered knows the request, but does not sign with our
                            key */
    uint8_t failed_tries; /* of them, those that our host did not send */
    struct mono sent[HANDSHAKE_TRIES_MAX];
    struct mono deadline; /* of the latest try, or of the pause behind its refusal */

    uint8_t layout; /* of the MD5 digest */
    uint8_t layouts_left; /* that may still be tried without waiting for the next operation */
    bool is_layout_known; /* one was accepted, or is configured */
    bool has_layout; /* the three above are those of the key */

    uint8_t seed[HANDSHAKE_SEED_BYTES]; /* of the random numbers */
    uint64_t operations; /* started so far */
    uint32_t sequence; /* version 2, the same for every try of an operation */
    uint32_t session_id;
    uint64_t timestamp; /* of the first try, and of all */
    uint8_t random[IPSLA2_RANDOM_BYTES];
    struct addr local; /* what the channel is bound to */
};

/* Before the first operation: makes sequence and random numbers unpredictable to whoever does not
 * know `seed`. */
void handshake_seed(struct handshake *handshake, const uint8_t seed[HANDSHAKE_SEED_BYTES]);

/* A new operation; ids go on counting. */
void handshake_start(struct handshake *handshake, const struct spec *spec);

/* Before an operation with another key or layout: what was found out about the last is nothing to
 * it. */
void handshake_forget_layout(struct handshake *handshake);

/* Another request may be sent. */
bool handshake_has_tries(const struct handshake *handshake);

/* The latest request did not leave our host. */
void handshake_fail_try(struct handshake *handshake);

/* Our host sent none of the requests. */
bool handshake_has_failed(const struct handshake *handshake);

/* How long the port is to stay open: until the last packet's timeout. */
int64_t handshake_duration_ns(const struct spec *spec);

/* Writes the next request, which leaves at `now`, to `out` (IO_DATAGRAM_MAX bytes); returns its
 * size. */
size_t handshake_write(struct handshake *handshake, struct instant now, uint8_t *out);

struct handshake_answer {
    int64_t rtt_ns; /* of the request that was answered */
    uint32_t status; /* raw, when refused */
    enum outcome outcome; /* when refused */
    uint16_t port; /* when accepted: where the probes go */
};

/* Judges a datagram from the control port that is given to us at `now`; *out is set unless the
 * verdict is HANDSHAKE_UNMATCHED. */
enum handshake_verdict handshake_judge(struct handshake *handshake, const struct ev *ev,
                                       struct mono now, struct handshake_answer *out);

#endif
