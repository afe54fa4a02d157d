/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The addresses of many targets, looked up side by side. */
#ifndef CLI_LOOKUPS_H
#define CLI_LOOKUPS_H

#include <stddef.h>

#include "probe/spec.h"

/* Fills addresses[i] for each target: its own address, that of its name, or ADDR_NONE when there is
 * none. Blocks until all are known. */
void cli_lookups(const struct spec_set *targets, struct addr *addresses);

#endif
