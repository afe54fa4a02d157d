/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "responder/settings_file.h"

#include <string.h>

#include "config/config.h"
#include "config/impair.h"
#include "program/daemon.h"

#define FAILED 1 /* exit status: it could not start */

/* The flags that say nothing about what is answered. */
static bool is_beside(const char *name)
{
    return strcmp(name, "config.file") == 0 || strcmp(name, "impair-anywhere") == 0 ||
           strncmp(name, "web.", 4) == 0 || strncmp(name, "log.", 4) == 0;
}

int settings_file_read(const struct options *options, struct reflect_settings *settings)
{
    const char *file = options_value(options, "config.file");
    for (size_t i = 0; i < options->given_count; i++) {
        const struct options_given *given = &options->given[i];
        if (!is_beside(given->row->name)) {
            return options_reject(options, given->row->name, given->value,
                                  "cannot be given with --config.file");
        }
    }
    struct config *config = daemon_read_config(file);
    if (config == NULL) {
        return FAILED;
    }
    bool has_responder = config->has_responder;
    *settings = config->responder;
    config_free(config);
    return has_responder ? 0
                         : options_reject(options, "config.file", file, "has no section responder");
}

int settings_file_read_impair(const struct options *options, struct impair_settings *out)
{
    struct diagnostics diagnostics = {0};
    const char *file = options_value(options, "impair");
    if (file == NULL) {
        return 0;
    }
    bool is_good = impair_load(file, &diagnostics, out);
    daemon_log_findings(&diagnostics);
    diagnostics_fini(&diagnostics);
    return is_good ? 0 : FAILED;
}
