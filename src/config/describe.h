/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What follows from a key's row of the schema: what a reload does when its value changes, and its
 * flag of `ipsla probe`. The documentation and the CLI say both. */
#ifndef CONFIG_DESCRIBE_H
#define CONFIG_DESCRIBE_H

#include <stdbool.h>

#include "base/buf.h"
#include "config/schema.h"
#include "probe/spec_field.h"

/* What a reload does with a target whose value of `key` changed: the strictest rule of what it
 * sets. FIELD_INTERNAL: it sets nothing of a target. */
enum field_rule describe_rule(const struct schema_key *key);

/* Appends the name of the key as a flag, without dashes before it: "num-packets",
 * "control-version". */
void describe_flag(const struct schema_scope *scope, const struct schema_key *key, struct buf *out);

/* `false` or `true`: a flag without a value. */
bool describe_is_switch(const struct schema_key *key);

/* What the value of the flag is called: "DURATION"; NULL for a switch. */
const char *describe_argument(const struct schema_key *key);

/* Appends meaning, range and default: "Packets in one jitter operation. Allowed: 1 to 60000.
 * Default: 10." */
void describe_help(const struct schema_key *key, struct buf *out);

#endif
