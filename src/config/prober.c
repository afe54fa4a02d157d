/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/prober.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/address.h"
#include "config/target.h"
#include "config/value.h"
#include "operation/operation.h"

/* What a target has that is measured once: its next start is too far away to come. */
static const char *const once[][2] = {{"name", "probe"},
                                      {"host", "probe.invalid"},
                                      {"frequency", "7d"},
                                      {"start", "now"},
                                      {"life", "forever"}};

static void add_key(const struct inheritance *inheritance, struct node *target, const char *key,
                    const char *text)
{
    struct node *child = tree_alloc(inheritance->trees[0], sizeof *child);
    *child = *target;
    child->kind = NODE_SCALAR;
    child->text = text;
    child->is_quoted = true;
    child->key = key;
    child->key_line = target->line;
    child->key_column = target->column;
    child->first = child->last = child->next = NULL;
    child->count = 0;
    node_append(target, child);
}

/* The module that stands at `node`, as if a target had it. NULL after a report. */
static struct spec *read_module(const struct node *node, const struct inheritance *inheritance,
                                struct diagnostics *diagnostics)
{
    struct target_entry entry;
    struct claim claim;
    struct node *target = tree_alloc(inheritance->trees[0], sizeof *target);
    *target = *node;
    target->kind = NODE_MAPPING;
    target->text = NULL;
    add_key(inheritance, target, "module", node->text);
    for (size_t i = 0; i < sizeof once / sizeof once[0]; i++) {
        add_key(inheritance, target, once[i][0], once[i][1]);
    }
    target_entry_read(&entry, target, inheritance, diagnostics);
    struct spec *spec = target_read(&entry, diagnostics, &claim);
    if (spec != NULL && spec->path.source.port != 0) {
        diagnostics_error(diagnostics, place_value(node),
                          "has a source_port, which one operation at a time can have; allowed: a "
                          "module without");
    }
    if (spec != NULL && spec->operation->chooses) {
        diagnostics_error(diagnostics, place_value(node),
                          "is of operation auto, for which one operation has no time; allowed: a "
                          "module of another operation");
    }
    return spec;
}

struct prober_rules *prober_rules_read(const struct node *node,
                                       const struct inheritance *inheritance,
                                       struct diagnostics *diagnostics)
{
    struct prober_rules *rules = mem_alloc(1, sizeof *rules);
    struct values values = {0};
    rules->references = 1;
    values_read(&values, &schema_probe, node, diagnostics);
    const struct value *modules = &values.of[SLOT_PROBE_MODULES];
    const struct value *allow = &values.of[SLOT_PROBE_ALLOW];
    const struct value *most = &values.of[SLOT_MAX_CONCURRENT];
    const struct node *name = modules->state == VALUE_SET ? modules->node->first : NULL;
    for (; name != NULL; name = name->next) {
        struct prober_module *module = &rules->modules[rules->module_count++];
        module->name = mem_string(name->text);
        module->spec = read_module(name, inheritance, diagnostics);
    }
    if (allow->state == VALUE_SET) {
        rules->allow_count = address_list_prefixes(allow->node, rules->allow);
    }
    rules->max_concurrent = most->state == VALUE_SET ? (unsigned)most->number : PROBER_CONCURRENT;
    return rules;
}

struct prober_rules *prober_rules_ref(struct prober_rules *rules)
{
    __atomic_fetch_add(&rules->references, 1, __ATOMIC_RELAXED);
    return rules;
}

void prober_rules_unref(struct prober_rules *rules)
{
    if (rules == NULL || __atomic_sub_fetch(&rules->references, 1, __ATOMIC_ACQ_REL) > 0) {
        return;
    }
    for (size_t i = 0; i < rules->module_count; i++) {
        free(rules->modules[i].name);
        spec_unref(rules->modules[i].spec);
    }
    free(rules);
}

const struct prober_module *prober_find_module(const struct prober_rules *rules, const char *name)
{
    for (size_t i = 0; i < rules->module_count; i++) {
        if (strcmp(rules->modules[i].name, name) == 0) {
            return &rules->modules[i];
        }
    }
    return NULL;
}

/* 169.254.0.0/16 (RFC 3927), which is IPv4's fe80::/10. */
static bool is_link_local_ipv4(const struct addr *addr)
{
    return addr->family == ADDR_IPV4 && addr->ip[0] == 169 && addr->ip[1] == 254;
}

bool prober_allows(const struct prober_rules *rules, const struct addr *addr)
{
    if (addr_is_any(addr) || addr_is_multicast(addr) || addr_is_mapped(addr) ||
        addr_is_link_local(addr) || is_link_local_ipv4(addr)) {
        return false;
    }
    for (size_t i = 0; i < rules->allow_count; i++) {
        if (addr_prefix_contains(&rules->allow[i], addr)) {
            return true;
        }
    }
    return false;
}
