/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A group of targets in the form of Prometheus' file_sd: a list of hosts, and labels that they
 * share, some of which are keys of a target. */
#ifndef CONFIG_TARGET_GROUP_H
#define CONFIG_TARGET_GROUP_H

#include "config/diagnostics.h"
#include "config/inherit.h"
#include "config/node.h"
#include "config/yield.h"

/* Reads each target of `group`, an element of the list in `tree`. */
void target_group_read(struct tree *tree, const struct node *group,
                       const struct inheritance *inheritance, struct diagnostics *diagnostics,
                       struct yield *yield);

#endif
