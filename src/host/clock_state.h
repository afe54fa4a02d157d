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

/* One system call. When it is not permitted, the clock counts as not synchronized, with errors 0.
 */
void clock_state_read(struct clock_state *out);

#endif
