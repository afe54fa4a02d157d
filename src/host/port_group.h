/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Ports that several threads, the workers of one responder, serve together. Each worker has a
 * socket of its own on the same address (SO_REUSEPORT), and a classic BPF program on the group
 * hands each datagram to the worker of its source: an IPv4 address or an IPv6 /64. So everything
 * that a source sends, to whatever port, is one worker's business: its requests, its probes and its
 * quota. What the kernel does without a program depends on the number of sockets, and moves half of
 * all sources when one is added.
 *
 * A worker that has no use for a port that others serve has no socket there, or one that gets
 * nothing: what its sources send goes to another worker, who counts it. A socket is closed with
 * the last of its group, because the kernel numbers the others anew. Reference: socket(7),
 * SO_ATTACH_REUSEPORT_CBPF. */
#ifndef HOST_PORT_GROUP_H
#define HOST_PORT_GROUP_H

#include "base/addr.h"
#include "probe/io.h"

#define PORT_GROUP_WORKERS_MAX 16

/* All that the workers share; any thread may use it. */
struct port_groups;

/* For workers 0 to `workers` - 1, of which there are 2 to PORT_GROUP_WORKERS_MAX. */
struct port_groups *port_groups_new(unsigned workers);
/* After the hosts of all workers. NULL is fine. */
void port_groups_free(struct port_groups *groups);

/* One worker; all 0: the ports of this host are its own. */
struct port_member {
    struct port_groups *groups;
    unsigned worker;
};

/* A port that all workers will open (fx->is_for_all) has all its sockets from the first moment:
 * what comes for a worker that is not ready yet waits in its own.
 *
 * Opens what `fx` asks for (FX_OPEN, TRANSPORT_UDP, TRANSPORT_TCP_LISTEN or _SERVER, with a port),
 * and directs the sources of the worker to it. 0: *fd is to be given back to port_group_leave,
 * *bound its address. Else -errno: -EADDRINUSE when somebody else has the port. */
int port_group_join(const struct port_member *member, const struct fx *fx, int *fd,
                    struct addr *bound);

/* The worker reads `fd`, one of port_group_join, no more. */
void port_group_leave(const struct port_member *member, int fd);

#endif
