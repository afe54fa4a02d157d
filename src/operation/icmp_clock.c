/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "operation/icmp_clock.h"

#include <stddef.h>

/* What two packets tell of a clock may differ by so much more than the network explains: stamps are
 * cut to milliseconds. */
#define CUT_MS 2

void icmp_clock_keep(struct sample *sample, const struct icmp_times *times)
{
    uint64_t both = (uint64_t)times->receive_ms << 32 | times->transmit_ms;
    sample->t2_ns = (int64_t)both;
    sample->t3_ns = sample->t2_ns;
    sample->has_remote_times = true;
}

struct icmp_times icmp_clock_read(const struct sample *sample, enum byte_order order)
{
    uint64_t both = (uint64_t)sample->t2_ns;
    struct icmp_times times = {.receive_ms = (uint32_t)(both >> 32), .transmit_ms = (uint32_t)both};
    if (order == BYTE_ORDER_SWAPPED) {
        times.receive_ms = icmp_time_swap(times.receive_ms);
        times.transmit_ms = icmp_time_swap(times.transmit_ms);
    }
    return times;
}

static bool is_utc(uint32_t ms)
{
    return (ms & ICMP_TIME_NOT_UTC) == 0;
}

/* One clock, which ran on evenly, can have shown `a_ms` and `b_ms`: each packet arrived after it
 * left and before its reply came. */
static bool is_steady(const struct sample *a, uint32_t a_ms, const struct sample *b, uint32_t b_ms)
{
    int64_t moved_ms = fold((int64_t)b_ms - a_ms, is_utc(a_ms) ? MS_PER_DAY : ICMP_TIME_NOT_UTC);
    int64_t least_ns = b->t1_ns - a->t4_ns;
    int64_t most_ns = b->t4_ns - a->t1_ns;
    int64_t slack_ns = CUT_MS * NS_PER_MS + (most_ns > 0 ? most_ns : 0) / CLOCK_WANDER_DIVISOR;
    return is_utc(a_ms) == is_utc(b_ms) && moved_ms * NS_PER_MS >= least_ns - slack_ns &&
           moved_ms * NS_PER_MS <= most_ns + slack_ns;
}

/* Replies that make no sense in `order`: by themselves, or after the one before. */
static uint32_t count_misfits(const struct train *train, enum byte_order order)
{
    const struct sample *previous = NULL;
    uint32_t previous_ms = 0, misfits = 0;
    for (uint32_t i = 0; i < train->next; i++) {
        const struct sample *sample = &train->samples[i];
        if (!sample->has_remote_times) {
            continue;
        }
        struct icmp_times times = icmp_clock_read(sample, order);
        if (icmp_times_held_ms(&times) < 0) {
            misfits++;
            continue;
        }
        if (previous != NULL && !is_steady(previous, previous_ms, sample, times.receive_ms)) {
            misfits++;
        }
        previous = sample;
        previous_ms = times.receive_ms;
    }
    return misfits;
}

/* The values themselves have to tell, or what is known. */
static enum byte_order guess(const struct sample *first, enum byte_order known)
{
    struct wall now = {first->t1_ns};
    if (icmp_time_is_swapped(icmp_clock_read(first, BYTE_ORDER_NETWORK).receive_ms, now)) {
        return BYTE_ORDER_SWAPPED;
    }
    return known == BYTE_ORDER_SWAPPED ? BYTE_ORDER_SWAPPED : BYTE_ORDER_NETWORK;
}

enum byte_order icmp_clock_order(const struct train *train, enum byte_order known)
{
    const struct sample *first = NULL;
    uint32_t count = 0;
    for (uint32_t i = 0; i < train->next; i++) {
        const struct sample *sample = &train->samples[i];
        first = first == NULL && sample->has_remote_times ? sample : first;
        count += sample->has_remote_times;
    }
    if (count == 0) {
        return BYTE_ORDER_UNKNOWN;
    }
    uint32_t as_it_is = count_misfits(train, BYTE_ORDER_NETWORK);
    uint32_t swapped = count_misfits(train, BYTE_ORDER_SWAPPED);
    uint32_t least = swapped < as_it_is ? swapped : as_it_is;
    if (least > count / 2) {
        return BYTE_ORDER_SENSELESS;
    }
    if (count == 1 || swapped == as_it_is) {
        return guess(first, known);
    }
    return swapped < as_it_is ? BYTE_ORDER_SWAPPED : BYTE_ORDER_NETWORK;
}
