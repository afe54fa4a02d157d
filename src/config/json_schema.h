/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The configuration as a JSON Schema (draft 2020-12), made from the rows of the keys: for editors,
 * and for checks of files before they reach a host. What it refuses, the exporter refuses;
 * relations between values, and what must be unique, are beyond it. */
#ifndef CONFIG_JSON_SCHEMA_H
#define CONFIG_JSON_SCHEMA_H

#include "base/buf.h"

/* Appends the schema. $defs/target_file in it is that of a file of `target_files`. */
void json_schema_write(struct buf *out);

#endif
