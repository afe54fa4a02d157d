/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The file of --web.config.file, in the format of Prometheus' exporter-toolkit: TLS, passwords,
 * headers, a limit of requests. Format: docs/web-config.md. Reads files, knows no TLS library. */
#ifndef CONFIG_WEB_CONFIG_H
#define CONFIG_WEB_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/diagnostics.h"
#include "config/tls_names.h"
#include "config/watched.h"

/* What a client must show. */
enum web_client_auth {
    WEB_CLIENT_NONE, /* nothing is asked for */
    WEB_CLIENT_REQUEST, /* a certificate is asked for, and not looked at */
    WEB_CLIENT_REQUIRE_ANY, /* a certificate, whatever it is */
    WEB_CLIENT_VERIFY_IF_GIVEN, /* none, or one of the CA */
    WEB_CLIENT_REQUIRE_AND_VERIFY, /* one of the CA */
};
#define WEB_CLIENT_AUTHS 5
extern const char *const web_client_auth_names[WEB_CLIENT_AUTHS];

/* Certificates or a key in PEM form. */
struct web_pem {
    const char *key; /* of the configuration: "cert_file"; NULL: not given */
    const char *file; /* as it was written; NULL: the text stands in the configuration */
    unsigned line, column; /* of its value */
    struct buf text;
};

struct web_tls {
    struct web_pem cert, key, client_ca;
    enum web_client_auth client_auth;
    const char **allowed_sans; /* of the client's certificate; NULL: any */
    size_t allowed_san_count;
    unsigned min_version, max_version; /* indexes into tls_versions */
    bool suites[TLS_SUITES]; /* those that may be used */
    unsigned curves[TLS_CURVES]; /* indexes into tls_curves, the preferred first */
    size_t curve_count;
    bool prefers_server_suites;
    unsigned line, column; /* where the section is */
};

/* As crypt(3) takes it: "$2b$", cost, "$", salt, digest, NUL. */
#define WEB_HASH_SIZE 61
struct web_user {
    const char *name;
    char hash[WEB_HASH_SIZE];
};

/* Indexes of the headers that can be set. */
enum web_header {
    WEB_HEADER_HSTS,
    WEB_HEADER_CONTENT_TYPE_OPTIONS,
    WEB_HEADER_FRAME_OPTIONS,
    WEB_HEADER_XSS_PROTECTION,
    WEB_HEADER_CSP,
};
#define WEB_HEADERS 5
extern const char *const web_header_names[WEB_HEADERS];

struct web_config {
    bool has_tls;
    struct web_tls tls;
    struct web_user *users; /* none: no password is asked for */
    size_t user_count;
    unsigned cost_max; /* of the hashes of the users */
    const char *headers[WEB_HEADERS]; /* NULL: not set */
    int64_t limit_interval_ns; /* a request is added to the burst so often; 0: no limit */
    unsigned limit_burst;
    struct tree *tree; /* holds the texts above */
};

/* The files of a configuration as they were read. */
#define WEB_FILES_MAX 4
struct web_files {
    struct watched files[WEB_FILES_MAX];
    size_t count;
};

/* Reads `file` and the files that it names; NULL when there is any error. `diagnostics` and `files`
 * (zeroed by the caller) are filled in either case. Paths are relative to the directory of `file`.
 */
struct web_config *web_config_load(const char *file, struct diagnostics *diagnostics,
                                   struct web_files *files);
/* The same from memory; `file` is the name in diagnostics and where paths begin. The files that are
 * named are added to `files`. */
struct web_config *web_config_parse(const char *file, const char *text, size_t size,
                                    struct diagnostics *diagnostics, struct web_files *files);
void web_config_free(struct web_config *config); /* NULL is fine */

/* Appends the keys with their values, as comments of YAML. No key and no hash is in it. */
void web_config_add_text(const struct web_config *config, struct buf *out);

bool web_files_have_changed(const struct web_files *files);
bool web_files_are_same(const struct web_files *a, const struct web_files *b);
void web_files_fini(struct web_files *files);

#endif
