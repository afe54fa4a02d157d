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
#include "host/name.h"
#include "host/sock.h"

#define BACKLOG 128

static int local_address(int fd, struct addr *out)
{
    union host_name name;
    socklen_t size = sizeof name;
    if (getsockname(fd, &name.any, &size) != 0) {
        return -errno;
    }
    *out = name_read(&name);
    return 0;
}

static int set_tos(int fd, const struct addr *local, int tos)
{
    bool is_ipv6 = local->family == ADDR_IPV6;
    int level = is_ipv6 ? IPPROTO_IPV6 : IPPROTO_IP;
    int on = 1;
    if (is_ipv6 && setsockopt(fd, level, IPV6_V6ONLY, &on, sizeof on) != 0) {
        return -errno;
    }
    int name = is_ipv6 ? IPV6_TCLASS : IP_TOS;
    return setsockopt(fd, level, name, &tos, sizeof tos) == 0 ? 0 : -errno;
}

/* 0 or -errno. SO_REUSEADDR: a connection in TIME_WAIT must not block the port. */
static int prepare(int fd, const struct tcp_call *call)
{
    int one = 1;
    const struct addr *local = &call->local;
    socklen_t size;
    union host_name name = name_make(local, &size);
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
        (call->is_shared && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one) != 0)) {
        return -errno;
    }
    int error = set_tos(fd, local, call->tos);
    if (error == 0) {
        error = sock_apply(fd, &call->options);
    }
    bool is_bound = local->port != 0 || !addr_is_any(local);
    if (error == 0 && is_bound && bind(fd, &name.any, size) != 0) {
        error = -errno;
    }
    return error;
}

static int open_bound(const struct tcp_call *call, int *fd)
{
    int family = call->local.family == ADDR_IPV6 ? AF_INET6 : AF_INET;
    int made = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
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
    socklen_t size;
    union host_name to = name_make(&call->peer, &size);
    struct instant before = clock_now();
    int result = connect(made, &to.any, size) == 0 ? 0 : -errno;
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

int tcp_listen(const struct tcp_call *call, int *fd, struct addr *bound)
{
    int made;
    int error = open_bound(call, &made);
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

int tcp_take(int fd, int *spare, struct tcp_arrival *out)
{
    union host_name from;
    socklen_t size = sizeof from;
    int made = accept4(fd, &from.any, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (made < 0 && (errno == EMFILE || errno == ENFILE) && *spare >= 0) {
        close(*spare);
        size = sizeof from;
        made = accept4(fd, &from.any, &size, SOCK_CLOEXEC);
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
    int error = local_address(made, &out->local);
    if (error != 0) {
        close(made);
        return error;
    }
    out->peer = name_read(&from);
    out->fd = made;
    return 0;
}

int tcp_accept(int fd, int *spare, struct addr *peer, struct addr *local)
{
    struct tcp_arrival arrival;
    int error = tcp_take(fd, spare, &arrival);
    if (error == 0) {
        close(arrival.fd);
        *peer = arrival.peer;
        *local = arrival.local;
    }
    return error;
}

int tcp_read(int fd, uint8_t *bytes, size_t size)
{
    ssize_t count = recv(fd, bytes, size, 0);
    return count < 0 ? -errno : (int)count;
}

int tcp_write(int fd, const uint8_t *bytes, size_t size)
{
    ssize_t count = send(fd, bytes, size, MSG_NOSIGNAL);
    if (count < 0 && errno != EAGAIN) {
        return -errno;
    }
    return count == (ssize_t)size ? 0 : -ENOBUFS;
}
