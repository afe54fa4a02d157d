/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/packet_rate.h"

#include <inttypes.h>
#include <math.h>

#include "base/time.h"

uint64_t packet_rate(const struct spec_set *targets)
{
    double rate = 0;
    for (size_t i = 0; i < targets->count; i++) {
        const struct spec *spec = targets->specs[i];
        uint32_t packets = spec->packets.count + control_has_request(spec->control.version);
        if (spec->schedule.start != SPEC_START_PENDING) {
            rate += packets * ((double)NS_PER_SECOND / (double)spec->schedule.frequency_ns);
        }
    }
    return (uint64_t)ceil(rate - 1e-6); /* sums of thirds are not quite whole */
}

void packet_rate_check(const struct value *most, const struct spec_set *targets,
                       struct diagnostics *diagnostics)
{
    uint64_t rate = packet_rate(targets);
    if (most->state == VALUE_SET && diagnostics->error_count == 0 &&
        rate > (uint64_t)most->number) {
        diagnostics_error(diagnostics, place_value(most->node),
                          "the targets send %" PRIu64 " packets a second; allowed: a number from "
                          "%" PRIu64 ", or a longer frequency, fewer packets",
                          rate, rate);
    }
}
