/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The IPv6 half of sock.c, which alone includes it: socket options and control messages.
 * Functions return 0 or -errno. */
#ifndef HOST_SOCK6_H
#define HOST_SOCK6_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/addr.h"

/* Sets a new socket's options: IPv6 only, and what each datagram is to be received with. */
int sock6_configure(int fd);

/* The source address to send from, as a control message's contents. */
struct in6_pktinfo sock6_source(const struct addr *source);

/* Takes what a control message of level IPPROTO_IPV6 says: one of the three. */
void sock6_take_control(const struct cmsghdr *header, struct addr *local, uint8_t *tos,
                        uint8_t *ttl);

/* Hop limit (0: the system's) and whether packets above the path MTU stay here. */
int sock6_apply(int fd, uint8_t hop_limit, bool dont_fragment);

#endif
