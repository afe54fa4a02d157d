/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Many datagrams with one system call: sendmmsg(2), recvmmsg(2). The buffers are reserved, not
 * used, until a datagram of that size arrives. Belongs to one thread. */
#ifndef HOST_BATCH_H
#define HOST_BATCH_H

#include <stddef.h>

#include "host/sock.h"

/* Messages of one call. */
#define BATCH_MAX 64

struct batch;

struct batch *batch_new(void);
void batch_free(struct batch *batch); /* NULL is fine */

/* Sends parcels[0..count-1], count <= BATCH_MAX, in order. 0, or -errno of parcels[*sent]: those
 * before it left, those after it were not tried. Pending ICMP errors as in sock_send. */
int batch_send(struct batch *batch, int fd, const struct sock_parcel *const *parcels, size_t count,
               size_t *sent);

/* Receives what is there, at most BATCH_MAX datagrams. Their bytes are the batch's until its next
 * call. How many, or -errno; -EAGAIN: none. */
int batch_receive(struct batch *batch, int fd, struct sock_datagram out[BATCH_MAX]);

/* Takes what is in the error queue, at most BATCH_MAX messages of it; `*taken` is how many those
 * were. Returns how many of them are notices; 0: none. */
size_t batch_receive_notices(struct batch *batch, int fd, struct sock_notice out[BATCH_MAX],
                             size_t *taken);

#endif
