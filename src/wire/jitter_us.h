/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Type 3 probes, jitter in microseconds, on the wire. Two layouts differ in their sequence numbers
 * and in nothing that says which one it is: the deployed one under version 1 control, that of
 * RFC 6812 under version 2. Source: docs/protocol.md. All numbers big-endian. */
#ifndef WIRE_JITTER_US_H
#define WIRE_JITTER_US_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/ipsla.h"

enum jitter_us_layout {
    JITTER_US_UNKNOWN,
    JITTER_US_SEQ16, /* 56-byte header */
    JITTER_US_SEQ32, /* 60-byte header */
};

#define JITTER_US_SEQ16_BYTES_MIN IPSLA_JITTER_US_BYTES_MIN
#define JITTER_US_SEQ32_BYTES_MIN 60

struct jitter_us {
    uint64_t t1; /* sender sends; t1 to t3 are timestamps as in wire/ntp.h */
    uint64_t t2; /* responder receives; 0 in a request */
    uint64_t t3; /* responder sends; 0 in a request */
    uint32_t sender_seq; /* from 1; 16 bits of it in that layout */
    uint32_t responder_seq; /* 0 in a request */
};

/* The shortest probe of a known layout. */
size_t jitter_us_bytes_min(enum jitter_us_layout layout);

/* Writes a probe of `size` bytes, jitter_us_bytes_min(layout) <= size, with clock offsets of 0;
 * padded with AB CD as type 2 is, with zeros under 32-bit numbers. */
void jitter_us_encode(enum jitter_us_layout layout, const struct jitter_us *probe, uint8_t *out,
                      size_t size);

/* Which layout the first request of a flow has: the sender counts from 1, so that only one of the
 * layouts makes sense of it. JITTER_US_UNKNOWN: neither, or not a type 3 probe. */
enum jitter_us_layout jitter_us_recognise(const uint8_t *bytes, size_t size);

/* Reads a request in a known layout: what a responder fills in must be 0 (a reply here is a loop).
 * `out` is untouched unless the result is IPSLA_ACCEPT. */
enum ipsla_reject jitter_us_decode_request(enum jitter_us_layout layout, const uint8_t *bytes,
                                           size_t size, struct jitter_us *out);

/* Reads a reply in a known layout: the responder's sequence number must be set. */
enum ipsla_reject jitter_us_decode_reply(enum jitter_us_layout layout, const uint8_t *bytes,
                                         size_t size, struct jitter_us *out);

/* What a valid reply says the responder's clock is off by, nanoseconds; the width is signed 32.32
 * seconds. False when it says "unknown": all bits set. `out` is untouched then. */
bool jitter_us_responder_offset(const uint8_t *bytes, size_t size, int64_t *out_ns);

/* Turns the request at `bytes` (a valid one of this layout) into its reply: t2, t3, an offset of 0
 * for the responder's clock, and its sequence number. */
void jitter_us_fill_reply(enum jitter_us_layout layout, uint8_t *bytes, uint64_t t2, uint64_t t3,
                          uint32_t responder_seq);

#endif
