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

/* Reads "IP:PORT", "[V6]:PORT" or ":PORT" (any IPv4 address). False otherwise; `out` untouched. */
bool addr_parse_ip_port(const char *text, struct addr *out);

/* Reads "IP/LENGTH" or "IP" (a full-length prefix). Host bits must be zero. False otherwise. */
bool addr_parse_prefix(const char *text, struct addr_prefix *out);

/* Writes the address without its port; "-" for no address. Returns `text`. */
char *addr_format_ip(const struct addr *addr, char text[ADDR_TEXT_MAX]);

/* Writes "192.0.2.1:1967" or "[2001:db8::1]:1967". Returns `text`. */
char *addr_format(const struct addr *addr, char text[ADDR_TEXT_MAX]);

bool addr_is_same_ip(const struct addr *a, const struct addr *b);
/* Same IP and same port. */
bool addr_is_equal(const struct addr *a, const struct addr *b);
/* 0.0.0.0 or ::, whatever the port. */
bool addr_is_any(const struct addr *addr);
bool addr_prefix_contains(const struct addr_prefix *prefix, const struct addr *addr);

#endif
