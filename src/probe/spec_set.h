/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Sets of targets made of other sets. For the thread that configures; O(n) all. */
#ifndef PROBE_SPEC_SET_H
#define PROBE_SPEC_SET_H

#include "probe/spec.h"

/* Puts into `set`, which nobody else has yet, the spec of `before` (NULL: none) wherever that is
 * the same target at the same address: what did not change is known by its pointer. */
void spec_set_renew(struct spec_set *set, const struct spec_set *before);

/* Which part, 0..count-1, of a set a target belongs to. */
struct spec_division {
    unsigned count; /* of the parts, 1..SHARD_COUNT_MAX */
    uint64_t salt; /* divisions of different salts know nothing of each other */
};

unsigned spec_part(const struct spec *spec, const struct spec_division *division);

/* The targets of that part, in the order of `set`; a new set. */
struct spec_set *spec_set_part(const struct spec_set *set, const struct spec_division *division,
                               unsigned part);

#endif
