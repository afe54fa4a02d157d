/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "wire/ntp.h"

/* From 1900-01-01 to 1970-01-01. */
#define NTP_EPOCH_S INT64_C(2208988800)
#define ERA_S (INT64_C(1) << 32)

static int64_t epoch_s(enum timestamp_format format)
{
    return format == TIMESTAMP_NTP ? NTP_EPOCH_S : 0;
}

uint64_t timestamp_encode(enum timestamp_format format, struct wall t)
{
    int64_t seconds = floor_div(t.ns, NS_PER_SECOND);
    uint64_t fraction = (uint64_t)(t.ns - seconds * NS_PER_SECOND);
    if (format == TIMESTAMP_NTP) {
        fraction = (fraction << 32) / (uint64_t)NS_PER_SECOND;
    }
    uint64_t stamp = (uint64_t)(uint32_t)(seconds + epoch_s(format)) << 32 | fraction;
    return stamp == 0 ? 1 : stamp;
}

/* Nearest, because encoding has cut off up to a quarter of a nanosecond. */
static int64_t ntp_fraction_ns(uint32_t fraction)
{
    uint64_t scaled = (uint64_t)fraction * (uint64_t)NS_PER_SECOND;
    return (int64_t)((scaled + (UINT64_C(1) << 31)) >> 32);
}

bool timestamp_decode(enum timestamp_format format, uint64_t stamp, struct wall near,
                      struct wall *out)
{
    uint32_t fraction = (uint32_t)stamp;
    int64_t ns = format == TIMESTAMP_NTP ? ntp_fraction_ns(fraction) : (int64_t)fraction;
    if (stamp == 0 || (format == TIMESTAMP_PTP && ns >= NS_PER_SECOND)) {
        return false;
    }
    int64_t near_s = floor_div(near.ns, NS_PER_SECOND);
    int64_t ahead_s = (int64_t)(stamp >> 32) - (uint32_t)(near_s + epoch_s(format));
    if (ahead_s >= ERA_S / 2) {
        ahead_s -= ERA_S;
    } else if (ahead_s < -ERA_S / 2) {
        ahead_s += ERA_S;
    }
    out->ns = (near_s + ahead_s) * NS_PER_SECOND + ns;
    return true;
}

/* How far a stamp is from `near` in this format, in seconds; more than any when it is none. */
static int64_t distance_s(enum timestamp_format format, uint64_t stamp, struct wall near)
{
    struct wall read;
    if (!timestamp_decode(format, stamp, near, &read)) {
        return INT64_MAX;
    }
    int64_t apart_s = floor_div(read.ns, NS_PER_SECOND) - floor_div(near.ns, NS_PER_SECOND);
    return apart_s < 0 ? -apart_s : apart_s;
}

enum timestamp_format timestamp_format_near(uint64_t stamp, struct wall near)
{
    return distance_s(TIMESTAMP_PTP, stamp, near) < distance_s(TIMESTAMP_NTP, stamp, near)
               ? TIMESTAMP_PTP
               : TIMESTAMP_NTP;
}
