/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/tls.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/mem.h"

#define SAN_BYTES_MAX 1024

struct tls {
    unsigned references;
    gnutls_certificate_credentials_t credentials;
    /* Go's lists of suites are for TLS 1.2 and below: `listed` replaces `all` then. */
    gnutls_priority_t all, listed;
    enum web_client_auth client_auth;
    bool verifies_name;
    char **sans;
    size_t san_count;
};

static void report(struct diagnostics *diagnostics, const struct web_pem *pem, const char *problem)
{
    struct buf message = {0};
    buf_printf(&message, "tls_server_config.%s: %s", pem->key, problem);
    diagnostics_error_at(diagnostics, pem->line, pem->column, buf_string(&message));
    buf_fini(&message);
}

static gnutls_datum_t datum_of(const struct web_pem *pem)
{
    return (gnutls_datum_t){(unsigned char *)pem->text.bytes, (unsigned)pem->text.size};
}

/* Gives the credentials certificate and key, and says whether the key is RSA. */
static bool set_certificate(struct tls *tls, const struct web_tls *config, bool *is_rsa,
                            struct diagnostics *diagnostics)
{
    gnutls_x509_crt_t *chain = NULL;
    unsigned count = 0;
    gnutls_x509_privkey_t key;
    gnutls_datum_t cert_pem = datum_of(&config->cert), key_pem = datum_of(&config->key);
    int error = gnutls_x509_crt_list_import2(&chain, &count, &cert_pem, GNUTLS_X509_FMT_PEM, 0);
    if (error < 0) {
        report(diagnostics, &config->cert, "holds no certificate in PEM form");
    }
    gnutls_x509_privkey_init(&key);
    int key_error =
        gnutls_x509_privkey_import2(key, &key_pem, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN);
    if (key_error < 0) {
        report(diagnostics, &config->key, "holds no key in PEM form without a passphrase");
    }
    bool is_good = error >= 0 && key_error >= 0;
    if (is_good && gnutls_certificate_set_x509_key(tls->credentials, chain, (int)count, key) < 0) {
        report(diagnostics, &config->key, "is not the key of the certificate");
        is_good = false;
    }
    int kind = key_error >= 0 ? gnutls_x509_privkey_get_pk_algorithm(key) : GNUTLS_PK_UNKNOWN;
    *is_rsa = kind == GNUTLS_PK_RSA || kind == GNUTLS_PK_RSA_PSS;
    for (unsigned i = 0; error >= 0 && i < count; i++) {
        gnutls_x509_crt_deinit(chain[i]);
    }
    if (error >= 0) {
        gnutls_free(chain);
    }
    gnutls_x509_privkey_deinit(key);
    return is_good;
}

static bool set_client_ca(struct tls *tls, const struct web_pem *pem,
                          struct diagnostics *diagnostics)
{
    gnutls_datum_t text = datum_of(pem);
    if (pem->key == NULL) {
        return true;
    }
    if (gnutls_certificate_set_x509_trust_mem(tls->credentials, &text, GNUTLS_X509_FMT_PEM) > 0) {
        return true;
    }
    report(diagnostics, pem, "holds no certificate in PEM form");
    return false;
}

/* What both sets of priorities share. */
static void add_common(struct buf *out, const struct web_tls *config, unsigned min_version,
                       bool is_rsa)
{
    for (unsigned i = min_version; i <= config->max_version; i++) {
        buf_printf(out, ":+VERS-%s", tls_versions[i].gnutls);
    }
    buf_printf(out, ":+ECDHE-%s", is_rsa ? "RSA" : "ECDSA");
    for (size_t i = 0; i < config->curve_count; i++) {
        buf_printf(out, ":+GROUP-%s", tls_curves[config->curves[i]].gnutls);
    }
    buf_add_string(out, ":+SIGN-ALL:+COMP-NULL");
    if (config->prefers_server_suites) {
        buf_add_string(out, ":%SERVER_PRECEDENCE");
    }
}

/* The parts of the listed suites that fit the key. As there is one key, all that can be put
 * together from them is in the list. Returns how many suites fit. */
static size_t add_listed(struct buf *out, const struct web_tls *config, bool is_rsa)
{
    size_t count = 0;
    for (size_t i = 0; i < TLS_SUITES; i++) {
        const struct tls_suite *suite = &tls_suites[i];
        if (config->suites[i] && suite->cipher != NULL && suite->is_rsa == is_rsa) {
            buf_printf(out, ":+%s:+%s", suite->cipher, suite->mac);
            count++;
        }
    }
    return count;
}

