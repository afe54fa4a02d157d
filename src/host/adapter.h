/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Hardware timestamps: the clock (PHC) of a network adapter that timestamps packets, and the
 * conversion of its time to the monotonic clock. Not thread-safe. Not verified on real hardware.
 * Source: the kernel's Documentation/networking/timestamping (SIOCSHWTSTAMP, ETHTOOL_GET_TS_INFO)
 * and Documentation/driver-api/ptp. */
#ifndef HOST_ADAPTER_H
#define HOST_ADAPTER_H

#include <stdbool.h>

#include "base/time.h"

/* The latest reading of the adapter's clock and the monotonic clock. */
struct adapter {
    int fd; /* of the adapter's clock, /dev/ptpN */
    struct mono mono; /* when the clocks were read */
    struct wall own; /* the adapter's clock then; its epoch is not specified */
    uint32_t error_ns; /* the two readings are at most this far apart */
};

/* Switches hardware timestamps of `device` on, unless they are on, and opens its clock; `fd` is any
 * socket. 0 or -errno: -EOPNOTSUPP when the adapter has none, -EPERM when switching them on needs
 * CAP_NET_ADMIN. On success the caller calls adapter_close. */
int adapter_open(int fd, const char *device, struct adapter *out);
void adapter_close(struct adapter *adapter);

/* Reads both clocks, as close together as possible. Call it right after reading the packets whose
 * timestamps are to be converted. */
void adapter_read(struct adapter *adapter);

/* Converts the adapter's timestamp `own` to monotonic time. False, with *out untouched, when it is
 * 0, later than the latest reading, or more than 1 s older. */
bool adapter_moment(const struct adapter *adapter, struct wall own, struct mono *out);

#endif
