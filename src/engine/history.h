/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The last operations of a target, packed in a ring: for pictures of the past, not for counting.
 * One thread appends and never waits; any thread that holds a reference reads without a lock, and
 * gets no entry that was being overwritten. */
#ifndef ENGINE_HISTORY_H
#define ENGINE_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "base/time.h"
#include "probe/spec.h"
#include "stats/round.h"

#define HISTORY_MAX SPEC_HISTORY_MAX /* operations of one target */
#define HISTORY_WORDS 4 /* of 64 bits, in which an operation is packed */

/* What is known of an operation, and how it was beside its outcome. */
enum history_flag {
    HISTORY_HAS_RTT = 1, /* rtt_... are set */
    HISTORY_HAS_JITTER_SD = 2, /* jitter_sd_ns is */
    HISTORY_HAS_JITTER_DS = 4,
    HISTORY_IS_OVER_THRESHOLD = 8,
    HISTORY_IS_DEGRADED = 16, /* the target was, when it had ended */
    HISTORY_WAS_CUT = 32, /* short */
};

/* One operation. What was late, unsent, or dropped in this host is the rest of the packets. */
struct history_entry {
    struct wall end; /* when it ended, in whole milliseconds */
    enum outcome outcome;
    unsigned flags; /* of enum history_flag */
    uint32_t sent, received, lost_sd, lost_ds, lost_unknown; /* packets, up to 65535 */
    /* The lowest exact below 0.5 ms, above to 5 digits; the others within a thousandth of their
     * distance from the one before. Percentiles by nearest rank. 0: not known. */
    int64_t rtt_min_ns, rtt_p50_ns, rtt_p95_ns, rtt_max_ns;
    int64_t jitter_sd_ns, jitter_ds_ns; /* averages, as IOS has them; exact below 32 us, above to 4
                                           digits; 0: also not known */
    uint16_t mos_hundredths; /* 0: none */
};

/* What there is to keep of an operation that ended at `end`; the flags about its target are not
 * set. */
struct history_entry history_entry(const struct round *round, struct wall end);

struct history;

/* Room for the latest `capacity` operations, 1..HISTORY_MAX. One reference. */
struct history *history_new(size_t capacity);
/* A new one with as many of the newest entries as it has room for. For the thread that appends. */
struct history *history_resize(const struct history *history, size_t capacity);
struct history *history_ref(struct history *history); /* NULL is fine, here and in all below */
void history_unref(struct history *history);

size_t history_capacity(const struct history *history);

/* For one thread. */
void history_append(struct history *history, const struct history_entry *entry);

/* Writes the newest `room` entries, or as many as there are, the oldest first. Returns how many. */
size_t history_copy(const struct history *history, struct history_entry *entries, size_t room);

/* An entry as it is kept, and back: any words give an entry with values in their ranges, and what
 * history_pack wrote comes back as it was. */
void history_pack(const struct history_entry *entry, uint64_t words[HISTORY_WORDS]);
void history_unpack(const uint64_t words[HISTORY_WORDS], struct history_entry *entry);

#endif
