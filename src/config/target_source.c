/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/target_source.h"

#include "config/packet_rate.h"
#include "config/yield.h"

struct target_source {
    enum slot slot; /* its key at the top level */
    void (*read)(const struct node *node, const struct inheritance *inheritance,
                 struct diagnostics *diagnostics, struct yield *yield);
};

/* The list `targets`. */
static void read_list(const struct node *list, const struct inheritance *inheritance,
                      struct diagnostics *diagnostics, struct yield *yield)
{
    for (const struct node *node = list->first; node != NULL; node = node->next) {
        yield_add(yield, node, inheritance, diagnostics);
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
    packet_rate_check(&root->of[SLOT_MAX_PACKET_RATE], set, diagnostics);
    yield_fini(&yield);
    return set;
}
