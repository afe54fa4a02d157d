/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* ICMP errors and the pending-error word. With IP_RECVERR each ICMP error goes to the socket's
 * error queue and also sets the socket's one pending error, which the next send or receive call
 * reports and clears, although it concerns an earlier datagram. The queue tells the whole story,
 * so the pending error is only in the way: calls that meet it are repeated. Reference: ip(7),
 * recvmsg(2). */
#include "host/sock.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* After time.h, whose struct timespec it uses. */
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>

#include "host/clock.h"
#include "host/name.h"
#include "host/sock6.h"

/* Another ICMP error may arrive between two tries; a genuine error of the call itself survives
 * them all. */
#define TRIES 3

static int set_option(int fd, int level, int name, int value)
{
    return setsockopt(fd, level, name, &value, sizeof value) == 0 ? 0 : -errno;
}

/* Send times: numbered, without a copy of the datagram, and only for datagrams that ask
 * (sock_send). SO_TIMESTAMPNS stays for the receive side. A system that refuses gives no send
 * times, and the caller's own remain. */
static void enable_send_stamps(int fd)
{
    (void)set_option(fd, SOL_SOCKET, SO_TIMESTAMPING,
                     SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_OPT_ID |
                         SOF_TIMESTAMPING_OPT_TSONLY);
}

/* Fragmentation stays allowed (IP_PMTUDISC_DONT), as on a router: a first probe that is lost to
 * path MTU discovery would be our loss, not the network's. */
static int configure4(int fd)
{
    static const struct {
        int level, name, value;
    } settings[] = {
        {IPPROTO_IP, IP_PKTINFO, 1},
        {IPPROTO_IP, IP_RECVTOS, 1},
        {IPPROTO_IP, IP_RECVTTL, 1},
        {IPPROTO_IP, IP_RECVERR, 1},
        {IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT},
    };
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        int error = set_option(fd, settings[i].level, settings[i].name, settings[i].value);
        if (error != 0) {
            return error;
        }
    }
    return 0;
}

static int configure(int fd, enum addr_family family)
{
    int error = set_option(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
    if (error == 0) {
        error = family == ADDR_IPV6 ? sock6_configure(fd) : configure4(fd);
    }
    if (error == 0) {
        enable_send_stamps(fd);
    }
    return error;
}

static int apply4(int fd, const struct io_options *options)
{
    if (options->dont_fragment) {
        int error = set_option(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO);
        if (error != 0) {
            return error;
        }
    }
    return options->ttl == 0 ? 0 : set_option(fd, IPPROTO_IP, IP_TTL, options->ttl);
}

/* Before bind(): an address of a VRF is known only inside it. */
int sock_apply(int fd, const struct io_options *options)
{
    int family = AF_INET;
    socklen_t size = sizeof family;
    size_t length = strnlen(options->device, sizeof options->device);
    if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size) != 0) {
        return -errno;
    }
    if (length > 0 &&
        setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, options->device, (socklen_t)length) != 0) {
        return -errno;
    }
    return family == AF_INET6 ? sock6_apply(fd, options->ttl, options->dont_fragment)
                              : apply4(fd, options);
}

static int bind_to(int fd, const struct addr *local, struct addr *bound)
{
    socklen_t size;
    union host_name name = name_make(local, &size);
    if (bind(fd, &name.any, size) != 0 || getsockname(fd, &name.any, &size) != 0) {
        return -errno;
    }
    *bound = name_read(&name);
    return 0;
}

int sock_open(const struct addr *local, int *fd, struct addr *bound)
{
    static const struct io_options nothing;
    return sock_open_with(local, &nothing, fd, bound);
}

int sock_adopt(int fd, const struct addr *local, const struct io_options *options,
               struct addr *bound)
{
    int error = configure(fd, local->family);
    if (error == 0) {
        error = sock_apply(fd, options);
    }
    return error == 0 ? bind_to(fd, local, bound) : error;
}

int sock_open_with(const struct addr *local, const struct io_options *options, int *fd,
                   struct addr *bound)
{
    int family = local->family == ADDR_IPV6 ? AF_INET6 : AF_INET;
    int made = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (made < 0) {
        return -errno;
    }
    int error = sock_adopt(made, local, options, bound);
    if (error != 0) {
        close(made);
        return error;
    }
    *fd = made;
    return 0;
}

