/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/web_tls.h"

#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/mem.h"
#include "config/file.h"

#define PEM_BYTES_MAX ((size_t)1024 * 1024)

const char *const web_client_auth_names[WEB_CLIENT_AUTHS] = {
    "NoClientCert",
    "RequestClientCert",
    "RequireAnyClientCert",
    "VerifyClientCertIfGiven",
    "RequireAndVerifyClientCert",
};

static bool begin_pem(struct web_reader *reader, struct web_pem *pem, const struct node *node)
{
    if (pem->key != NULL) {
        diagnostics_error(reader->diagnostics, place_key(node),
                          "%s is given already; the same comes from a file or from here", pem->key);
        return false;
    }
    pem->line = node->line;
    pem->column = node->column;
    return web_section_text(reader, node) != NULL;
}

static void read_inline(struct web_reader *reader, struct web_pem *pem, const char *key,
                        const struct node *node)
{
    if (begin_pem(reader, pem, node)) {
        buf_add_string(&pem->text, node->text);
    }
    pem->key = key;
}

static void read_pem_file(struct web_reader *reader, struct web_pem *pem, const char *key,
                          const struct node *node)
{
    if (begin_pem(reader, pem, node)) {
        pem->file = node->text;
        char *path = file_beside(reader->diagnostics->file, node->text);
        const char *problem = watched_read(&reader->files->files[reader->files->count++], path,
                                           PEM_BYTES_MAX, &pem->text);
        if (problem != NULL) {
            diagnostics_error(reader->diagnostics, place_value(node), "cannot be read: %s",
                              problem);
        }
        free(path);
    }
    pem->key = key;
}

static void read_cert(struct web_reader *reader, const struct node *node)
{
    read_inline(reader, &reader->config->tls.cert, "cert", node);
}

static void read_cert_file(struct web_reader *reader, const struct node *node)
{
    read_pem_file(reader, &reader->config->tls.cert, "cert_file", node);
}

static void read_key(struct web_reader *reader, const struct node *node)
{
    read_inline(reader, &reader->config->tls.key, "key", node);
}

static void read_key_file(struct web_reader *reader, const struct node *node)
{
    read_pem_file(reader, &reader->config->tls.key, "key_file", node);
}

static void read_ca(struct web_reader *reader, const struct node *node)
{
    read_inline(reader, &reader->config->tls.client_ca, "client_ca", node);
}

static void read_ca_file(struct web_reader *reader, const struct node *node)
{
    read_pem_file(reader, &reader->config->tls.client_ca, "client_ca_file", node);
}

static void read_client_auth(struct web_reader *reader, const struct node *node)
{
    const char *names[WEB_CLIENT_AUTHS + 1];
    memcpy(names, web_client_auth_names, sizeof web_client_auth_names);
    names[WEB_CLIENT_AUTHS] = "RequireClientCert"; /* what the third was called */
    size_t found = web_section_word(reader, node, names, WEB_CLIENT_AUTHS + 1);
    reader->config->tls.client_auth =
        found >= WEB_CLIENT_AUTHS ? WEB_CLIENT_REQUIRE_ANY : (enum web_client_auth)found;
}

static void read_sans(struct web_reader *reader, const struct node *node)
{
    struct web_tls *tls = &reader->config->tls;
    if (!web_section_is_list(reader, node)) {
        return;
    }
    tls->allowed_sans = mem_alloc(node->count, sizeof *tls->allowed_sans);
    for (const struct node *at = node->first; at != NULL; at = at->next) {
        const char *text = web_section_text(reader, at);
        if (text != NULL) {
            tls->allowed_sans[tls->allowed_san_count++] = text;
        }
    }
}

static size_t find_word(struct web_reader *reader, const struct node *node,
                        const struct tls_word *words, size_t count)
{
    const char *names[TLS_SUITES];
    for (size_t i = 0; i < count; i++) {
        names[i] = words[i].name;
    }
    return web_section_word(reader, node, names, count);
}

static void read_version(struct web_reader *reader, const struct node *node, unsigned *out)
{
    size_t found = find_word(reader, node, tls_versions, TLS_VERSIONS);
    if (found < TLS_VERSIONS) {
        *out = (unsigned)found;
    }
}

static void read_min(struct web_reader *reader, const struct node *node)
{
    read_version(reader, node, &reader->config->tls.min_version);
}

static void read_max(struct web_reader *reader, const struct node *node)
{
    read_version(reader, node, &reader->config->tls.max_version);
}

static void read_suites(struct web_reader *reader, const struct node *node)
{
    const char *names[TLS_SUITES];
    struct web_tls *tls = &reader->config->tls;
    if (!web_section_is_list(reader, node) || node->count == 0) {
        return;
    }
    for (size_t i = 0; i < TLS_SUITES; i++) {
        names[i] = tls_suites[i].name;
        tls->suites[i] = false;
    }
    for (const struct node *at = node->first; at != NULL; at = at->next) {
        size_t found = web_section_word(reader, at, names, TLS_SUITES);
        if (found < TLS_SUITES) {
            tls->suites[found] = true;
        }
    }
}

