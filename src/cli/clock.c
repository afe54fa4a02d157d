/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/clock.h"

#include <stdio.h>

#include "config/schema.h"
#include "config/tolerance.h"
#include "engine/engine.h"
#include "host/clock_state.h"

bool cli_read_clock(const struct options *options, struct spec *spec)
{
    const char *text = options_value(options, "clock-tolerance");
    int64_t tolerance;
    spec->assumes_clock = spec->assumes_clock || options_has(options, "assume-synchronized");
    if (text == NULL) {
        return true;
    }
    const struct schema_key *key = schema_row(SLOT_CLOCK_TOLERANCE, spec->operation);
    if (key == NULL) {
        fprintf(stderr, "ipsla probe: --clock-tolerance is not for operation %s\n",
                operation_name(spec->operation));
        return false;
    }
    if (tolerance_parse(text, &tolerance) != NULL) {
        struct buf allowed = {0};
        schema_add_range(key, &allowed);
        options_refuse(options, "clock-tolerance", text, buf_string(&allowed));
        buf_fini(&allowed);
        return false;
    }
    spec_set_tolerance(spec, tolerance);
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
