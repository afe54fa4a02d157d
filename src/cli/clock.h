/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What `ipsla probe` is told about clocks, and tells its engine. */
#ifndef CLI_CLOCK_H
#define CLI_CLOCK_H

#include <stdbool.h>

#include "probe/spec.h"
#include "program/options.h"

#define CLI_CLOCK_ROWS                                                                             \
    {"clock-tolerance", "ERROR", NULL,                                                             \
     "error of both clocks that one-way delay may have: 500us or 5%", false},                      \
    {                                                                                              \
        "assume-synchronized", NULL, NULL, "our clock is good whatever the system says", false     \
    }

struct engine;

/* Reads the flags of CLI_CLOCK_ROWS. False after a message. */
bool cli_read_clock(const struct options *options, struct spec *spec);

/* Tells `engine` what the system says of our clock now. */
void cli_tell_clock(struct engine *engine);

#endif
