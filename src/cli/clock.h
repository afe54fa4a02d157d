/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What `ipsla probe` is told about clocks, and tells its engine. */
#ifndef CLI_CLOCK_H
#define CLI_CLOCK_H

#include <stdbool.h>

#include "cli/key_flags.h"
#include "engine/engine.h"

/* Who stamps packets, and which clocks are believed; after the device is read. False after a
 * message. */
bool cli_read_clock(const struct key_flags *flags, struct spec *spec);

/* Tells `engine` what the system says of our clock now. */
void cli_tell_clock(struct engine *engine);

#endif