static bool make_priorities(struct tls *tls, const struct web_tls *config, bool is_rsa,
                            struct diagnostics *diagnostics)
{
    struct buf all = {0}, listed = {0};
    buf_add_string(&all, "NONE:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:+AEAD");
    buf_add_string(&listed, "NONE");
    bool has_suite = add_listed(&listed, config, is_rsa) > 0;
    add_listed(&all, config, is_rsa);
    add_common(&all, config, has_suite ? config->min_version : TLS_VERSION_13, is_rsa);
    add_common(&listed, config, config->min_version, is_rsa);
    bool is_good = gnutls_priority_init2(&tls->all, buf_string(&all), NULL, 0) >= 0;
    if (!has_suite && config->max_version < TLS_VERSION_13) {
        diagnostics_error_at(diagnostics, config->line, config->column,
                             is_rsa ? "tls_server_config.cipher_suites: none is for an RSA key"
                                    : "tls_server_config.cipher_suites: none is for an EC key");
        is_good = false;
    } else if (is_good && has_suite) {
        is_good = gnutls_priority_init2(&tls->listed, buf_string(&listed), NULL, 0) >= 0;
    }
    if (!is_good && diagnostics->error_count == 0) {
        diagnostics_error_at(diagnostics, config->line, config->column,
                             "tls_server_config: the TLS library refuses these settings");
    }
    buf_fini(&all);
    buf_fini(&listed);
    return is_good;
}

static void copy_sans(struct tls *tls, const struct web_tls *config)
{
    tls->verifies_name = config->allowed_sans != NULL;
    tls->sans = mem_alloc(config->allowed_san_count, sizeof *tls->sans);
    for (size_t i = 0; i < config->allowed_san_count; i++) {
        tls->sans[tls->san_count++] = mem_string(config->allowed_sans[i]);
    }
}

struct tls *tls_new(const struct web_tls *config, struct diagnostics *diagnostics)
{
    struct tls *tls = mem_alloc(1, sizeof *tls);
    bool is_rsa = false;
    *tls = (struct tls){.references = 1, .client_auth = config->client_auth};
    copy_sans(tls, config);
    if (gnutls_certificate_allocate_credentials(&tls->credentials) < 0) {
        abort();
    }
    bool is_good = set_certificate(tls, config, &is_rsa, diagnostics);
    is_good = set_client_ca(tls, &config->client_ca, diagnostics) && is_good;
    if (!is_good || !make_priorities(tls, config, is_rsa, diagnostics)) {
        tls_unref(tls);
        return NULL;
    }
    return tls;
}

void tls_unref(struct tls *tls)
{
    if (tls == NULL || --tls->references > 0) {
        return;
    }
    gnutls_certificate_free_credentials(tls->credentials);
    if (tls->all != NULL) {
        gnutls_priority_deinit(tls->all);
    }
    if (tls->listed != NULL) {
        gnutls_priority_deinit(tls->listed);
    }
    for (size_t i = 0; i < tls->san_count; i++) {
        free(tls->sans[i]);
    }
    free(tls->sans);
    free(tls);
}

static bool is_allowed(const struct tls *tls, const char *name, size_t size)
{
    for (size_t i = 0; i < tls->san_count; i++) {
        if (strlen(tls->sans[i]) == size && memcmp(tls->sans[i], name, size) == 0) {
            return true;
        }
    }
    return false;
}

/* Names in certificates are text, but for IP addresses. */
static bool is_san_allowed(const struct tls *tls, int kind, const char *name, size_t size)
{
    struct addr addr = {0};
    char text[ADDR_TEXT_MAX];
    switch (kind) {
    case GNUTLS_SAN_DNSNAME:
    case GNUTLS_SAN_RFC822NAME:
    case GNUTLS_SAN_URI:
        return is_allowed(tls, name, size);
    case GNUTLS_SAN_IPADDRESS:
        if (size != 4 && size != 16) {
            return false;
        }
        addr.family = size == 4 ? ADDR_IPV4 : ADDR_IPV6;
        memcpy(addr.ip, name, size);
        addr_format_ip(&addr, text);
        return is_allowed(tls, text, strlen(text));
    default:
        return false;
    }
}

