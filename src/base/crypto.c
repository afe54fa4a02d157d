/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/crypto.h"

#include <openssl/evp.h>
#include <stdlib.h>

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
