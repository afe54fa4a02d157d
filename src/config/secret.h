/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A secret, read from a file of its own so that it stands in no configuration, argument or log. The
 * service manager may hand the file over as a credential (systemd.exec(5), LoadCredential=): so a
 * name without a slash is first looked for in $CREDENTIALS_DIRECTORY. */
#ifndef CONFIG_SECRET_H
#define CONFIG_SECRET_H

#include <stdbool.h>

#include "config/inputs.h"
#include "probe/spec.h"

/* Reads the secret of `key`, whose id and algorithm are set, from the file `name`; one line end at
 * its end does not count. A relative name starts where the file `named_in` is (NULL: in the current
 * directory). Returns what is wrong, as the end of a sentence about the file, or NULL. *is_exposed:
 * every user of the machine may read the file. */
const char *secret_read(const char *named_in, const char *name, struct auth_key *key,
                        bool *is_exposed);

/* Notes what is now in each place where that file may be. */
void secret_note(const char *named_in, const char *name, struct inputs *inputs);

#endif
