/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/addr.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool addr_parse_ip(const char *text, struct addr *out)
{
    struct addr addr = {0};
    if (inet_pton(AF_INET, text, addr.ip) == 1) {
        addr.family = ADDR_IPV4;
    } else if (inet_pton(AF_INET6, text, addr.ip) == 1) {
        addr.family = ADDR_IPV6;
    } else {
        return false;
    }
    *out = addr;
    return true;
}

/* A decimal number of digits only, 0..max. */
static bool parse_number(const char *text, unsigned long max, unsigned long *out)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 5 || text[digits] != '\0') {
        return false;
    }
    unsigned long value = strtoul(text, NULL, 10);
    if (value > max) {
        return false;
    }
    *out = value;
    return true;
}

/* Copies the host part of "HOST:PORT" to `host`, without brackets, "" for a port alone; returns the
 * text of the port. */
static const char *split_host(const char *text, char host[ADDR_TEXT_MAX])
{
    const char *colon = strrchr(text, ':');
    if (colon == NULL) {
        host[0] = '\0';
        return text;
    }
    if (colon - text >= ADDR_TEXT_MAX) {
        return NULL;
    }
    size_t length = (size_t)(colon - text);
    if (length > 2 && text[0] == '[' && text[length - 1] == ']') {
        text++;
        length -= 2;
    } else if (memchr(text, ':', length) != NULL) {
        return NULL;
    }
    memcpy(host, text, length);
    host[length] = '\0';
    return colon + 1;
}

bool addr_parse_ip_port(const char *text, struct addr *out)
{
    char host[ADDR_TEXT_MAX];
    unsigned long port;
    struct addr addr = {.family = ADDR_IPV4};
    const char *port_text = split_host(text, host);
    if (port_text == NULL || !parse_number(port_text, UINT16_MAX, &port)) {
        return false;
    }
    if (host[0] != '\0' && !addr_parse_ip(host, &addr)) {
        return false;
    }
    addr.port = (uint16_t)port;
    *out = addr;
    return true;
}

static size_t family_bits(enum addr_family family)
{
    return family == ADDR_IPV6 ? 128 : 32;
}

/* Whether the first `length` bits of `a` and `b` agree. */
static bool bits_are_equal(const uint8_t *a, const uint8_t *b, size_t length)
{
    size_t whole = length / 8;
    if (memcmp(a, b, whole) != 0) {
        return false;
    }
    if (length % 8 == 0) {
        return true;
    }
    uint8_t mask = (uint8_t)(0xff << (8 - length % 8));
    return (a[whole] & mask) == (b[whole] & mask);
}

/* Whether all bits of `ip` after the first `length` are zero. */
static bool host_bits_are_zero(const uint8_t ip[16], size_t length)
{
    for (size_t bit = length; bit < 128; bit++) {
        if (ip[bit / 8] & (0x80 >> bit % 8)) {
            return false;
        }
    }
    return true;
}

bool addr_parse_prefix(const char *text, struct addr_prefix *out)
{
    char host[ADDR_TEXT_MAX];
    size_t host_length = strcspn(text, "/");
    if (host_length >= sizeof host) {
        return false;
    }
    memcpy(host, text, host_length);
    host[host_length] = '\0';
    struct addr addr;
    if (!addr_parse_ip(host, &addr)) {
        return false;
    }
    unsigned long length = family_bits(addr.family);
    if (text[host_length] == '/' && !parse_number(text + host_length + 1, length, &length)) {
        return false;
    }
    if (!host_bits_are_zero(addr.ip, length)) {
        return false;
    }
    struct addr_prefix prefix = {.family = addr.family, .length = (uint8_t)length};
    memcpy(prefix.ip, addr.ip, sizeof prefix.ip);
    *out = prefix;
    return true;
}

char *addr_format_ip(const struct addr *addr, char text[ADDR_TEXT_MAX])
{
    int family = addr->family == ADDR_IPV6 ? AF_INET6 : AF_INET;
    if (addr->family == ADDR_NONE || inet_ntop(family, addr->ip, text, ADDR_TEXT_MAX) == NULL) {
        memcpy(text, "-", 2);
    } else if (addr->scope != 0) {
        size_t length = strlen(text);
        snprintf(text + length, ADDR_TEXT_MAX - length, "%%%u", (unsigned)addr->scope);
    }
    return text;
}

char *addr_format(const struct addr *addr, char text[ADDR_TEXT_MAX])
{
    char ip[ADDR_TEXT_MAX];
    bool is_ipv6 = addr->family == ADDR_IPV6;
    snprintf(text, ADDR_TEXT_MAX, "%s%.55s%s:%u", is_ipv6 ? "[" : "", addr_format_ip(addr, ip),
             is_ipv6 ? "]" : "", (unsigned)addr->port);
    return text;
}

bool addr_is_same_ip(const struct addr *a, const struct addr *b)
{
    bool is_same_scope = a->scope == b->scope || a->scope == 0 || b->scope == 0;
    return a->family == b->family && is_same_scope && memcmp(a->ip, b->ip, sizeof a->ip) == 0;
}

bool addr_is_equal(const struct addr *a, const struct addr *b)
{
    return addr_is_same_ip(a, b) && a->port == b->port;
}

bool addr_is_any(const struct addr *addr)
{
    return addr->family != ADDR_NONE && host_bits_are_zero(addr->ip, 0);
}

bool addr_does_collide(const struct addr *a, const struct addr *b)
{
    return a->family == b->family && a->port == b->port &&
           (addr_is_same_ip(a, b) || addr_is_any(a) || addr_is_any(b));
}

bool addr_is_multicast(const struct addr *addr)
{
    return addr->family == ADDR_IPV4 ? addr->ip[0] >= 224
                                     : addr->family == ADDR_IPV6 && addr->ip[0] == 0xff;
}

bool addr_is_loopback(const struct addr *addr)
{
    static const uint8_t ipv6[16] = {[15] = 1};
    return addr->family == ADDR_IPV4 ? addr->ip[0] == 127
                                     : memcmp(addr->ip, ipv6, sizeof ipv6) == 0;
}

bool addr_is_link_local(const struct addr *addr)
{
    return addr->family == ADDR_IPV6 && addr->ip[0] == 0xfe && (addr->ip[1] & 0xc0) == 0x80;
}

bool addr_is_mapped(const struct addr *addr)
{
    static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};
    return addr->family == ADDR_IPV6 && memcmp(addr->ip, prefix, sizeof prefix) == 0;
}

bool addr_prefix_contains(const struct addr_prefix *prefix, const struct addr *addr)
{
    return prefix->family == addr->family && bits_are_equal(prefix->ip, addr->ip, prefix->length);
}

bool addr_prefixes_are_equal(const struct addr_prefix *a, const struct addr_prefix *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (a[i].family != b[i].family || a[i].length != b[i].length ||
            memcmp(a[i].ip, b[i].ip, sizeof a[i].ip) != 0) {
            return false;
        }
    }
    return true;
}
