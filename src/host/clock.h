/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Reads the system's clocks and converts kernel timestamps, which are wall time, to monotonic time.
 * The difference of the two clocks changes only when the wall clock is set (a step); slewing
 * changes both alike. So a timestamp is converted with the difference that was valid when it was
 * taken. The clock_now functions are thread-safe; a struct clock belongs to one thread. */
#ifndef HOST_CLOCK_H
#define HOST_CLOCK_H

#include "base/time.h"

/* Both clocks, read one after the other, some tens of nanoseconds apart. */
struct instant clock_now(void);

/* The monotonic clock alone. */
struct mono clock_mono(void);

/* Older timestamps are believed only if this thread may have stood still meanwhile. */
#define CLOCK_RECENT_NS NS_PER_SECOND

/* The relation of the two clocks. All zero before the first reading. */
struct clock {
    struct instant now; /* the latest reading */
    uint32_t error_ns; /* the two readings of `now` are at most this far apart */
    uint64_t steps; /* how often the wall clock was set */
    /* The latest step happened between `before` and `after`. */
    struct mono before, after;
    int64_t old_difference_ns; /* wall minus monotonic, before that step */
    /* The latest time that nothing was read for more than CLOCK_RECENT_NS: this thread may have
     * stood still. */
    struct mono gap_began, gap_ended;
};

/* Stores a reading of both clocks, and detects whether the wall clock was set since the last one.
 * `error_ns`: the two were read at most this far apart. */
void clock_take(struct clock *clock, struct instant now, uint32_t error_ns);

/* Reads both clocks as close together as possible and stores that. Call it right after reading the
 * packets whose timestamps are to be converted. */
void clock_read(struct clock *clock);

/* The same as clock_now, by the monotonic clock alone: the wall clock is where it stood at the
 * latest clock_read, plus what has passed since. For what one call has received, which reads it. */
struct instant clock_soon(const struct clock *clock);

/* Converts a kernel timestamp. When it may have been taken before or after a step, its error
 * includes the step. A timestamp that is 0, later than the latest reading or more than
 * CLOCK_RECENT_NS older is replaced by that reading, with source STAMP_USER; but what waited in the
 * sockets of a thread that stood still (a stopped process) keeps its timestamp, however old. */
struct stamp clock_stamp(const struct clock *clock, struct wall kernel);

#endif
