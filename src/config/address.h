/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Addresses, ports and host names as the configuration writes them: base/addr.h with the rules of
 * the file. A function that parses returns NULL, or what is wrong with the text. */
#ifndef CONFIG_ADDRESS_H
#define CONFIG_ADDRESS_H

#include <stdbool.h>

#include "base/addr.h"

/* What may be written where something listens; a port alone, or behind a colon, is every IPv4
 * address; see address_is_port. */
#define ADDRESS_ENDPOINT "port, IP:port or [IPv6]:port"
const char *address_parse_endpoint(const char *text, struct addr *out);

/* Whether such a text is a port alone: for control requests it means both families. */
bool address_is_port(const char *text);

/* "10.0.0.0/8", "2001:db8::/32" or "10.0.0.1". */
const char *address_parse_prefix(const char *text, struct addr_prefix *out);

/* An address to send from; a link-local one goes without its interface. */
const char *address_parse_source(const char *text, struct addr *out);

/* An address to send to; ADDR_NONE for what the system must look up: the name of a host, or a
 * link-local address with its interface ("fe80::1%eth0"). */
const char *address_parse_host(const char *text, struct addr *out);

/* "HOST", "HOST:PORT", "[IPv6]:PORT" or a bare IPv6 address, apart; neither part is checked. */
struct address_parts {
    const char *host; /* not ended by a NUL */
    size_t host_length;
    const char *port; /* NULL: none is said; what is no port when something else follows a ']' */
};
struct address_parts address_split(const char *text);

/* A prefix without a length, which is one host, though it is written as a network is: its last
 * octet (of IPv6 the last 64 bits) is zero. */
bool address_lacks_length(const char *text);

/* Fills `out` from the elements of a list of prefixes that was checked. Returns how many. */
struct node;
size_t address_list_prefixes(const struct node *list, struct addr_prefix *out);

#endif
