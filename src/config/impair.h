/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What a responder does wrong on purpose (impair/rule.h): the section `impair` of `responder`, or a
 * file of its own with the same keys. */
#ifndef CONFIG_IMPAIR_H
#define CONFIG_IMPAIR_H

#include <stdbool.h>

#include "config/diagnostics.h"
#include "config/value.h"
#include "impair/rule.h"

/* Fills `out` from the values of schema_impair; reports what is wrong. */
void impair_read(const struct values *values, struct diagnostics *diagnostics,
                 struct impair_settings *out);

/* Reads such a file. False when it has an error; `diagnostics` (zeroed by the caller) receives all
 * findings, warnings too. */
bool impair_load(const char *file, struct diagnostics *diagnostics, struct impair_settings *out);

#endif
