/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* One datagram or notice at a time, for tests that play the other side of a socket; the host takes
 * them in batches (host/batch.h). 0 or -errno. */
#ifndef SUPPORT_RECEIVE_H
#define SUPPORT_RECEIVE_H

#include <stddef.h>
#include <stdint.h>

#include "host/parcel.h"

/* Receives one datagram into `bytes`; -EAGAIN when there is none (an empty datagram has size 0). */
int sock_receive(int fd, uint8_t *bytes, size_t capacity, struct sock_datagram *out);

/* Takes one notice off the error queue. -EAGAIN when there is none. */
int sock_receive_notice(int fd, struct sock_notice *out);

#endif
