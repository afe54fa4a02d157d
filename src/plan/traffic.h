/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What measuring a target puts on the wire, when every packet is answered and no request has to be
 * repeated. Packets of datagram operations are written by the operations themselves to know their
 * size; those of TCP connections are what Linux makes of them. */
#ifndef PLAN_TRAFFIC_H
#define PLAN_TRAFFIC_H

#include "probe/spec.h"

/* A second, or at once. Bytes are those of IP packets: with IP, UDP and TCP headers, without the
 * link's. */
struct traffic_way {
    double packets, bytes;
};
struct traffic {
    struct traffic_way sent, received;
};

/* Of one operation, control request included. */
struct traffic traffic_operation(const struct spec *spec);

/* A second, on average. Nothing for a target that never starts. */
struct traffic traffic_average(const struct spec *spec);

/* A second, while the packets of an operation leave; the average where it has only one. */
struct traffic traffic_train(const struct spec *spec);

/* A second, on average, at most: the search for the path to the host, all hops counted. Its answers
 * come from routers and are not counted. */
struct traffic traffic_path(const struct spec *spec);

void traffic_add(struct traffic *sum, const struct traffic *more);

#endif
