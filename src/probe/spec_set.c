/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "probe/spec_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/shard.h"
#include "probe/spec_field.h"

/* Specs by name: open addressing, at most half full. */
struct index {
    const struct spec **cells;
    size_t mask;
};

static const struct spec **index_find(const struct index *index, const struct spec *spec)
{
    uint64_t hash = spec_hash(spec);
    size_t cell = (size_t)hash & index->mask;
    while (index->cells[cell] != NULL &&
           (spec_hash(index->cells[cell]) != hash ||
            strcmp(index->cells[cell]->identity.name, spec->identity.name) != 0)) {
        cell = (cell + 1) & index->mask;
    }
    return &index->cells[cell];
}

static struct index index_new(const struct spec_set *set)
{
    size_t size = 2;
    while (size < set->count * 2) {
        size *= 2;
    }
    struct index index = {.cells = mem_alloc(size, sizeof(struct spec *)), .mask = size - 1};
    for (size_t i = 0; i < set->count; i++) {
        *index_find(&index, set->specs[i]) = set->specs[i];
    }
    return index;
}

void spec_set_renew(struct spec_set *set, const struct spec_set *before)
{
    if (before == NULL || before->count == 0) {
        return;
    }
    struct index index = index_new(before);
    for (size_t i = 0; i < set->count; i++) {
        const struct spec *spec = set->specs[i];
        const struct spec *known = *index_find(&index, spec);
        if (known != NULL && spec_is_equal(known, spec)) {
            set->specs[i] = spec_ref(known);
            spec_unref(spec);
        }
    }
    free(index.cells);
}

unsigned spec_part(const struct spec *spec, const struct spec_division *division)
{
    return shard_of(spec_hash(spec) ^ division->salt, division->count);
}

struct spec_set *spec_set_part(const struct spec_set *set, const struct spec_division *division,
                               unsigned part)
{
    struct spec **specs = mem_alloc(set->count, sizeof *specs);
    size_t count = 0;
    for (size_t i = 0; i < set->count; i++) {
        if (spec_part(set->specs[i], division) == part) {
            specs[count++] = spec_ref(set->specs[i]);
        }
    }
    struct spec_set *chosen = spec_set_new(specs, count);
    free(specs);
    return chosen;
}
