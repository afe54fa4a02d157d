/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/yield.h"

#include <stdlib.h>

#include "base/mem.h"

static void add_target(struct yield *yield, const struct target_entry *entry,
                       struct diagnostics *diagnostics)
{
    if (yield->claim_count == yield->capacity) {
        yield->capacity = yield->capacity == 0 ? 16 : yield->capacity * 2;
        yield->specs = mem_resize(yield->specs, yield->capacity, sizeof *yield->specs);
        yield->claims = mem_resize(yield->claims, yield->capacity, sizeof *yield->claims);
    }
    struct claim *claim = &yield->claims[yield->claim_count];
    struct spec *spec = target_read(entry, diagnostics, claim);
    claim->order = yield->claim_count++;
    if (spec != NULL) {
        yield->specs[yield->spec_count++] = spec;
    }
}

void yield_add(struct yield *yield, const struct node *node, const struct inheritance *inheritance,
               struct diagnostics *diagnostics)
{
    struct target_entry entry;
    target_entry_read(&entry, node, inheritance, diagnostics);
    do {
        if (yield->claim_count == SCHEMA_TARGETS_MAX) {
            diagnostics_error(diagnostics, place_value(node),
                              "this makes more than %d targets; allowed: no more in a file",
                              SCHEMA_TARGETS_MAX);
            return;
        }
        add_target(yield, &entry, diagnostics);
    } while (target_entry_next(&entry, diagnostics));
}

void yield_take(struct yield *yield, const struct spec_set *specs)
{
    size_t count = yield->spec_count + specs->count;
    if (count > yield->capacity) {
        yield->capacity = count;
        yield->specs = mem_resize(yield->specs, count, sizeof *yield->specs);
        yield->claims = mem_resize(yield->claims, count, sizeof *yield->claims);
    }
    for (size_t i = 0; i < specs->count; i++) {
        yield->specs[yield->spec_count++] = (struct spec *)spec_ref(specs->specs[i]);
    }
}

void yield_fini(struct yield *yield)
{
    free(yield->specs);
    free(yield->claims);
    *yield = (struct yield){0};
}
