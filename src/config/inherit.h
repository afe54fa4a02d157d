/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What targets inherit: built-in values, then the section `defaults`, then a module. */
#ifndef CONFIG_INHERIT_H
#define CONFIG_INHERIT_H

#include <stdbool.h>
#include <stddef.h>

#include "config/diagnostics.h"
#include "config/value.h"
#include "probe/spec.h"

struct key_ring;

struct module {
    const char *name; /* belongs to the file's tree or to the schema */
    bool is_broken; /* its contents are unknown */
    struct values values;
};

struct inheritance {
    struct tree *trees[OPERATION_COUNT]; /* text of the built-in values */
    struct values built_in[OPERATION_COUNT];
    struct values defaults;
    struct module *modules; /* sorted by name */
    size_t module_count;
    const struct module *usual; /* of targets that name none; NULL: none */
    bool is_usual_known; /* false when `defaults` name one that there is not */
    const struct key_ring *keys; /* that targets may refer to */
    bool assumes_clock; /* of each target */
};

/* Built-in values and modules. */
void inheritance_init(struct inheritance *inheritance);
void inheritance_fini(struct inheritance *inheritance);

/* Adds the sections `defaults` and `modules`, mappings, NULL where there is none. Keeps pointers
 * into their tree. */
void inheritance_read(struct inheritance *inheritance, const struct node *defaults,
                      const struct node *modules, struct diagnostics *diagnostics);

/* The module that a target with the values `own` names, or else `defaults`; *out is NULL when
 * neither does. False when its keys are not known; reported, unless it is that of `defaults`. */
bool inheritance_find(const struct inheritance *inheritance, const struct values *own,
                      struct diagnostics *diagnostics, const struct module **out);

/* The module of that name; NULL: there is none. */
const struct module *inheritance_module(const struct inheritance *inheritance, const char *name);

/* One target with everything it inherits. */
struct merged {
    struct values values;
    bool is_operation_known; /* false when it was written wrong */
    const struct operation *operation;
    const struct node *labels[LEVEL_TARGET + 1]; /* of each level; NULL: none */
};

/* Lays the values one over the other. `module` may be NULL. */
void inheritance_merge(const struct inheritance *inheritance, const struct module *module,
                       const struct values *target, struct merged *out);

#endif
