/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* UDP sockets with what measuring needs: kernel receive timestamps, destination address, TOS and
 * TTL (traffic class and hop limit) of each datagram, ICMP errors from the error queue. A socket is
 * IPv4 or IPv6, never both. Non-blocking. Functions return 0 or
 * -errno. */
#ifndef HOST_SOCK_H
#define HOST_SOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/time.h"
#include "host/parcel.h"
#include "probe/io.h"

/* Binds a UDP socket to `local` (port 0: any free one). On success *fd is the descriptor (close it)
 * and *bound the address it got. */
int sock_open(const struct addr *local, int *fd, struct addr *bound);

/* Makes what leaves a socket that is not bound yet leave as `options` say. */
int sock_apply(int fd, const struct io_options *options);

/* The same for a socket whose datagrams leave (and arrive) as `options` say. */
int sock_open_with(const struct addr *local, const struct io_options *options, int *fd,
                   struct addr *bound);

/* Makes a socket of ours out of `fd`, another kind of datagram socket: set up and bound. */
int sock_adopt(int fd, const struct addr *local, const struct io_options *options,
               struct addr *bound);

/* Another ICMP error may arrive between two tries of a call; a genuine error of the call itself
 * survives them all. */
#define SOCK_TRIES 3

/* Sends one datagram. A pending ICMP error that this call would report is not this datagram's: it
 * is sent all the same. */
int sock_send(int fd, const struct sock_parcel *parcel);

/* Asks for a receive buffer of `bytes`; what the system allows is taken. */
void sock_want_room(int fd, int bytes);

/* Datagrams that the kernel dropped at this socket since it was made, because its buffer was full:
 * the counter that SO_RXQ_OVFL reports beside datagrams, readable at any time (SO_MEMINFO). */
uint32_t sock_drops(int fd);

/* Who stamps every datagram that a socket sends, and numbers it, whether it asks or not. */
enum sock_stamps {
    SOCK_STAMPS_ASKED, /* the kernel, those that ask */
    SOCK_STAMPS_KERNEL,
    SOCK_STAMPS_HARDWARE, /* the adapter; what is received too */
};
void sock_stamp(int fd, enum sock_stamps stamps);

/* Makes a socket fit for many sessions: it does not tell which of our addresses a datagram came to.
 */
void sock_share(int fd, enum addr_family family);

/* Ends all stamping of what is sent. */
void sock_stop_stamps(int fd);

/* A datagram that did not leave may or may not have used up a key: starts them again at 0. */
void sock_restart_keys(int fd, enum sock_stamps stamps);

#endif
