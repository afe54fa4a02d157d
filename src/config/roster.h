/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The targets that are accepted so far, from whichever file: their names and source ports are
 * theirs alone. */
#ifndef CONFIG_ROSTER_H
#define CONFIG_ROSTER_H

#include <stddef.h>
#include <stdint.h>

#include "probe/spec.h"

struct roster;

struct roster *roster_new(void);
void roster_free(struct roster *roster);

/* Accepts `targets`, which were written in `file`; both must outlive the roster. */
void roster_add(struct roster *roster, const struct spec_set *targets, const char *file);

/* Packets a second of what was accepted and of `more`. */
uint64_t roster_rate(const struct roster *roster, const struct spec_set *more);

size_t roster_count(const struct roster *roster);

/* The file with a target of the same name, or with one that sends from the same port; NULL: none.
 */
const char *roster_find_name(const struct roster *roster, const struct spec *spec);
const char *roster_find_source(const struct roster *roster, const struct spec *spec);

#endif
