/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The protection of a TWAMP-Control connection (RFC 4656 3.1, 3.2, 6; RFC 5357 3): a token made of
 * a shared secret carries the keys, then each direction is one stream of AES-128 in CBC mode, and
 * each message ends in an HMAC-SHA-1 over its plain octets, cut to 16. The first HMAC of a server
 * covers the last 16 octets of Server-Start too, which are the first ones it encrypts. */
#ifndef WIRE_TWAMP_STREAM_H
#define WIRE_TWAMP_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/twamp_control.h"

/* Rounds of PBKDF2: less is not allowed (RFC 4656 3.1), and no more is computed (RFC 5357 6), for
 * who greets chooses how much work it is. */
#define TWAMP_COUNT_MIN 1024
#define TWAMP_COUNT_MAX 32768

/* A power of two within these limits. */
bool twamp_count_is_good(uint32_t count);

/* What a token hangs on. */
struct twamp_token_terms {
    struct crypto_part secret; /* the pass-phrase */
    const uint8_t *challenge, *salt; /* of the greeting, as its count, which is good */
    uint32_t count;
};

/* Writes the token that carries `keys`. False: the library refuses. */
bool twamp_token_seal(const struct twamp_token_terms *terms, const struct twamp_keys *keys,
                      uint8_t out[TWAMP_TOKEN_BYTES]);
/* Reads it. False, and *keys are worth nothing: it was made with another secret, or for another
 * challenge. Takes the same time in both cases. */
bool twamp_token_open(const struct twamp_token_terms *terms, const uint8_t token[TWAMP_TOKEN_BYTES],
                      struct twamp_keys *keys);

/* The keys of a session's test packets (RFC 4656 4.1.2). */
void twamp_keys_of_session(const struct twamp_keys *connection, const uint8_t sid[TWAMP_SID_BYTES],
                           struct twamp_keys *out);

/* One direction of a connection. All zero: open mode, nothing is protected. */
struct twamp_stream {
    bool is_keyed;
    struct twamp_keys keys;
    uint8_t iv[TWAMP_IV_BYTES];
    bool has_before; /* the next HMAC covers this too: */
    uint8_t before[TWAMP_BLOCK_BYTES];
};

void twamp_stream_start(struct twamp_stream *stream, const struct twamp_keys *keys,
                        const uint8_t iv[TWAMP_IV_BYTES]);

/* Fills in the HMAC at the end of a message and encrypts it. */
void twamp_stream_seal(struct twamp_stream *stream, uint8_t *message, size_t size);
/* Encrypts what has no HMAC: the end of Server-Start. */
void twamp_stream_seal_block(struct twamp_stream *stream, uint8_t block[TWAMP_BLOCK_BYTES]);

/* Decrypts the next octets of the stream, whole blocks, in place. */
void twamp_stream_decrypt(struct twamp_stream *stream, uint8_t *bytes, size_t size);
/* What was decrypted has no HMAC: the next one covers it. */
void twamp_stream_pass_block(struct twamp_stream *stream, const uint8_t block[TWAMP_BLOCK_BYTES]);
/* Whether the HMAC of a decrypted message is right; in open mode always. */
bool twamp_stream_check(struct twamp_stream *stream, const uint8_t *message, size_t size);

#endif
