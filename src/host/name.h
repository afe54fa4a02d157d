/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Converts addresses to and from the system's struct sockaddr. Thread-safe. */
#ifndef HOST_NAME_H
#define HOST_NAME_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/addr.h"

/* A socket address of either family. */
union host_name {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* Converts `addr`; a family other than IPv6 is treated as IPv4. *size is the size in bytes for the
 * system call. */
union host_name name_make(const struct addr *addr, socklen_t *size);

/* Converts back; a family other than IPv6 is treated as IPv4. */
struct addr name_read(const union host_name *name);

#endif
