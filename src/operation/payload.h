/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The state of the packets of one operation, and what the readers and writers of the operations
 * share. The data of a packet begin with a nonce, random bytes that are new for each operation, and
 * of an echo for each packet: a reply must return them, so that neither a late reply to an earlier
 * packet nor who did not see the packet passes for the responder. Source: docs/protocol.md;
 * docs/threat-model.md. */
#ifndef OPERATION_PAYLOAD_H
#define OPERATION_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/nonce.h"
#include "probe/io.h"
#include "probe/spec.h"
#include "probe/train.h"
#include "stats/deviation.h"
#include "wire/ipsla.h"
#include "wire/twamp_test.h"

/* What operations find out about a host. All zero: nothing. */
struct payload_learned {
    enum byte_order byte_order; /* icmp-jitter: of its times; NETWORK or SWAPPED */
    enum reflector reflector; /* STAMP */
};

/* STAMP: what the replies of an operation say of their reflector. */
struct reflector_signs {
    bool has_estimate; /* of its clock's error: */
    bool has_changed; /* not always the same */
    uint16_t estimate; /* the latest (wire/stamp_packet.h) */
    uint32_t replies, small_fractions; /* of them: both fractions below 10^9 */
    uint32_t same_times; /* of them: T2 is T3 */
    unsigned deviations; /* enum deviation */
};

struct payload {
    const struct spec *spec;
    struct train *train;
    const struct siphash_key *key; /* of what is drawn */
    uint64_t operation; /* how many there were before */
    size_t nonce_at; /* in a packet */
    size_t nonce_bytes; /* as many as there is room for; 0: none */
    uint64_t nonce; /* of all packets, unless each has one of its own */
    uint16_t sequence; /* drawn; ICMP: of packet 1; STAMP: the SSID, unless it is 0 */
    uint16_t identifier; /* ICMP: of the channel */
    bool has_epoch; /* the responder's clock was seen: its first stamp and where that lies, */
    bool is_not_utc; /* a reply said so of the responder's clock */
    uint32_t epoch_ms; /* to unwrap the others */
    int64_t epoch_ns;
    int64_t offset_ns; /* type 3: from our t1 to its t2 then */
    enum byte_order byte_order; /* icmp-jitter, once settled: of the responder's times */
    int64_t claimed_ns; /* what the responder says its clock is off by, or may be */
    enum one_way doubt; /* why its times are not believed whatever they are; or ONE_WAY_SHOWN */
    uint16_t estimate; /* STAMP: of the error of our clock (wire/stamp_packet.h) */
    uint64_t query_t1; /* STAMP: in the query */
    struct reflector_signs signs;
    const struct twamp_protection *protection; /* TWAMP: of the packets; its owner keeps it */
};

/* The data of a packet: where they begin, and how many there are. */
struct payload_data {
    size_t at, bytes;
};

/* What an operation goes by; the pointers are kept. */
struct payload_setting {
    const struct spec *spec;
    struct train *train;
    const struct siphash_key *key;
    uint64_t operation;
    uint16_t estimate; /* of our clock, as STAMP writes it */
};

/* A new operation: the responder's clock is unknown, what is random is drawn. */
void payload_start(struct payload *payload, const struct payload_setting *setting);

/* ICMP: the number on the wire of packet `seq` (from 1), and back. */
uint16_t payload_sequence(const struct payload *payload, uint32_t seq);
uint32_t payload_number(const struct payload *payload, uint16_t sequence);

/* Puts the nonce of packet `seq` into it, at `out`, where the rest is written. */
void payload_write_nonce(const struct payload *payload, uint32_t seq, uint8_t *out);

/* Which packet of this operation the nonce of a reply of the right size is of; 0: of none, or the
 * operation has no nonce for each packet and more than one packet. */
uint32_t payload_nonce_number(const struct payload *payload, const uint8_t *reply);

/* What an ICMP error quotes of a packet: how many random bits of this operation's; -1 when it is
 * none of its packets. */
int payload_quoted_bits(const struct payload *payload, const uint8_t *quote, size_t size);

/* Resolution of t2 and t3 on the wire. */
int64_t payload_resolution_ns(const struct spec *spec);

enum payload_verdict {
    PAYLOAD_ACCEPTED,
    PAYLOAD_TIMELESS, /* accepted, but the responder's times make no sense: not used */
    PAYLOAD_DUPLICATE, /* of a reply that was accepted before */
    PAYLOAD_CORRUPT, /* not a valid reply to what was sent */
    PAYLOAD_ALTERED, /* it returns the nonce, but not the data, which were to be verified */
    PAYLOAD_UNKNOWN, /* a reply to a packet that was never sent */
    PAYLOAD_EARLIER, /* a reply to an earlier operation, late */
    PAYLOAD_UNEARNED, /* it does not return the nonce */
};

/* What the readers of the operations share. */

/* Whether a reply of the right size to packet `seq` returns its nonce: PAYLOAD_ACCEPTED (also when
 * there is none), PAYLOAD_EARLIER or PAYLOAD_UNEARNED. */
enum payload_verdict payload_check_nonce(const struct payload *payload, uint32_t seq,
                                         const uint8_t *reply);

/* What a reply is whose data are not what was sent. */
enum payload_verdict payload_differs(const struct payload *payload);

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

/* Puts NTP or PTP stamps of the responder on one line. The eras are found: of its first one next to
 * our own clock, of the others where its clock must be by now. Zeros, and what is no time in this
 * format, are no times. */
void payload_place_stamps(struct payload *payload, struct sample *sample,
                          enum timestamp_format format, uint64_t t2, uint64_t t3);

/* Whether the responder's times of `sample` are possible; when not, they are dropped and the
 * verdict is PAYLOAD_TIMELESS. */
enum payload_verdict payload_check_times(const struct spec *spec, struct sample *sample);

#endif
