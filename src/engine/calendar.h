/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* When packets will leave, within a minute that repeats: so that starts which the hash of their
 * names has put together by chance can give way to each other a little. Knows the schedules that
 * repeat within a minute or take whole minutes, and trains of no more than CALENDAR_PACKETS_MAX
 * packets a minute: others are as even as they are. */
#ifndef ENGINE_CALENDAR_H
#define ENGINE_CALENDAR_H

#include <stdint.h>

#include "base/siphash.h"
#include "base/time.h"
#include "probe/spec.h"

#define CALENDAR_PACKETS_MAX 4096
/* How far a start gives way at the most. */
#define CALENDAR_DELAY_MAX_NS (16 * NS_PER_MS)

/* All zero is an empty one, whose phases everybody can compute. */
struct calendar {
    struct siphash_key key; /* of the phases */
    uint8_t *slots; /* packets in each quarter of a millisecond; NULL until something is booked */
    uint64_t packets; /* in all */
};

void calendar_fini(struct calendar *calendar);

/* The phase of `spec`: when its operations start on the wall clock, modulo its frequency (the first
 * perhaps modulo a minute: session_plan). It follows from its name and the key. */
int64_t calendar_phase_ns(const struct calendar *calendar, const struct spec *spec);

/* Books the operations of `spec` at their phase, or up to CALENDAR_DELAY_MAX_NS later if that keeps
 * every millisecond below three times the average and three packets. Returns how much later. */
int64_t calendar_book(struct calendar *calendar, const struct spec *spec);

/* Takes back what was booked for `spec` so much later. */
void calendar_cancel(struct calendar *calendar, const struct spec *spec, int64_t later_ns);

#endif
