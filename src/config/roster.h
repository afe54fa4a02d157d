/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The targets that are accepted so far, from whichever file: their names and source ports are
 * theirs alone. */
#ifndef CONFIG_ROSTER_H
#define CONFIG_ROSTER_H

#include <stddef.h>

#include "probe/spec.h"

struct roster;

struct roster *roster_new(void);
void roster_free(struct roster *roster);

/* Accepts `spec`, which was written in `file`; both must outlive the roster. */
void roster_add(struct roster *roster, const struct spec *spec, const char *file);

size_t roster_count(const struct roster *roster);

/* The file with a target of the same name, or with one that sends from the same port; NULL: none.
 */
const char *roster_find_name(const struct roster *roster, const struct spec *spec);
const char *roster_find_source(const struct roster *roster, const struct spec *spec);

#endif
