/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a web configuration: one that can be used, or findings that say why not. What it
 * says of itself are comments, without a hash. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "config/web_config.h"
#include "fuzz/fuzz.h"

/* What TLS and passwords rely on without a check of their own. */
static void check(const struct web_config *config)
{
    const struct web_tls *tls = &config->tls;
    assert(!config->has_tls || (tls->cert.key != NULL && tls->key.key != NULL));
    assert(tls->min_version < TLS_VERSIONS && tls->max_version < TLS_VERSIONS);
    assert(tls->curve_count <= TLS_CURVES && tls->client_auth < WEB_CLIENT_AUTHS);
    for (size_t i = 0; i < tls->curve_count; i++) {
        assert(tls->curves[i] < TLS_CURVES);
    }
    for (size_t i = 0; i < config->user_count; i++) {
        assert(strlen(config->users[i].hash) == WEB_HASH_SIZE - 1);
        assert(strchr(config->users[i].name, ':') == NULL);
    }
    assert(config->limit_interval_ns >= 0);
    assert(config->limit_interval_ns == 0 || config->limit_burst > 0);
}

static void check_text(const struct web_config *config)
{
    struct buf text = {0};
    web_config_add_text(config, &text);
    for (const char *line = buf_string(&text); *line != '\0'; line = strchr(line, '\n') + 1) {
        assert(strncmp(line, "# ", 2) == 0 && strchr(line, '\n') != NULL);
    }
    for (size_t i = 0; i < config->user_count; i++) {
        assert(strstr(buf_string(&text), config->users[i].hash) == NULL);
    }
    buf_fini(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct diagnostics diagnostics = {0};
    struct web_files files = {0};
    struct buf findings = {0};
    struct web_config *config =
        web_config_parse("nowhere/web.yml", (const char *)data, size, &diagnostics, &files);
    assert((config == NULL) == (diagnostics.error_count > 0));
    assert(files.count < WEB_FILES_MAX);
    if (config != NULL) {
        check(config);
        check_text(config);
    }
    diagnostics_format(&diagnostics, &findings);
    buf_fini(&findings);
    web_config_free(config);
    web_files_fini(&files);
    diagnostics_fini(&diagnostics);
    return 0;
}
