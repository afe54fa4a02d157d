/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The system allows less. Connections wait here while others are accepted. */
#define BACKLOG 4096
/* What is written but not sent costs memory of the system and, of an answer that its client does
 * not read, the work of making it. */
#define UNSENT_BYTES (64 * 1024)

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static socklen_t address_from(const struct addr *addr, union address *out)
{
    memset(out, 0, sizeof *out);
    if (addr->family == ADDR_IPV6) {
        out->v6.sin6_family = AF_INET6;
        out->v6.sin6_port = htons(addr->port);
        memcpy(&out->v6.sin6_addr, addr->ip, 16);
        return sizeof out->v6;
    }
    out->v4.sin_family = AF_INET;
    out->v4.sin_port = htons(addr->port);
    memcpy(&out->v4.sin_addr, addr->ip, 4);
    return sizeof out->v4;
}

static int open_one(const struct addr *addr, bool takes_ipv4, struct addr *bound)
{
    union address name;
    socklen_t size = address_from(addr, &name);
    int fd = socket(name.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return -errno;
    }
    const int on = 1, is_ipv6_only = !takes_ipv4, unsent = UNSENT_BYTES;
    bool is_ready =
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        (addr->family != ADDR_IPV6 ||
         setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &is_ipv6_only, sizeof is_ipv6_only) == 0) &&
        bind(fd, &name.any, size) == 0 && listen(fd, BACKLOG) == 0 &&
        getsockname(fd, &name.any, &size) == 0;
    if (!is_ready) {
        int error = errno;
        close(fd);
        return -error;
    }
    /* Accepted sockets inherit it. */
    setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
    *bound = *addr;
    bound->port = ntohs(addr->family == ADDR_IPV6 ? name.v6.sin6_port : name.v4.sin_port);
    return fd;
}

int listen_open(const struct addr *addr, bool takes_ipv4, struct addr *bound)
{
    int fd = open_one(addr, takes_ipv4, bound);
    if (takes_ipv4 && (fd == -EAFNOSUPPORT || fd == -EADDRNOTAVAIL)) {
        const struct addr ipv4 = {.family = ADDR_IPV4, .port = addr->port};
        fd = open_one(&ipv4, false, bound);
    }
    return fd;
}

int listen_accept(int fd, struct addr *peer)
{
    union address name;
    socklen_t size = sizeof name;
    int accepted = accept4(fd, &name.any, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (accepted < 0) {
        return -errno;
    }
    *peer = (struct addr){0};
    if (name.any.sa_family == AF_INET6) {
        peer->family = ADDR_IPV6;
        memcpy(peer->ip, &name.v6.sin6_addr, 16);
    } else {
        peer->family = ADDR_IPV4;
        memcpy(peer->ip, &name.v4.sin_addr, 4);
    }
    return accepted;
}
