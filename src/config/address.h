/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Addresses, ports and host names as the configuration writes them: base/addr.h with the rules of
 * the file. Every function returns NULL, or what is wrong with the text. */
#ifndef CONFIG_ADDRESS_H
#define CONFIG_ADDRESS_H

#include "base/addr.h"

/* "IP:port", "[IPv6]:port" or ":port" (every IPv4 address). */
const char *address_parse_listen(const char *text, struct addr *out);

/* The same, or a port alone on every IPv4 address. */
const char *address_parse_permanent(const char *text, struct addr *out);

/* "10.0.0.0/8", "2001:db8::/32" or "10.0.0.1". */
const char *address_parse_prefix(const char *text, struct addr_prefix *out);

/* An address to send from; a link-local one goes without its interface. */
const char *address_parse_source(const char *text, struct addr *out);

/* An address to send to; ADDR_NONE for what the system must look up: the name of a host, or a
 * link-local address with its interface ("fe80::1%eth0"). */
const char *address_parse_host(const char *text, struct addr *out);

#endif
