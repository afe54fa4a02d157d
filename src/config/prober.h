/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The section `probe`: what HTTP clients may have measured. Immutable and shared by reference: an
 * operation goes by the rules it began with. */
#ifndef CONFIG_PROBER_H
#define CONFIG_PROBER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"

#define PROBER_MODULES_MAX 100
#define PROBER_ALLOW_MAX 64
#define PROBER_CONCURRENT 20 /* unless the section says otherwise */

struct diagnostics;
struct inheritance;
struct node;
struct spec;

struct prober_module {
    char *name;
    struct spec *spec; /* a reference: a target of the module that begins now, without a host */
};

struct prober_rules {
    struct prober_module modules[PROBER_MODULES_MAX];
    size_t module_count;
    struct addr_prefix allow[PROBER_ALLOW_MAX];
    size_t allow_count;
    unsigned max_concurrent;
    unsigned references;
};

/* Reads the mapping `node`; reports. The caller's reference, also after errors. */
struct prober_rules *prober_rules_read(const struct node *node,
                                       const struct inheritance *inheritance,
                                       struct diagnostics *diagnostics);
struct prober_rules *prober_rules_ref(struct prober_rules *rules);
void prober_rules_unref(struct prober_rules *rules); /* NULL is fine */

/* NULL: clients may not name it. */
const struct prober_module *prober_find_module(const struct prober_rules *rules, const char *name);

/* Whether the address may be measured: one host, on a network that is not that of this link
 * alone, and in `allow`. */
bool prober_allows(const struct prober_rules *rules, const struct addr *addr);

#endif
