/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Keys that are not there: which one was meant, and where it belongs. */
#ifndef CONFIG_UNKNOWN_H
#define CONFIG_UNKNOWN_H

#include "config/diagnostics.h"
#include "config/node.h"
#include "config/schema.h"

/* Reports the key of `node`, which `scope` does not have. Returns the key of `scope` that was most
 * likely meant, whose absence needs no finding of its own, or NULL. */
const struct schema_key *unknown_report(const struct schema_scope *scope, const struct node *node,
                                        struct diagnostics *diagnostics);

#endif
