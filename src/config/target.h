/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* One target with what it inherits becomes a spec. */
#ifndef CONFIG_TARGET_H
#define CONFIG_TARGET_H

#include "config/check.h"
#include "config/diagnostics.h"
#include "config/inherit.h"
#include "config/node.h"
#include "probe/spec.h"

/* Appends what is wrong with the probe port of `spec`, which is a control port. */
void target_add_control_port(const struct spec *spec, struct buf *out);

/* An entry of `targets`: a host name, or a mapping with a `host` or several `hosts`, each of which
 * makes a target. Text belongs to the file's tree and to the inheritance's. */
struct target_entry {
    const struct node *node;
    const struct inheritance *inheritance;
    const struct module *module; /* NULL: none */
    bool is_readable; /* it has keys */
    bool is_broken; /* some of them are wrong */
    bool is_module_known;
    struct values own; /* with the name and the host of one target */
    struct value name; /* as written */
    const struct node *host; /* of `hosts`; NULL without them */
};

/* Reads an entry, with its first host. */
void target_entry_read(struct target_entry *entry, const struct node *node,
                       const struct inheritance *inheritance, struct diagnostics *diagnostics);

/* Goes on to its next host; false when there is none. */
bool target_entry_next(struct target_entry *entry, struct diagnostics *diagnostics);

/* Checks the target of the host at hand. NULL when it has an error of its own, which is reported;
 * else the caller owns a reference. *claim is what it must not share with others, and is filled
 * anyhow, but for its order. */
struct spec *target_read(const struct target_entry *entry, struct diagnostics *diagnostics,
                         struct claim *claim);

/* A module as a target of its name, without a host, that says nothing more. NULL when it has an
 * error. The caller owns a reference. */
struct spec *target_of_module(const struct inheritance *inheritance, const struct module *module);

/* A spec from checked values of `operation`; name, host and port where they are set. */
struct spec *target_build(const struct values *values, const struct operation *operation);

#endif
