/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* TCP: the handshake of tcp-connect, and streams of bytes. Non-blocking. Functions
 * return 0 or -errno. Thread-safe. */
#ifndef HOST_TCP_H
#define HOST_TCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/time.h"
#include "probe/io.h"

/* A connection to open. */
struct tcp_call {
    struct addr local; /* port 0: any free port */
    struct addr peer;
    struct io_options options;
    uint8_t tos;
    bool is_shared; /* tcp_listen: others of this process may listen there too (SO_REUSEPORT) */
};

/* Starts the handshake. 0: it has succeeded already; -EINPROGRESS: when the socket becomes writable
 * it has ended, see tcp_result. In both cases *fd is the descriptor (the caller calls tcp_close),
 * *bound the local address and *started the time right before connect(2). */
int tcp_connect(const struct tcp_call *call, int *fd, struct addr *bound, struct instant *started);

/* The result of the handshake, 0 or -errno. */
int tcp_result(int fd);

/* Closes a connection. With `frees_port`, a connection that the peer has not closed is aborted
 * (RST), so that no TIME_WAIT blocks its local port. */
void tcp_close(int fd, bool frees_port);

/* Listens on `call->local` (port 0: any free port) with its options; *bound is the address with its
 * port. The caller closes *fd. */
int tcp_listen(const struct tcp_call *call, int *fd, struct addr *bound);

/* A connection that was accepted. */
struct tcp_arrival {
    int fd; /* -1: none */
    struct addr peer, local;
};

/* Accepts one connection, which the caller closes; -EAGAIN when there is none. When this process
 * has no free descriptor, *spare (of tcp_spare, or -1) is closed for a moment, so that the
 * connection can be accepted and closed; the result is then -EMFILE. */
int tcp_take(int fd, int *spare, struct tcp_arrival *out);

/* The same, and closes it at once. */
int tcp_accept(int fd, int *spare, struct addr *peer, struct addr *local);

/* Reads what has come, at most `size` bytes: how many, 0 when the peer has closed, -EAGAIN when
 * there is nothing. */
int tcp_read(int fd, uint8_t *bytes, size_t size);

/* Writes all bytes; -ENOBUFS when the system does not take them at once. */
int tcp_write(int fd, const uint8_t *bytes, size_t size);

/* A descriptor for that, which the caller closes; -1 when there is none. */
int tcp_spare(void);

#endif
