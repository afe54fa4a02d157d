/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What `ipsla probe` is told about clocks, and tells its engine. */
#ifndef CLI_CLOCK_H
#define CLI_CLOCK_H

#include <stdbool.h>

#include "cli/key_flags.h"
#include "engine/engine.h"
#include "stats/clock_state.h"

/* Our clock, for one engine. All zero: it has not been read yet. */
struct cli_clock {
    struct clock_state state;
    struct clock_watch watch;
};

/* Who stamps packets, and which clocks are believed; after the device is read. False after a
 * message. */
bool cli_read_clock(const struct key_flags *flags, struct spec *spec);

/* Tells `engine` what the system says of our clock now. */
void cli_clock_read(struct cli_clock *clock, struct engine *engine);

/* Call it in every turn: tells `engine` when our clock is being slewed. */
void cli_clock_watch(struct cli_clock *clock, struct engine *engine, struct mono now);

#endif