/* Room for the control messages of both directions. */
union control {
    struct cmsghdr align;
    uint8_t bytes[256];
};

static void add_control(struct msghdr *message, int level, int type, const void *data, size_t size)
{
    struct cmsghdr *header =
        (struct cmsghdr *)(void *)((uint8_t *)message->msg_control + message->msg_controllen);
    header->cmsg_level = level;
    header->cmsg_type = type;
    header->cmsg_len = CMSG_LEN(size);
    message->msg_controllen += CMSG_SPACE(size);
    memcpy(CMSG_DATA(header), data, size);
}

static void add_source(struct msghdr *message, const struct addr *source)
{
    if (source->family == ADDR_IPV6) {
        struct in6_pktinfo info = sock6_source(source);
        add_control(message, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
        return;
    }
    struct in_pktinfo info = {.ipi_ifindex = 0};
    memcpy(&info.ipi_spec_dst, source->ip, sizeof info.ipi_spec_dst);
    add_control(message, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
}

static void add_tos(struct msghdr *message, const struct sock_parcel *parcel)
{
    int value = parcel->tos;
    if (parcel->peer.family == ADDR_IPV6) {
        add_control(message, IPPROTO_IPV6, IPV6_TCLASS, &value, sizeof value);
    } else {
        add_control(message, IPPROTO_IP, IP_TOS, &value, sizeof value);
    }
}

int sock_send(int fd, const struct sock_parcel *parcel)
{
    if (parcel->peer.family == ADDR_NONE) {
        return -EAFNOSUPPORT;
    }
    socklen_t name_size;
    union host_name to = name_make(&parcel->peer, &name_size);
    struct iovec data = {.iov_base = (void *)(uintptr_t)parcel->bytes, .iov_len = parcel->size};
    union control control = {.bytes = {0}};
    struct msghdr message = {
        .msg_name = &to,
        .msg_namelen = name_size,
        .msg_iov = &data,
        .msg_iovlen = 1,
        .msg_control = control.bytes,
    };
    if (parcel->source.family == parcel->peer.family && !addr_is_any(&parcel->source)) {
        add_source(&message, &parcel->source);
    }
    if (parcel->tos != 0) {
        add_tos(&message, parcel);
    }
    if (parcel->wants_stamp) {
        uint32_t value = SOF_TIMESTAMPING_TX_SOFTWARE;
        add_control(&message, SOL_SOCKET, SO_TIMESTAMPING, &value, sizeof value);
    }
    ssize_t sent = -1;
    for (int i = 0; i < TRIES && sent < 0; i++) {
        sent = sendmsg(fd, &message, MSG_NOSIGNAL);
    }
    return sent < 0 ? -errno : 0;
}

static void take_control(const struct cmsghdr *header, struct sock_datagram *datagram,
                         struct wall *kernel)
{
    const void *data = CMSG_DATA(header);
    if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SO_TIMESTAMPNS) {
        struct timespec at;
        memcpy(&at, data, sizeof at);
        kernel->ns = (int64_t)at.tv_sec * NS_PER_SECOND + at.tv_nsec;
    }
    if (header->cmsg_level == IPPROTO_IPV6) {
        sock6_take_control(header, &datagram->local, &datagram->tos, &datagram->ttl);
    }
    if (header->cmsg_level != IPPROTO_IP) {
        return;
    }
    if (header->cmsg_type == IP_PKTINFO) {
        struct in_pktinfo info;
        memcpy(&info, data, sizeof info);
        datagram->local.family = ADDR_IPV4;
        memcpy(datagram->local.ip, &info.ipi_addr, sizeof info.ipi_addr);
    } else if (header->cmsg_type == IP_TOS) {
        memcpy(&datagram->tos, data, sizeof datagram->tos);
    } else if (header->cmsg_type == IP_TTL) {
        int ttl;
        memcpy(&ttl, data, sizeof ttl);
        datagram->ttl = (uint8_t)ttl;
    }
}

int sock_receive(int fd, uint8_t *bytes, size_t capacity, struct sock_datagram *out)
{
    union host_name from;
    struct iovec data = {.iov_base = bytes, .iov_len = capacity};
    union control control;
    struct msghdr message;
    ssize_t size = -1;
    for (int i = 0; i < TRIES && size < 0; i++) {
        message = (struct msghdr){
            .msg_name = &from,
            .msg_namelen = sizeof from,
            .msg_iov = &data,
            .msg_iovlen = 1,
            .msg_control = control.bytes,
            .msg_controllen = sizeof control.bytes,
        };
        size = recvmsg(fd, &message, 0);
        if (size < 0 && errno == EAGAIN) {
            break;
        }
    }
    if (size < 0) {
        return -errno;
    }
    struct instant now = clock_now();
    struct sock_datagram datagram = {.peer = name_read(&from), .size = (size_t)size};
    /* Without a kernel stamp this is older than the clock allows, and `now` is taken. */
    struct wall kernel = {0};
    for (struct cmsghdr *at = CMSG_FIRSTHDR(&message); at != NULL; at = CMSG_NXTHDR(&message, at)) {
        take_control(at, &datagram, &kernel);
    }
    datagram.received = clock_stamp_from_kernel(kernel, now);
    *out = datagram;
    return 0;
}

/* Reads one message of the error queue. False when it is neither an ICMP error nor a send time: the
 * queue also carries errors of our own host, which the send call has reported already. */
static bool read_notice(struct msghdr *message, struct sock_notice *out)
{
    struct sock_extended_err report = {0};
    struct scm_timestamping times = {0};
    for (struct cmsghdr *at = CMSG_FIRSTHDR(message); at != NULL; at = CMSG_NXTHDR(message, at)) {
        bool is_report = (at->cmsg_level == IPPROTO_IP && at->cmsg_type == IP_RECVERR) ||
                         (at->cmsg_level == IPPROTO_IPV6 && at->cmsg_type == IPV6_RECVERR);
        if (is_report) {
            memcpy(&report, CMSG_DATA(at), sizeof report);
        } else if (at->cmsg_level == SOL_SOCKET && at->cmsg_type == SCM_TIMESTAMPING) {
            memcpy(&times, CMSG_DATA(at), sizeof times);
        }
    }
    if (report.ee_origin == SO_EE_ORIGIN_ICMP || report.ee_origin == SO_EE_ORIGIN_ICMP6) {
        *out = (struct sock_notice){.kind = SOCK_NOTICE_ICMP, .error = (int)report.ee_errno};
        return true;
    }
    if (report.ee_origin != SO_EE_ORIGIN_TIMESTAMPING || times.ts[0].tv_sec == 0) {
        return false;
    }
    struct wall kernel = {(int64_t)times.ts[0].tv_sec * NS_PER_SECOND + times.ts[0].tv_nsec};
    *out = (struct sock_notice){
        .kind = SOCK_NOTICE_SENT,
        .key = report.ee_data,
        .left = clock_stamp_from_kernel(kernel, clock_now()),
    };
    return true;
}

int sock_receive_notice(int fd, struct sock_notice *out)
{
    union host_name to = {.v6 = {0}};
    struct sock_notice notice;
    uint8_t quote[SOCK_QUOTE_BYTES] = {0};
    ssize_t size = 0;
    bool is_found = false;
    while (!is_found) {
        union control control;
        struct iovec data = {.iov_base = quote, .iov_len = sizeof quote};
        struct msghdr message = {
            .msg_name = &to,
            .msg_namelen = sizeof to,
            .msg_iov = &data,
            .msg_iovlen = 1,
            .msg_control = control.bytes,
            .msg_controllen = sizeof control.bytes,
        };
        size = recvmsg(fd, &message, MSG_ERRQUEUE);
        if (size < 0) {
            return -errno;
        }
        is_found = read_notice(&message, &notice);
    }
    if (notice.kind == SOCK_NOTICE_ICMP) {
        notice.peer = name_read(&to);
        notice.quote_size = (size_t)size;
        memcpy(notice.quote, quote, sizeof quote);
    }
    *out = notice;
    return 0;
}
