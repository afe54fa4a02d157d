/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/labels.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/schema.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Label names of our own metrics: a user's label of the same name would be a second one on one
 * series. */
static const char *const reserved[] = {
    "target", "direction", "reason",    "le",    "quantile", "operation", "host",      "address",
    "port",   "source",    "control",   "owner", "tag",      "method",    "precision", "point",
    "state",  "version",   "interface", "vrf",   "dscp",     "codec",     "auth",      "layout",
    "limit",  "severity",  "flow",      "hop",   "field",    "mpls",      "auto",
};

/* Prometheus adds these itself and renames ours. */
static const char *const scraped[] = {"job", "instance"};

const char *labels_reserved(size_t index)
{
    return index < COUNT(reserved) ? reserved[index] : NULL;
}

static bool is_in(const char *name, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_label_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    if (strspn(name, letters) == 0) {
        return false;
    }
    while (*name != '\0' && (strchr(letters, *name) != NULL || (*name >= '0' && *name <= '9'))) {
        name++;
    }
    return *name == '\0';
}

static void check_name(const struct node *label, struct diagnostics *diagnostics)
{
    struct place place = place_key(label);
    if (!is_label_name(label->key)) {
        diagnostics_error(diagnostics, place,
                          "not a label name; allowed: letters, digits and '_', no digit first");
    } else if (strncmp(label->key, "__", 2) == 0) {
        diagnostics_error(diagnostics, place,
                          "label names that begin with '__' belong to Prometheus; choose another");
    } else if (is_in(label->key, reserved, COUNT(reserved))) {
        diagnostics_error(diagnostics, place,
                          "the exporter uses this label name itself; choose another");
    } else if (is_in(label->key, scraped, COUNT(scraped))) {
        diagnostics_warn(diagnostics, place,
                         "Prometheus sets this label at each scrape and renames yours to "
                         "exported_%s",
                         label->key);
    }
}

static void check_text(const struct node *label, struct diagnostics *diagnostics)
{
    struct place place = place_value(label);
    if (label->kind != NODE_SCALAR) {
        diagnostics_error(diagnostics, place, "this is a %s; allowed: a text",
                          label->kind == NODE_SEQUENCE ? "list" : "mapping");
    } else if (node_is_missing(label)) {
        diagnostics_error(diagnostics, place,
                          "the value is missing; allowed: a text ('' is an empty one)");
    } else if (strlen(label->text) > SCHEMA_LABEL_BYTES_MAX) {
        diagnostics_error(diagnostics, place, "the value is too long; allowed: up to %d bytes",
                          SCHEMA_LABEL_BYTES_MAX);
    }
}

bool labels_check(const struct node *labels, struct diagnostics *diagnostics)
{
    size_t errors = diagnostics->error_count;
    for (const struct node *label = labels->first; label != NULL; label = label->next) {
        if (!label->is_refused) {
            check_name(label, diagnostics);
            check_text(label, diagnostics);
        }
    }
    return diagnostics->error_count == errors;
}

static int compare_labels(const void *left, const void *right)
{
    const struct label *a = left, *b = right;
    return strcmp(a->name, b->name);
}

static struct label *find_label(const struct spec *spec, const char *name)
{
    for (size_t i = 0; i < spec->identity.label_count; i++) {
        if (strcmp(spec->identity.labels[i].name, name) == 0) {
            return &spec->identity.labels[i];
        }
    }
    return NULL;
}

void labels_add(const struct node *labels, struct spec *spec)
{
    struct spec_identity *identity = &spec->identity;
    if (labels->count == 0) {
        return;
    }
    identity->labels = mem_resize(identity->labels, identity->label_count + labels->count,
                                  sizeof *identity->labels);
    for (const struct node *node = labels->first; node != NULL; node = node->next) {
        struct label *label = find_label(spec, node->key);
        if (label == NULL) {
            label = &identity->labels[identity->label_count++];
            *label = (struct label){.name = mem_string(node->key)};
        }
        free(label->value);
        label->value = mem_string(node->text);
    }
    qsort(identity->labels, identity->label_count, sizeof *identity->labels, compare_labels);
}
