/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The flags of `ipsla probe` that say how packets leave. */
#ifndef CLI_PACKET_H
#define CLI_PACKET_H

#include <stdbool.h>

#include "probe/spec.h"
#include "program/options.h"

/* Rows for the table of flags. */
#define CLI_PACKET_ROWS                                                                            \
    {"dscp", "DSCP", NULL, "DSCP of the probes: ef, af41, cs1, ... or 0 to 63", false},            \
        {"tos", "TOS", NULL, "the whole TOS byte, 0 to 255 or 0x..; instead of --dscp", false},    \
        {"ttl", "N", NULL, "TTL of probes and control requests (default 255)", false},             \
        {"dont-fragment", NULL, NULL, "set DF; larger packets are not sent", false},               \
        {"interface", "NAME", NULL, "send and receive through this device only", false},           \
        {"vrf", "NAME", NULL, "send and receive in this VRF; instead of --interface", false},      \
    {                                                                                              \
        "source-port", "N", NULL, "UDP port to send from (default: any)", false                    \
    }

/* Reads them into `spec`. False after a message. */
bool cli_read_packet(const struct options *options, struct spec *spec);

#endif
