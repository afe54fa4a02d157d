/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "program/config_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/words.h"

#include "host/log.h"

struct config *config_file_load(const char *file)
{
    struct diagnostics diagnostics = {0};
    struct buf text = {0};
    struct config *config = config_load(file, &diagnostics);
    for (size_t i = 0; i < diagnostics.count; i++) {
        struct diagnostics one = {
            .file = diagnostics.file, .items = &diagnostics.items[i], .count = 1};
        buf_clear(&text);
        diagnostics_format(&one, &text);
        text.bytes[strcspn(text.bytes, "\n")] = '\0';
        log_text(one.items->is_error ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN, text.bytes);
    }
    buf_fini(&text);
    diagnostics_fini(&diagnostics);
    return config;
}

const char *config_file_nearest(const struct config *config, const char *name)
{
    const struct spec_set *targets = config->targets;
    const char **names = mem_alloc(targets->count + 1, sizeof *names);
    for (size_t i = 0; i < targets->count; i++) {
        names[i] = targets->specs[i]->identity.name;
    }
    const char *nearest = words_nearest(name, names, targets->count);
    nearest = nearest != NULL ? nearest : words_containing(name, names, targets->count);
    free(names);
    return nearest;
}
