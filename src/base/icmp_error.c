/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/icmp_error.h"

bool icmp_error_is_prohibition(const struct icmp_error *icmp)
{
    if (icmp->from.family == ADDR_IPV4) { /* RFC 1812 5.2.7.1 */
        return icmp->type == 3 && (icmp->code == 9 || icmp->code == 10 || icmp->code == 13);
    }
    /* RFC 4443 3.1 */
    return icmp->from.family == ADDR_IPV6 && icmp->type == 1 &&
           (icmp->code == 1 || icmp->code == 5 || icmp->code == 6);
}
