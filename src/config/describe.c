/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/describe.h"

#include <assert.h>
#include <stdbool.h>

enum field_rule describe_rule(const struct schema_key *key)
{
    enum field_rule rule = FIELD_INTERNAL;
    for (size_t i = 0; i < SCHEMA_SETS_MAX && key->sets[i] != NULL; i++) {
        const struct spec_field *field = spec_field_find(key->sets[i]);
        assert(field != NULL);
        rule = field->rule < rule ? field->rule : rule;
    }
    return rule;
}

void describe_flag(const struct schema_scope *scope, const struct schema_key *key,
                     struct buf *out)
{
    bool is_section = scope == &schema_control || scope == &schema_key || scope == &schema_clock;
    if (is_section) {
        buf_printf(out, "%s-", scope->name);
    }
    for (const char *at = key->name; *at != '\0'; at++) {
        buf_add_char(out, *at == '_' ? '-' : *at);
    }
}
