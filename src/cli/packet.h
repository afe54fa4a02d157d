/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The flags of `ipsla probe` that say what is sent. */
#ifndef CLI_PACKET_H
#define CLI_PACKET_H

#include <stdbool.h>

#include "cli/key_flags.h"

/* The train, its codec's scores, the data and the timestamps in them. False after a message. */
bool cli_read_packets(const struct key_flags *flags, struct spec *spec);

#endif
