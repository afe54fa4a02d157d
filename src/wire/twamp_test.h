/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The packets of TWAMP-Test (RFC 5357 4.1.2, 4.2.1; RFC 4656 4.1.2) in the modes that a control
 * connection agrees on. Open ones are those of STAMP without SSID. With keys they have the fields
 * of STAMP's authenticated layout, an HMAC-SHA-1 over the protected octets, cut to 16, and then
 * those octets are encrypted: the first block in authenticated mode, all fields in encrypted mode.
 * What follows is padding, and always clear. */
#ifndef WIRE_TWAMP_TEST_H
#define WIRE_TWAMP_TEST_H

#include <stddef.h>
#include <stdint.h>

#include "wire/stamp_packet.h"

/* Bits of the Modes field (RFC 5357 3.1, RFC 5618). A client chooses one of them. */
enum twamp_mode {
    TWAMP_OPEN = 1,
    TWAMP_AUTHENTICATED = 2,
    TWAMP_ENCRYPTED = 4,
    TWAMP_MIXED = 8, /* the control connection is encrypted, test packets are open */
};

#define TWAMP_REQUEST_KEYED_BYTES 48
#define TWAMP_REPLY_KEYED_BYTES 112
#define TWAMP_AES_KEY_BYTES 16
#define TWAMP_HMAC_KEY_BYTES 32

/* Of a control connection, or of one session's packets. */
struct twamp_keys {
    uint8_t aes[TWAMP_AES_KEY_BYTES];
    uint8_t hmac[TWAMP_HMAC_KEY_BYTES];
};

/* How the packets of a session are protected. All zero: not at all. */
struct twamp_protection {
    enum twamp_mode mode;
    struct twamp_keys keys; /* of AUTHENTICATED and ENCRYPTED */
};

/* Least octets of a request, 14 or 48, and of a reply, 41 or 112. */
size_t twamp_request_bytes_min(const struct twamp_protection *protection);
size_t twamp_reply_bytes_min(const struct twamp_protection *protection);

/* Writes a request of `size` octets, at least the above, whose padding is zero. */
void twamp_request_encode(const struct stamp_request *request,
                          const struct twamp_protection *protection, uint8_t *out, size_t size);
/* Writes the fields of a reply, twamp_reply_bytes_min() octets; the padding is the caller's. */
void twamp_reply_encode(const struct stamp_reply *reply, const struct twamp_protection *protection,
                        uint8_t *out);

/* `out` is untouched unless the result is STAMP_ACCEPT. A reply in open mode may end at octet 38,
 * before its TTL. */
enum stamp_reject twamp_request_decode(const uint8_t *bytes, size_t size,
                                       const struct twamp_protection *protection,
                                       struct stamp_request *out);
enum stamp_reject twamp_reply_decode(const uint8_t *bytes, size_t size,
                                     const struct twamp_protection *protection,
                                     struct stamp_reply *out);

#endif
