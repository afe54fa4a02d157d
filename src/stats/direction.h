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

/* Where one unanswered packet was lost, as far as it is certain. */
enum loss_way {
    LOSS_NONE, /* it was not */
    LOSS_UNKNOWN,
    LOSS_SD, /* on the way to the responder */
    LOSS_DS, /* its reply, on the way back */
};

/* The same books packet by packet: ways[i] for each of the samples. Where some packets in a row
 * were lost there and some on the way back, nobody knows which: LOSS_UNKNOWN. */
void direction_name(const struct samples *samples, int64_t resolution_ns, enum loss_way *ways);

#endif
