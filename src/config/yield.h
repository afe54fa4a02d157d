/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What the sources of targets have yielded so far: specs, and what each target claims for itself.
 */
#ifndef CONFIG_YIELD_H
#define CONFIG_YIELD_H

#include "config/check.h"
#include "config/inherit.h"
#include "config/target.h"

/* All zero: nothing. */
struct yield {
    struct spec **specs;
    struct claim *claims; /* of each target, in order, also of one without a spec */
    size_t spec_count, claim_count, capacity;
};

/* Reads one entry, which is a target for each of its hosts. More than SCHEMA_TARGETS_MAX in all are
 * an error. */
void yield_add(struct yield *yield, const struct node *node, const struct inheritance *inheritance,
               struct diagnostics *diagnostics);

/* Takes a reference of each of `specs`, which share nothing with what was yielded. */
void yield_take(struct yield *yield, const struct spec_set *specs);

/* Frees the lists, not the specs, which belong to the caller. */
void yield_fini(struct yield *yield);

#endif
