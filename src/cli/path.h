/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The flags of `ipsla probe` that say which way packets go. */
#ifndef CLI_PATH_H
#define CLI_PATH_H

#include <stdbool.h>

#include "cli/key_flags.h"

/* Source, IP version, device and the fields of the IP header. False after a message. */
bool cli_read_path(const struct key_flags *flags, struct spec *spec);

#endif
