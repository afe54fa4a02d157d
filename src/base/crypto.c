/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/crypto.h"

#include <assert.h>
#include <limits.h>
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
    static const size_t sizes[] = {
        [CRYPTO_MD5] = CRYPTO_MD5_BYTES,
        [CRYPTO_SHA256] = CRYPTO_SHA256_BYTES,
        [CRYPTO_SHA1] = CRYPTO_SHA1_BYTES,
    };
    return sizes[digest];
}

static const EVP_MD *digest_of(enum crypto_digest digest)
{
    switch (digest) {
    case CRYPTO_MD5:
        return EVP_md5();
    case CRYPTO_SHA1:
        return EVP_sha1();
    case CRYPTO_SHA256:
        break;
    }
    return EVP_sha256();
}

/* Digests `first` and then `parts`. */
static bool digest_all(enum crypto_digest digest, const struct crypto_part *first,
                       const struct crypto_part *parts, size_t count, uint8_t *out)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool is_good = context != NULL && EVP_DigestInit_ex(context, digest_of(digest), NULL) == 1;
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
    enum { BLOCK_BYTES = 64 }; /* of MD5, of SHA-1 and of SHA-256 */
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

bool crypto_aes_cbc(enum crypto_way way, const uint8_t key[CRYPTO_AES_BYTES],
                    uint8_t iv[CRYPTO_AES_BYTES], uint8_t *bytes, size_t size)
{
    int written = 0;
    uint8_t last[CRYPTO_AES_BYTES]; /* of the ciphertext, before it may be overwritten */
    assert(size > 0 && size % CRYPTO_AES_BYTES == 0 && size <= INT_MAX);
    memcpy(last, bytes + size - CRYPTO_AES_BYTES, sizeof last);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    bool is_good = context != NULL &&
                   EVP_CipherInit_ex(context, EVP_aes_128_cbc(), NULL, key, iv,
                                     way == CRYPTO_ENCRYPT ? 1 : 0) == 1 &&
                   EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
                   EVP_CipherUpdate(context, bytes, &written, bytes, (int)size) == 1 &&
                   written == (int)size;
    EVP_CIPHER_CTX_free(context);
    if (!is_good) {
        memset(bytes, 0, size);
    }
    memcpy(iv, way == CRYPTO_ENCRYPT ? bytes + size - CRYPTO_AES_BYTES : last, CRYPTO_AES_BYTES);
    return is_good;
}

bool crypto_pbkdf2(const struct crypto_part *secret, const struct crypto_part *salt, uint32_t count,
                   uint8_t out[CRYPTO_AES_BYTES])
{
    assert(count > 0 && count <= INT_MAX && secret->size <= INT_MAX && salt->size <= INT_MAX);
    bool is_good = PKCS5_PBKDF2_HMAC(secret->bytes, (int)secret->size, salt->bytes, (int)salt->size,
                                     (int)count, EVP_sha1(), CRYPTO_AES_BYTES, out) == 1;
    if (!is_good) {
        memset(out, 0, CRYPTO_AES_BYTES);
    }
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
