/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* One host name to one address, by the system's resolver; waits as long as that takes. */
#ifndef HOST_LOOKUP_H
#define HOST_LOOKUP_H

#include "base/addr.h"

/* Looks up `text`: a name, an address, or a link-local address with its interface
 * ("fe80::1%eth0"). `family` says which addresses count; ADDR_NONE: IPv6 ones when there is no IPv4
 * one. Takes `current` when it is among the answers, so that a name with several addresses stays
 * where it is. Returns 0, or an error of getaddrinfo. */
int lookup_address(const char *text, enum addr_family family, const struct addr *current,
                   struct addr *out);

#endif
