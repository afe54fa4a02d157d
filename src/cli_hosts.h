/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Which addresses `ipsla discover HOST...` means: addresses, names, prefixes. */
#ifndef CLI_HOSTS_H
#define CLI_HOSTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"
#include "options.h"

/* All prefixes and addresses together; a /16 fits. */
#define CLI_HOSTS_MAX 65536

struct cli_host {
    struct addr addr; /* IPv4 */
    const char *name; /* into argv; NULL when it was given as an address or a prefix */
};

struct cli_hosts {
    struct cli_host *hosts; /* by address, each address once; NULL when there is none */
    size_t count;
    int name_width; /* of a column with the names; 0: there are none */
};

/* Reads the positional arguments; with `is_forced` prefixes may be up to a /16 instead of a /24. A
 * name that has no IPv4 address is said so on standard error and left out. False after a message:
 * wrong usage. */
bool cli_hosts_read(const struct options *options, bool is_forced, struct cli_hosts *out);
void cli_hosts_fini(struct cli_hosts *hosts);

#endif
