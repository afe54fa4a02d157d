/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The IP packet in a captured frame, and the UDP datagram or ICMP message in that: through tags,
 * labels and tunnels. Bytes to structs; no state. Frames may be cut anywhere.
 * Source: tcpdump's list of link types; RFC 791, 768, 8200, 2784, 2890, 3032, 2516, 2003;
 * draft-foschiano-erspan. */
#ifndef WIRE_FRAME_H
#define WIRE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "wire/pcap.h"

enum ip_protocol { IP_ICMP = 1, IP_UDP = 17, IP_ICMP6 = 58 };

/* The innermost packet of a frame. `bytes` are what its protocol carries, header of UDP or ICMP
 * included until packet_read_udp has taken that off. */
struct packet {
    struct addr source, destination; /* with the ports of UDP */
    uint8_t protocol;
    uint8_t tos, ttl;
    uint32_t ip_id; /* IPv4; of fragments of IPv6 too */
    bool has_ip_id;
    bool is_fragment, has_more; /* a piece at `piece_at`; it is not the last one */
    uint32_t piece_at;
    const uint8_t *bytes;
    size_t size; /* captured */
    size_t length; /* as sent: more than `size` when the frame is cut */
    bool has_bad_checksum; /* neither right, nor what a host leaves to its adapter, nor none */
    /* Where it was seen: */
    uint32_t encapsulation; /* the same number for the same kinds of headers around it */
    uint32_t device; /* index that Linux cooked v2 tells, else 0 */
    bool is_cooked; /* version 1 tells no device: it may be another one for each frame */
    enum pcap_direction direction;
};

enum frame_kind {
    FRAME_PACKET,
    FRAME_FRAGMENT, /* a piece of one: wire/reassembly.h */
    FRAME_CUT, /* too little of it was captured */
    FRAME_OTHER, /* no IP, or a link type that is not known (frame_knows_link) */
};

bool frame_knows_link(uint32_t link_type);

enum frame_kind frame_read(const struct pcap_frame *frame, struct packet *out);

/* Goes on with a packet that was put together: it may be a tunnel. */
enum frame_kind packet_go_on(struct packet *packet);

/* Takes the UDP header off. False when the packet is not UDP or too little of it is there. */
bool packet_read_udp(struct packet *packet);

#endif
