/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/clock.h"

#include <stdio.h>

#include "host/clock_state.h"

static bool read_timestamps(const struct key_flags *flags, struct spec *spec)
{
    int64_t timestamps = spec->clocks.timestamps;
    if (!key_flag_number(flags, spec, SLOT_TIMESTAMPS, &timestamps)) {
        return false;
    }
    spec->clocks.timestamps = (enum timestamps)timestamps;
    if (spec->clocks.timestamps == TIMESTAMPS_HARDWARE && spec->path.options.device[0] == '\0') {
        fprintf(stderr, "ipsla probe: --timestamps=hardware needs --interface\n");
        return false;
    }
    return true;
}

bool cli_read_clock(const struct key_flags *flags, struct spec *spec)
{
    struct value tolerance;
    if (!read_timestamps(flags, spec) ||
        !key_flag_value(flags, spec->operation, SLOT_CLOCK_TOLERANCE, NULL, &tolerance)) {
        return false;
    }
    if (tolerance.state == VALUE_SET) {
        spec_set_tolerance(spec, tolerance.number);
    }
    spec->clocks.trusts_peer |= key_flag_text(flags, SLOT_TRUST_PEER_CLOCK) != NULL;
    if (key_flag_text(flags, SLOT_ASSUME_SYNCHRONIZED) != NULL) {
        spec->clocks.is_assumed_synchronized = true;
    }
    return true;
}

void cli_clock_read(struct cli_clock *clock, struct engine *engine)
{
    clock_state_read(&clock->state);
    engine_set_clock(engine, &clock->state);
}

void cli_clock_watch(struct cli_clock *clock, struct engine *engine, struct mono now)
{
    if (clock_state_watch(&clock->watch, now, &clock->state)) {
        engine_set_clock(engine, &clock->state);
    }
}
