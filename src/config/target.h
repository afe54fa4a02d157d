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

/* Reads and checks one target. NULL when it has an error of its own, which is reported; else the
 * caller owns a reference. *claim is what it must not share with others, and is filled anyhow. */
struct spec *target_read(const struct node *node, const struct inheritance *inheritance,
                         struct diagnostics *diagnostics, struct claim *claim);

/* A spec from checked values of `operation`; name, host, port and labels where they are set. */
struct spec *target_build(const struct values *values, const struct operation *operation);

#endif
