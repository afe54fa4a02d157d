/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "config/address.h"
#include "config/target.h"

/* "- rtr1.example.net": everything but the host is inherited. */
static bool is_host(const struct node *node)
{
    struct addr addr;
    bool is_text = node->kind == NODE_SCALAR && !node_is_missing(node) && !node->is_refused;
    bool is_address = is_text && address_parse_host(node->text, &addr) == NULL;
    return is_address || (is_text && strchr(node->text, ':') == NULL);
}

/* "NAME-HOST" as a node at the place of the host; NULL after a report. */
static const struct node *join_name(const struct target_entry *entry, const struct node *host,
                                    struct diagnostics *diagnostics)
{
    struct tree *tree = entry->inheritance->trees[0];
    const char *name = entry->name.node->text;
    size_t size = strlen(name) + 1 + strlen(host->text) + 1;
    const struct schema_key *key = schema_find(&schema_target, "name");
    if (size - 1 > (size_t)key->max) {
        diagnostics_error(diagnostics, place_value(host),
                          "the name with this host has %zu bytes; allowed: up to %d", size - 1,
                          (int)key->max);
        return NULL;
    }
    struct node *node = tree_alloc(tree, sizeof *node);
    char *text = tree_alloc(tree, size);
    snprintf(text, size, "%s-%s", name, host->text);
    *node = *host;
    node->text = text;
    return node;
}

static struct value name_of(const struct target_entry *entry, struct diagnostics *diagnostics)
{
    const struct value *host = &entry->own.of[SLOT_HOST];
    struct value name = entry->name;
    if (name.state == VALUE_UNSET && host->state == VALUE_SET) {
        name = (struct value){.state = VALUE_SET, .node = host->node};
    } else if (name.state == VALUE_SET && entry->host != NULL) {
        name.node = join_name(entry, entry->host, diagnostics);
        name.state = name.node != NULL ? VALUE_SET : VALUE_BROKEN;
    }
    return name;
}

/* Puts the host at hand and the name that goes with it into the values. */
static void set_host(struct target_entry *entry, struct diagnostics *diagnostics)
{
    const struct schema_key *key = schema_find(&schema_target, "host");
    if (entry->host != NULL) {
        value_read(key, entry->host, diagnostics, &entry->own.of[SLOT_HOST]);
    }
    entry->own.of[SLOT_NAME] = name_of(entry, diagnostics);
}

void target_entry_read(struct target_entry *entry, const struct node *node,
                       const struct inheritance *inheritance, struct diagnostics *diagnostics)
{
    size_t errors = diagnostics->error_count;
    *entry = (struct target_entry){.node = node, .inheritance = inheritance};
    if (is_host(node)) {
        value_read(schema_find(&schema_target, "host"), node, diagnostics,
                   &entry->own.of[SLOT_HOST]);
        entry->is_readable = true;
    } else if (value_is_mapping(node, diagnostics)) {
        values_read(&entry->own, &schema_target, node, diagnostics);
        entry->is_readable = true;
    }
    entry->name = entry->own.of[SLOT_NAME];
    if (entry->own.of[SLOT_HOSTS].state == VALUE_SET) {
        entry->host = entry->own.of[SLOT_HOSTS].node->first;
    }
    set_host(entry, diagnostics);
    entry->is_module_known =
        inheritance_find(inheritance, &entry->own, diagnostics, &entry->module);
    entry->is_broken = diagnostics->error_count > errors;
}

bool target_entry_next(struct target_entry *entry, struct diagnostics *diagnostics)
{
    if (entry->host == NULL || entry->host->next == NULL) {
        return false;
    }
    entry->host = entry->host->next;
    set_host(entry, diagnostics);
    return true;
}
