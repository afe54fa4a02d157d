/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The only reader of the system's clocks. */
#ifndef HOST_CLOCK_H
#define HOST_CLOCK_H

#include "base/time.h"

/* Both clocks, read one after the other (the monotonic one between two readings of the other would
 * be exact to the reading's length; tens of nanoseconds do not matter here). */
struct instant clock_now(void);

/* Turns a kernel timestamp (CLOCK_REALTIME) taken shortly before `now` into an instant. A stamp
 * that is later than `now` or more than a second older (the clock was stepped between) is replaced
 * by `now`, and the source says user. */
struct stamp clock_stamp_from_kernel(struct wall kernel, struct instant now);

#endif
