/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/crypto.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

uint64_t crypto_stable_hash(const void *bytes, size_t size)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    if (EVP_Digest(bytes, size, digest, NULL, EVP_sha256(), NULL) != 1) {
        abort(); /* only when out of memory */
    }
    uint64_t hash = 0;
    for (size_t i = 0; i < sizeof hash; i++) {
        hash = hash << 8 | digest[i];
    }
    return hash;
}

static size_t digest_size(enum crypto_digest digest)
{
    return digest == CRYPTO_MD5 ? CRYPTO_MD5_BYTES : CRYPTO_SHA256_BYTES;
}

/* Digests `first` and then `parts`. */
static bool digest_all(enum crypto_digest digest, const struct crypto_part *first,
                       const struct crypto_part *parts, size_t count, uint8_t *out)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool is_good =
        context != NULL &&
        EVP_DigestInit_ex(context, digest == CRYPTO_MD5 ? EVP_md5() : EVP_sha256(), NULL) == 1;
    is_good = is_good && EVP_DigestUpdate(context, first->bytes, first->size) == 1;
    for (size_t i = 0; is_good && i < count; i++) {
        is_good = EVP_DigestUpdate(context, parts[i].bytes, parts[i].size) == 1;
    }
    is_good = is_good && EVP_DigestFinal_ex(context, out, NULL) == 1;
    EVP_MD_CTX_free(context);
    if (!is_good) {
        memset(out, 0, digest_size(digest));
    }
    return is_good;
}

bool crypto_is_available(enum crypto_digest digest)
{
    uint8_t out[CRYPTO_DIGEST_BYTES_MAX];
    return crypto_digest(digest, NULL, 0, out);
}

bool crypto_digest(enum crypto_digest digest, const struct crypto_part *parts, size_t count,
                   uint8_t *out)
{
    return digest_all(digest, &(struct crypto_part){"", 0}, parts, count, out);
}

bool crypto_hmac(enum crypto_digest digest, const struct crypto_part *key,
                 const struct crypto_part *parts, size_t count, uint8_t *out)
{
    enum { BLOCK_BYTES = 64 }; /* of MD5 and of SHA-256 */
    uint8_t inner[BLOCK_BYTES] = {0};
    uint8_t outer[BLOCK_BYTES];
    uint8_t result[CRYPTO_DIGEST_BYTES_MAX];
    assert(key->size <= BLOCK_BYTES);
    memcpy(inner, key->bytes, key->size);
    for (size_t i = 0; i < BLOCK_BYTES; i++) {
        outer[i] = inner[i] ^ 0x5c;
        inner[i] ^= 0x36;
    }
    bool is_good =
        digest_all(digest, &(struct crypto_part){inner, BLOCK_BYTES}, parts, count, result);
    const struct crypto_part middle = {result, digest_size(digest)};
    is_good =
        digest_all(digest, &(struct crypto_part){outer, BLOCK_BYTES}, &middle, 1, out) && is_good;
    crypto_wipe(inner, sizeof inner);
    crypto_wipe(outer, sizeof outer);
    return is_good;
}

bool crypto_is_equal(const void *a, const void *b, size_t size)
{
    return CRYPTO_memcmp(a, b, size) == 0;
}

void crypto_wipe(void *bytes, size_t size)
{
    if (size > 0) {
        explicit_bzero(bytes, size);
    }
}

const char *crypto_library_version(void)
{
    return OpenSSL_version(OPENSSL_VERSION_STRING);
}
