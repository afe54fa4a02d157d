/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* In which direction unanswered packets were lost. The responder numbers the probes as they arrive,
 * and each reply brings its number back. Numbers that never came back are replies that were lost on
 * the way back (stats/counted.h); the other unanswered packets before the last answer were lost
 * towards the responder. After the last answer nothing is known, nor when the count was disturbed:
 * the table of docs/measurement.md, "Direction of loss". */
#ifndef STATS_DIRECTION_H
#define STATS_DIRECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "stats/round.h"

/* Adds a run of `lost` packets (0: none) that began at `position`, in packets sent; *last_end is
 * where the one before ended. */
void loss_periods_add(struct loss_periods *periods, uint32_t lost, uint32_t position,
                      uint32_t *last_end);

/* Received or late. */
bool sample_is_answered(const struct sample *sample);

/* Books the unanswered packets: sd.lost, ds.lost, their periods, lost_unknown. `resolution_ns` of
 * the responder's times. */
void direction_book(struct round *round, const struct samples *samples, int64_t resolution_ns);

/* Where an unanswered packet was lost. */
enum lost_way {
    LOST_UNKNOWN, /* also of every other packet */
    LOST_SD,
    LOST_DS,
    LOST_EITHER, /* between the same two answers some were lost there and some back: which ones is
                    not told */
} __attribute__((packed));

/* The same for each packet: ways[i] is that of samples->items[i]. */
void direction_mark(const struct samples *samples, int64_t resolution_ns, enum lost_way *ways);

#endif
