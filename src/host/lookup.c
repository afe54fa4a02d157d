/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/lookup.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
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

/* What is looked for among the addresses of a name. */
struct wanted {
    struct addr current;
    bool is_next; /* another than `current`, if there is one; else `current` itself */
};

/* The order in which the addresses of a name are tried: by number, then from the lowest again. */
static bool is_better_next(const struct addr *answer, const struct addr *found,
                           const struct addr *current)
{
    bool is_behind = memcmp(answer->ip, current->ip, sizeof answer->ip) > 0;
    bool is_found_behind = memcmp(found->ip, current->ip, sizeof found->ip) > 0;
    if (is_behind != is_found_behind) {
        return is_behind;
    }
    return memcmp(answer->ip, found->ip, sizeof answer->ip) < 0;
}

static bool is_better(const struct addr *answer, const struct addr *found,
                      const struct wanted *wanted)
{
    if (!is_usable(answer)) {
        return false;
    }
    if (found->family == ADDR_NONE) {
        return true;
    }
    return wanted->is_next ? is_better_next(answer, found, &wanted->current)
                           : addr_is_same_ip(answer, &wanted->current);
}

static int look_up(const char *text, int family, const struct wanted *wanted, struct addr *out)
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
        if (is_better(&answer, &found, wanted)) {
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
static int look_up_any(const char *text, enum addr_family family, const struct wanted *wanted,
                       struct addr *out)
{
    if (family == ADDR_IPV6) {
        return look_up(text, AF_INET6, wanted, out);
    }
    int error = look_up(text, AF_INET, wanted, out);
    bool may_move = wanted->current.family != ADDR_IPV4 || has_none(error);
    if (error != 0 && family == ADDR_NONE && may_move) {
        error = look_up(text, AF_INET6, wanted, out);
    }
    return error;
}

int lookup_address(const char *text, enum addr_family family, const struct addr *current,
                   struct addr *out)
{
    const struct wanted wanted = {.current = *current, .is_next = false};
    return look_up_any(text, family, &wanted, out);
}

int lookup_next_address(const char *text, enum addr_family family, const struct addr *current,
                        struct addr *out)
{
    const struct wanted wanted = {.current = *current, .is_next = true};
    return look_up_any(text, family, &wanted, out);
}
