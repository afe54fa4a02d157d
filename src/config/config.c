/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/mem.h"
#include "config/codec.h"
#include "config/responder.h"
#include "config/target.h"
#include "config/target_source.h"
#include "config/yaml.h"

static const struct node *section(const struct values *root, enum slot slot)
{
    return root->of[slot].state == VALUE_SET ? root->of[slot].node : NULL;
}

static void check_purpose(const struct values *root, const struct node *top,
                          struct diagnostics *diagnostics)
{
    const struct value *targets = &root->of[SLOT_TARGETS];
    bool has_targets =
        targets->state == VALUE_BROKEN || (targets->state == VALUE_SET && targets->node->count > 0);
    if (!has_targets && root->of[SLOT_RESPONDER].state == VALUE_UNSET &&
        diagnostics->error_count == 0) {
        diagnostics_error(diagnostics,
                          targets->node == NULL ? place_value(top) : place_value(targets->node),
                          "nothing to do: there are no targets and there is no responder; write "
                          "targets: [{name: a, host: 192.0.2.1, port: 16384}]");
    }
}

/* The commonest list without a key is that of the targets. */
static bool is_top_good(const struct node *top, struct diagnostics *diagnostics)
{
    if (top->kind == NODE_SEQUENCE && !top->is_refused) {
        diagnostics_error(diagnostics, place_value(top),
                          "this is a list; write 'targets:' above it");
        return false;
    }
    return value_is_mapping(top, diagnostics);
}

static void read_root(const struct node *top, struct diagnostics *diagnostics,
                      struct config *config)
{
    struct values root = {0};
    struct inheritance inheritance;
    struct key_ring ring;
    if (!is_top_good(top, diagnostics)) {
        return;
    }
    inheritance_init(&inheritance);
    values_read(&root, &schema_root, top, diagnostics);
    keys_read(section(&root, SLOT_KEYS), diagnostics, &ring);
    inheritance.keys = &ring;
    check_purpose(&root, top, diagnostics);
    inheritance_read(&inheritance, section(&root, SLOT_DEFAULTS), section(&root, SLOT_MODULES),
                     diagnostics);
    inheritance.assumes_clock = root.of[SLOT_ASSUME_SYNCHRONIZED].state == VALUE_SET &&
                                root.of[SLOT_ASSUME_SYNCHRONIZED].number != 0;
    config->targets = target_sources_read(&root, &inheritance, diagnostics);
    const struct node *responder = section(&root, SLOT_RESPONDER);
    config->has_responder = responder != NULL;
    if (responder != NULL) {
        responder_read(responder, &ring, diagnostics, &config->responder);
    }
    inheritance_fini(&inheritance);
    keys_fini(&ring);
}

static void set_hash(struct config *config, const char *text, size_t size)
{
    uint8_t digest[CRYPTO_SHA256_BYTES];
    const struct crypto_part part = {text, size};
    if (crypto_digest(CRYPTO_SHA256, &part, 1, digest)) {
        for (size_t i = 0; i < sizeof digest; i++) {
            snprintf(config->hash + 2 * i, 3, "%02x", digest[i]);
        }
    }
}

static struct config *parse(const char *text, size_t size, struct diagnostics *diagnostics)
{
    struct tree *tree = yaml_parse(text, size, diagnostics);
    struct config *config = mem_alloc(1, sizeof *config);
    if (tree != NULL) {
        read_root(tree->root, diagnostics, config);
    }
    set_hash(config, text, size);
    tree_free(tree);
    diagnostics_sort(diagnostics);
    if (diagnostics->error_count > 0) {
        config_free(config);
        return NULL;
    }
    return config;
}

struct config *config_parse(const char *file, const char *text, size_t size,
                            struct diagnostics *diagnostics)
{
    diagnostics->file = mem_string(file);
    return parse(text, size, diagnostics);
}

void config_free(struct config *config)
{
    if (config != NULL) {
        spec_set_unref(config->targets);
        crypto_wipe(&config->responder, sizeof config->responder);
        free(config);
    }
}

static void replace(char **text, const char *with)
{
    free(*text);
    *text = mem_string(with);
}

static struct spec *default_spec(const struct operation *operation, enum voice_codec codec,
                                 const char *host)
{
    struct inheritance inheritance;
    inheritance_init(&inheritance);
    struct values *values = &inheritance.built_in[operation_index(operation)];
    if (codec != VOICE_CODEC_NONE) {
        codec_set(values, codec);
    }
    struct spec *spec = target_build(values, operation);
    replace(&spec->identity.name, host);
    replace(&spec->identity.host, host);
    inheritance_fini(&inheritance);
    return spec;
}

struct spec *config_default_spec(const struct operation *operation, const char *host)
{
    return default_spec(operation, VOICE_CODEC_NONE, host);
}

struct spec *config_default_voice_spec(enum voice_codec codec, const char *host)
{
    return default_spec(operation_at(0), codec, host);
}
