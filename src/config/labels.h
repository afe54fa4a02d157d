/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The labels a user gives to a target. */
#ifndef CONFIG_LABELS_H
#define CONFIG_LABELS_H

#include <stdbool.h>
#include <stddef.h>

#include "config/diagnostics.h"
#include "config/node.h"
#include "probe/spec.h"

/* Checks names and values of the mapping `labels`; reports. False when anything is wrong. */
bool labels_check(const struct node *labels, struct diagnostics *diagnostics);

/* The names that a label must not have, one after the other, NULL beyond the last. */
const char *labels_reserved(size_t index);

/* Adds checked labels to `spec`, sorted by name: their order in the file means nothing. One that it
 * has already gets the new value. */
void labels_add(const struct node *labels, struct spec *spec);

#endif
