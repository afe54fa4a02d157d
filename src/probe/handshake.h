/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The control handshake of an operation: what to ask the responder, how often, and what its answer
 * means. Protocol version 1: each try has an id of its own, drawn at random and none of the latest
 * ones, and an answer to any of this operation's tries counts. Version 2: every try is the same
 * message, and its answer must be authentic, to the same random number, and not our own message
 * come back. With an MD5 key whose layout is not known a refusal leads to the next layout. Source:
 * docs/protocol.md. */
#ifndef PROBE_HANDSHAKE_H
#define PROBE_HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/siphash.h"
#include "probe/io.h"
#include "probe/spec.h"
#include "stats/round.h"
#include "wire/ipsla2.h"

#define HANDSHAKE_TRIES_MAX 5
#define HANDSHAKE_SEED_BYTES 32
/* Ids of version 1 that may still be answered: none of them is drawn again. */
#define HANDSHAKE_IDS 16
/* Random bits of an id of version 1, and of the sequence and the random number of version 2. */
#define HANDSHAKE_ID_BITS 8
#define HANDSHAKE_SEQUENCE_BITS 32
#define HANDSHAKE_RANDOM_BITS 128
/* Between a refusal and the request with the next layout: 14 requests at once would look like an
 * attack, and a responder may limit what it takes from one source. */
#define HANDSHAKE_LAYOUT_PAUSE_NS (100 * NS_PER_MS)

/* Our responder closes a port that no probe has used 10 s after the request. */
#define HANDSHAKE_UNUSED_NS (5 * NS_PER_SECOND)

/* For how long the responder keeps the port open. */
struct grant {
    struct mono until; /* counted from when the request left; MONO_NEVER: there was none */
    struct mono unused_until; /* a responder may close a port that nobody has used by then */
    int64_t next_ns; /* what one more request would get, from when that leaves */
};

struct handshake {
    struct grant grant;
    const struct spec *spec;
    uint8_t ids[HANDSHAKE_IDS]; /* version 1: of request n, at n % HANDSHAKE_IDS */
    uint32_t requests; /* version 1, sent since the start of the process */
    uint8_t tries; /* requests sent in this operation with the current layout */
    bool has_bad_digest; /* version 2: who answered knows the request, but does not sign with our
                            key */
    uint8_t failed_tries; /* of them, those that our host did not send */
    struct mono sent[HANDSHAKE_TRIES_MAX];
    struct mono deadline; /* of the latest try, or of the pause behind its refusal */
    int64_t extra_ns; /* asked for beyond what a fast path needs: what the latest answer took, when
                         that is slow; kept across operations */

    uint8_t layout; /* of the MD5 digest */
    uint8_t layouts_left; /* that may still be tried without waiting for the next operation */
    bool is_layout_known; /* one was accepted, or is configured */
    bool has_layout; /* the three above are those of the key */

    uint8_t seed[HANDSHAKE_SEED_BYTES]; /* of the random numbers of version 2 */
    struct siphash_key key; /* of the ids of version 1, and of what the packets carry */
    uint64_t operations; /* started so far */
    uint32_t sequence; /* version 2, the same for every try of an operation */
    uint32_t session_id;
    uint64_t timestamp; /* of the first try, and of all */
    uint8_t random[IPSLA2_RANDOM_BYTES];
    struct addr local; /* what the channel is bound to */
};

/* Before the first operation: makes ids, sequence and random numbers unpredictable to whoever does
 * not know `seed`. */
void handshake_seed(struct handshake *handshake, const uint8_t seed[HANDSHAKE_SEED_BYTES]);

/* A new operation, or the same once more before it sent a packet. */
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
    int64_t rtt_ns; /* of the request that was answered; -1: it may have been any of several */
    uint32_t status; /* raw, when refused */
    enum outcome outcome; /* when refused */
    uint16_t port; /* when accepted: where the probes go */
    unsigned bits; /* how many random bits of the request it repeats */
};

/* Judges a datagram from the control port that is given to us at `now`; *out is set unless the
 * verdict is HANDSHAKE_UNMATCHED. */
enum handshake_verdict handshake_judge(struct handshake *handshake, const struct ev *ev,
                                       struct mono now, struct handshake_answer *out);

/* What an ICMP error quotes of a datagram for the control port: how many random bits of a request
 * of this operation; -1 when it is none of them. */
int handshake_quoted_bits(const struct handshake *handshake, const uint8_t *quote, size_t size);

#endif
