/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/name.h"

#include <string.h>

static struct sockaddr_in6 to_sockaddr6(const struct addr *addr)
{
    struct sockaddr_in6 sin6 = {
        .sin6_family = AF_INET6,
        .sin6_port = htons(addr->port),
        .sin6_scope_id = addr->scope,
    };
    memcpy(&sin6.sin6_addr, addr->ip, sizeof sin6.sin6_addr);
    return sin6;
}

static struct addr from_sockaddr6(const struct sockaddr_in6 *sin6)
{
    struct addr addr = {
        .family = ADDR_IPV6,
        .port = ntohs(sin6->sin6_port),
        .scope = sin6->sin6_scope_id,
    };
    memcpy(addr.ip, &sin6->sin6_addr, sizeof addr.ip);
    return addr;
}

union host_name name_make(const struct addr *addr, socklen_t *size)
{
    union host_name name = {.v6 = {0}};
    if (addr->family == ADDR_IPV6) {
        name.v6 = to_sockaddr6(addr);
        *size = sizeof name.v6;
        return name;
    }
    name.v4.sin_family = AF_INET;
    name.v4.sin_port = htons(addr->port);
    memcpy(&name.v4.sin_addr, addr->ip, sizeof name.v4.sin_addr);
    *size = sizeof name.v4;
    return name;
}

struct addr name_read(const union host_name *name)
{
    if (name->any.sa_family == AF_INET6) {
        return from_sockaddr6(&name->v6);
    }
    struct addr addr = {.family = ADDR_IPV4, .port = ntohs(name->v4.sin_port)};
    memcpy(addr.ip, &name->v4.sin_addr, sizeof name->v4.sin_addr);
    return addr;
}
