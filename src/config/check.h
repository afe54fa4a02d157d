/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The checks that need several values, or several targets. */
#ifndef CONFIG_CHECK_H
#define CONFIG_CHECK_H

#include <stddef.h>

#include "config/diagnostics.h"
#include "config/node.h"
#include "config/value.h"
#include "probe/spec.h"

/* Keys written in a section (`own`) that the operation does not have. */
void check_applies(const struct values *own, const struct operation *operation,
                   struct diagnostics *diagnostics);

/* Ranges that depend on the operation, and the relations of the times, of one whole target. */
void check_target(const struct values *values, const struct operation *operation,
                  const struct node *target, struct diagnostics *diagnostics);

/* What a target must not share with another. */
struct claim {
    const struct node *target;
    size_t order; /* in the file */
    const struct node *name; /* NULL: none that could be read */
    struct addr source; /* port 0: any */
    unsigned port_count; /* from its port on; 1 and up */
    const struct node *source_port; /* the value that says the port, or the first of them */
    const char *device; /* that it is bound to: `vrf` or `interface`; NULL: none */
};

/* Names are unique, and so are source addresses with a port. Reorders `claims`. */
void check_claims(struct claim *claims, size_t count, struct diagnostics *diagnostics);

#endif
