/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* How many bytes the packets of a target have, with their IP and UDP headers, by writing one. Where
 * the host is a name, its address is taken for IPv4 unless the target says otherwise. */
#ifndef PLAN_PACKET_H
#define PLAN_PACKET_H

#include <stddef.h>

#include "probe/spec.h"

#define PACKET_UDP_BYTES 8

/* Of the IP header alone. */
size_t packet_ip_bytes(const struct spec *spec);

/* A probe, and what comes back; not of tcp-connect. */
size_t packet_probe_bytes(const struct spec *spec);
size_t packet_reply_bytes(const struct spec *spec);

/* A control request and its response as our responder has it (a router may use the short response
 * of version 1, of 8 bytes); only where requests are sent. */
size_t packet_request_bytes(const struct spec *spec);
size_t packet_response_bytes(const struct spec *spec);

#endif
