/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The words of a web configuration for TLS, which are those of Go, and what GnuTLS calls the same.
 */
#ifndef CONFIG_TLS_NAMES_H
#define CONFIG_TLS_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* A cipher suite of TLS 1.2 and below; those of TLS 1.3 have no parts, Go always offers them. */
struct tls_suite {
    const char *name;
    bool is_rsa; /* for a server whose key is RSA, else ECDSA or EdDSA */
    const char *cipher, *mac; /* NULL: of TLS 1.3 */
};
#define TLS_SUITES 13
extern const struct tls_suite tls_suites[TLS_SUITES];

struct tls_word {
    const char *name, *gnutls;
};
#define TLS_CURVES 4
extern const struct tls_word tls_curves[TLS_CURVES];
#define TLS_VERSIONS 4
#define TLS_VERSION_12 2 /* indexes */
#define TLS_VERSION_13 3
extern const struct tls_word tls_versions[TLS_VERSIONS]; /* the oldest first */

#endif
