/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The JSON Schema of one value. */
#ifndef CONFIG_JSON_VALUE_H
#define CONFIG_JSON_VALUE_H

#include "config/schema.h"

/* Appends the keywords, with a comma behind each but the last: for `key` as `operation` (NULL: any)
 * has it. */
void json_value_write(const struct schema_key *key, const struct operation *operation,
                      struct buf *out);

/* Appends `text` between quotes, with escapes. */
void json_string_write(const char *text, struct buf *out);

#endif
