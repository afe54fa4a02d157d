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

/* For how long the responder keeps the port open. */
struct grant {
    struct mono until; /* counted from when the request left; MONO_NEVER: there was none */
    int64_t next_ns; /* what one more request would get, from when that leaves */
};

struct handshake {
    const struct spec *spec;
    uint8_t next_id; /* of requests, across operations */
    uint8_t tries; /* requests sent in this operation, ids next_id - tries .. next_id - 1 */
    uint8_t failed_tries; /* of them, those that our host did not send */
    struct mono sent[HANDSHAKE_TRIES_MAX];
    struct mono deadline; /* of the latest try, or of the pause behind its refusal */
    struct grant grant;
    int64_t extra_ns; /* asked for beyond what a fast path needs: what the latest answer took, when
                         that is slow; kept across operations */

    uint8_t layout; /* of the MD5 digest */
    uint8_t layouts_left; /* that may still be tried without waiting for the next operation */
    bool is_layout_known; /* one was accepted */

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

/* A new operation, or the same once more before it sent a packet; ids go on counting. */
void handshake_start(struct handshake *handshake, const struct spec *spec);

/* Another request may be sent. */
bool handshake_has_tries(const struct handshake *handshake);

/* The latest request did not leave our host. */
void handshake_fail_try(struct handshake *handshake);

/* Our host sent none of the requests. */
bool handshake_has_failed(const struct handshake *handshake);

/* An answer that took so long shows a path on which the first packet may come too late for a port
 * that is open until the last one's timeout: more than half of the timeout. */
bool handshake_is_slow(const struct spec *spec, int64_t rtt_ns);

/* How long the port is asked to stay open: until the last packet's timeout; on a slow path longer,
 * for the first packet needs at least as long as the answer took. Rounded up; no more than a
 * request can say. */
uint32_t handshake_duration_ms(const struct handshake *handshake);

/* The request that left at `sent` was accepted, and the answer received at `received`. It says that
 * the port is open for `granted_ms`; 0: it does not say. */
void handshake_take_grant(struct handshake *handshake, struct mono sent, struct mono received,
                          uint32_t granted_ms);

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
