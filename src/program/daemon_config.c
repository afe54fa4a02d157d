/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* How a daemon's log begins, and what it says of a configuration. */
#include <errno.h>

#include "base/crypto.h"
#include "config/config.h"
#include "config/yaml.h"
#include "host/host.h"
#include "host/log.h"
#include "program/daemon.h"
#include "web/gzip.h"
#include "web/http.h"

/* The first line. The pairs end where one has no key. */
static void log_start(const char *file, const struct config *config)
{
    size_t targets = config == NULL ? 0 : config->targets->count;
    log_line(LOG_LEVEL_INFO, "starting", "program", program_invocation_short_name, "version",
             IPSLA_VERSION, "revision", IPSLA_REVISION, "libmicrohttpd", http_library_version(),
             "libevent", host_library_version(), "libyaml", yaml_library_version(), "openssl",
             crypto_library_version(), "isal", gzip_library_version(), file == NULL ? NULL : "file",
             file, config == NULL ? NULL : "targets", LOG_NUMBER(targets), NULL);
}

void daemon_log_start(const char *file)
{
    log_start(file, NULL);
}

static void log_finding(const struct diagnostics *diagnostics, size_t index)
{
    const struct diagnostic *item = &diagnostics->items[index];
    struct diagnostics one = {
        .file = diagnostics->file, .items = &diagnostics->items[index], .count = 1};
    struct buf text = {0};
    diagnostics_format(&one, &text);
    while (text.size > 0 && text.bytes[text.size - 1] == '\n') {
        text.bytes[--text.size] = '\0';
    }
    log_line(item->is_error ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN, "configuration", "finding",
             buf_string(&text), "file", diagnostics->file, "line", LOG_NUMBER(item->line), "column",
             LOG_NUMBER(item->column), NULL);
    buf_fini(&text);
}

void daemon_log_findings(const struct diagnostics *diagnostics)
{
    for (size_t i = 0; i < diagnostics->count; i++) {
        log_finding(diagnostics, i);
    }
    if (diagnostics->unlisted > 0) {
        log_line(LOG_LEVEL_WARN, "configuration", "finding", "more findings are not listed", "file",
                 diagnostics->file, "findings", LOG_NUMBER(diagnostics->unlisted), NULL);
    }
}

static void log_all_findings(const struct diagnostics *diagnostics, const struct config *config)
{
    const struct target_files *files = config == NULL ? NULL : config->files;
    daemon_log_findings(diagnostics);
    for (size_t i = 0; files != NULL && i < files->count; i++) {
        daemon_log_findings(&files->items[i].findings);
    }
}

struct config *daemon_begin_config(const struct config_source *source)
{
    struct diagnostics diagnostics = {0};
    struct config *config = config_read(source, &diagnostics);
    log_start(source->file, config);
    log_all_findings(&diagnostics, config);
    diagnostics_fini(&diagnostics);
    return config;
}

struct config *daemon_read_config(const char *file)
{
    const struct config_source source = {.file = file};
    struct diagnostics diagnostics = {0};
    struct config *config = config_read(&source, &diagnostics);
    log_all_findings(&diagnostics, config);
    diagnostics_fini(&diagnostics);
    return config;
}
