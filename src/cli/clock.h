/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What `ipsla probe` is told about clocks, and tells its engine. */
#ifndef CLI_CLOCK_H
#define CLI_CLOCK_H

#include <stdbool.h>

#include "program/options.h"
#include "probe/spec.h"
#include "stats/clock_state.h"

#define CLI_CLOCK_ROWS                                                                             \
    {"clock-tolerance", "ERROR", NULL,                                                             \
     "error of both clocks that one-way delay may have: 500us or 5%", false},                      \
    {                                                                                              \
        "assume-synchronized", NULL, NULL, "our clock is good whatever the system says", false     \
    }

struct engine;

/* Our clock, for one engine. All zero: nothing was read yet. */
struct cli_clock {
    struct clock_state state;
    struct clock_watch watch;
};

/* Reads the flags of CLI_CLOCK_ROWS. False after a message. */
bool cli_read_clock(const struct options *options, struct spec *spec);

/* Tells `engine` what the system says of our clock now. */
void cli_clock_read(struct cli_clock *clock, struct engine *engine);

/* Call it in every turn: tells `engine` when our clock is being slewed. */
void cli_clock_watch(struct cli_clock *clock, struct engine *engine, struct mono now);

#endif
