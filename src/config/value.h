/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* One value of a key: read, checked against its row of the schema, and where it was written. */
#ifndef CONFIG_VALUE_H
#define CONFIG_VALUE_H

#include <stdbool.h>

#include "config/diagnostics.h"
#include "config/node.h"
#include "config/schema.h"

enum value_state {
    VALUE_UNSET,
    VALUE_SET,
    VALUE_BROKEN, /* written and reported as wrong: later checks pass it over */
};

/* What a target is laid together from; the later wins. */
enum value_level { LEVEL_BUILT_IN, LEVEL_DEFAULTS, LEVEL_MODULE, LEVEL_TARGET };

struct value {
    enum value_state state;
    bool is_default; /* built in, not from the file */
    enum value_level level; /* of a merged value: where it comes from */
    const struct node *node; /* its text and its place */
    int64_t
        number; /* ns, integer, bytes, place in the choices, or as spec_set_tolerance, port_range */
    struct addr addr; /* host, source_address */
};

/* Two ways to say one thing: in one place only one of them may stand, and the one that stands in
 * the later layer counts. */
#define VALUE_RIVALS 5
extern const enum slot value_rivals[VALUE_RIVALS][2];

/* The values of one section, by slot. */
struct values {
    struct value of[SLOT_COUNT];
};

/* Reads the mapping `node` by `scope`, and the sections in it; unknown, wrong and missing keys are
 * reported. False when anything was wrong. */
bool values_read(struct values *values, const struct schema_scope *scope, const struct node *node,
                 struct diagnostics *diagnostics);

/* Reads `node` as the value of `key`, but not the section in it; what is wrong is reported. */
bool value_read(const struct schema_key *key, const struct node *node,
                struct diagnostics *diagnostics, struct value *out);

/* Reads `text` as a single value of `key`, as `operation` (NULL: any) has it, into `out` (its
 * number or addr). Returns NULL, or what is wrong with it. */
const char *value_parse(const struct schema_key *key, const struct operation *operation,
                        const char *text, struct value *out);

/* Lays what `over` has over `values`. */
void values_overlay(struct values *values, const struct values *over);

/* `node` is a mapping; reported otherwise. */
bool value_is_mapping(const struct node *node, struct diagnostics *diagnostics);

/* Fills `out` from a value of SCHEMA_BOUNDS that is VALUE_SET. */
void value_get_bounds(const struct value *value, struct hist_layout *out);

#endif
