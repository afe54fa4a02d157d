/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Which addresses `ipsla discover HOST...` means: addresses, names, prefixes. */
#ifndef CLI_HOSTS_H
#define CLI_HOSTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"
#include "program/options.h"

/* All prefixes and addresses together; a /16 fits. */
#define CLI_HOSTS_MAX 65536

struct cli_host {
    struct addr addr;
    const char *name; /* into argv; NULL when it was given as an address or a prefix */
};

struct cli_hosts {
    struct cli_host *hosts; /* IPv4 first, by address, each once; NULL when there is none */
    size_t count;
    int address_width; /* of a column with the addresses */
    int name_width; /* of a column with the names; 0: there are none */
};

/* Reads the positional arguments; with `is_forced` prefixes may be up to a /16 instead of a /24,
 * for IPv6 a /112 instead of a /120. A name stands for its IPv4 and its IPv6 address; one that has
 * neither is said so on standard error and left out. False after a message: wrong usage. */
bool cli_hosts_read(const struct options *options, bool is_forced, struct cli_hosts *out);
void cli_hosts_fini(struct cli_hosts *hosts);

#endif
