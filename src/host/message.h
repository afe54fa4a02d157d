/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* One datagram as the kernel's struct msghdr, on its way out or in, with what goes beside it in
 * control messages: source address, TOS, the wish for a send time; arrival time, destination
 * address, TOS and TTL; the notices of the error queue. No system calls. sock.c and batch.c use it.
 * Reference: ip(7), ipv6(7), cmsg(3). */
#ifndef HOST_MESSAGE_H
#define HOST_MESSAGE_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "host/name.h"
#include "host/parcel.h"

/* What a struct msghdr points at; belongs to the caller and must stay where it is until the call is
 * made. */
struct message {
    union host_name name;
    struct iovec data;
    union {
        struct cmsghdr align;
        uint8_t bytes[256];
    } control;
};

/* Makes `header` send `parcel`; its peer has an address. */
void message_to_send(struct message *message, const struct sock_parcel *parcel,
                     struct msghdr *header);

/* Makes `header` receive up to `capacity` bytes at `bytes`. */
void message_to_receive(struct message *message, void *bytes, size_t capacity,
                        struct msghdr *header);

/* What a received header of `size` bytes says. */
struct sock_datagram message_datagram(const struct message *message, struct msghdr *header,
                                      size_t size);

/* The same for one from the error queue. False when it is neither an ICMP error nor a send time:
 * the queue also carries errors of our own host, which the send call has reported already. */
bool message_notice(const struct message *message, struct msghdr *header, size_t size,
                    struct sock_notice *out);

#endif
