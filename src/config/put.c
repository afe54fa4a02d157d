/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/put.h"

#include "config/number_field.h"

void values_put(const struct values *values, const struct schema_scope *scope, void *out)
{
    for (size_t i = 0; i < scope->count; i++) {
        const struct schema_key *key = &scope->keys[i];
        const struct value *value = &values->of[key->slot];
        if (key->setting.size > 0 && value->state == VALUE_SET) {
            number_field_put((char *)out + key->setting.offset, key->setting.size, value->number);
        }
    }
}
