/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/*             fields   HMAC   authenticated  encrypted
 * request     0 to 31  32:16  0 to 15        0 to 31    is protected
 * reply       0 to 95  96:16  0 to 15        0 to 95 */
#include "wire/twamp_test.h"

#include <assert.h>
#include <string.h>

enum { REQUEST_FIELDS = 32, REPLY_FIELDS = STAMP_KEYED_FIELD_BYTES };

static bool is_keyed(const struct twamp_protection *protection)
{
    return protection->mode == TWAMP_AUTHENTICATED || protection->mode == TWAMP_ENCRYPTED;
}

size_t twamp_request_bytes_min(const struct twamp_protection *protection)
{
    return is_keyed(protection) ? TWAMP_REQUEST_KEYED_BYTES : STAMP_REQUEST_BYTES_MIN;
}

size_t twamp_reply_bytes_min(const struct twamp_protection *protection)
{
    return is_keyed(protection) ? TWAMP_REPLY_KEYED_BYTES : TWAMP_REPLY_BYTES_MIN;
}

static size_t protected_bytes(const struct twamp_protection *protection, size_t fields)
{
    return protection->mode == TWAMP_AUTHENTICATED ? CRYPTO_AES_BYTES : fields;
}

/* Of the plain octets. Zeros when the library refuses, which nobody accepts. */
static void hmac_of(const struct twamp_protection *protection, const uint8_t *plain, size_t size,
                    uint8_t out[CRYPTO_SHA1_BYTES])
{
    const struct crypto_part key = {protection->keys.hmac, sizeof protection->keys.hmac};
    const struct crypto_part part = {plain, size};
    crypto_hmac(CRYPTO_SHA1, &key, &part, 1, out);
}

/* `bytes` are the fields and behind them room for the HMAC. */
static void seal(const struct twamp_protection *protection, uint8_t *bytes, size_t fields)
{
    uint8_t digest[CRYPTO_SHA1_BYTES];
    uint8_t iv[CRYPTO_AES_BYTES] = {0};
    size_t size = protected_bytes(protection, fields);
    hmac_of(protection, bytes, size, digest);
    memcpy(bytes + fields, digest, STAMP_HMAC_BYTES);
    crypto_aes_cbc(CRYPTO_ENCRYPT, protection->keys.aes, iv, bytes, size);
}

/* Copies the fields to `plain` and opens them there. */
static enum stamp_reject open_fields(const struct twamp_protection *protection,
                                     const uint8_t *bytes, size_t fields, uint8_t *plain)
{
    uint8_t digest[CRYPTO_SHA1_BYTES];
    uint8_t iv[CRYPTO_AES_BYTES] = {0};
    size_t size = protected_bytes(protection, fields);
    memcpy(plain, bytes, fields);
    bool is_good = crypto_aes_cbc(CRYPTO_DECRYPT, protection->keys.aes, iv, plain, size);
    hmac_of(protection, plain, size, digest);
    is_good = crypto_is_equal(digest, bytes + fields, STAMP_HMAC_BYTES) && is_good;
    return is_good ? STAMP_ACCEPT : STAMP_BAD_HMAC;
}

void twamp_request_encode(const struct stamp_request *request,
                          const struct twamp_protection *protection, uint8_t *out, size_t size)
{
    uint8_t fields[STAMP_KEYED_FIELD_BYTES] = {0};
    size_t bytes = twamp_request_bytes_min(protection);
    assert(size >= bytes);
    memset(out, 0, size);
    if (!is_keyed(protection)) {
        stamp_request_encode(request, NULL, fields, STAMP_OPEN_BYTES);
        memcpy(out, fields, bytes);
        return;
    }
    stamp_keyed_request_put(request, fields);
    memcpy(out, fields, REQUEST_FIELDS);
    seal(protection, out, REQUEST_FIELDS);
}

void twamp_reply_encode(const struct stamp_reply *reply, const struct twamp_protection *protection,
                        uint8_t *out)
{
    if (!is_keyed(protection)) {
        stamp_reply_encode(reply, NULL, out, TWAMP_REPLY_BYTES_MIN);
        return;
    }
    stamp_keyed_reply_put(reply, out);
    seal(protection, out, REPLY_FIELDS);
}

/* Shorter than a packet with keys: somebody sends without. */
static enum stamp_reject check_size(size_t size, size_t bytes_min)
{
    if (size >= bytes_min) {
        return STAMP_ACCEPT;
    }
    return size > 0 ? STAMP_BAD_HMAC : STAMP_TOO_SHORT;
}

enum stamp_reject twamp_request_decode(const uint8_t *bytes, size_t size,
                                       const struct twamp_protection *protection,
                                       struct stamp_request *out)
{
    uint8_t fields[STAMP_KEYED_FIELD_BYTES] = {0};
    if (!is_keyed(protection)) {
        enum stamp_reject reject = stamp_request_decode(bytes, size, NULL, out);
        if (reject == STAMP_ACCEPT) {
            out->ssid = 0;
        }
        return reject;
    }
    enum stamp_reject reject = check_size(size, TWAMP_REQUEST_KEYED_BYTES);
    if (reject == STAMP_ACCEPT) {
        reject = open_fields(protection, bytes, REQUEST_FIELDS, fields);
    }
    if (reject == STAMP_ACCEPT) {
        stamp_keyed_request_get(fields, out);
    }
    return reject;
}

enum stamp_reject twamp_reply_decode(const uint8_t *bytes, size_t size,
                                     const struct twamp_protection *protection,
                                     struct stamp_reply *out)
{
    uint8_t fields[STAMP_KEYED_FIELD_BYTES];
    if (!is_keyed(protection)) {
        return stamp_reply_decode(bytes, size, NULL, out);
    }
    enum stamp_reject reject = check_size(size, TWAMP_REPLY_KEYED_BYTES);
    if (reject == STAMP_ACCEPT) {
        reject = open_fields(protection, bytes, REPLY_FIELDS, fields);
    }
    if (reject == STAMP_ACCEPT) {
        stamp_keyed_reply_get(fields, out);
    }
    return reject;
}
