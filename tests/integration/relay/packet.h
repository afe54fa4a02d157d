/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What the relay needs to know of an IPv4 packet, and of the IP SLA packet in it. */
#ifndef RELAY_PACKET_H
#define RELAY_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACKET_CONTROL_PORT 1967

enum packet_kind {
    PACKET_OTHER, /* not IPv4, a fragment, or a protocol not named here */
    PACKET_ICMP,
    PACKET_CONTROL, /* UDP from or to port 1967 */
    PACKET_ECHO, /* other UDP, IP SLA type 1 */
    PACKET_JITTER, /* other UDP, IP SLA type 2 */
    PACKET_UDP, /* other UDP */
};

struct packet {
    enum packet_kind kind;
    uint8_t protocol, tos, ttl;
    uint16_t source_port, destination_port;
    uint16_t sequence, responder_sequence; /* PACKET_JITTER */
    size_t udp_at; /* offset of the UDP header, 0 when there is none */
    size_t payload_at, payload_size; /* of the UDP payload */
};

/* Never fails: what cannot be read is PACKET_OTHER. */
struct packet packet_parse(const uint8_t *bytes, size_t size);

/* UDP that is not control: what impairment patterns count and hit. */
bool packet_is_probe(enum packet_kind kind);
const char *packet_kind_name(enum packet_kind kind);

/* Inverts the payload byte at `offset` and clears the UDP checksum, so that the receiver sees the
 * damage. */
void packet_corrupt(const struct packet *packet, uint8_t *bytes, size_t offset);

#endif
