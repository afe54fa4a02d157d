/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Reference: ipv6(7), RFC 3542. A link-local address needs its interface: sin6_scope_id in socket
 * addresses, ipi6_ifindex in packet information. */
#include "host/sock6.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static bool is_raw(int fd)
{
    int type = SOCK_DGRAM;
    socklen_t size = sizeof type;
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_RAW;
}

/* IPV6_V6ONLY: without it an IPv4 peer would have the address ::ffff:192.0.2.1, which matches no
 * prefix of the configuration, and the port would not be free for an IPv4 socket. Raw sockets never
 * receive IPv4 and do not have the option. IPV6_PMTUDISC_DONT as for IPv4: large datagrams are
 * fragmented. */
int sock6_configure(int fd)
{
    static const struct {
        int name, value;
    } settings[] = {
        {IPV6_V6ONLY, 1},       {IPV6_RECVPKTINFO, 1}, {IPV6_RECVTCLASS, 1},
        {IPV6_RECVHOPLIMIT, 1}, {IPV6_RECVERR, 1},     {IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DONT},
    };
    for (size_t i = is_raw(fd) ? 1 : 0; i < sizeof settings / sizeof settings[0]; i++) {
        const int *value = &settings[i].value;
        if (setsockopt(fd, IPPROTO_IPV6, settings[i].name, value, sizeof *value) != 0) {
            return -errno;
        }
    }
    return 0;
}

struct in6_pktinfo sock6_source(const struct addr *source)
{
    struct in6_pktinfo info = {.ipi6_ifindex = source->scope};
    memcpy(&info.ipi6_addr, source->ip, sizeof info.ipi6_addr);
    return info;
}

static uint8_t read_octet(const void *data)
{
    int value;
    memcpy(&value, data, sizeof value);
    return (uint8_t)value;
}

void sock6_take_control(const struct cmsghdr *header, struct sock_datagram *datagram)
{
    struct addr *local = &datagram->local;
    const void *data = CMSG_DATA(header);
    if (header->cmsg_type == IPV6_PKTINFO) {
        struct in6_pktinfo info;
        memcpy(&info, data, sizeof info);
        *local = (struct addr){.family = ADDR_IPV6};
        memcpy(local->ip, &info.ipi6_addr, sizeof local->ip);
        datagram->interface = (uint32_t)info.ipi6_ifindex;
        local->scope = addr_is_link_local(local) ? datagram->interface : 0;
    } else if (header->cmsg_type == IPV6_TCLASS) {
        datagram->tos = read_octet(data);
    } else if (header->cmsg_type == IPV6_HOPLIMIT) {
        datagram->ttl = read_octet(data);
    }
}

/* IPV6_PMTUDISC_PROBE as for IPv4 (sock.c); alone, this host would still fragment. */
int sock6_apply(int fd, uint8_t hop_limit, bool dont_fragment)
{
    int hops = hop_limit == 0 ? -1 : hop_limit;
    int discover = IPV6_PMTUDISC_PROBE;
    int on = 1;
    bool is_good = setsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &hops, sizeof hops) == 0;
    if (is_good && dont_fragment) {
        is_good =
            setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &discover, sizeof discover) == 0 &&
            setsockopt(fd, IPPROTO_IPV6, IPV6_DONTFRAG, &on, sizeof on) == 0;
    }
    return is_good ? 0 : -errno;
}
