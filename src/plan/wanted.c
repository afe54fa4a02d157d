/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "plan/wanted.h"

#include <stdlib.h>

#include "base/mem.h"
#include "operation/operation.h"
#include "probe/chosen.h"

static struct spec *wanted(const struct spec *spec)
{
    if (!spec->operation->chooses) {
        return spec_ref(spec);
    }
    struct choice *choice = choice_copy(spec->choice);
    choice->chosen = 0;
    choice->state = CHOICE_MADE;
    struct spec *made = chosen_spec(spec, choice, &spec->path.peer);
    choice_unref(choice);
    return made;
}

struct spec_set *wanted_targets(const struct spec_set *targets)
{
    struct spec **specs = mem_alloc(targets->count + 1, sizeof(struct spec *));
    for (size_t i = 0; i < targets->count; i++) {
        specs[i] = wanted(targets->specs[i]);
    }
    struct spec_set *set = spec_set_new(specs, targets->count);
    free(specs);
    return set;
}
