/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Addresses as the system's sockets write them. */
#ifndef HOST_NAME_H
#define HOST_NAME_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/addr.h"

/* A socket's name of either family. */
union host_name {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* The name of `addr` (IPv4 unless it is IPv6); *size is how much of it counts. */
union host_name name_make(const struct addr *addr, socklen_t *size);

struct addr name_read(const union host_name *name);

#endif
