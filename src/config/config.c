/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/mem.h"
#include "config/expand.h"
#include "config/file.h"
#include "config/keys.h"
#include "config/root.h"
#include "config/yaml.h"

/* Of the text, and of what is in force of each target file behind it. */
static void set_hash(struct config *config, const char *text, size_t size)
{
    uint8_t digest[CRYPTO_SHA256_BYTES];
    size_t count = config->files == NULL ? 0 : config->files->count;
    struct crypto_part *parts = mem_alloc(count + 1, sizeof *parts);
    parts[0] = (struct crypto_part){text, size};
    for (size_t i = 0; i < count; i++) {
        const struct target_file *file = &config->files->items[i];
        parts[i + 1] = (struct crypto_part){file->good_digest, sizeof file->good_digest};
    }
    if (crypto_digest(CRYPTO_SHA256, parts, count + 1, digest)) {
        for (size_t i = 0; i < sizeof digest; i++) {
            snprintf(config->hash + 2 * i, 3, "%02x", digest[i]);
        }
    }
    free(parts);
}

static struct config *parse(const struct root_reading *reading, const char *text, size_t size)
{
    struct tree *tree = yaml_parse(text, size, reading->diagnostics);
    struct config *config = mem_alloc(1, sizeof *config);
    config->keys = mem_alloc(1, sizeof *config->keys);
    config->expands_environment = reading->source->expands_environment;
    if (tree != NULL && config->expands_environment) {
        expand_environment(tree, reading->diagnostics);
    }
    if (tree != NULL) {
        root_read(reading, tree->root, config);
    }
    set_hash(config, text, size);
    tree_free(tree);
    diagnostics_sort(reading->diagnostics);
    if (reading->diagnostics->error_count > 0) {
        config_free(config);
        return NULL;
    }
    if (config->files != NULL) {
        buf_add(&config->text, text, size);
    }
    return config;
}

struct config *config_parse(const char *file, const char *text, size_t size,
                            struct diagnostics *diagnostics)
{
    const struct config_source source = {.file = file};
    const struct root_reading reading = {.source = &source, .diagnostics = diagnostics};
    diagnostics->file = mem_string(file);
    return parse(&reading, text, size);
}

struct config *config_read(const struct config_source *source, struct diagnostics *diagnostics)
{
    const struct root_reading reading = {.source = source, .diagnostics = diagnostics};
    struct buf text = {0};
    struct config *config = NULL;
    if (source->inputs != NULL) {
        inputs_note(source->inputs, source->file);
    }
    diagnostics->file = mem_string(source->file);
    int error = file_read_path(source->file, YAML_BYTES_MAX, &text);
    if (error == 0) {
        config = parse(&reading, buf_string(&text), text.size);
    } else {
        diagnostics_error(diagnostics, place_file(), "cannot be read: %s", file_problem(error));
    }
    buf_fini(&text);
    return config;
}

struct config *config_load(const char *file, struct diagnostics *diagnostics)
{
    const struct config_source source = {.file = file};
    return config_read(&source, diagnostics);
}

struct config *config_reread_files(const struct config *config, const char *file, struct wall now)
{
    struct diagnostics diagnostics = {.file = mem_string(file)};
    const struct config_source source = {.file = file,
                                         .expands_environment = config->expands_environment,
                                         .before = config->files,
                                         .now = now};
    const struct root_reading reading = {
        .source = &source, .keys = config->keys, .diagnostics = &diagnostics};
    struct config *again = parse(&reading, buf_string(&config->text), config->text.size);
    diagnostics_fini(&diagnostics);
    return again;
}

void config_take_targets(struct config *config, struct config *from)
{
    struct spec_set *targets = config->targets;
    struct target_files *files = config->files;
    config->targets = from->targets;
    config->files = from->files;
    memcpy(config->hash, from->hash, sizeof config->hash);
    from->targets = targets;
    from->files = files;
    config_free(from);
}

void config_free(struct config *config)
{
    if (config != NULL) {
        spec_set_unref(config->targets);
        spec_set_unref(config->modules);
        target_files_unref(config->files);
        prober_rules_unref(config->prober);
        crypto_wipe(&config->responder, sizeof config->responder);
        keys_fini(config->keys);
        free(config->keys);
        buf_fini(&config->text);
        free(config);
    }
}
