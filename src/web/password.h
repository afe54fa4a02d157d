/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Passwords and their bcrypt hashes, as Go's x/crypto/bcrypt compares them. The only user of
 * libcrypt. A comparison takes milliseconds to seconds, by its cost. Thread-safe. */
#ifndef WEB_PASSWORD_H
#define WEB_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

/* Only so many bytes of a password count. */
#define PASSWORD_BYTES_MAX 72

/* Whether `hash` ("$2b$", cost, "$", salt, digest) is that of a password of at most
 * PASSWORD_BYTES_MAX bytes. One with a NUL is never right, and takes as long. */
bool password_is_right(const char *hash, const void *password, size_t size);

/* Takes the time of a comparison with a hash of that cost. */
void password_burn(unsigned cost, const void *password, size_t size);

#endif
