/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Whether the clock of this host may be believed, by what its kernel says, adjtimex(2), and by the
 * rate at which it runs. The kernel passes on what a daemon once told it: that one has ended, or
 * has not begun, has to be found out. Which daemon says what: docs/measurement.md, "Our own clock".
 */
#ifndef STATS_CLOCK_STATE_H
#define STATS_CLOCK_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"

/* What adjtimex says, in its own units. */
struct clock_answer {
    int error; /* the errno of a refusal; the rest is 0 then */
    bool is_unsynchronized; /* the flag STA_UNSYNC, or TIME_ERROR is returned */
    bool is_pll_alone; /* the status is STA_PLL and nothing else */
    int64_t estimated_error_us, maximum_error_us;
    int64_t offset_ns; /* still to be slewed */
};

/* Why our clock is not believed. */
enum clock_fault {
    CLOCK_UNSYNCHRONIZED, /* nothing keeps it, as the kernel says */
    CLOCK_UNANSWERED, /* ntpd has started, and no server has answered it yet */
    CLOCK_STALE, /* nothing has adjusted it for longer than any daemon waits */
    CLOCK_UNKNOWN, /* the system refuses to tell */
};
#define CLOCK_FAULT_COUNT 4
const char *clock_fault_name(enum clock_fault fault); /* "unsynchronized", "unanswered"... */

/* All zero: it was not asked, or nothing keeps it. */
struct clock_state {
    bool is_synchronized;
    int64_t estimated_error_ns, maximum_error_ns; /* the system's own; -1: it does not tell */
    int64_t left_ns; /* how far it still is from where it is being slewed to; not negative */
    enum clock_fault fault; /* unless is_synchronized */
    int error; /* CLOCK_UNKNOWN: an errno value */
    struct mono slewed_at; /* when a slew was last seen (clock_watch); 0: never */
};

/* Everything but slewed_at, which stays. */
void clock_judge(const struct clock_answer *answer, struct clock_state *out);

/* "synchronized", or the name of its fault. */
const char *clock_state_name(const struct clock_state *clock);

/* How far our clock may be off by the system's own word: its estimate and what is left to slew. */
int64_t clock_admitted_ns(const struct clock_state *clock);

/* The latest adjustment was no longer ago than this: the kernel lets its maximum error grow by 500
 * us a second. */
int64_t clock_age_ns(const struct clock_state *clock);

/* CLOCK_MONOTONIC is slewed with the wall clock; CLOCK_MONOTONIC_RAW is not. All zero: nothing was
 * read yet. */
struct clock_watch {
    struct mono mono; /* the latest reading of both */
    int64_t raw_ns;
    int64_t error_ns; /* they are at most so far apart */
};

/* Readings are worth taking so far apart. */
#define CLOCK_WATCH_NS (10 * NS_PER_MS)

/* Takes a reading; true when the rates of both differed by more than 500 ppm since the latest. */
bool clock_watch_take(struct clock_watch *watch, const struct clock_watch *reading);

#endif
