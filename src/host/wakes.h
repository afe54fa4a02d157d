/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Limits the wake-ups of a loop, because each costs more than sending a packet: a token bucket with
 * one token per tick and room for WAKES_SAVED. With a token the loop wakes up for every event;
 * without one it sleeps until the next tick. After WAKES_BUSY wake-ups in a row without a token it
 * is busy: it polls its sockets every tick and ignores readiness events. After WAKES_CALM ticks in
 * a row without an event it is calm again. Pure: time is an argument. */
#ifndef HOST_WAKES_H
#define HOST_WAKES_H

#include <stdbool.h>

#include "base/time.h"

/* Most tokens in the bucket. */
#define WAKES_SAVED 16

#define WAKES_BUSY 8
#define WAKES_CALM 8

struct wakes {
    int64_t tick_ns; /* 0: no limit */
    struct mono spent_until; /* the tokens up to this time are spent */
    unsigned in_a_row; /* wake-ups without a token; when busy, ticks without an event */
    bool is_busy;
};

/* Takes a token at `now`; returns the earliest time of the wake-up, `now` or earlier when there was
 * one. */
struct mono wakes_take(struct wakes *wakes, struct mono now);

/* Notes whether the turn after that wake-up had an event. */
void wakes_note(struct wakes *wakes, bool has_acted);

/* Makes the loop calm: it wakes up for every event again while there are tokens. */
void wakes_calm(struct wakes *wakes);

#endif
