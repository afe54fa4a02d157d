/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/tcp.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/sock.h"

#define BACKLOG 128

static struct sockaddr_in to_sockaddr(const struct addr *addr)
{
    struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(addr->port)};
    memcpy(&sin.sin_addr, addr->ip, sizeof sin.sin_addr);
    return sin;
}

static struct addr from_sockaddr(const struct sockaddr_in *sin)
{
    struct addr addr = {.family = ADDR_IPV4, .port = ntohs(sin->sin_port)};
    memcpy(addr.ip, &sin->sin_addr, sizeof sin->sin_addr);
    return addr;
}

static int local_address(int fd, struct addr *out)
{
    struct sockaddr_in sin;
    socklen_t size = sizeof sin;
    if (getsockname(fd, (struct sockaddr *)&sin, &size) != 0) {
        return -errno;
    }
    *out = from_sockaddr(&sin);
    return 0;
}

/* 0 or -errno. A connection that ended lately must not keep its port from being used again. */
static int prepare(int fd, const struct tcp_call *call)
{
    int one = 1;
    int tos = call->tos;
    const struct addr *local = &call->local;
    struct sockaddr_in sin = to_sockaddr(local);
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
        setsockopt(fd, IPPROTO_IP, IP_TOS, &tos, sizeof tos) != 0) {
        return -errno;
    }
    int error = sock_apply(fd, &call->options);
    bool is_bound = local->port != 0 || !addr_is_any(local);
    if (error == 0 && is_bound && bind(fd, (const struct sockaddr *)&sin, sizeof sin) != 0) {
        error = -errno;
    }
    return error;
}

static int open_bound(const struct tcp_call *call, int *fd)
{
    if (call->local.family == ADDR_IPV6) {
        return -EAFNOSUPPORT;
    }
    int made = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (made < 0) {
        return -errno;
    }
    int error = prepare(made, call);
    if (error != 0) {
        close(made);
        return error;
    }
    *fd = made;
    return 0;
}

int tcp_connect(const struct tcp_call *call, int *fd, struct addr *bound, struct instant *started)
{
    int made;
    int error = open_bound(call, &made);
    if (error != 0) {
        return error;
    }
    struct sockaddr_in to = to_sockaddr(&call->peer);
    struct instant before = clock_now();
    int result = connect(made, (const struct sockaddr *)&to, sizeof to) == 0 ? 0 : -errno;
    error = result == 0 || result == -EINPROGRESS ? local_address(made, bound) : result;
    if (error != 0) {
        close(made);
        return error;
    }
    *fd = made;
    *started = before;
    return result;
}

int tcp_result(int fd)
{
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) {
        return -errno;
    }
    return -error;
}

void tcp_close(int fd, bool frees_port)
{
    char byte;
    bool is_open = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
    if (is_open && frees_port) {
        struct linger abort = {.l_onoff = 1, .l_linger = 0};
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
    }
    close(fd);
}

int tcp_listen(const struct addr *local, int *fd, struct addr *bound)
{
    int made;
    struct tcp_call call = {.local = *local};
    int error = open_bound(&call, &made);
    if (error != 0) {
        return error;
    }
    error = listen(made, BACKLOG) == 0 ? local_address(made, bound) : -errno;
    if (error != 0) {
        close(made);
        return error;
    }
    *fd = made;
    return 0;
}

int tcp_spare(void)
{
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

int tcp_accept(int fd, int *spare, struct addr *peer, struct addr *local)
{
    struct sockaddr_in from;
    socklen_t size = sizeof from;
    int made = accept4(fd, (struct sockaddr *)&from, &size, SOCK_CLOEXEC);
    if (made < 0 && (errno == EMFILE || errno == ENFILE) && *spare >= 0) {
        close(*spare);
        size = sizeof from;
        made = accept4(fd, (struct sockaddr *)&from, &size, SOCK_CLOEXEC);
        int error = errno;
        if (made >= 0) {
            close(made);
            error = EMFILE;
        }
        *spare = tcp_spare();
        return -error;
    }
    if (made < 0) {
        return -errno;
    }
    int error = local_address(made, local);
    close(made);
    *peer = from_sockaddr(&from);
    return error;
}
