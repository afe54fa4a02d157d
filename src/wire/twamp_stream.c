/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Token, encrypted  0:16 challenge  16:16 AES session key  32:32 HMAC session key */
#include "wire/twamp_stream.h"

#include <string.h>

enum { AES_AT = 16, HMAC_AT = 32 };

bool twamp_count_is_good(uint32_t count)
{
    return count >= TWAMP_COUNT_MIN && count <= TWAMP_COUNT_MAX && (count & (count - 1)) == 0;
}

static bool derive(const struct twamp_token_terms *terms, uint8_t out[CRYPTO_AES_BYTES])
{
    const struct crypto_part salt = {terms->salt, TWAMP_SALT_BYTES};
    return crypto_pbkdf2(&terms->secret, &salt, terms->count, out);
}

bool twamp_token_seal(const struct twamp_token_terms *terms, const struct twamp_keys *keys,
                      uint8_t out[TWAMP_TOKEN_BYTES])
{
    uint8_t derived[CRYPTO_AES_BYTES];
    uint8_t iv[CRYPTO_AES_BYTES] = {0};
    memcpy(out, terms->challenge, TWAMP_CHALLENGE_BYTES);
    memcpy(out + AES_AT, keys->aes, sizeof keys->aes);
    memcpy(out + HMAC_AT, keys->hmac, sizeof keys->hmac);
    bool is_good = derive(terms, derived);
    is_good = crypto_aes_cbc(CRYPTO_ENCRYPT, derived, iv, out, TWAMP_TOKEN_BYTES) && is_good;
    crypto_wipe(derived, sizeof derived);
    return is_good;
}

bool twamp_token_open(const struct twamp_token_terms *terms, const uint8_t token[TWAMP_TOKEN_BYTES],
                      struct twamp_keys *keys)
{
    uint8_t derived[CRYPTO_AES_BYTES];
    uint8_t iv[CRYPTO_AES_BYTES] = {0};
    uint8_t plain[TWAMP_TOKEN_BYTES];
    memcpy(plain, token, sizeof plain);
    bool is_good = derive(terms, derived);
    is_good = crypto_aes_cbc(CRYPTO_DECRYPT, derived, iv, plain, sizeof plain) && is_good;
    is_good = crypto_is_equal(plain, terms->challenge, TWAMP_CHALLENGE_BYTES) && is_good;
    memcpy(keys->aes, plain + AES_AT, sizeof keys->aes);
    memcpy(keys->hmac, plain + HMAC_AT, sizeof keys->hmac);
    crypto_wipe(derived, sizeof derived);
    crypto_wipe(plain, sizeof plain);
    return is_good;
}

void twamp_keys_of_session(const struct twamp_keys *connection, const uint8_t sid[TWAMP_SID_BYTES],
                           struct twamp_keys *out)
{
    uint8_t iv[CRYPTO_AES_BYTES] = {0};
    *out = *connection;
    crypto_aes_cbc(CRYPTO_ENCRYPT, sid, iv, out->aes, sizeof out->aes);
    memset(iv, 0, sizeof iv);
    crypto_aes_cbc(CRYPTO_ENCRYPT, sid, iv, out->hmac, sizeof out->hmac);
}

void twamp_stream_start(struct twamp_stream *stream, const struct twamp_keys *keys,
                        const uint8_t iv[TWAMP_IV_BYTES])
{
    *stream = (struct twamp_stream){.is_keyed = true, .keys = *keys};
    memcpy(stream->iv, iv, sizeof stream->iv);
}

static void hmac_of(struct twamp_stream *stream, const uint8_t *message, size_t size,
                    uint8_t out[CRYPTO_SHA1_BYTES])
{
    const struct crypto_part key = {stream->keys.hmac, sizeof stream->keys.hmac};
    const struct crypto_part parts[] = {
        {stream->before, stream->has_before ? sizeof stream->before : 0},
        {message, size - STAMP_HMAC_BYTES},
    };
    crypto_hmac(CRYPTO_SHA1, &key, parts, 2, out);
    stream->has_before = false;
}

void twamp_stream_seal(struct twamp_stream *stream, uint8_t *message, size_t size)
{
    uint8_t digest[CRYPTO_SHA1_BYTES];
    if (stream->is_keyed) {
        hmac_of(stream, message, size, digest);
        memcpy(message + size - STAMP_HMAC_BYTES, digest, STAMP_HMAC_BYTES);
        crypto_aes_cbc(CRYPTO_ENCRYPT, stream->keys.aes, stream->iv, message, size);
    }
}

void twamp_stream_pass_block(struct twamp_stream *stream, const uint8_t block[TWAMP_BLOCK_BYTES])
{
    stream->has_before = true;
    memcpy(stream->before, block, sizeof stream->before);
}

void twamp_stream_seal_block(struct twamp_stream *stream, uint8_t block[TWAMP_BLOCK_BYTES])
{
    if (stream->is_keyed) {
        twamp_stream_pass_block(stream, block);
        crypto_aes_cbc(CRYPTO_ENCRYPT, stream->keys.aes, stream->iv, block, TWAMP_BLOCK_BYTES);
    }
}

void twamp_stream_decrypt(struct twamp_stream *stream, uint8_t *bytes, size_t size)
{
    if (stream->is_keyed) {
        crypto_aes_cbc(CRYPTO_DECRYPT, stream->keys.aes, stream->iv, bytes, size);
    }
}

bool twamp_stream_check(struct twamp_stream *stream, const uint8_t *message, size_t size)
{
    uint8_t digest[CRYPTO_SHA1_BYTES];
    if (!stream->is_keyed) {
        return true;
    }
    hmac_of(stream, message, size, digest);
    return crypto_is_equal(digest, message + size - STAMP_HMAC_BYTES, STAMP_HMAC_BYTES);
}
