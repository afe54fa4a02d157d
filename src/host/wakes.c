/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/wakes.h"

static struct mono later(struct mono a, struct mono b)
{
    return mono_is_before(a, b) ? b : a;
}

struct mono wakes_take(struct wakes *wakes, struct mono now)
{
    int64_t saved_ns = wakes->is_busy ? wakes->tick_ns : WAKES_SAVED * wakes->tick_ns;
    struct mono oldest = mono_add(now, -saved_ns);
    if (wakes->tick_ns == 0) {
        return now;
    }
    wakes->spent_until = mono_add(later(wakes->spent_until, oldest), wakes->tick_ns);
    if (wakes->is_busy) {
        return wakes->spent_until;
    }
    wakes->in_a_row = mono_is_before(now, wakes->spent_until) ? wakes->in_a_row + 1 : 0;
    if (wakes->in_a_row >= WAKES_BUSY) {
        wakes->is_busy = true;
        wakes->in_a_row = 0;
    }
    return wakes->spent_until;
}

void wakes_note(struct wakes *wakes, bool has_acted)
{
    if (!wakes->is_busy) {
        return;
    }
    wakes->in_a_row = has_acted ? 0 : wakes->in_a_row + 1;
    if (wakes->in_a_row >= WAKES_CALM) {
        wakes_calm(wakes);
    }
}

void wakes_calm(struct wakes *wakes)
{
    wakes->is_busy = false;
    wakes->in_a_row = 0;
}
