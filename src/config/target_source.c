/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/target_source.h"

#include "config/packet_rate.h"
#include "config/yield.h"

struct target_source {
    enum slot slot; /* its key at the top level */
    void (*read)(const struct target_sourcing *sourcing, const struct node *node,
                 struct diagnostics *diagnostics, struct yield *yield);
};

/* The list `targets`. */
static void read_list(const struct target_sourcing *sourcing, const struct node *list,
                      struct diagnostics *diagnostics, struct yield *yield)
{
    for (const struct node *node = list->first; node != NULL; node = node->next) {
        yield_add(yield, node, sourcing->inheritance, diagnostics);
    }
    const struct spec_set own = {.specs = (const struct spec **)yield->specs,
                                 .count = yield->spec_count};
    check_claims(yield->claims, yield->claim_count, diagnostics);
    packet_rate_check(&sourcing->root->of[SLOT_MAX_PACKET_RATE], &own, diagnostics);
}

/* The files of `target_files`. */
static void read_files(const struct target_sourcing *sourcing, const struct node *patterns,
                       struct diagnostics *diagnostics, struct yield *yield)
{
    struct target_files_call call = {.patterns = patterns,
                                     .inheritance = sourcing->inheritance,
                                     .max_rate = &sourcing->root->of[SLOT_MAX_PACKET_RATE],
                                     .before = sourcing->before,
                                     .now = sourcing->now};
    *sourcing->files = target_files_read(&call, diagnostics, yield);
}

static const struct target_source sources[] = {
    {SLOT_TARGETS, read_list}, {SLOT_TARGET_FILES, read_files}, /* last: others come before them */
};

struct spec_set *target_sources_read(const struct target_sourcing *sourcing,
                                     struct diagnostics *diagnostics)
{
    struct yield yield = {0};
    *sourcing->files = NULL;
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        const struct value *value = &sourcing->root->of[sources[i].slot];
        if (value->state == VALUE_SET) {
            sources[i].read(sourcing, value->node, diagnostics, &yield);
        }
    }
    struct spec_set *set = spec_set_new(yield.specs, yield.spec_count);
    yield_fini(&yield);
    return set;
}
