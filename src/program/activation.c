/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "program/activation.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "program/options.h"
#include "web/listen.h"

#define FIRST_FD 3
#define FDS_MAX 1000

/* 0: there are none for this process. */
static uint64_t count_sockets(void)
{
    const char *pid = getenv("LISTEN_PID");
    const char *count = getenv("LISTEN_FDS");
    uint64_t for_pid, fds;
    return pid != NULL && count != NULL && options_parse_number(pid, 1, INT32_MAX, &for_pid) &&
                   for_pid == (uint64_t)getpid() && options_parse_number(count, 1, FDS_MAX, &fds)
               ? fds
               : 0;
}

size_t activation_take(size_t max, int *out, const char **problem)
{
    uint64_t count = count_sockets();
    if (count == 0) {
        *problem = "the service manager passed no socket (LISTEN_PID, LISTEN_FDS)";
        return 0;
    }
    if (count > max) {
        *problem = "the service manager passed too many sockets";
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        out[i] = FIRST_FD + (int)i;
        if (listen_adopt(out[i]) != 0) {
            *problem = "the service manager passed something else than a listening stream socket";
            return 0;
        }
    }
    /* Not for programs that this one may start. */
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    return (size_t)count;
}

char *activation_format(int fd, char text[ACTIVATION_TEXT_MAX])
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
        struct sockaddr_un local;
    } name = {0};
    socklen_t size = sizeof name - 1; /* leaves a NUL */
    struct addr addr = {0};
    getsockname(fd, &name.any, &size);
    if (name.any.sa_family == AF_UNIX) {
        snprintf(text, ACTIVATION_TEXT_MAX, "unix:%s", name.local.sun_path);
        return text;
    }
    if (name.any.sa_family == AF_INET6) {
        addr = (struct addr){.family = ADDR_IPV6, .port = ntohs(name.v6.sin6_port)};
        memcpy(addr.ip, &name.v6.sin6_addr, 16);
    } else if (name.any.sa_family == AF_INET) {
        addr = (struct addr){.family = ADDR_IPV4, .port = ntohs(name.v4.sin_port)};
        memcpy(addr.ip, &name.v4.sin_addr, 4);
    }
    return addr_format(&addr, text);
}
