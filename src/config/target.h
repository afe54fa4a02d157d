/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The section `targets`: each target with what it inherits becomes a spec. */
#ifndef CONFIG_TARGET_H
#define CONFIG_TARGET_H

#include <stddef.h>

#include "config/diagnostics.h"
#include "config/inherit.h"
#include "config/node.h"
#include "probe/spec.h"

/* Reads and checks the list `targets`. `out` has room for each; receives a spec for each that has
 * no error of its own. Returns their number; the caller owns one reference on each. */
size_t targets_read(const struct node *targets, const struct inheritance *inheritance,
                    struct diagnostics *diagnostics, struct spec **out);

/* A spec from checked values of `operation`; name, host, port and labels where they are set. */
struct spec *target_build(const struct values *values, const struct operation *operation);

#endif
