/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A key on a command line: id, algorithm, and the file that holds the secret. */
#ifndef PROGRAM_KEY_OPTION_H
#define PROGRAM_KEY_OPTION_H

#include <stdbool.h>

#include "probe/spec.h"

#define KEY_OPTION_ALGORITHMS "md5, sha256, hmac-sha256 or twamp"

/* False when `name` is not the name of an algorithm. */
bool key_option_algorithm(const char *name, enum auth_algorithm *out);

/* Reads "ID:ALGORITHM:FILE". Returns what is wrong, as the end of a sentence, or NULL. */
const char *key_option_parse(const char *text, struct auth_key *out);

#endif
