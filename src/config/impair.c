/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/impair.h"

#include "base/mem.h"
#include "config/address.h"
#include "config/file.h"
#include "config/put.h"
#include "config/yaml.h"

static const struct node *node_of(const struct values *values, enum slot slot)
{
    return values->of[slot].state == VALUE_SET ? values->of[slot].node : NULL;
}

static void read_matches(const struct values *values, struct impair_rule *rule)
{
    const struct node *ports = node_of(values, SLOT_RULE_PORTS);
    const struct node *clients = node_of(values, SLOT_RULE_CLIENTS);
    for (const struct node *at = ports == NULL ? NULL : ports->first; at != NULL; at = at->next) {
        port_range_parse(at->text, &rule->ports[rule->port_count++]);
    }
    if (clients != NULL) {
        rule->client_count = address_list_prefixes(clients, rule->clients);
    }
}

/* A key that changes nothing without another one. */
static void warn_alone(const struct values *values, enum slot slot, bool has_other,
                       const char *others, struct diagnostics *diagnostics)
{
    const struct node *node = node_of(values, slot);
    if (node != NULL && !has_other) {
        diagnostics_warn(diagnostics, place_value(node), "has no effect without %s", others);
    }
}

static void check_schedule(const struct values *values, const struct impair_acts *acts,
                           struct diagnostics *diagnostics)
{
    const struct node *every = node_of(values, SLOT_RULE_EVERY);
    if (every != NULL && (acts->for_ns == 0 || acts->for_ns >= acts->every_ns)) {
        diagnostics_error(diagnostics, place_value(every),
                          "'%s' is not longer than for; allowed: as in every: 5m, for: 1m",
                          every->text);
    }
}

static void check_rule(const struct values *values, const struct impair_acts *acts,
                       struct diagnostics *diagnostics)
{
    check_schedule(values, acts, diagnostics);
    warn_alone(values, SLOT_RULE_REORDER_BY,
               acts->reorder[IMPAIR_SD] != 0 || acts->reorder[IMPAIR_DS] != 0,
               "reorder_sd or reorder_ds", diagnostics);
    warn_alone(values, SLOT_RULE_REFUSE_WITH, acts->refuse != 0, "refuse", diagnostics);
}

static void read_rule(const struct node *node, struct diagnostics *diagnostics,
                      struct impair_rule *out)
{
    struct values values = {0};
    *out = impair_rule_default();
    if (value_is_mapping(node, diagnostics) &&
        values_read(&values, &schema_impair_rule, node, diagnostics)) {
        read_matches(&values, out);
        values_put(&values, &schema_impair_rule, &out->acts);
        check_rule(&values, &out->acts, diagnostics);
    }
}

void impair_read(const struct values *values, struct diagnostics *diagnostics,
                 struct impair_settings *out)
{
    const struct node *rules = node_of(values, SLOT_IMPAIR_RULES);
    *out = (struct impair_settings){0};
    if (values->of[SLOT_IMPAIR_SEED].state == VALUE_SET) {
        out->seed = values->of[SLOT_IMPAIR_SEED].number;
    }
    for (const struct node *at = rules == NULL ? NULL : rules->first; at != NULL; at = at->next) {
        read_rule(at, diagnostics, &out->rules[out->rule_count++]);
    }
}

static void parse(const struct buf *text, struct diagnostics *diagnostics,
                  struct impair_settings *out)
{
    struct values values = {0};
    struct tree *tree = yaml_parse(buf_string(text), text->size, diagnostics);
    if (tree != NULL && value_is_mapping(tree->root, diagnostics)) {
        values_read(&values, &schema_impair, tree->root, diagnostics);
        impair_read(&values, diagnostics, out);
    }
    tree_free(tree);
}

bool impair_load(const char *file, struct diagnostics *diagnostics, struct impair_settings *out)
{
    struct buf text = {0};
    diagnostics->file = mem_string(file);
    int error = file_read_path(file, YAML_BYTES_MAX, &text);
    if (error == 0) {
        parse(&text, diagnostics, out);
    } else {
        diagnostics_error(diagnostics, place_file(), "cannot be read: %s", file_problem(error));
    }
    diagnostics_sort(diagnostics);
    buf_fini(&text);
    return diagnostics->error_count == 0;
}
