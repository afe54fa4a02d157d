/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/password.h"

#include <assert.h>
#include <crypt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/mem.h"

#define HASH_LENGTH 60
#define DIGEST_LENGTH 31 /* at its end; the salt before may be spelled differently */

bool password_is_right(const char *hash, const void *password, size_t size)
{
    char text[PASSWORD_BYTES_MAX + 1] = {0};
    assert(size <= PASSWORD_BYTES_MAX);
    memcpy(text, password, size);
    struct crypt_data *data = mem_alloc(1, sizeof *data);
    const char *made = crypt_r(text, hash, data);
    bool is_right = made != NULL && strlen(made) == HASH_LENGTH && strlen(hash) == HASH_LENGTH &&
                    strlen(text) == size &&
                    crypto_is_equal(made + HASH_LENGTH - DIGEST_LENGTH,
                                    hash + HASH_LENGTH - DIGEST_LENGTH, DIGEST_LENGTH);
    crypto_wipe(data, sizeof *data);
    crypto_wipe(text, sizeof text);
    free(data);
    return is_right;
}

void password_burn(unsigned cost, const void *password, size_t size)
{
    char hash[HASH_LENGTH + 1];
    memset(hash, '.', sizeof hash);
    hash[HASH_LENGTH] = '\0';
    snprintf(hash, sizeof hash, "$2b$%02u$", cost % 100);
    hash[strlen(hash)] = '.';
    password_is_right(hash, password, size);
}
