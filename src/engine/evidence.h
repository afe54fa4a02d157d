/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Evidence: the packets of an operation that turned bad, as they passed the seam (probe/io.h), with
 * the times and fates that its result is computed from. While an operation runs, its packets are
 * written one behind the other into a record of its own; it is freed when the operation ends, or
 * kept as evidence. What is kept is immutable and reference-counted as reports are. */
#ifndef ENGINE_EVIDENCE_H
#define ENGINE_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/time.h"
#include "probe/io.h"
#include "probe/probe.h"
#include "stats/direction.h"

/* Which operations are kept. */
enum evidence_reason {
    EVIDENCE_LOSS = 1U << 0, /* packets were lost or late */
    EVIDENCE_FAILED = 1U << 1, /* the operation failed */
    EVIDENCE_LIMIT = 1U << 2, /* it exceeds a limit of its target */
    EVIDENCE_ALWAYS = 1U << 3, /* whatever came of it */
};

#define EVIDENCE_OPERATION_SHARE 8

struct evidence_rules {
    /* Of memory, for all that is kept and under way: a quarter at most for operations under way, an
     * eighth for one operation. 0: no packet is looked at. */
    size_t bytes;
    unsigned reasons; /* enum evidence_reason */
};

/* What a packet was for. */
enum evidence_role {
    EVIDENCE_PROBE, /* sent, or the answer that counts */
    EVIDENCE_CONTROL, /* a control request or its answer */
    EVIDENCE_QUERY, /* what is asked before a train, and its answer (struct operation) */
    EVIDENCE_STRAY, /* received, and counted for nothing: a duplicate, or no answer to a packet */
};

/* One packet; its bytes follow, padded. */
struct evidence_packet {
    int64_t time_ns; /* on the operation clock (stats/sample.h): sent, or received */
    int64_t rtt_ns; /* of an answered probe and of its answer; -1: none */
    struct addr far; /* the other host's address and port */
    uint32_t seq; /* of EVIDENCE_PROBE, from 1 */
    uint32_t size; /* of the datagram: the payload of UDP, or a whole ICMP message */
    uint16_t near_port; /* this host's; ICMP: the identifier */
    bool is_sent, was_refused; /* refused: the system did not send it, or it is no part of the
                                  result */
    uint8_t tos, ttl; /* ttl 0: the system's default */
    enum fate fate; /* of EVIDENCE_PROBE */
    enum stamp_source source; /* of the time */
    enum loss_way way; /* where it was lost */
    enum evidence_role role;
};

/* The packets of one operation, one behind the other. */
struct evidence_record {
    size_t size, room; /* of `bytes` */
    size_t latest; /* where the packet begins that was sent last */
    int64_t epoch_ns; /* wall clock minus monotonic clock, at the first packet */
    struct addr near; /* this host's address */
    uint64_t left_out; /* packets that there was no room for */
    struct evidence_record *next; /* spare ones */
    uint8_t bytes[];
};

struct evidence {
    const struct spec *spec; /* a reference: what it was measured by */
    struct round round;
    unsigned reasons; /* enum evidence_reason: why it is kept */
    struct evidence_record *record;
    struct evidence *next; /* of a list, the newer one */
    unsigned references;
};

/* The packets in the order in which they passed; NULL: no more. */
const struct evidence_packet *evidence_first(const struct evidence *evidence);
const struct evidence_packet *evidence_next(const struct evidence *evidence,
                                            const struct evidence_packet *packet);
const uint8_t *evidence_bytes(const struct evidence_packet *packet);

/* Tells operations of one target apart: when it started, ms since 1970. */
uint64_t evidence_id(const struct evidence *evidence);

struct evidence *evidence_ref(struct evidence *evidence);
void evidence_unref(struct evidence *evidence); /* NULL is fine */

/* All of one engine. All zero: nothing is recorded. */
struct evidence_store {
    struct evidence_rules rules;
    size_t under_way; /* bytes of records, and of what is new */
    size_t kept; /* bytes */
    struct evidence_record *spare; /* for operations to come: most begin where another ends */
    unsigned spare_count;
    struct evidence *fresh, *first; /* not yet published, and published; the oldest first */
    struct evidence **fresh_end, **end; /* where the next one goes; NULL: at the beginning */
};

void evidence_store_fini(struct evidence_store *store);

/* Under other rules; what is too much by them goes with the next evidence_publish. */
void evidence_store_set(struct evidence_store *store, const struct evidence_rules *rules);

/* What a machine sends, and what comes in, is added to *record (NULL before the first packet). */
void evidence_note_sent(struct evidence_store *store, struct evidence_record **record,
                        const struct probe *probe, const struct fx *fx, struct instant now);
/* `answered`: the number of the packet whose answer it is; 0: it is none that counts.
 */
void evidence_note_event(struct evidence_store *store, struct evidence_record **record,
                         const struct probe *probe, const struct ev *ev, uint32_t answered);

/* The operation is over and has this result (NULL: none): keeps its record, or frees it. */
void evidence_end(struct evidence_store *store, struct evidence_record *record,
                  const struct probe *probe, const struct round *round);

/* What is new becomes what is kept; the oldest go when that is too much. */
void evidence_publish(struct evidence_store *store);

/* Takes what is new, the oldest first, out of the store; the caller's references. */
struct evidence *evidence_take(struct evidence_store *store);

#endif
