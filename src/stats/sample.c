/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "stats/sample.h"

const char *fate_name(enum fate fate)
{
    static const char *const names[] = {
        [FATE_PLANNED] = "planned",   [FATE_UNSENT] = "unsent", [FATE_SENT] = "lost",
        [FATE_RECEIVED] = "received", [FATE_LATE] = "late",     [FATE_DROPPED] = "dropped",
    };
    return names[fate];
}

/* What stamps of nanoseconds may be off by, both hosts together. */
#define STAMPING_NS (100 * NS_PER_US)

int64_t sample_sd_ns(const struct sample *sample, int64_t resolution_ns)
{
    return sample->t2_ns - floor_div(sample->t1_ns, resolution_ns) * resolution_ns;
}

int64_t sample_ds_ns(const struct sample *sample, int64_t resolution_ns)
{
    return floor_div(sample->t4_ns, resolution_ns) * resolution_ns - sample->t3_ns;
}

bool sample_is_unresolved(const struct sample *sample, int64_t resolution_ns)
{
    int64_t sd_ns = sample_sd_ns(sample, resolution_ns);
    int64_t ds_ns = sample_ds_ns(sample, resolution_ns);
    int64_t bound_ns = resolution_ns > sample->error_ns ? resolution_ns : sample->error_ns;
    return sd_ns < bound_ns || ds_ns < bound_ns;
}

bool sample_clock_was_set(const struct sample *a, const struct sample *b, int64_t resolution_ns)
{
    int64_t there_and_back_ns = (a->t2_ns - a->t1_ns) + (b->t4_ns - b->t3_ns);
    int64_t back_and_there_ns = (a->t4_ns - a->t3_ns) + (b->t2_ns - b->t1_ns);
    int64_t apart_ns = b->t1_ns - a->t1_ns;
    int64_t slack_ns = 2 * resolution_ns + STAMPING_NS + a->error_ns + b->error_ns +
                       (apart_ns < 0 ? -apart_ns : apart_ns) / CLOCK_WANDER_DIVISOR;
    return there_and_back_ns < -slack_ns || back_and_there_ns < -slack_ns;
}
