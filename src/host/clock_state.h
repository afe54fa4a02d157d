/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The state of the system clock, adjtimex(2): whether something (NTP, PTP, a hypervisor's agent)
 * synchronizes it, and its errors in ns. Thread-safe. */
#ifndef HOST_CLOCK_STATE_H
#define HOST_CLOCK_STATE_H

#include "base/time.h"
#include "engine/report.h"

/* How often to read it. */
#define CLOCK_STATE_PERIOD_NS NS_PER_SECOND

/* One system call, and stats/clock_state.h judges the answer. out->slewed_at stays. */
void clock_state_read(struct clock_state *out);

/* Reads the steered clock beside the one that is not, unless that was less than CLOCK_WATCH_NS ago.
 * True when there was a slew in between; out->slewed_at is now then. Call it in every turn. */
bool clock_state_watch(struct clock_watch *watch, struct mono now, struct clock_state *out);

#endif
