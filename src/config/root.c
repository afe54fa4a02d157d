/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/root.h"

#include <stdlib.h>

#include "base/mem.h"
#include "config/inherit.h"
#include "config/keys.h"
#include "config/responder.h"
#include "config/target_source.h"
#include "config/value.h"

static const struct node *section(const struct values *root, enum slot slot)
{
    return root->of[slot].state == VALUE_SET ? root->of[slot].node : NULL;
}

static void check_purpose(const struct values *root, const struct node *top,
                          struct diagnostics *diagnostics)
{
    const struct value *targets = &root->of[SLOT_TARGETS];
    bool has_targets = targets->state == VALUE_BROKEN ||
                       root->of[SLOT_TARGET_FILES].state != VALUE_UNSET ||
                       (targets->state == VALUE_SET && targets->node->count > 0);
    if (!has_targets && root->of[SLOT_RESPONDER].state == VALUE_UNSET &&
        root->of[SLOT_PROBE].state == VALUE_UNSET && diagnostics->error_count == 0) {
        diagnostics_error(diagnostics,
                          targets->node == NULL ? place_value(top) : place_value(targets->node),
                          "nothing to do: there are no targets and there is no responder; write "
                          "targets: [{name: a, host: 192.0.2.1, port: 16384}]");
    }
}

static void read_keys(const struct root_reading *reading, const struct node *list,
                      struct config *config)
{
    if (reading->keys != NULL) {
        *config->keys = *reading->keys;
    } else {
        keys_read(list, reading->diagnostics, reading->source->inputs, config->keys);
    }
}

/* Those that the file has, in its order. */
static struct spec_set *read_modules(const struct inheritance *inheritance,
                                     const struct node *modules)
{
    size_t count = 0;
    struct spec **specs = mem_alloc(modules == NULL ? 0 : modules->count, sizeof *specs);
    for (const struct node *node = modules == NULL ? NULL : modules->first; node != NULL;
         node = node->next) {
        const struct module *module = inheritance_module(inheritance, node->key);
        struct spec *spec = module == NULL ? NULL : target_of_module(inheritance, module);
        if (spec != NULL) {
            specs[count++] = spec;
        }
    }
    struct spec_set *set = spec_set_new(specs, count);
    free(specs);
    return set;
}

static void read_targets(const struct root_reading *reading, const struct values *root,
                         struct config *config)
{
    struct inheritance inheritance;
    const struct target_sourcing sourcing = {.root = root,
                                             .inheritance = &inheritance,
                                             .before = reading->source->before,
                                             .now = reading->source->now,
                                             .files = &config->files};
    inheritance_init(&inheritance);
    inheritance.keys = config->keys;
    inheritance_read(&inheritance, section(root, SLOT_DEFAULTS), section(root, SLOT_MODULES),
                     reading->diagnostics);
    inheritance.assumes_clock = config->assumes_clock;
    config->modules = read_modules(&inheritance, section(root, SLOT_MODULES));
    config->targets = target_sources_read(&sourcing, reading->diagnostics);
    const struct node *probe = section(root, SLOT_PROBE);
    if (probe != NULL) {
        config->prober = prober_rules_read(probe, &inheritance, reading->diagnostics);
    }
    inheritance_fini(&inheritance);
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

void root_read(const struct root_reading *reading, const struct node *top, struct config *config)
{
    struct values root = {0};
    if (!is_top_good(top, reading->diagnostics)) {
        return;
    }
    values_read(&root, &schema_root, top, reading->diagnostics);
    read_keys(reading, section(&root, SLOT_KEYS), config);
    check_purpose(&root, top, reading->diagnostics);
    config->assumes_clock = root.of[SLOT_ASSUME_SYNCHRONIZED].state == VALUE_SET &&
                            root.of[SLOT_ASSUME_SYNCHRONIZED].number != 0;
    if (root.of[SLOT_MAX_PACKET_RATE].state == VALUE_SET) {
        config->max_packet_rate = root.of[SLOT_MAX_PACKET_RATE].number;
    }
    config->evidence = config_evidence_read(&root);
    read_targets(reading, &root, config);
    const struct node *responder = section(&root, SLOT_RESPONDER);
    config->has_responder = responder != NULL;
    if (responder != NULL) {
        responder_read(responder, config->keys, reading->diagnostics, &config->responder);
    }
}
