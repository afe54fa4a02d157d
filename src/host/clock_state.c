/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/clock_state.h"

#include <sys/timex.h>

void clock_state_read(struct clock_state *out)
{
    struct timex timex = {0}; /* modes 0: reads only, needs no privilege */
    int state = adjtimex(&timex);
    if (state < 0) {
        timex.status = STA_UNSYNC;
    }
    out->is_synchronized = state >= 0 && state != TIME_ERROR && (timex.status & STA_UNSYNC) == 0;
    out->estimated_error_ns = (int64_t)timex.esterror * NS_PER_US;
    out->maximum_error_ns = (int64_t)timex.maxerror * NS_PER_US;
}
