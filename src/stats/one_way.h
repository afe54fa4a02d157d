/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The words in which it is told whether the clocks at both ends allow a one-way delay. Who decides:
 * probe/trust.h; the rules: docs/measurement.md, "One-way delay". */
#ifndef STATS_ONE_WAY_H
#define STATS_ONE_WAY_H

#include <stdbool.h>
#include <stdint.h>

#include "stats/clock_state.h"

/* How far two clocks are apart. */
struct clock_offset {
    bool is_known;
    int64_t offset_ns; /* responder's clock minus ours */
    int64_t error_ns; /* the offset is not further off than this */
};

/* In what order the bytes of the responder's times were (operation/icmp_clock.h). */
enum byte_order {
    BYTE_ORDER_UNKNOWN, /* nothing told */
    BYTE_ORDER_NETWORK, /* as RFC 792 wants them */
    BYTE_ORDER_SWAPPED, /* little-endian; they were converted */
    BYTE_ORDER_SENSELESS, /* the times make no sense in either order */
};
/* The label value and JSON word: "network", "swapped", "senseless"; "" for BYTE_ORDER_UNKNOWN. */
const char *byte_order_name(enum byte_order order);

/* What became of the one-way delays of an operation. */
enum one_way {
    ONE_WAY_SHOWN,
    ONE_WAY_NO_SAMPLES, /* no reply brought times of the responder; there was nothing to withhold */
    ONE_WAY_LOCAL_UNKNOWN, /* the system does not tell whether our clock is synchronized */
    ONE_WAY_LOCAL_CLOCK, /* our clock is not synchronized */
    ONE_WAY_LOCAL_STEP, /* our clock was set during the operation */
    ONE_WAY_LOCAL_SLEW, /* our clock was slewed during the operation */
    ONE_WAY_RESPONDER_CLOCK, /* the responder says that its times are not UTC */
    ONE_WAY_RESPONDER_ESTIMATE, /* the responder says that they are, and nothing speaks for it */
    ONE_WAY_RESPONDER_TIMES, /* the responder's times make no sense */
    ONE_WAY_RESPONDER_STEP, /* the responder's clock was set during the operation */
    ONE_WAY_OFFSET, /* the clocks are further apart than the path can explain */
    ONE_WAY_TOLERANCE, /* the clocks admit more error than is tolerated */
    ONE_WAY_RESOLUTION, /* a way is shorter than the wire's timestamps can tell */
    ONE_WAY_NEGATIVE, /* each sample had a negative way */
};
#define ONE_WAY_COUNT 14

/* The label value and JSON word: "local_clock"...; "" for ONE_WAY_SHOWN. */
const char *one_way_name(enum one_way one_way);
/* For people: "our clock is not synchronized"...; "" for ONE_WAY_SHOWN. */
const char *one_way_text(enum one_way one_way);

#endif
