/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What goes through a datagram socket: datagrams in and out, and the kernel's notices about those
 * that left. Plain values. */
#ifndef HOST_PARCEL_H
#define HOST_PARCEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/time.h"

struct sock_datagram {
    struct addr peer; /* who sent it */
    struct addr local; /* the address it was sent to (IP only when the socket is bound to any) */
    const uint8_t *bytes;
    size_t size;
    struct wall kernel; /* when it arrived; 0: the kernel did not say */
    struct wall hardware; /* the same by the adapter's own clock; 0: it did not say */
    uint32_t drops; /* what the socket has dropped before it, in all; 0: nothing was said */
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

/* What the kernel puts aside for a socket: an ICMP error in answer to a datagram, or the time when
 * one left. */
enum sock_notice_kind { SOCK_NOTICE_ICMP, SOCK_NOTICE_SENT };

/* What is kept of a datagram that an ICMP error quotes: what is random in it lies within. */
#define SOCK_QUOTE_BYTES 80

struct sock_notice {
    enum sock_notice_kind kind;
    int error; /* ICMP: an errno value */
    struct addr peer; /* ICMP: whom the datagram was for */
    const uint8_t *quote; /* ICMP: its first bytes, after the UDP header if it had one; they live
                             until the next notices are taken */
    size_t quote_size;
    uint32_t key; /* SENT: the how manieth datagram with wants_stamp, from 0 */
    struct wall kernel; /* SENT: when it left; 0: only the adapter told */
    struct wall hardware; /* SENT: the same by the adapter's own clock; 0: it did not say */
};

#endif
