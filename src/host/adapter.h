/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The clock of a network adapter that stamps packets itself, and the way from its time to the
 * monotonic clock. Source: the kernel's Documentation/networking/timestamping (SIOCSHWTSTAMP,
 * ETHTOOL_GET_TS_INFO) and Documentation/driver-api/ ptp. Not verified on such an adapter. */
#ifndef HOST_ADAPTER_H
#define HOST_ADAPTER_H

#include <stdbool.h>

#include "base/time.h"

/* The adapter's clock beside ours. */
struct adapter {
    int fd; /* of its clock; close it */
    struct mono mono; /* the latest reading of ours */
    struct wall own; /* and of the adapter's, whose zero is its own */
    uint32_t error_ns; /* the two are at most this far apart */
};

/* Makes `device` stamp what is sent and received, if it is not doing so already, and opens its
 * clock. `fd` is any socket. 0 or -errno; -EOPNOTSUPP: it cannot; -EPERM: switching that on takes
 * CAP_NET_ADMIN. */
int adapter_open(int fd, const char *device, struct adapter *out);
void adapter_close(struct adapter *adapter);

/* Reads both clocks closely together. Call it right after the packets were read whose stamps are to
 * be moved. */
void adapter_read(struct adapter *adapter);

/* The monotonic time of the adapter's stamp `own` of the last second before the latest reading.
 * False when it makes no sense; `out` untouched. */
bool adapter_moment(const struct adapter *adapter, struct wall own, struct mono *out);

#endif
