/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* UDP sockets that report for each datagram the kernel receive timestamp, destination address, TOS
 * and TTL (IPv6: traffic class and hop limit), and ICMP errors through the error queue. A socket is
 * IPv4 or IPv6, never both, and non-blocking. Functions that return int return 0 or -errno, and
 * then leave their results untouched. The caller closes descriptors. Thread-safe. */
#ifndef HOST_SOCK_H
#define HOST_SOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/time.h"
#include "host/parcel.h"
#include "probe/io.h"

/* Opens a UDP socket bound to `local` (port 0: any free port). *fd is the descriptor, *bound the
 * address with its port. */
int sock_open(const struct addr *local, int *fd, struct addr *bound);

/* Sets `options` for all datagrams of a socket that is not bound yet. */
int sock_apply(int fd, const struct io_options *options);

/* As sock_open, with `options` for what is sent and received. */
int sock_open_with(const struct addr *local, const struct io_options *options, int *fd,
                   struct addr *bound);

/* The same, and others of this process may do it too (SO_REUSEPORT). */
int sock_open_shared(const struct addr *local, const struct io_options *options, int *fd,
                     struct addr *bound);

/* As sock_open_with, for the new datagram socket `fd` of another kind. On error the caller still
 * closes it. */
int sock_adopt(int fd, const struct addr *local, const struct io_options *options,
               struct addr *bound);

/* A send or receive call is tried this often: each pending ICMP error makes one call fail, an error
 * of the call itself makes all fail. Refusals (sock_is_refusal) are not tried again. */
#define SOCK_TRIES 3

/* Sends one datagram, even when the socket has a pending ICMP error, which is that of an earlier
 * datagram. -EAFNOSUPPORT when the peer has no address. */
int sock_send(int fd, const struct sock_parcel *parcel);

/* Sets the size of the receive buffer to `bytes`, or to the most that the system permits. */
void sock_set_receive_buffer(int fd, int bytes);

/* Received datagrams that the kernel dropped since the socket was opened, because its buffer was
 * full (SO_MEMINFO; SO_RXQ_OVFL reports the same counter with datagrams). 0 when it cannot be
 * read. */
uint32_t sock_drops(int fd);

/* Which sent datagrams get a transmit timestamp and a key, and from whom. */
enum sock_stamps {
    SOCK_STAMPS_REQUESTED, /* those with wants_stamp, from the kernel */
    SOCK_STAMPS_KERNEL, /* all, from the kernel */
    SOCK_STAMPS_HARDWARE, /* all, from the adapter; received ones, too */
};

/* Sets which; a new socket gives none. Each datagram that comes in then costs a little more. When
 * the system does not support it, there are no notices (parcel.h). */
void sock_set_stamps(int fd, enum sock_stamps stamps);

/* Saves time on a socket with many sessions: destination addresses are no longer reported. */
void sock_omit_destination(int fd, enum addr_family family);

/* Stops all transmit timestamps. */
void sock_stop_stamps(int fd);

/* Whether parcels may have keys (Linux 6.13). Without, the kernel counts the datagrams. */
bool sock_takes_keys(void);

/* Whether a send call that failed with `error` (errno value) has made a datagram, which the
 * firewall or a full queue of the device refused. It is not tried again, and the kernel has counted
 * it. */
bool sock_is_refusal(int error);

#endif
