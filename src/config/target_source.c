/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/target_source.h"

#include <stdlib.h>

#include "base/mem.h"
#include "config/target.h"

/* What the sources have yielded. */
struct yield {
    struct spec **specs;
    struct claim *claims; /* of each target, in order, also of one without a spec */
    size_t spec_count, claim_count;
};

struct target_source {
    enum slot slot; /* its key at the top level */
    void (*read)(const struct node *node, const struct inheritance *inheritance,
                 struct diagnostics *diagnostics, struct yield *yield);
};

/* The list `targets`. */
static void read_list(const struct node *list, const struct inheritance *inheritance,
                      struct diagnostics *diagnostics, struct yield *yield)
{
    size_t places = yield->claim_count + list->count;
    yield->specs = mem_resize(yield->specs, places, sizeof *yield->specs);
    yield->claims = mem_resize(yield->claims, places, sizeof *yield->claims);
    for (const struct node *node = list->first; node != NULL; node = node->next) {
        struct claim *claim = &yield->claims[yield->claim_count];
        struct spec *spec = target_read(node, inheritance, diagnostics, claim);
        claim->order = yield->claim_count++;
        if (spec != NULL) {
            yield->specs[yield->spec_count++] = spec;
        }
    }
}

static const struct target_source sources[] = {
    {SLOT_TARGETS, read_list},
};

struct spec_set *target_sources_read(const struct values *root,
                                     const struct inheritance *inheritance,
                                     struct diagnostics *diagnostics)
{
    struct yield yield = {0};
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        const struct value *value = &root->of[sources[i].slot];
        if (value->state == VALUE_SET) {
            sources[i].read(value->node, inheritance, diagnostics, &yield);
        }
    }
    check_claims(yield.claims, yield.claim_count, diagnostics);
    struct spec_set *set = spec_set_new(yield.specs, yield.spec_count);
    free(yield.specs);
    free(yield.claims);
    return set;
}