static bool has_allowed_san(const struct tls *tls, const gnutls_datum_t *der)
{
    gnutls_x509_crt_t cert;
    bool is_found = false;
    if (gnutls_x509_crt_init(&cert) < 0) {
        return false;
    }
    int kind = gnutls_x509_crt_import(cert, der, GNUTLS_X509_FMT_DER);
    for (unsigned i = 0; kind >= 0 && !is_found; i++) {
        char name[SAN_BYTES_MAX];
        size_t size = sizeof name;
        kind = gnutls_x509_crt_get_subject_alt_name(cert, i, name, &size, NULL);
        if (kind == GNUTLS_E_SHORT_MEMORY_BUFFER) {
            kind = GNUTLS_SAN_OTHERNAME; /* longer than any that is allowed */
        } else if (kind >= 0) {
            is_found = is_san_allowed(tls, kind, name, size);
        }
    }
    gnutls_x509_crt_deinit(cert);
    return is_found;
}

/* What is wrong with the client's certificate, as an alert; -1: nothing. */
static int judge_client(const struct tls *tls, gnutls_session_t session)
{
    unsigned count = 0, status = 0;
    const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &count);
    bool is_given = chain != NULL && count > 0;
    bool is_needed = tls->client_auth == WEB_CLIENT_REQUIRE_ANY ||
                     tls->client_auth == WEB_CLIENT_REQUIRE_AND_VERIFY;
    if (!is_given) {
        return is_needed ? GNUTLS_A_CERTIFICATE_REQUIRED : -1;
    }
    if (tls->client_auth != WEB_CLIENT_VERIFY_IF_GIVEN &&
        tls->client_auth != WEB_CLIENT_REQUIRE_AND_VERIFY) {
        return -1;
    }
    gnutls_typed_vdata_st purpose = {GNUTLS_DT_KEY_PURPOSE_OID,
                                     (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_CLIENT, 0};
    if (gnutls_certificate_verify_peers(session, &purpose, 1, &status) < 0 || status != 0) {
        bool is_expired = (status & GNUTLS_CERT_EXPIRED) != 0;
        bool is_foreign = (status & GNUTLS_CERT_SIGNER_NOT_FOUND) != 0;
        return is_foreign   ? GNUTLS_A_UNKNOWN_CA
               : is_expired ? GNUTLS_A_CERTIFICATE_EXPIRED
                            : GNUTLS_A_BAD_CERTIFICATE;
    }
    return !tls->verifies_name || has_allowed_san(tls, chain) ? -1 : GNUTLS_A_ACCESS_DENIED;
}

/* The HTTP library would close without an alert. */
static int on_verify(gnutls_session_t session)
{
    int alert = judge_client(gnutls_session_get_ptr(session), session);
    if (alert < 0) {
        return 0;
    }
    gnutls_alert_send(session, GNUTLS_AL_FATAL, (gnutls_alert_description_t)alert);
    return GNUTLS_E_CERTIFICATE_ERROR;
}

static int on_hello(gnutls_session_t session)
{
    struct tls *tls = gnutls_session_get_ptr(session);
    if (tls->listed != NULL && gnutls_protocol_get_version(session) < GNUTLS_TLS1_3) {
        return gnutls_priority_set(session, tls->listed);
    }
    return 0;
}

struct tls *tls_begin(struct tls *tls, void *session)
{
    static const gnutls_datum_t http = {(unsigned char *)(uintptr_t) "http/1.1", 8};
    if (gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, tls->credentials) < 0 ||
        gnutls_priority_set(session, tls->all) < 0 ||
        gnutls_alpn_set_protocols(session, &http, 1, 0) < 0) {
        return NULL;
    }
    /* The HTTP library keeps its connection there, and needs it for shared secrets (PSK) only. */
    gnutls_session_set_ptr(session, tls);
    gnutls_handshake_set_post_client_hello_function(session, on_hello);
    bool asks = tls->client_auth != WEB_CLIENT_NONE;
    gnutls_certificate_server_set_request(session, asks ? GNUTLS_CERT_REQUEST : GNUTLS_CERT_IGNORE);
    if (asks) {
        gnutls_session_set_verify_function(session, on_verify);
    }
    tls->references++;
    return tls;
}

int tls_refuse(void)
{
    return -1;
}
