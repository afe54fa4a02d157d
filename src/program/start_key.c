/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "program/start_key.h"

#include <string.h>

#include "base/crypto.h"
#include "config/secret.h"
#include "host/entropy.h"

/* Not to be told to anybody as it is (machine-id(5)): so it is hashed. */
#define MACHINE_FILE "/etc/machine-id"

const char *start_key_read(const char *file, uint8_t out[SIPHASH_KEY_BYTES])
{
    static const char label[] = "when ipsla-exporter starts its targets";
    const struct crypto_part purpose = {label, sizeof label};
    struct auth_key secret = {.algorithm = AUTH_HMAC_SHA256};
    uint8_t drawn[CRYPTO_SHA256_BYTES];
    bool is_exposed;
    const char *problem =
        secret_read(NULL, file == NULL ? MACHINE_FILE : file, &secret, &is_exposed);
    if (problem != NULL) {
        entropy_fill(out, SIPHASH_KEY_BYTES);
        return file == NULL ? NULL : problem;
    }
    const struct crypto_part key = {secret.secret, secret.size};
    crypto_hmac(CRYPTO_SHA256, &key, &purpose, 1, drawn);
    memcpy(out, drawn, SIPHASH_KEY_BYTES);
    auth_key_wipe(&secret);
    return NULL;
}
