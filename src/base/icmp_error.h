/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What the network said of a datagram that did not arrive. Source: RFC 792, RFC 1812, RFC 4443. */
#ifndef BASE_ICMP_ERROR_H
#define BASE_ICMP_ERROR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"

struct icmp_error {
    struct addr from; /* who said so, without a port; ADDR_NONE: nobody did, or it is not known */
    uint8_t type, code; /* of ICMP, or ICMPv6 when `from` is IPv6 */
};

/* A filter on the way says that it lets nothing pass. */
bool icmp_error_is_prohibition(const struct icmp_error *icmp);

#endif
