/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A target of `operation: auto` with one of its protocols: what is measured, and what is tried. */
#ifndef PROBE_CHOSEN_H
#define PROBE_CHOSEN_H

#include "probe/choice.h"
#include "probe/spec.h"

/* Where nobody answered yet, the target waits so long for a choice before it is measured by what it
 * has. */
#define CHOSEN_WAIT_NS (600 * NS_PER_SECOND)

/* `head`, a spec of `operation: auto`, as `choice` says, at `ip` (ADDR_NONE: no address): a spec as
 * if the operation had been written, that keeps a reference on `choice`. */
struct spec *chosen_spec(const struct spec *head, const struct choice *choice,
                         const struct addr *ip);

/* The same with the protocol at `place`, for a trial: one short operation at once, called `name`.
 */
struct spec *chosen_trial(const struct spec *head, size_t place, const struct addr *ip,
                          const char *name);

/* The targets of `set`, whose reference it takes over, those of auto by the protocol that is wanted
 * most: what they measure if all goes well. A new set. */
struct spec_set *chosen_most_wanted(struct spec_set *set);

#endif
