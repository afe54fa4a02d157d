/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The control message of protocol version 2 (RFC 6812), request and response alike. Bytes to
 * structs and back, and the digest; no state, no policy. A receiver decodes the head, verifies, and
 * only then decodes the command. Source: docs/protocol.md. */
#ifndef WIRE_IPSLA2_H
#define WIRE_IPSLA2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/time.h"
#include "wire/auth.h"
#include "wire/ipsla.h"

#define IPSLA2_VERSION 2
#define IPSLA2_BYTES 172 /* a whole message */
#define IPSLA2_RANDOM_BYTES 16
#define IPSLA2_RANDOM_END 48 /* the first byte behind the random number of a whole message */
#define IPSLA2_DIGEST_BYTES 32

enum ipsla2_status {
    IPSLA2_OK,
    IPSLA2_FAIL,
    IPSLA2_AUTH,
    IPSLA2_FORMAT,
    IPSLA2_PORT_IN_USE, /* of a CSLD only; the header says IPSLA2_FAIL then */
};

enum ipsla2_mode { IPSLA2_MODE_NONE, IPSLA2_MODE_SHA256, IPSLA2_MODE_HMAC };

struct ipsla2_message {
    uint16_t status;
    uint32_t sequence;
    uint64_t timestamp; /* as in wire/ntp.h; 0: not set */

    bool has_auth; /* the authentication CSLD */
    bool is_compact; /* without random number and digest: mode none only */
    uint16_t auth_status;
    uint8_t mode; /* enum ipsla2_mode */
    uint16_t key_id;
    uint8_t random[IPSLA2_RANDOM_BYTES];

    bool has_command; /* the UDP measurement CSLD */
    uint16_t command_status;
    enum addr_family family; /* of the four addresses */
    uint8_t role;
    uint32_t session_id;
    struct addr control_source, control_destination, source, destination; /* ports of their own */
    uint32_t duration_ms;
};

/* Header and authentication CSLD. IPSLA_BAD_SECTION: the header is good and in *out, the rest has
 * the wrong format. Any other reject: nothing to answer to, *out is untouched. The total length has
 * to be that of the datagram, so nothing can be appended to what a digest covers. */
enum ipsla_reject ipsla2_decode_head(const uint8_t *bytes, size_t size, struct ipsla2_message *out);

/* Reads the command of a message whose head was decoded into *message. IPSLA_BAD_SECTION: it is
 * missing, malformed, or not the last; *message is untouched. */
enum ipsla_reject ipsla2_decode_command(const uint8_t *bytes, size_t size,
                                        struct ipsla2_message *message);

/* Writes the parts that `message` has, without a digest; `out` has room for IPSLA2_BYTES. Returns
 * the size. */
size_t ipsla2_encode(const struct ipsla2_message *message, uint8_t *out);

/* The mode that goes with a key. */
enum ipsla2_mode ipsla2_mode_of(const struct auth_key *key);

/* Writes the digest of an encoded message of mode SHA256 or HMAC. */
void ipsla2_sign(uint8_t *bytes, size_t size, const struct auth_key *key);

/* The digest of a message whose head was decoded is that of `key`, in the key's mode. */
bool ipsla2_verify(const uint8_t *bytes, size_t size, const struct auth_key *key);

/* The digest field of a message of mode SHA256 or HMAC whose head was decoded. */
const uint8_t *ipsla2_digest(const uint8_t *bytes);

#endif
