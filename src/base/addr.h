/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* IP addresses, ports and prefixes as plain values; text in and out. Resolves nothing. */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum addr_family { ADDR_NONE, ADDR_IPV4, ADDR_IPV6 };

/* All zero is "no address". IPv4 uses ip[0..3], network order, the rest zero. */
struct addr {
    enum addr_family family;
    uint8_t ip[16];
    uint16_t port;
    uint32_t scope; /* IPv6 link-local: index of the interface it is reached by; 0: not said */
};

/* A network: the first `length` bits of `ip`. */
struct addr_prefix {
    enum addr_family family;
    uint8_t ip[16];
    uint8_t length;
};

/* Room for any text written below, NUL included: "[v6]:65535", "v6/128". */
#define ADDR_TEXT_MAX 64

/* Reads "192.0.2.1" or "2001:db8::1"; the port becomes 0. False when it is neither; `out`
 * untouched. */
bool addr_parse_ip(const char *text, struct addr *out);

/* Reads "IP:PORT", "[V6]:PORT", ":PORT" or "PORT" (any IPv4 address). False otherwise; `out`
 * untouched. */
bool addr_parse_ip_port(const char *text, struct addr *out);

/* Reads "IP/LENGTH" or "IP" (a full-length prefix). Host bits must be zero. False otherwise. */
bool addr_parse_prefix(const char *text, struct addr_prefix *out);

/* Writes the address without its port, "fe80::1%2" when it has a scope; "-" for no address. Returns
 * `text`. */
char *addr_format_ip(const struct addr *addr, char text[ADDR_TEXT_MAX]);

/* Writes "192.0.2.1:1967" or "[2001:db8::1]:1967". Returns `text`. */
char *addr_format(const struct addr *addr, char text[ADDR_TEXT_MAX]);

/* A scope that only one of them has does not tell them apart. */
bool addr_is_same_ip(const struct addr *a, const struct addr *b);
/* Same IP and same port. */
bool addr_is_equal(const struct addr *a, const struct addr *b);
/* 0.0.0.0 or ::, whatever the port. */
bool addr_is_any(const struct addr *addr);
/* Any address of its family, or this one: two sockets on `a` and `b` would be in each other's way.
 * IPv6 sockets take no IPv4. */
bool addr_does_collide(const struct addr *a, const struct addr *b);
bool addr_is_multicast(const struct addr *addr); /* IPv4: reserved and broadcast too */
bool addr_is_loopback(const struct addr *addr); /* 127.0.0.0/8, ::1 */
bool addr_is_link_local(const struct addr *addr); /* fe80::/10 */
bool addr_is_mapped(const struct addr *addr); /* ::ffff:0:0/96, IPv4 in IPv6 writing */
bool addr_prefix_contains(const struct addr_prefix *prefix, const struct addr *addr);
bool addr_prefixes_are_equal(const struct addr_prefix *a, const struct addr_prefix *b,
                             size_t count);

#endif
