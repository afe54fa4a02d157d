/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/address.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "config/node.h"

#define HOST_NAME_MAX_BYTES 253
#define HOST_PART_MAX_BYTES 63
#define INTERFACE_NAME_MAX_BYTES 15

static const char mapped[] = "is an IPv4 address in IPv6 writing; write it as an IPv4 address";

static bool is_all(const char *text, size_t length, const char *set)
{
    return length > 0 && strspn(text, set) >= length;
}

const char *address_parse_endpoint(const char *text, struct addr *out)
{
    struct addr addr;
    if (addr_parse_ip(text, &addr)) {
        return addr.family == ADDR_IPV6 ? "has no port; write [IPv6]:port"
                                        : "has no port; write IP:port";
    }
    if (!addr_parse_ip_port(text, &addr)) {
        return is_all(text, strlen(text), "0123456789") ? "is out of range; ports are 1 to 65535"
                                                        : "is no address and port";
    }
    if (addr_is_mapped(&addr)) {
        return mapped;
    }
    if (addr_is_link_local(&addr)) {
        return "is a link-local address; listen on [::] to serve these";
    }
    if (addr.port == 0) {
        return "has port 0; ports are 1 to 65535";
    }
    *out = addr;
    return NULL;
}

bool address_is_port(const char *text)
{
    return text[0] == ':' || strchr(text, ':') == NULL;
}

/* An address with a length that has room for it, but for the bits behind. */
static bool is_prefix_of_host(const char *text)
{
    char ip[ADDR_TEXT_MAX];
    struct addr addr;
    size_t length = strcspn(text, "/"), digits = 0;
    if (length >= sizeof ip || text[length] == '\0') {
        return false;
    }
    memcpy(ip, text, length);
    ip[length] = '\0';
    digits = strspn(text + length + 1, "0123456789");
    bool is_number = digits > 0 && digits <= 3 && text[length + 1 + digits] == '\0';
    return is_number && addr_parse_ip(ip, &addr) &&
           strtol(text + length + 1, NULL, 10) <= (addr.family == ADDR_IPV4 ? 32 : 128);
}

const char *address_parse_prefix(const char *text, struct addr_prefix *out)
{
    struct addr_prefix prefix;
    if (!addr_parse_prefix(text, &prefix)) {
        return is_prefix_of_host(text) ? "has bits set behind its length"
                                       : "is not a prefix such as 192.0.2.0/24";
    }
    struct addr first = {.family = prefix.family};
    memcpy(first.ip, prefix.ip, sizeof first.ip);
    if (addr_is_mapped(&first)) {
        return mapped;
    }
    *out = prefix;
    return NULL;
}

/* What keeps an address from naming one machine. */
static const char *check_unicast(const struct addr *addr)
{
    if (addr_is_mapped(addr)) {
        return mapped;
    }
    if (addr_is_any(addr)) {
        return "is no address of one host";
    }
    if (addr_is_multicast(addr)) {
        return addr->family == ADDR_IPV6 ? "is a multicast address"
                                         : "is a multicast, reserved or broadcast address";
    }
    return NULL;
}

const char *address_parse_source(const char *text, struct addr *out)
{
    struct addr addr;
    if (!addr_parse_ip(text, &addr)) {
        return strchr(text, '%') != NULL ? "names an interface; the one of the host is taken"
                                         : "is not an IP address";
    }
    const char *problem = check_unicast(&addr);
    if (problem == NULL) {
        *out = addr;
    }
    return problem;
}

static const char *check_host_part(const char *part, size_t length)
{
    if (length == 0) {
        return "is not a host name: it has an empty part";
    }
    if (length > HOST_PART_MAX_BYTES) {
        return "is not a host name: a part is longer than 63 characters";
    }
    if (part[0] == '-' || part[length - 1] == '-') {
        return "is not a host name: a part begins or ends with '-'";
    }
    for (size_t i = 0; i < length; i++) {
        if (!isalnum((unsigned char)part[i]) && part[i] != '-' && part[i] != '_') {
            return "is not a host name: it may have letters, digits, '-', '_' and '.'";
        }
    }
    return NULL;
}

