/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* User and password of an Authorization header (RFC 7617). Pure. */
#ifndef WEB_CREDENTIALS_H
#define WEB_CREDENTIALS_H

#include <stdbool.h>
#include <stddef.h>

struct credentials {
    char *bytes; /* what user and password point into */
    size_t size;
    const char *user, *password; /* any bytes */
    size_t user_size, password_size;
};

/* Reads "Basic" and base64 of "user:password". False: it is something else, and nothing is to be
 * freed. */
bool credentials_parse(const char *header, struct credentials *out);

/* Overwrites and frees. */
void credentials_fini(struct credentials *credentials);

#endif
