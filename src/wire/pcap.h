/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A small reader of packet captures in memory: classic pcap and pcapng, and the UDP datagrams in
 * their frames. Only what finding one datagram needs: no reassembly, no options, no writing.
 * Source: the IETF drafts draft-ietf-opsawg-pcap and draft-ietf-opsawg-pcapng. */
#ifndef WIRE_PCAP_H
#define WIRE_PCAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Interfaces of a pcapng section whose link types are kept; frames of further ones are skipped. */
#define PCAP_INTERFACES_MAX 32

/* A position in a capture. The bytes are the caller's and must stay. */
struct pcap {
    const uint8_t *at, *end;
    bool is_ng;
    bool is_little; /* byte order of the file, or of the section */
    uint32_t link_types[PCAP_INTERFACES_MAX];
    size_t interfaces;
};

struct pcap_frame {
    uint32_t link_type;
    const uint8_t *bytes;
    size_t size;
};

struct pcap_datagram {
    uint16_t source_port, destination_port;
    const uint8_t *bytes; /* UDP payload */
    size_t size;
};

/* False when `bytes` begin neither a pcap nor a pcapng file. */
bool pcap_open(struct pcap *pcap, const uint8_t *bytes, size_t size);

/* The next frame; false at the end, also when the rest is cut off or makes no sense. */
bool pcap_next(struct pcap *pcap, struct pcap_frame *out);

/* The UDP datagram over IPv4 or IPv6 in a frame (Ethernet with VLAN tags, Linux cooked, raw IP, BSD
 * loopback). False when there is none, or only a fragment of one. */
bool pcap_find_udp(const struct pcap_frame *frame, struct pcap_datagram *out);

#endif
