/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The section `limits` of a target: what is read, whether it fits, and what becomes of it. */
#ifndef CONFIG_LIMIT_KEYS_H
#define CONFIG_LIMIT_KEYS_H

#include <stdbool.h>

#include "config/value.h"

/* Checks a value of SCHEMA_LIMIT: one limit, or two, the second worse; reports. False when anything
 * is wrong. */
bool limit_read(const struct schema_key *key, const struct node *node,
                struct diagnostics *diagnostics);

/* Reports limits of `own` that nothing measures with this operation. Inherited ones are not in
 * `own`: they apply where they can. */
void limit_check_own(const struct values *own, const struct operation *operation, bool has_codec,
                     struct diagnostics *diagnostics);

/* The limits of `spec`, of which everything else is set: those of `values`, and the threshold where
 * they say nothing of what it is about. */
void limit_build(const struct values *values, struct spec *spec);

/* What the threshold is about: the round trip, or the jitter. */
enum limit limit_of_threshold(const struct spec *spec);

/* Makes the threshold of `spec` the warning for what it is about: the round trip, or the jitter.
 * Not when it is the timeout or more, which no reply exceeds. */
void limit_put_threshold(struct spec *spec);

#endif
