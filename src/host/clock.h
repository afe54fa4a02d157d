/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The only reader of the system's clocks, and the way from one to the other. The kernel stamps
 * packets in wall time; everything measured is monotonic. Between two settings of the system clock
 * the difference of the two is constant (slewing moves both), so a stamp is moved by the difference
 * as it was when the stamp was taken. */
#ifndef HOST_CLOCK_H
#define HOST_CLOCK_H

#include "base/time.h"

/* Both clocks, read one after the other: tens of nanoseconds apart. */
struct instant clock_now(void);

/* The monotonic clock alone. */
struct mono clock_mono(void);

/* How the clocks stand to each other. All zero before the first reading. */
struct clock {
    struct instant now; /* the latest reading */
    uint32_t error_ns; /* the two readings of `now` are at most this far apart */
    uint64_t steps; /* times that the wall clock was set */
    /* The latest step: it happened after `before` and until `after`, and this was the difference up
     * to it. */
    struct mono before, after;
    int64_t old_difference_ns;
};

/* Takes a reading of both clocks; notices when the wall clock was set since the one before. */
void clock_take(struct clock *clock, struct instant now, uint32_t error_ns);

/* Reads both clocks closely together and takes that. Call it right after the packets were read
 * whose stamps are to be moved. */
void clock_read(struct clock *clock);

/* The instant of a kernel's stamp of the last second before the latest reading. A stamp that both
 * sides of a step claim gets the step as its error; one that makes no sense (0, later than the
 * reading, older than a second) is replaced by the reading, and the source says user. */
struct stamp clock_stamp(const struct clock *clock, struct wall kernel);

#endif
