/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "reflect/meter.h"

/* The bucket of that name, else the fullest one of its set. */
static struct meter_bucket *find_bucket(struct meter *meter, uint64_t name)
{
    struct meter_bucket *set = meter->sets[name % METER_SETS];
    struct meter_bucket *fullest = &set[0];
    for (unsigned i = 0; i < METER_WAYS; i++) {
        if (set[i].name == name) {
            return &set[i];
        }
        if (mono_is_before(set[i].full, fullest->full)) {
            fullest = &set[i];
        }
    }
    *fullest = (struct meter_bucket){.name = name};
    return fullest;
}

bool meter_take(struct meter *meter, uint64_t name, struct mono now)
{
    struct meter_bucket *bucket = find_bucket(meter, name);
    const struct meter_rate *rate = &meter->rate;
    struct mono full = mono_is_before(bucket->full, now) ? now : bucket->full;
    full = mono_add(full, rate->interval_ns);
    if (mono_diff(full, now) > rate->burst * rate->interval_ns) {
        return false;
    }
    bucket->full = full;
    return true;
}
