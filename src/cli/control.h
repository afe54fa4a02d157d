/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The flags of `ipsla probe` that say how the responder is asked to open the port. */
#ifndef CLI_CONTROL_H
#define CLI_CONTROL_H

#include <stdbool.h>

#include "cli/key_flags.h"

/* The port, the control request and the key that signs it. False after a message. */
bool cli_read_control(const struct key_flags *flags, struct spec *spec);

/* False after a message: `--port` names a port of control requests, which takes no probes. */
bool cli_is_probe_port(const struct key_flags *flags, const struct spec *spec);

#endif