static void read_curves(struct web_reader *reader, const struct node *node)
{
    struct web_tls *tls = &reader->config->tls;
    if (!web_section_is_list(reader, node) || node->count == 0) {
        return;
    }
    tls->curve_count = 0;
    for (const struct node *at = node->first; at != NULL; at = at->next) {
        size_t found = find_word(reader, at, tls_curves, TLS_CURVES);
        if (found < TLS_CURVES && tls->curve_count == TLS_CURVES) {
            diagnostics_error(reader->diagnostics, place_value(at), "stands twice");
        } else if (found < TLS_CURVES) {
            tls->curves[tls->curve_count++] = (unsigned)found;
        }
    }
}

static void read_preference(struct web_reader *reader, const struct node *node)
{
    reader->config->tls.prefers_server_suites = web_section_bool(reader, node);
}

static const struct web_key keys[] = {
    {"cert", read_cert},
    {"cert_file", read_cert_file},
    {"key", read_key},
    {"key_file", read_key_file},
    {"client_ca", read_ca},
    {"client_ca_file", read_ca_file},
    {"client_auth_type", read_client_auth},
    {"client_allowed_sans", read_sans},
    {"min_version", read_min},
    {"max_version", read_max},
    {"cipher_suites", read_suites},
    {"curve_preferences", read_curves},
    {"prefer_server_cipher_suites", read_preference},
};

static void set_defaults(struct web_tls *tls)
{
    tls->min_version = TLS_VERSION_12;
    tls->max_version = TLS_VERSION_13;
    tls->prefers_server_suites = true;
    for (unsigned i = 0; i < TLS_SUITES; i++) {
        tls->suites[i] = true;
    }
    for (unsigned i = 0; i < TLS_CURVES; i++) {
        tls->curves[tls->curve_count++] = i;
    }
}

/* The value of a key that is there. */
static struct place place_of(const struct node *node, const char *key)
{
    for (const struct node *at = node->first; at != NULL; at = at->next) {
        if (strcmp(at->key, key) == 0) {
            return place_value(at);
        }
    }
    return place_below(node, key);
}

static void check_client(const struct web_tls *tls, const struct node *node,
                         struct diagnostics *diagnostics)
{
    bool is_verified = tls->client_auth == WEB_CLIENT_VERIFY_IF_GIVEN ||
                       tls->client_auth == WEB_CLIENT_REQUIRE_AND_VERIFY;
    if (tls->client_ca.key != NULL && tls->client_auth == WEB_CLIENT_NONE) {
        diagnostics_error(diagnostics, place_of(node, tls->client_ca.key),
                          "needs a client_auth_type, without which no client is verified");
    }
    if (is_verified && tls->client_ca.key == NULL) {
        diagnostics_error(diagnostics, place_of(node, "client_auth_type"),
                          "needs client_ca_file or client_ca, by which clients are verified");
    }
    if (tls->allowed_sans != NULL && !is_verified) {
        diagnostics_error(diagnostics, place_of(node, "client_allowed_sans"),
                          "needs client_auth_type VerifyClientCertIfGiven or "
                          "RequireAndVerifyClientCert: others verify no certificate");
    }
}

void web_tls_read(struct web_reader *reader, const struct node *node)
{
    struct web_tls *tls = &reader->config->tls;
    set_defaults(tls);
    web_section_read(reader, node, keys, sizeof keys / sizeof keys[0]);
    tls->line = node->line;
    tls->column = node->column;
    reader->config->has_tls = node->kind == NODE_MAPPING && node->count > 0;
    if (!reader->config->has_tls) {
        return;
    }
    if (tls->cert.key == NULL) {
        diagnostics_error(reader->diagnostics, place_below(node, "cert_file"),
                          "the key is missing; cert_file or cert is needed");
    }
    if (tls->key.key == NULL) {
        diagnostics_error(reader->diagnostics, place_below(node, "key_file"),
                          "the key is missing; key_file or key is needed");
    }
    if (tls->min_version > tls->max_version) {
        diagnostics_error(reader->diagnostics, place_of(node, "min_version"),
                          "is above max_version");
    }
    check_client(tls, node, reader->diagnostics);
}

static void fini_pem(struct web_pem *pem)
{
    crypto_wipe(pem->text.bytes, pem->text.size);
    buf_fini(&pem->text);
}

void web_tls_fini(struct web_tls *tls)
{
    fini_pem(&tls->cert);
    fini_pem(&tls->key);
    fini_pem(&tls->client_ca);
    free(tls->allowed_sans);
}
