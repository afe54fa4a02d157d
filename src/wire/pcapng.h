/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Writes pcapng in the form that every reader takes: one section, little-endian, one interface of
 * raw IP with nanoseconds, the direction and one comment of each packet. Source: the IETF draft
 * draft-ietf-opsawg-pcapng; docs/decode.md says which readers were tried. */
#ifndef WIRE_PCAPNG_H
#define WIRE_PCAPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/buf.h"

/* The beginning of a file: the program that writes it, and the name of its interface. */
void pcapng_add_head(const char *program, const char *interface, struct buf *out);

/* One IP packet around `bytes`: the payload of UDP (IP_UDP), or a whole ICMP message, whose
 * checksum is written when it is 0. */
struct pcapng_packet {
    int64_t time_ns; /* since 1970, not negative */
    bool is_out;
    uint8_t protocol; /* enum ip_protocol of wire/frame.h */
    uint8_t tos, ttl;
    struct addr source, destination; /* of one family */
    const uint8_t *bytes;
    size_t size; /* up to 65507 */
    const char *comment; /* ASCII */
};

void pcapng_add_packet(const struct pcapng_packet *packet, struct buf *out);

#endif
