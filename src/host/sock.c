/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* ICMP errors. With IP_RECVERR the kernel puts each ICMP error into the socket's error queue, and
 * also stores it as the socket's pending error. The next send or receive call fails with that error
 * and clears it, although the error was caused by an earlier datagram. The queue has all the
 * information, so such calls are repeated. Reference: ip(7), recvmsg(2). */
#include "host/sock.h"

#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/net_tstamp.h>
#include <linux/sock_diag.h>

#include "host/message.h"
#include "host/name.h"
#include "host/sock6.h"

static bool takes_keys; /* found out once */

static int set_option(int fd, int level, int name, int value)
{
    return setsockopt(fd, level, name, &value, sizeof value) == 0 ? 0 : -errno;
}

/* OPT_ID numbers the transmit timestamps, OPT_TSONLY leaves out the copy of the datagram. Receive
 * timestamps come from SO_TIMESTAMPNS. */
void sock_set_stamps(int fd, enum sock_stamps stamps)
{
    static const int also[] = {
        [SOCK_STAMPS_REQUESTED] = 0,
        [SOCK_STAMPS_KERNEL] = SOF_TIMESTAMPING_TX_SOFTWARE,
        [SOCK_STAMPS_HARDWARE] = SOF_TIMESTAMPING_TX_HARDWARE | SOF_TIMESTAMPING_RX_HARDWARE |
                                 SOF_TIMESTAMPING_RAW_HARDWARE,
    };
    (void)set_option(fd, SOL_SOCKET, SO_TIMESTAMPING,
                     SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_OPT_ID |
                         SOF_TIMESTAMPING_OPT_TSONLY | also[stamps]);
}

/* Datagrams may be fragmented (IP_PMTUDISC_DONT), as on a router. With path MTU discovery the first
 * large probe would be lost because of this host, not because of the network. */
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
        error = set_option(fd, SOL_SOCKET, SO_RXQ_OVFL, 1);
    }
    if (error == 0) {
        error = family == ADDR_IPV6 ? sock6_configure(fd) : configure4(fd);
    }
    return error;
}

/* IP_PMTUDISC_PROBE sets DF and leaves it to the path what passes. With IP_PMTUDISC_DO the system
 * refuses what exceeds the path MTU that it learnt up to ten minutes ago. */
static int apply4(int fd, const struct io_options *options)
{
    if (options->dont_fragment) {
        int error = set_option(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE);
        if (error != 0) {
            return error;
        }
    }
    return options->ttl == 0 ? 0 : set_option(fd, IPPROTO_IP, IP_TTL, options->ttl);
}

/* Called before bind(2), because an address of a VRF exists only in that VRF. */
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

static int open_socket(const struct addr *local, const struct io_options *options, bool is_shared,
                       int *fd, struct addr *bound)
{
    int family = local->family == ADDR_IPV6 ? AF_INET6 : AF_INET;
    int made = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (made < 0) {
        return -errno;
    }
    int error = is_shared ? set_option(made, SOL_SOCKET, SO_REUSEPORT, 1) : 0;
    if (error == 0) {
        error = sock_adopt(made, local, options, bound);
    }
    if (error != 0) {
        close(made);
        return error;
    }
    *fd = made;
    return 0;
}

int sock_open_with(const struct addr *local, const struct io_options *options, int *fd,
                   struct addr *bound)
{
    return open_socket(local, options, false, fd, bound);
}

int sock_open_shared(const struct addr *local, const struct io_options *options, int *fd,
                     struct addr *bound)
{
    return open_socket(local, options, true, fd, bound);
}

int sock_send(int fd, const struct sock_parcel *parcel)
{
    struct message message;
    struct msghdr header;
    if (parcel->peer.family == ADDR_NONE) {
        return -EAFNOSUPPORT;
    }
    message_to_send(&message, parcel, &header);
    ssize_t sent = -1;
    for (int i = 0; i < SOCK_TRIES && sent < 0 && !(i > 0 && sock_is_refusal(errno)); i++) {
        sent = sendmsg(fd, &header, MSG_NOSIGNAL);
    }
    return sent < 0 ? -errno : 0;
}

/* Without a privilege net.core.rmem_max limits the size. The kernel doubles the value. */
void sock_set_receive_buffer(int fd, int bytes)
{
    if (set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, bytes) != 0) {
        (void)set_option(fd, SOL_SOCKET, SO_RCVBUF, bytes);
    }
}

uint32_t sock_drops(int fd)
{
    uint32_t info[SK_MEMINFO_VARS] = {0};
    socklen_t size = sizeof info;
    if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &size) != 0) {
        return 0;
    }
    return info[SK_MEMINFO_DROPS];
}

void sock_stop_stamps(int fd)
{
    (void)set_option(fd, SOL_SOCKET, SO_TIMESTAMPING, 0);
}

/* A datagram that never leaves, because broadcasts are not allowed on a new socket, tells whether
 * its control messages are known: those are read first, and an unknown one is EINVAL. */
static void ask_for_keys(void)
{
    const struct sock_parcel parcel = {
        .peer = {.family = ADDR_IPV4, .ip = {255, 255, 255, 255}, .port = 9},
        .has_key = true,
    };
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd >= 0) {
        sock_set_stamps(fd, SOCK_STAMPS_REQUESTED);
        takes_keys = sock_send(fd, &parcel) != -EINVAL;
        close(fd);
    }
}

bool sock_takes_keys(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, ask_for_keys);
    return takes_keys;
}

bool sock_is_refusal(int error)
{
    return error == EPERM || error == ENOBUFS;
}

void sock_omit_destination(int fd, enum addr_family family)
{
    if (family == ADDR_IPV6) {
        (void)set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 0);
    } else {
        (void)set_option(fd, IPPROTO_IP, IP_PKTINFO, 0);
    }
}
