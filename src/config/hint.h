/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What a user who wrote something wrong most likely meant, and how that is written. */
#ifndef CONFIG_HINT_H
#define CONFIG_HINT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "config/schema.h"

/* Appends what `text` was most likely meant to be as a value of `key`, or as an element of it.
 * False when nothing that is allowed is near. */
bool hint_value(const struct schema_key *key, const char *text, struct buf *out);

/* Appends what is allowed; of many choices the three that are nearest to `text`. */
void hint_allowed(const struct schema_key *key, const char *text, struct buf *out);

/* How a list or mapping is written: "[192.0.2.0/24]"; NULL for a key of a single value. */
const char *hint_shape(const struct schema_key *key);

#endif
