/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A secret, read from a file of its own so that it stands in no configuration, argument or log. */
#ifndef CONFIG_SECRET_H
#define CONFIG_SECRET_H

#include <stdbool.h>

#include "probe/spec.h"

/* Reads the secret of `key`, whose id and algorithm are set; one line end at its end does not
 * count. Returns what is wrong, as the end of a sentence about the file, or NULL. *is_exposed:
 * every user of the machine may read the file. */
const char *secret_read(const char *path, struct auth_key *key, bool *is_exposed);

#endif