static const char *check_host_name(const char *text)
{
    size_t left = strlen(text);
    if (left > HOST_NAME_MAX_BYTES) {
        return "is not a host name: it is longer than 253 characters";
    }
    for (;;) {
        size_t length = strcspn(text, ".");
        const char *problem = check_host_part(text, length);
        if (problem != NULL) {
            return problem;
        }
        bool is_last = text[length] == '\0' || text[length + 1] == '\0';
        if (is_last) {
            /* No top-level domain is a number: this was meant to be an address. */
            return is_all(text, length, "0123456789") ? "is not a valid IPv4 address" : NULL;
        }
        text += length + 1;
    }
}

/* "fe80::1%eth0": the number of the interface is the system's to say, whenever it has one. */
static const char *check_zoned(const char *text)
{
    char ip[ADDR_TEXT_MAX];
    struct addr addr;
    size_t length = strcspn(text, "%");
    size_t name_length = strlen(text) - length - 1;
    if (length >= sizeof ip) {
        return "is not an IP address";
    }
    memcpy(ip, text, length);
    ip[length] = '\0';
    if (!addr_parse_ip(ip, &addr) || !addr_is_link_local(&addr)) {
        return "names an interface, which only link-local addresses (fe80::/10) do";
    }
    if (name_length == 0 || name_length > INTERFACE_NAME_MAX_BYTES ||
        strpbrk(text + length + 1, "%/ :\t") != NULL) {
        return "does not name an interface behind '%'";
    }
    return NULL;
}

static const char *parse_literal(const struct addr *addr, struct addr *out)
{
    const char *problem = check_unicast(addr);
    if (problem == NULL && addr_is_link_local(addr)) {
        problem = "is a link-local address; say by which interface, as in fe80::1%eth0";
    }
    if (problem == NULL) {
        *out = *addr;
    }
    return problem;
}

const char *address_parse_host(const char *text, struct addr *out)
{
    struct addr addr;
    if (addr_parse_ip(text, &addr)) {
        return parse_literal(&addr, out);
    }
    if (strchr(text, '%') != NULL) {
        const char *problem = check_zoned(text);
        if (problem == NULL) {
            *out = (struct addr){0};
        }
        return problem;
    }
    const char *colon = strchr(text, ':');
    if (strstr(text, "://") != NULL) {
        return "is a URL; write the name or address of the host alone";
    }
    if (is_prefix_of_host(text)) {
        return "is a network; one target is one address";
    }
    if (text[0] == '[') {
        return "has brackets; write the address alone";
    }
    if (colon != NULL && strchr(colon + 1, ':') != NULL) {
        return "is not a valid IPv6 address";
    }
    if (colon != NULL) {
        return "has a colon; the port stands in the key port";
    }
    const char *problem = check_host_name(text);
    if (problem == NULL) {
        *out = (struct addr){0};
    }
    return problem;
}

struct address_parts address_split(const char *text)
{
    const char *colon = strrchr(text, ':');
    const char *end = text[0] == '[' ? strchr(text, ']') : NULL;
    if (end != NULL) {
        const char *rest = end[1] == ':' ? end + 2 : end[1] != '\0' ? end : NULL;
        return (struct address_parts){text + 1, (size_t)(end - text) - 1, rest};
    }
    if (colon == NULL || strchr(text, ':') != colon) {
        return (struct address_parts){text, strlen(text), NULL};
    }
    return (struct address_parts){text, (size_t)(colon - text), colon + 1};
}

bool address_lacks_length(const char *text)
{
    enum { HOST_AT_IPV4 = 3, HOST_AT_IPV6 = 8 };
    struct addr addr;
    if (!addr_parse_ip(text, &addr)) {
        return false; /* it has a length, or is no address */
    }
    size_t end = addr.family == ADDR_IPV4 ? 4 : sizeof addr.ip;
    for (size_t i = addr.family == ADDR_IPV4 ? HOST_AT_IPV4 : HOST_AT_IPV6; i < end; i++) {
        if (addr.ip[i] != 0) {
            return false;
        }
    }
    return true;
}

size_t address_list_prefixes(const struct node *list, struct addr_prefix *out)
{
    size_t count = 0;
    for (const struct node *node = list->first; node != NULL; node = node->next) {
        address_parse_prefix(node->text, &out[count++]);
    }
    return count;
}
