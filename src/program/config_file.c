/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "program/config_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/json_schema.h"
#include "config/words.h"

#include "host/log.h"
#include "program/output.h"

static void print_findings(const struct diagnostics *diagnostics)
{
    struct buf text = {0};
    for (size_t i = 0; i < diagnostics->count; i++) {
        struct diagnostics one = {
            .file = diagnostics->file, .items = &diagnostics->items[i], .count = 1};
        buf_clear(&text);
        diagnostics_format(&one, &text);
        text.bytes[strcspn(text.bytes, "\n")] = '\0';
        log_text(one.items->is_error ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN, text.bytes);
    }
    buf_fini(&text);
}

struct config *config_file_read(const struct config_source *source)
{
    struct diagnostics diagnostics = {0};
    struct config *config = config_read(source, &diagnostics);
    const struct target_files *files = config == NULL ? NULL : config->files;
    print_findings(&diagnostics);
    for (size_t i = 0; files != NULL && i < files->count; i++) {
        print_findings(&files->items[i].findings);
    }
    diagnostics_fini(&diagnostics);
    return config;
}

struct config *config_file_load(const char *file)
{
    const struct config_source source = {.file = file};
    return config_file_read(&source);
}

struct config *config_file_check(const struct config_source *source)
{
    struct config *config = config_file_read(source);
    if (config != NULL && !target_files_are_good(config->files)) {
        config_free(config);
        return NULL;
    }
    return config;
}

int config_file_print_schema(void)
{
    struct buf text = {0};
    json_schema_write(&text);
    fputs(buf_string(&text), stdout);
    buf_fini(&text);
    return output_end("ipsla_exporter", EXIT_SUCCESS);
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
