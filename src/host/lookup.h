/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Resolves one host name to one address with the system's resolver (getaddrinfo(3)); blocks until
 * it answers. Thread-safe. */
#ifndef HOST_LOOKUP_H
#define HOST_LOOKUP_H

#include "base/addr.h"

/* Looks up `text`: a name, an address, or a link-local address with its interface
 * ("fe80::1%eth0"). `family`: ADDR_IPV4 or ADDR_IPV6 addresses only; ADDR_NONE: IPv6 only when
 * there is no IPv4 address. If `current` is among the addresses found, it is the result, so that a
 * name with several addresses does not change its target. *out has no port. Returns 0, or an EAI_
 * error of getaddrinfo with *out untouched. */
int lookup_address(const char *text, enum addr_family family, const struct addr *current,
                   struct addr *out);

/* The same, but of several addresses the next one after `current`, by number, and after the highest
 * the lowest. */
int lookup_next_address(const char *text, enum addr_family family, const struct addr *current,
                        struct addr *out);

#endif
