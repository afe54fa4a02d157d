/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/lookup.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

static struct addr from_answer(const struct addrinfo *answer)
{
    struct addr addr = {.family = ADDR_NONE};
    if (answer->ai_family == AF_INET) {
        struct sockaddr_in sin;
        memcpy(&sin, answer->ai_addr, sizeof sin);
        addr.family = ADDR_IPV4;
        memcpy(addr.ip, &sin.sin_addr, sizeof sin.sin_addr);
    } else if (answer->ai_family == AF_INET6) {
        struct sockaddr_in6 sin6;
        memcpy(&sin6, answer->ai_addr, sizeof sin6);
        addr.family = ADDR_IPV6;
        memcpy(addr.ip, &sin6.sin6_addr, sizeof sin6.sin6_addr);
        addr.scope = sin6.sin6_scope_id;
    }
    return addr;
}

/* Whether it is the address of one host; config/address.h has the same rules for literal addresses.
 */
static bool is_usable(const struct addr *addr)
{
    return addr->family != ADDR_NONE && !addr_is_any(addr) && !addr_is_multicast(addr) &&
           !addr_is_mapped(addr) && !(addr_is_link_local(addr) && addr->scope == 0);
}

static int look_up(const char *text, int family, const struct addr *current, struct addr *out)
{
    struct addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_DGRAM};
    struct addrinfo *answers;
    int error = getaddrinfo(text, NULL, &hints, &answers);
    if (error != 0) {
        return error;
    }
    struct addr found = {.family = ADDR_NONE};
    for (const struct addrinfo *at = answers; at != NULL; at = at->ai_next) {
        struct addr answer = from_answer(at);
        bool is_current = addr_is_same_ip(&answer, current);
        if (is_usable(&answer) && (found.family == ADDR_NONE || is_current)) {
            found = answer;
        }
    }
    freeaddrinfo(answers);
    if (found.family == ADDR_NONE) {
        return EAI_NONAME;
    }
    *out = found;
    return 0;
}

/* True when the name has no address of that family; false when the resolver failed. */
static bool has_none(int error)
{
    return error == EAI_NONAME || error == EAI_NODATA || error == EAI_ADDRFAMILY;
}

/* One query per family, not one for both: when the IPv4 query fails, a target that has an IPv4
 * address must keep it and not change to IPv6. */
int lookup_address(const char *text, enum addr_family family, const struct addr *current,
                   struct addr *out)
{
    if (family == ADDR_IPV6) {
        return look_up(text, AF_INET6, current, out);
    }
    int error = look_up(text, AF_INET, current, out);
    bool may_move = current->family != ADDR_IPV4 || has_none(error);
    if (error != 0 && family == ADDR_NONE && may_move) {
        error = look_up(text, AF_INET6, current, out);
    }
    return error;
}
