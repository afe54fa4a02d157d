/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
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

/* Accepted sockets inherit it. */
static void limit_unsent(int fd)
{
    const int unsent = UNSENT_BYTES;
    setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
}

static int open_one(const struct addr *addr, bool takes_ipv4, struct addr *bound)
{
    union address name;
    socklen_t size = address_from(addr, &name);
    int fd = socket(name.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return -errno;
    }
    const int on = 1, is_ipv6_only = !takes_ipv4;
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
    limit_unsent(fd);
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

/* False when the path is too long. */
static bool unix_from(const char *path, struct sockaddr_un *out)
{
    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof out->sun_path) {
        return false;
    }
    memcpy(out->sun_path, path, strlen(path));
    return true;
}

static int open_unix(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

void listen_remove_unix(const char *path)
{
    struct sockaddr_un name;
    struct stat status;
    int fd = open_unix();
    if (fd >= 0 && unix_from(path, &name) && lstat(path, &status) == 0 &&
        S_ISSOCK(status.st_mode) && connect(fd, (struct sockaddr *)&name, sizeof name) != 0 &&
        errno == ECONNREFUSED) {
        unlink(path);
    }
    if (fd >= 0) {
        close(fd);
    }
}

int listen_open_unix(const char *path, unsigned mode)
{
    struct sockaddr_un name;
    if (!unix_from(path, &name)) {
        return -ENAMETOOLONG;
    }
    int fd = open_unix();
    if (fd < 0) {
        return -errno;
    }
    listen_remove_unix(path);
    /* It never has more permissions than it shall have, and then those that the umask took. */
    bool is_ready = fchmod(fd, mode) == 0 && bind(fd, (struct sockaddr *)&name, sizeof name) == 0 &&
                    chmod(path, mode) == 0 && listen(fd, BACKLOG) == 0;
    if (!is_ready) {
        int error = errno;
        close(fd);
        return -error;
    }
    return fd;
}

int listen_adopt(int fd)
{
    int type = 0, is_listening = 0;
    socklen_t size = sizeof type;
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 ||
        getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &size) != 0) {
        return -errno;
    }
    if (type != SOCK_STREAM || !is_listening) {
        return -EINVAL;
    }
    limit_unsent(fd); /* of TCP */
    return fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 &&
                   fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) == 0
               ? 0
               : -errno;
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
    } else if (name.any.sa_family == AF_INET) {
        peer->family = ADDR_IPV4;
        memcpy(peer->ip, &name.v4.sin_addr, 4);
    }
    return accepted;
}
