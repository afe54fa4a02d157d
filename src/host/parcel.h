/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The values that go through a datagram socket: received datagrams, datagrams to send, and the
 * kernel's notices about sent ones. */
#ifndef HOST_PARCEL_H
#define HOST_PARCEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/icmp_error.h"
#include "base/time.h"

/* A received datagram. */
struct sock_datagram {
    struct addr peer; /* its source */
    struct addr local; /* its destination, without port; family ADDR_NONE: not reported */
    const uint8_t *bytes;
    size_t size;
    struct wall kernel; /* kernel receive timestamp; 0: none */
    struct wall hardware; /* the adapter's, on the adapter's clock; 0: none */
    uint32_t drops; /* the socket's drop counter when it arrived; 0: not reported */
    uint8_t tos, ttl;
    uint32_t interface; /* index of that which it came through; 0: not reported */
};

/* A datagram to send. */
struct sock_parcel {
    struct addr peer;
    struct addr source; /* source IP address; ADDR_NONE or the any address: the system chooses */
    uint8_t tos;
    uint8_t ttl; /* 0: the socket's */
    bool wants_stamp; /* requests a transmit timestamp: a SOCK_NOTICE_SENT */
    bool has_key; /* its notice has the number `key`, whatever the kernel counts */
    uint32_t key;
    const uint8_t *bytes;
    size_t size;
};

/* What the kernel reports in a socket's error queue: an ICMP error caused by a datagram, or the
 * transmit timestamp of one. */
enum sock_notice_kind { SOCK_NOTICE_ICMP, SOCK_NOTICE_SENT };

/* What is kept of a datagram that an ICMP error quotes: what is random in it lies within. */
#define SOCK_QUOTE_BYTES 80

struct sock_notice {
    enum sock_notice_kind kind;
    int error; /* ICMP: an errno value */
    struct icmp_error icmp; /* ICMP */
    struct addr peer; /* ICMP: the destination of the datagram */
    const uint8_t *quote; /* ICMP: its first bytes, after the UDP header if it had one; they live
                             until the next notices are taken */
    size_t quote_size;
    uint32_t key; /* SENT: the parcel's key, else the datagram's number among those with a request,
                     from 0 */
    struct wall kernel; /* kernel timestamp, SENT: of sending, ICMP: of arrival; 0: none */
    struct wall hardware; /* SENT: the adapter's, on the adapter's clock; 0: none */
};

#endif
