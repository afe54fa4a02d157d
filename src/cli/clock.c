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
    spec->clocks.is_assumed_synchronized =
        spec->clocks.is_assumed_synchronized || options_has(options, "assume-synchronized");
    if (text == NULL) {
        return true;
    }
    const struct schema_key *key = schema_row(SLOT_CLOCK_TOLERANCE, spec->operation);
    if (key == NULL) {
        fprintf(stderr, "ipsla probe: --clock-tolerance is not for operation %s\n",
                spec->operation->name);
        return false;
    }
    if (tolerance_parse(text, &tolerance) != NULL) {
        struct buf allowed = {0};
        schema_add_range(key, spec->operation, &allowed);
        options_refuse(options, "clock-tolerance", text, buf_string(&allowed));
        buf_fini(&allowed);
        return false;
    }
    spec_set_tolerance(spec, tolerance);
    return true;
}

void cli_tell_clock(struct engine *engine)
{
    struct clock_state clock = {0};
    clock_state_read(&clock);
    engine_set_clock(engine, &clock);
}
