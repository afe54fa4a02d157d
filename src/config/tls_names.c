/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/tls_names.h"

#define GCM_128 "AES-128-GCM", "AEAD"
#define GCM_256 "AES-256-GCM", "AEAD"
#define CBC_128 "AES-128-CBC", "SHA1"
#define CBC_256 "AES-256-CBC", "SHA1"
#define CHACHA "CHACHA20-POLY1305", "AEAD"

/* crypto/tls, CipherSuites() */
const struct tls_suite tls_suites[TLS_SUITES] = {
    {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", false, GCM_128},
    {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", true, GCM_128},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", false, GCM_256},
    {"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", true, GCM_256},
    {"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", false, CHACHA},
    {"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", true, CHACHA},
    {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", false, CBC_128},
    {"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", true, CBC_128},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", false, CBC_256},
    {"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", true, CBC_256},
    {"TLS_AES_128_GCM_SHA256", false, NULL, NULL},
    {"TLS_AES_256_GCM_SHA384", false, NULL, NULL},
    {"TLS_CHACHA20_POLY1305_SHA256", false, NULL, NULL},
};

const struct tls_word tls_curves[TLS_CURVES] = {
    {"X25519", "X25519"},
    {"CurveP256", "SECP256R1"},
    {"CurveP384", "SECP384R1"},
    {"CurveP521", "SECP521R1"},
};

const struct tls_word tls_versions[TLS_VERSIONS] = {
    {"TLS10", "TLS1.0"},
    {"TLS11", "TLS1.1"},
    {"TLS12", "TLS1.2"},
    {"TLS13", "TLS1.3"},
};
