/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Opens sockets for ICMP requests and replies; host/sock.h sends and receives on them. For echo: a
 * ping socket if the system permits it (net.ipv4.ping_group_range); the kernel then chooses the
 * identifier. Otherwise, and for timestamps: a raw socket (CAP_NET_RAW) whose filter accepts only
 * replies with its identifier. The kernel writes and verifies the checksum of ICMPv6, which has
 * echo only. ICMP errors come whole to a raw socket whose filter accepts those that quote a packet
 * to one peer. Thread-safe. Reference: icmp(7), raw(7), ipv6(7), socket(7), RFC 3542 3. */
#ifndef HOST_ICMP_H
#define HOST_ICMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "probe/io.h"

/* The socket to open. */
struct icmp_call {
    enum transport transport; /* TRANSPORT_ICMP_ECHO, _TIMESTAMP or _ERRORS */
    struct addr local;
    struct addr peer; /* of TRANSPORT_ICMP_ERRORS */
    struct io_options options;
    uint16_t identifier; /* of a raw socket */
};

struct icmp_socket {
    int fd; /* non-blocking; the caller closes it */
    struct addr bound; /* its port is the ICMP identifier */
    bool has_ip_header; /* received datagrams begin with one: raw sockets of IPv4 */
};

/* 0, or -errno with *out untouched: -EPROTONOSUPPORT when this process may open neither kind of
 * socket, -EAFNOSUPPORT for timestamps over IPv6. */
int icmp_open(const struct icmp_call *call, struct icmp_socket *out);

/* Skips the IPv4 header of a datagram from a raw socket; false when the datagram is too short. */
bool icmp_strip(const uint8_t **bytes, size_t *size);

/* Whether the message quoted by an ICMP error has this identifier. Needed because every raw socket
 * receives the errors of all. */
bool icmp_is_quoted(const uint8_t *quote, size_t size, uint16_t identifier);

#endif
