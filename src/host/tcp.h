/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* TCP as tcp-connect needs it: the handshake and nothing else; no byte is ever read or written.
 * Non-blocking. Functions return 0 or -errno. */
#ifndef HOST_TCP_H
#define HOST_TCP_H

#include <stdbool.h>

#include "base/addr.h"
#include "base/time.h"
#include "probe/io.h"

/* A connection to be made. */
struct tcp_call {
    struct addr local; /* port 0: any */
    struct addr peer;
    struct io_options options;
    uint8_t tos;
};

/* Begins to connect. 0: connected already; -EINPROGRESS: writable when
 * it has ended, see tcp_result. In both cases *fd is the descriptor (tcp_close it), *bound the
 * address it got and *started the time right before connect(2). */
int tcp_connect(const struct tcp_call *call, int *fd, struct addr *bound, struct instant *started);

/* How connecting ended. */
int tcp_result(int fd);

/* Closes a connection. When the peer has not closed it yet and `frees_port` is set, it is aborted:
 * nothing of it stays behind on its local port. */
void tcp_close(int fd, bool frees_port);

/* Listens on `local`. */
int tcp_listen(const struct addr *local, int *fd, struct addr *bound);

/* Accepts one connection and closes it at once; -EAGAIN when there is none. `*spare` is a
 * descriptor kept for when there are no more: without it the connection could not even be refused.
 */
int tcp_accept(int fd, int *spare, struct addr *peer, struct addr *local);

/* A descriptor to keep as a spare. */
int tcp_spare(void);

#endif
