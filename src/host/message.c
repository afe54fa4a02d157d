/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/message.h"

#include <netinet/in.h>
#include <string.h>
#include <time.h>

/* After time.h, whose struct timespec it uses. */
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>

#include "host/sock6.h"

/* Linux 6.13, as in asm-generic/socket.h. */
#ifndef SCM_TS_OPT_ID
#define SCM_TS_OPT_ID 81
#endif

/* Indices in struct scm_timestamping. */
enum { SOFTWARE = 0, HARDWARE = 2 };

static void add_control(struct msghdr *header, int level, int type, const void *data, size_t size)
{
    struct cmsghdr *at =
        (struct cmsghdr *)(void *)((uint8_t *)header->msg_control + header->msg_controllen);
    at->cmsg_level = level;
    at->cmsg_type = type;
    at->cmsg_len = CMSG_LEN(size);
    header->msg_controllen += CMSG_SPACE(size);
    memcpy(CMSG_DATA(at), data, size);
}

static void add_source(struct msghdr *header, const struct addr *source)
{
    if (source->family == ADDR_IPV6) {
        struct in6_pktinfo info = sock6_source(source);
        add_control(header, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
        return;
    }
    struct in_pktinfo info = {.ipi_ifindex = 0};
    memcpy(&info.ipi_spec_dst, source->ip, sizeof info.ipi_spec_dst);
    add_control(header, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
}

static void add_tos(struct msghdr *header, const struct sock_parcel *parcel)
{
    int value = parcel->tos;
    if (parcel->peer.family == ADDR_IPV6) {
        add_control(header, IPPROTO_IPV6, IPV6_TCLASS, &value, sizeof value);
    } else {
        add_control(header, IPPROTO_IP, IP_TOS, &value, sizeof value);
    }
}

static void add_ttl(struct msghdr *header, const struct sock_parcel *parcel)
{
    int value = parcel->ttl;
    if (parcel->peer.family == ADDR_IPV6) {
        add_control(header, IPPROTO_IPV6, IPV6_HOPLIMIT, &value, sizeof value);
    } else {
        add_control(header, IPPROTO_IP, IP_TTL, &value, sizeof value);
    }
}

void message_to_send(struct message *message, const struct sock_parcel *parcel,
                     struct msghdr *header)
{
    socklen_t name_size;
    message->name = name_make(&parcel->peer, &name_size);
    message->data = (struct iovec){(void *)(uintptr_t)parcel->bytes, parcel->size};
    *header = (struct msghdr){
        .msg_name = &message->name,
        .msg_namelen = name_size,
        .msg_iov = &message->data,
        .msg_iovlen = 1,
        .msg_control = message->control.bytes,
    };
    if (parcel->source.family == parcel->peer.family && !addr_is_any(&parcel->source)) {
        add_source(header, &parcel->source);
    }
    if (parcel->tos != 0) {
        add_tos(header, parcel);
    }
    if (parcel->ttl != 0) {
        add_ttl(header, parcel);
    }
    if (parcel->wants_stamp) {
        uint32_t value = SOF_TIMESTAMPING_TX_SOFTWARE;
        add_control(header, SOL_SOCKET, SO_TIMESTAMPING, &value, sizeof value);
    }
    if (parcel->has_key) {
        add_control(header, SOL_SOCKET, SCM_TS_OPT_ID, &parcel->key, sizeof parcel->key);
    }
}

void message_to_receive(struct message *message, void *bytes, size_t capacity,
                        struct msghdr *header)
{
    message->data = (struct iovec){bytes, capacity};
    *header = (struct msghdr){
        .msg_name = &message->name,
        .msg_namelen = sizeof message->name,
        .msg_iov = &message->data,
        .msg_iovlen = 1,
        .msg_control = message->control.bytes,
        .msg_controllen = sizeof message->control.bytes,
    };
}

static struct wall read_time(const struct timespec *at)
{
    return (struct wall){(int64_t)at->tv_sec * NS_PER_SECOND + at->tv_nsec};
}

static void take_control4(const struct cmsghdr *at, struct sock_datagram *datagram)
{
    const void *data = CMSG_DATA(at);
    if (at->cmsg_type == IP_PKTINFO) {
        struct in_pktinfo info;
        memcpy(&info, data, sizeof info);
        datagram->local.family = ADDR_IPV4;
        memcpy(datagram->local.ip, &info.ipi_addr, sizeof info.ipi_addr);
        datagram->interface = (uint32_t)info.ipi_ifindex;
    } else if (at->cmsg_type == IP_TOS) {
        memcpy(&datagram->tos, data, sizeof datagram->tos);
    } else if (at->cmsg_type == IP_TTL) {
        int ttl;
        memcpy(&ttl, data, sizeof ttl);
        datagram->ttl = (uint8_t)ttl;
    }
}

static void take_control(const struct cmsghdr *at, struct sock_datagram *datagram)
{
    if (at->cmsg_level == SOL_SOCKET && at->cmsg_type == SO_TIMESTAMPNS) {
        struct timespec time;
        memcpy(&time, CMSG_DATA(at), sizeof time);
        datagram->kernel = read_time(&time);
    } else if (at->cmsg_level == SOL_SOCKET && at->cmsg_type == SCM_TIMESTAMPING) {
        struct scm_timestamping times;
        memcpy(&times, CMSG_DATA(at), sizeof times);
        datagram->hardware = read_time(&times.ts[HARDWARE]);
    } else if (at->cmsg_level == SOL_SOCKET && at->cmsg_type == SO_RXQ_OVFL) {
        memcpy(&datagram->drops, CMSG_DATA(at), sizeof datagram->drops);
    } else if (at->cmsg_level == IPPROTO_IPV6) {
        sock6_take_control(at, datagram);
    } else if (at->cmsg_level == IPPROTO_IP) {
        take_control4(at, datagram);
    }
}

struct sock_datagram message_datagram(const struct message *message, struct msghdr *header,
                                      size_t size)
{
    struct sock_datagram datagram = {
        .peer = name_read(&message->name),
        .bytes = message->data.iov_base,
        .size = size,
    };
    for (struct cmsghdr *at = CMSG_FIRSTHDR(header); at != NULL; at = CMSG_NXTHDR(header, at)) {
        take_control(at, &datagram);
    }
    /* In a VRF, the source has the index of the VRF: of no use to tell links apart, or to answer.
     */
    if (addr_is_link_local(&datagram.peer) && datagram.interface != 0) {
        datagram.peer.scope = datagram.interface;
    }
    return datagram;
}

/* The ICMP error of `report`; the address of who sent it follows that in the control message `at`.
 */
static struct icmp_error read_icmp(const struct sock_extended_err *report, const struct cmsghdr *at)
{
    struct icmp_error icmp = {.type = report->ee_type, .code = report->ee_code};
    union host_name from = {.any.sa_family = AF_UNSPEC};
    size_t size = at->cmsg_len - CMSG_LEN(sizeof *report);
    if (at->cmsg_len > CMSG_LEN(sizeof *report)) {
        memcpy(&from, CMSG_DATA(at) + sizeof *report, size < sizeof from ? size : sizeof from);
    }
    if (from.any.sa_family == AF_INET || from.any.sa_family == AF_INET6) {
        icmp.from = name_read(&from);
    }
    return icmp;
}

bool message_notice(const struct message *message, struct msghdr *header, size_t size,
                    struct sock_notice *out)
{
    struct sock_extended_err report = {0};
    const struct cmsghdr *reported = NULL;
    struct scm_timestamping times = {0};
    struct timespec arrival = {0};
    for (struct cmsghdr *at = CMSG_FIRSTHDR(header); at != NULL; at = CMSG_NXTHDR(header, at)) {
        bool is_report = (at->cmsg_level == IPPROTO_IP && at->cmsg_type == IP_RECVERR) ||
                         (at->cmsg_level == IPPROTO_IPV6 && at->cmsg_type == IPV6_RECVERR);
        if (is_report) {
            memcpy(&report, CMSG_DATA(at), sizeof report);
            reported = at;
        } else if (at->cmsg_level == SOL_SOCKET && at->cmsg_type == SCM_TIMESTAMPING) {
            memcpy(&times, CMSG_DATA(at), sizeof times);
        } else if (at->cmsg_level == SOL_SOCKET && at->cmsg_type == SO_TIMESTAMPNS) {
            memcpy(&arrival, CMSG_DATA(at), sizeof arrival);
        }
    }
    if (report.ee_origin == SO_EE_ORIGIN_ICMP || report.ee_origin == SO_EE_ORIGIN_ICMP6) {
        *out = (struct sock_notice){.kind = SOCK_NOTICE_ICMP, .error = (int)report.ee_errno};
        out->icmp = read_icmp(&report, reported);
        out->kernel = read_time(&arrival);
        out->peer = name_read(&message->name);
        out->quote_size = size < SOCK_QUOTE_BYTES ? size : SOCK_QUOTE_BYTES;
        out->quote = message->data.iov_base;
        return true;
    }
    struct wall kernel = read_time(&times.ts[SOFTWARE]);
    struct wall hardware = read_time(&times.ts[HARDWARE]);
    if (report.ee_origin != SO_EE_ORIGIN_TIMESTAMPING || (kernel.ns == 0 && hardware.ns == 0)) {
        return false;
    }
    *out = (struct sock_notice){
        .kind = SOCK_NOTICE_SENT,
        .key = report.ee_data,
        .kernel = kernel,
        .hardware = hardware,
    };
    return true;
}
