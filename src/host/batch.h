/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Sends and receives many datagrams with one system call: sendmmsg(2), recvmmsg(2). Its receive
 * buffers (4 MiB) use physical memory only where datagrams have filled them. Not thread-safe. */
#ifndef HOST_BATCH_H
#define HOST_BATCH_H

#include <stddef.h>

#include "host/sock.h"

/* Most datagrams or notices in one call. */
#define BATCH_MAX 64

struct batch;

struct batch *batch_new(void);
void batch_free(struct batch *batch); /* NULL is fine */

/* Sends parcels[0..*sent-1] in order; count is 0 to BATCH_MAX. When *sent is smaller than `count`,
 * parcels[*sent] was tried and failed, and another call says why. Returns 0, or the -errno of
 * parcels[0]: none was sent. A pending ICMP error does not fail the call, as in sock_send. */
int batch_send(struct batch *batch, int fd, const struct sock_parcel *const *parcels, size_t count,
               size_t *sent);

/* Receives at most BATCH_MAX datagrams without waiting. Returns their number, or -errno (-EAGAIN:
 * there are none). Their bytes stay valid until the next call of this function. */
int batch_receive(struct batch *batch, int fd, struct sock_datagram out[BATCH_MAX]);

/* Reads at most BATCH_MAX messages from the error queue. Returns how many of them are notices
 * (message_notice) and are in `out`. */
size_t batch_receive_notices(struct batch *batch, int fd, struct sock_notice out[BATCH_MAX]);

#endif
