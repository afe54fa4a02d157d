/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 64

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

int listen_open(const struct addr *addr, struct addr *bound)
{
    union address name;
    socklen_t size = address_from(addr, &name);
    int fd = socket(name.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return -errno;
    }
    const int on = 1;
    bool is_ready = setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
                    (addr->family != ADDR_IPV6 ||
                     setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) == 0) &&
                    bind(fd, &name.any, size) == 0 && listen(fd, BACKLOG) == 0 &&
                    getsockname(fd, &name.any, &size) == 0;
    if (!is_ready) {
        int error = errno;
        close(fd);
        return -error;
    }
    *bound = *addr;
    bound->port = ntohs(addr->family == ADDR_IPV6 ? name.v6.sin6_port : name.v4.sin_port);
    return fd;
}
