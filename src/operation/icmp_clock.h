/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* In what byte order a host writes the times of its ICMP timestamp replies. RFC 792 wants network
 * order; some hosts write little-endian, and nothing in a reply says so. What tells is that a clock
 * runs on evenly: read in the wrong order, a few milliseconds are hours. */
#ifndef OPERATION_ICMP_CLOCK_H
#define OPERATION_ICMP_CLOCK_H

#include <stdint.h>

#include "probe/train.h"
#include "wire/icmp.h"

/* Until its order is known the two times of a reply stay with its sample as one number, in t2_ns
 * and t3_ns alike, which makes the processing 0; has_remote_times marks it. */
void icmp_clock_keep(struct sample *sample, const struct icmp_times *times);

/* What was kept, read in `order`; originate_ms is not among it. */
struct icmp_times icmp_clock_read(const struct sample *sample, enum byte_order order);

/* The order in which the replies of an operation make sense; `known`: what earlier operations found
 * of the same host, which decides when this one cannot. BYTE_ORDER_SENSELESS: in none.
 * BYTE_ORDER_UNKNOWN: there were no replies. */
enum byte_order icmp_clock_order(const struct train *train, enum byte_order known);

#endif
