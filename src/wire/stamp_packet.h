/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The test packets of STAMP (RFC 8762 4.2, 4.3; the SSID of RFC 8972 3), which are those of
 * TWAMP-Test in open mode (RFC 5357 4.1.2, 4.2.1) as well. All numbers big-endian; what is zero on
 * the wire is written as zero and ignored when read. What follows the base of a packet is padding
 * or TLVs (wire/stamp_tlv.h).
 *
 * With a key packets are authenticated: another layout, with an HMAC-SHA-256 over it, cut to 16
 * octets (RFC 8762 4.4). */
#ifndef WIRE_STAMP_PACKET_H
#define WIRE_STAMP_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/crypto.h"
#include "wire/ntp.h"

#define STAMP_PORT 862
/* Bases of both directions. */
#define STAMP_OPEN_BYTES 44
#define STAMP_KEYED_BYTES 112
/* A TWAMP request may end behind its error estimate, a reply before or behind its TTL. */
#define STAMP_REQUEST_BYTES_MIN 14
#define STAMP_REPLY_BYTES_MIN 38
#define TWAMP_REPLY_BYTES_MIN 41
#define STAMP_HMAC_BYTES 16
/* Of the sender's TTL, when nobody can tell it. */
#define STAMP_TTL_UNKNOWN 255

struct stamp_request {
    uint32_t seq; /* from 0 */
    uint64_t t1; /* as wire/ntp.h has it, in the format that `estimate` says */
    uint16_t estimate; /* struct stamp_estimate */
    uint16_t ssid; /* 0: none; of a TWAMP request it is padding */
};

struct stamp_reply {
    uint32_t seq; /* the reflector's count from 0; of a stateless one the sender's number */
    uint64_t t2, t3; /* in the format that `estimate` says, which may be another than the sender's
                      */
    uint16_t estimate; /* of t2 and t3 */
    uint16_t ssid;
    /* As the request had them: */
    uint32_t sender_seq;
    uint64_t t1;
    uint16_t sender_estimate;
    bool has_ttl; /* false: the packet ends before it */
    uint8_t ttl; /* of the request when it arrived */
};

enum stamp_reject { STAMP_ACCEPT, STAMP_TOO_SHORT, STAMP_BAD_HMAC };

/* 44 without a key (NULL), 112 with one. */
size_t stamp_base_bytes(const struct crypto_part *key);

/* Writes a request of `size` octets, stamp_base_bytes(key) or more, of which those behind the base
 * are zero. `key`: up to CRYPTO_HMAC_KEY_BYTES_MAX octets; NULL: open. */
void stamp_request_encode(const struct stamp_request *request, const struct crypto_part *key,
                          uint8_t *out, size_t size);
/* Writes the base of a reply; what follows it is the caller's. With `size` below the base (no key)
 * it is cut there: a reflector of TWAMP Light sends 41 octets. */
void stamp_reply_encode(const struct stamp_reply *reply, const struct crypto_part *key,
                        uint8_t *out, size_t size);

/* `out` is untouched unless the result is STAMP_ACCEPT. The SSID of a request is 0 where STAMP's
 * zeros are none: it is one of TWAMP, and has padding there. */
enum stamp_reject stamp_request_decode(const uint8_t *bytes, size_t size,
                                       const struct crypto_part *key, struct stamp_request *out);
enum stamp_reject stamp_reply_decode(const uint8_t *bytes, size_t size,
                                     const struct crypto_part *key, struct stamp_reply *out);

/* The layout with a key, without its HMAC: octets 0 to 95, or 0 to 31 of a request. TWAMP has them
 * in common, and other ways to protect them (wire/twamp_test.h). */
#define STAMP_KEYED_FIELD_BYTES 96
void stamp_keyed_request_put(const struct stamp_request *request,
                             uint8_t out[STAMP_KEYED_FIELD_BYTES]);
void stamp_keyed_reply_put(const struct stamp_reply *reply, uint8_t out[STAMP_KEYED_FIELD_BYTES]);
void stamp_keyed_request_get(const uint8_t bytes[STAMP_KEYED_FIELD_BYTES],
                             struct stamp_request *out);
void stamp_keyed_reply_get(const uint8_t bytes[STAMP_KEYED_FIELD_BYTES], struct stamp_reply *out);

/* The error estimate of timestamps (RFC 4656 4.1.2, RFC 8186 2.1). */
struct stamp_estimate {
    bool is_synchronized; /* S: to UTC by an external source, says who sent it */
    enum timestamp_format format; /* Z */
    int64_t error_ns; /* rounded up; INT64_MAX when it is more; -1: not known */
};

/* An estimate with the multiplier 0, which must not be, says nothing: not synchronized, error not
 * known. */
struct stamp_estimate stamp_estimate_read(uint16_t estimate);
/* `error_ns` (from 0; -1: the largest there is) is rounded up. */
uint16_t stamp_estimate_write(const struct stamp_estimate *estimate);

#endif
