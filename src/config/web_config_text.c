/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/duration.h"
#include "config/web_config.h"
#include "config/yaml_text.h"

static void add_word(struct buf *out, size_t index, const char *word)
{
    buf_add_string(out, index == 0 ? "[" : ", ");
    yaml_add_comment(out, word);
}

/* An inline certificate is too long to be read, and an inline key is nobody's to read. */
static void add_pem(const struct web_pem *pem, struct buf *out)
{
    if (pem->key == NULL) {
        return;
    }
    buf_printf(out, "#   %s: ", pem->key);
    yaml_add_comment(out, pem->file != NULL ? pem->file : "<secret>");
    buf_add_char(out, '\n');
}

static void add_tls(const struct web_tls *tls, struct buf *out)
{
    size_t count = 0;
    buf_add_string(out, "# tls_server_config:\n");
    add_pem(&tls->cert, out);
    add_pem(&tls->key, out);
    add_pem(&tls->client_ca, out);
    buf_printf(out, "#   client_auth_type: %s\n", web_client_auth_names[tls->client_auth]);
    for (size_t i = 0; i < tls->allowed_san_count; i++) {
        buf_add_string(out, i == 0 ? "#   client_allowed_sans: " : "");
        add_word(out, i, tls->allowed_sans[i]);
    }
    buf_add_string(out, tls->allowed_san_count > 0 ? "]\n" : "");
    buf_printf(out, "#   min_version: %s\n#   max_version: %s\n#   cipher_suites: ",
               tls_versions[tls->min_version].name, tls_versions[tls->max_version].name);
    for (size_t i = 0; i < TLS_SUITES; i++) {
        if (tls->suites[i]) {
            add_word(out, count++, tls_suites[i].name);
        }
    }
    buf_add_string(out, count > 0 ? "]\n" : "[]\n");
    for (size_t i = 0; i < tls->curve_count; i++) {
        buf_add_string(out, i == 0 ? "#   curve_preferences: " : "");
        add_word(out, i, tls_curves[tls->curves[i]].name);
    }
    buf_add_string(out, tls->curve_count > 0 ? "]\n" : "");
    buf_printf(out, "#   prefer_server_cipher_suites: %s\n",
               tls->prefers_server_suites ? "true" : "false");
}

static void add_headers(const struct web_config *config, struct buf *out)
{
    bool is_first = true;
    for (size_t i = 0; i < WEB_HEADERS; i++) {
        if (config->headers[i] == NULL) {
            continue;
        }
        buf_add_string(out, is_first ? "# http_server_config:\n#   headers:\n" : "");
        buf_printf(out, "#     %s: ", web_header_names[i]);
        yaml_add_comment(out, config->headers[i]);
        buf_add_char(out, '\n');
        is_first = false;
    }
}

void web_config_add_text(const struct web_config *config, struct buf *out)
{
    char text[DURATION_TEXT_MAX];
    if (config->has_tls) {
        add_tls(&config->tls, out);
    }
    add_headers(config, out);
    if (config->limit_interval_ns > 0) {
        buf_printf(out, "# rate_limit:\n#   interval: %s\n#   burst: %u\n",
                   duration_format(config->limit_interval_ns, text), config->limit_burst);
    }
    for (size_t i = 0; i < config->user_count; i++) {
        buf_add_string(out, i == 0 ? "# basic_auth_users:\n#   " : "#   ");
        yaml_add_comment(out, config->users[i].name);
        buf_add_string(out, ": <secret>\n");
    }
}
