/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The top level of a configuration file. */
#ifndef CONFIG_ROOT_H
#define CONFIG_ROOT_H

#include "config/config.h"
#include "config/node.h"

/* A file being read. */
struct root_reading {
    const struct config_source *source;
    const struct key_ring *keys; /* known already; NULL: their files are to be read */
    struct diagnostics *diagnostics;
};

/* Fills `config`, which has room for keys, from the mapping `top`. */
void root_read(const struct root_reading *reading, const struct node *top, struct config *config);

#endif
