/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The TLVs that may follow the base of a STAMP packet (RFC 8972 4; types 9 and 10: RFC 9503). A
 * sender sets U in each; a reflector clears it in those that it knows, so that a TLV that comes
 * back with U was not understood. Types that are not listed here are not supported. */
#ifndef WIRE_STAMP_TLV_H
#define WIRE_STAMP_TLV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/crypto.h"

enum stamp_tlv_type {
    STAMP_TLV_PADDING = 1,
    STAMP_TLV_LOCATION = 2,
    STAMP_TLV_TIMESTAMP = 3,
    STAMP_TLV_CLASS = 4, /* Class of Service */
    STAMP_TLV_DIRECT = 5, /* Direct Measurement */
    STAMP_TLV_ACCESS = 6,
    STAMP_TLV_FOLLOW_UP = 7,
    STAMP_TLV_HMAC = 8,
    STAMP_TLV_NODE = 9, /* Destination Node Address */
    STAMP_TLV_RETURN = 10, /* Return Path: only "no reply" is done */
};

#define STAMP_TLV_UNKNOWN 0x80 /* U: not understood, or not yet */
#define STAMP_TLV_MALFORMED 0x40 /* M: its length is wrong; nothing behind it was read */
#define STAMP_TLV_FORGED 0x20 /* I: the HMAC was wrong or missing */
#define STAMP_TLV_HEADER_BYTES 4

struct stamp_tlv {
    uint8_t flags;
    uint8_t type;
    uint16_t size; /* of the value, octets */
    const uint8_t *value; /* into what was read */
};

/* Reads the TLV at *at of `bytes` and moves *at behind it. False at the end, and where no whole TLV
 * stands: *at stays. */
bool stamp_tlv_next(const uint8_t *bytes, size_t size, size_t *at, struct stamp_tlv *out);

/* Writes the header of a TLV with U set at `out`; its value of `size` octets follows and is the
 * caller's. Returns the octets of both. */
size_t stamp_tlv_begin(enum stamp_tlv_type type, uint16_t size, uint8_t *out);

/* Whether what follows a request was meant as TLVs: they fill it to the end, as a sender writes
 * their flags. Other requests are padded. */
bool stamp_tlv_is_chain(const uint8_t *bytes, size_t size);

/* Puts an HMAC TLV behind the `size` octets of TLVs at `bytes`, which has room for it, of a packet
 * with the number `seq`. Returns the octets of all. */
size_t stamp_tlv_sign(const struct crypto_part *key, uint32_t seq, uint8_t *bytes, size_t size);

/* What a reflector knows of a request and of itself. */
struct stamp_tlv_setting {
    const struct crypto_part *key; /* of HMAC TLVs; NULL: they are not supported */
    bool needs_hmac; /* the base is authenticated, so TLVs have to be */
    bool may_mark; /* replies may have the DSCP that is asked for */
    struct addr peer, local; /* who sent it, and to which address and port */
    uint8_t tos; /* as it arrived */
    uint8_t sync_source; /* RFC 8972 4.3: 1 NTP, 2 PTP, 3 SSU/BITS, 4 GNSS, 5 none */
    uint32_t request_seq, reply_seq;
    uint32_t received, replied; /* packets of the session, with this one */
    bool has_previous; /* a reply before this one, with its number and when it left: */
    uint32_t previous_seq;
    uint64_t previous_t3;
};

struct stamp_tlv_result {
    bool is_silent; /* no reply is wanted */
    bool has_dscp; /* the reply shall have this one, else the request's */
    uint8_t dscp;
};

/* Turns the TLVs of a request into those of its reply, in place and of the same size. */
void stamp_tlv_reflect(const struct stamp_tlv_setting *setting, uint8_t *bytes, size_t size,
                       struct stamp_tlv_result *result);

#endif
