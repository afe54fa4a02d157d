/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Sockets for ICMP requests and their replies; host/sock.h sends and receives on them. For echoes a
 * ping socket where the system grants one (net.ipv4.ping_group_range): the kernel chooses the
 * identifier and sorts the replies. Else a raw socket (CAP_NET_RAW) with a filter that lets only
 * replies with the socket's own identifier in. ICMPv6 has echoes only; both kinds of socket write
 * and verify its checksum. Reference: icmp(7), raw(7), ipv6(7), socket(7), RFC 3542 3. */
#ifndef HOST_ICMP_H
#define HOST_ICMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "probe/io.h"

/* What to open. */
struct icmp_call {
    enum transport transport; /* TRANSPORT_ICMP_ECHO or _TIMESTAMP */
    struct addr local;
    struct io_options options;
    uint16_t identifier; /* of a raw socket */
};

struct icmp_socket {
    int fd; /* close it */
    struct addr bound; /* its port is the identifier */
    bool has_ip_header; /* what arrives begins with one: raw sockets of IPv4 */
};

/* 0 or -errno; -EPROTONOSUPPORT when the system grants this process neither kind of socket,
 * -EAFNOSUPPORT for timestamps over IPv6. */
int icmp_open(const struct icmp_call *call, struct icmp_socket *out);

/* Takes the IP header off what a raw socket of IPv4 received; false when the datagram is too short.
 */
bool icmp_strip(const uint8_t **bytes, size_t *size);

/* Whether the message that an ICMP error quotes had this identifier: each raw socket is told of the
 * errors of all. */
bool icmp_is_quoted(const uint8_t *quote, size_t size, uint16_t identifier);

#endif
