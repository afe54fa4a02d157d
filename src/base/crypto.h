/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The only user of OpenSSL: digests and ciphers as plain functions. */
#ifndef BASE_CRYPTO_H
#define BASE_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The first 64 bits of SHA-256 over `bytes`: a hash that is the same on every machine and release,
 * for start phases and shards. */
uint64_t crypto_stable_hash(const void *bytes, size_t size);

enum crypto_digest { CRYPTO_MD5, CRYPTO_SHA256, CRYPTO_SHA1 };

#define CRYPTO_MD5_BYTES 16
#define CRYPTO_SHA1_BYTES 20
#define CRYPTO_SHA256_BYTES 32
#define CRYPTO_DIGEST_BYTES_MAX 32
#define CRYPTO_HMAC_KEY_BYTES_MAX 64

/* A message is digested as if its parts stood one behind the other. */
struct crypto_part {
    const void *bytes;
    size_t size;
};

/* Whether the library gives this digest: the policy of a system may forbid it. */
bool crypto_is_available(enum crypto_digest digest);

/* Writes 16 bytes (MD5), 20 (SHA-1) or 32 (SHA-256). False, and zeros, when the library refuses or
 * has no memory. */
bool crypto_digest(enum crypto_digest digest, const struct crypto_part *parts, size_t count,
                   uint8_t *out);

/* HMAC (RFC 2104) with a key of up to CRYPTO_HMAC_KEY_BYTES_MAX bytes; sizes and
 * result as above. */
bool crypto_hmac(enum crypto_digest digest, const struct crypto_part *key,
                 const struct crypto_part *parts, size_t count, uint8_t *out);

/* A block, a key and an IV of AES-128. */
#define CRYPTO_AES_BYTES 16

enum crypto_way { CRYPTO_ENCRYPT, CRYPTO_DECRYPT };

/* AES-128 in CBC mode (NIST SP 800-38A), in place. `size` is a multiple of CRYPTO_AES_BYTES. `iv`
 * becomes that of what follows in the same stream. False, and zeros, when the library refuses. */
bool crypto_aes_cbc(enum crypto_way way, const uint8_t key[CRYPTO_AES_BYTES],
                    uint8_t iv[CRYPTO_AES_BYTES], uint8_t *bytes, size_t size);

/* PBKDF2 with HMAC-SHA-1 (RFC 8018 5.2): a key of AES-128 from a secret in `count` rounds, which is
 * meant to take time. False, and zeros, when the library refuses. */
bool crypto_pbkdf2(const struct crypto_part *secret, const struct crypto_part *salt, uint32_t count,
                   uint8_t out[CRYPTO_AES_BYTES]);

/* Takes the same time wherever the first difference is. */
bool crypto_is_equal(const void *a, const void *b, size_t size);

/* Zeroes bytes that held a secret; not optimized away. NULL with size 0 is fine. */
void crypto_wipe(void *bytes, size_t size);

/* The version of OpenSSL that runs. */
const char *crypto_library_version(void);

#endif
