/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Listening sockets. They are ours rather than the HTTP library's because the library does not say
 * why it could not bind. */
#ifndef WEB_LISTEN_H
#define WEB_LISTEN_H

#include <stdbool.h>

#include "base/addr.h"

/* A listening socket, or -errno. `takes_ipv4`: of [::], for IPv4 as well, and for IPv4 only on a
 * system without IPv6. `bound` becomes where it listens. */
int listen_open(const struct addr *addr, bool takes_ipv4, struct addr *bound);

/* A listening Unix socket at `path`, whose permissions become `mode`, or -errno. A socket that
 * somebody left there is removed. */
int listen_open_unix(const char *path, unsigned mode);

/* Removes the socket at `path`, unless somebody listens there. */
void listen_remove_unix(const char *path);

/* Makes a socket usable that somebody else opened. 0 or -errno; -EINVAL: it is no listening stream
 * socket. */
int listen_adopt(int fd);

/* The next connection, or -errno. `peer`: who it is; ADDR_NONE: a program on this machine, by a
 * Unix socket. */
int listen_accept(int fd, struct addr *peer);

#endif
