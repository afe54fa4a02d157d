/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_PUT_H
#define CONFIG_PUT_H

#include "config/schema.h"
#include "config/value.h"

/* Puts each number of `scope` that is set where its row says, in the struct at `out`. */
void values_put(const struct values *values, const struct schema_scope *scope, void *out);

#endif
