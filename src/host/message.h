/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Converts datagrams to and from the kernel's struct msghdr. Control messages carry, when sending:
 * source address, TOS, TTL, timestamp request and key; when receiving: timestamps, destination
 * address, TOS, TTL, drop counter; in the error queue: ICMP errors and transmit timestamps. No
 * system calls. Used by sock.c and batch.c. Reference: ip(7), ipv6(7), cmsg(3). */
#ifndef HOST_MESSAGE_H
#define HOST_MESSAGE_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "host/name.h"
#include "host/parcel.h"

/* The memory that a struct msghdr points at. The caller owns it and keeps it in place until the
 * system call is done. */
struct message {
    union host_name name;
    struct iovec data;
    union {
        struct cmsghdr align;
        uint8_t bytes[256];
    } control;
};

/* Sets `header` to send `parcel`, whose peer is an IPv4 or IPv6 address. */
void message_to_send(struct message *message, const struct sock_parcel *parcel,
                     struct msghdr *header);

/* Sets `header` to receive at most `capacity` bytes into `bytes`. */
void message_to_receive(struct message *message, void *bytes, size_t capacity,
                        struct msghdr *header);

/* Reads a received datagram of `size` bytes. Its bytes are those given to message_to_receive. */
struct sock_datagram message_datagram(const struct message *message, struct msghdr *header,
                                      size_t size);

/* Reads a message of the error queue. False when it is neither an ICMP error nor a transmit
 * timestamp: the queue also has errors of this host, which the send call has reported already. */
bool message_notice(const struct message *message, struct msghdr *header, size_t size,
                    struct sock_notice *out);

#endif
