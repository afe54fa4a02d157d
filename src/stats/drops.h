/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Replies that reached this host and were lost in its own socket. The system tells how many, not
 * which: docs/measurement.md, "Lost in this host". */
#ifndef STATS_DROPS_H
#define STATS_DROPS_H

#include <stdint.h>

#include "stats/counted.h"
#include "stats/sample.h"

/* Of `count` samples in sequence order, at most `drops` unanswered ones that may have come back
 * become FATE_DROPPED: first those of which nobody knows where they were lost, then those that the
 * responder answered. Within a run of unanswered packets it is the first ones, since a buffer that
 * is full takes no more after the last that it took. `counted` as in struct samples. Returns how
 * many. */
uint32_t drops_book(struct sample *items, uint32_t count, const struct counted *counted,
                    uint32_t drops);

#endif
