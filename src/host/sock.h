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
#include "probe/io.h"

struct sock_datagram {
    struct addr peer; /* who sent it */
    struct addr local; /* the address it was sent to (IP only when the socket is bound to any) */
    size_t size;
    struct stamp received;
    uint8_t tos, ttl;
};

/* A datagram to send. */
struct sock_parcel {
    struct addr peer;
    struct addr source; /* send from its IP; ADDR_NONE or any address: the system chooses */
    uint8_t tos;
    bool wants_stamp; /* the kernel shall tell when it left: a SOCK_NOTICE_SENT */
    const uint8_t *bytes;
    size_t size;
};

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

/* Sends one datagram. A pending ICMP error that this call would report is not this datagram's: it
 * is sent all the same. */
int sock_send(int fd, const struct sock_parcel *parcel);

/* Receives one datagram into `bytes`; -EAGAIN when there is none (an empty datagram has size 0). */
int sock_receive(int fd, uint8_t *bytes, size_t capacity, struct sock_datagram *out);

/* What the kernel puts aside for a socket: an ICMP error in answer to a datagram, or the time when
 * one left. */
enum sock_notice_kind { SOCK_NOTICE_ICMP, SOCK_NOTICE_SENT };

#define SOCK_QUOTE_BYTES 8

struct sock_notice {
    enum sock_notice_kind kind;
    int error; /* ICMP: an errno value */
    struct addr peer; /* ICMP: whom the datagram was for */
    uint8_t quote[SOCK_QUOTE_BYTES]; /* ICMP: its first bytes, after the UDP header if it had one */
    size_t quote_size;
    uint32_t key; /* SENT: the how manieth datagram with wants_stamp, from 0 */
    struct stamp left; /* SENT */
};

/* Takes one notice off the error queue. -EAGAIN when there is none. */
int sock_receive_notice(int fd, struct sock_notice *out);

#endif
