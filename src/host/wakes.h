/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* An allowance of wake-ups. Each costs more than sending a packet, so a loop gets one a tick, and
 * may save some. While there are any it wakes whenever something happens; when there are none it
 * sleeps until the next tick. When that has gone on for a while it is busy: it wakes at each tick,
 * whatever happens, and need not be told what happens. It calms down when nothing happened for some
 * ticks. Pure: time is an argument. */
#ifndef HOST_WAKES_H
#define HOST_WAKES_H

#include <stdbool.h>

#include "base/time.h"

/* Wake-ups that may be saved. */
#define WAKES_SAVED 16

/* Ticks in a row without an allowance that make a loop busy, and without an event that make it
 * calm. */
#define WAKES_BUSY 8
#define WAKES_CALM 8

struct wakes {
    int64_t tick_ns; /* 0: the allowance is without end */
    struct mono spent_until; /* those taken so far pay for the time until then */
    unsigned in_a_row;
    bool is_busy;
};

/* Takes one at `now`; returns when to wake up at the earliest. */
struct mono wakes_take(struct wakes *wakes, struct mono now);

/* What the turn after it brought. */
void wakes_note(struct wakes *wakes, bool has_acted);

/* Every event must be seen at once from now on, for a while. */
void wakes_calm(struct wakes *wakes);

#endif
