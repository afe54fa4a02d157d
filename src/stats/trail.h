/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What became of each packet of an operation, in four bytes: for a picture of the latest one, since
 * the ledger with all timestamps is needed for the next. */
#ifndef STATS_TRAIL_H
#define STATS_TRAIL_H

#include "stats/direction.h"

enum trail_fate {
    TRAIL_UNSENT, /* or not due when the operation ended */
    TRAIL_RECEIVED,
    TRAIL_LATE,
    TRAIL_LOST_SD, /* on the way there */
    TRAIL_LOST_DS, /* on the way back */
    TRAIL_LOST_EITHER, /* of the unanswered packets in a row some there, some back */
    TRAIL_LOST_UNKNOWN,
    TRAIL_DROPPED, /* in a socket of this host */
};
#define TRAIL_FATE_COUNT 8

#define TRAIL_STEP_NS 100 /* of a round trip */
#define TRAIL_RTT_MAX_NS                                                                           \
    (((INT64_C(1) << 28) - 1) * TRAIL_STEP_NS) /* 26.8 s; what is longer is that */

struct trail_packet {
    enum trail_fate fate;
    int64_t rtt_ns; /* of one that was received or late, in steps; 0: not known */
};

uint32_t trail_pack(const struct trail_packet *packet);
struct trail_packet trail_unpack(uint32_t word);

/* One word for each sample; `resolution_ns` of the responder's times. */
void trail_fill(const struct samples *samples, int64_t resolution_ns, uint32_t *out);

#endif
