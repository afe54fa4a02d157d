/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The keys that only `operation: auto` has, and what it does otherwise with those of others. */
#ifndef CONFIG_AUTO_H
#define CONFIG_AUTO_H

#include "config/diagnostics.h"
#include "config/keys.h"
#include "config/value.h"
#include "probe/spec.h"

/* Makes the choice of a spec whose operation is auto: nothing is known yet. */
void auto_build(const struct values *values, struct spec *spec);

/* Reports what contradicts a choice. */
void auto_check(const struct values *values, const struct node *target,
                struct diagnostics *diagnostics);

/* As keys_assign: control.key for the versions that can have it, auth_key for STAMP. */
void auto_assign_keys(const struct key_ring *ring, const struct values *values,
                      struct diagnostics *diagnostics, struct spec *spec);

#endif
