/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Targets of `operation: auto` before anybody has tried what their hosts answer. */
#ifndef PLAN_WANTED_H
#define PLAN_WANTED_H

#include "probe/spec.h"

/* The same targets in a new set, those as if the protocol that is wanted most had worked: what is
 * to be reckoned with. */
struct spec_set *wanted_targets(const struct spec_set *targets);

#endif
