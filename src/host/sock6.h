/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The IPv6 part of sock.c and message.c: socket options and control messages. Functions that return
 * int return 0 or -errno. Thread-safe. */
#ifndef HOST_SOCK6_H
#define HOST_SOCK6_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "host/parcel.h"

/* Sets the options of a new socket: IPv6 only; report destination, traffic class, hop limit,
 * errors. */
int sock6_configure(int fd);

/* The content of a control message that sets the source address of a datagram. */
struct in6_pktinfo sock6_source(const struct addr *source);

/* Reads a control message of level IPPROTO_IPV6: destination, traffic class or hop limit; others
 * are ignored. */
void sock6_take_control(const struct cmsghdr *header, struct sock_datagram *datagram);

/* Sets the hop limit (0: the system's default). With `dont_fragment`, packets larger than the
 * device's MTU are not sent, and none is fragmented. */
int sock6_apply(int fd, uint8_t hop_limit, bool dont_fragment);

#endif
