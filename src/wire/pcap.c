/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "wire/pcap.h"

#include "base/wire.h"

enum {
    CLASSIC_HEADER = 24,
    CLASSIC_RECORD = 16,
    BLOCK_SECTION = 0x0a0d0d0a,
    BLOCK_INTERFACE = 1,
    BLOCK_SIMPLE = 3,
    BLOCK_ENHANCED = 6,
    BLOCK_MIN = 12,
    FRAME_MAX = 256 * 1024,
};

enum { LINK_NULL = 0, LINK_ETHERNET = 1, LINK_RAW = 101, LINK_SLL = 113, LINK_SLL2 = 276 };
enum { LINK_IPV4 = 228, LINK_IPV6 = 229 };
enum { ETHER_IPV4 = 0x0800, ETHER_IPV6 = 0x86dd, ETHER_VLAN = 0x8100, ETHER_QINQ = 0x88a8 };
enum { PROTOCOL_UDP = 17 };

static size_t left(const struct pcap *pcap)
{
    return (size_t)(pcap->end - pcap->at);
}

/* A number of 4 or 2 bytes in the byte order of the file; the bytes are known to be there. */
static uint32_t number(const struct pcap *pcap, size_t offset, size_t bytes)
{
    uint32_t value = 0;
    for (size_t i = 0; i < bytes; i++) {
        size_t place = pcap->is_little ? bytes - 1 - i : i;
        value = value << 8 | pcap->at[offset + place];
    }
    return value;
}

static bool is_classic_magic(uint32_t magic)
{
    return magic == 0xa1b2c3d4 || magic == 0xa1b23c4d; /* microseconds, nanoseconds */
}

/* A section header block: its byte order is told by a number inside. */
static bool read_section(struct pcap *pcap)
{
    if (left(pcap) < BLOCK_MIN + 4) {
        return false;
    }
    pcap->interfaces = 0;
    for (unsigned i = 0; i < 2; i++) {
        pcap->is_little = i == 1;
        if (number(pcap, 8, 4) == 0x1a2b3c4d) {
            return true;
        }
    }
    return false;
}

bool pcap_open(struct pcap *pcap, const uint8_t *bytes, size_t size)
{
    if (size < CLASSIC_HEADER) {
        return false;
    }
    *pcap = (struct pcap){.at = bytes, .end = bytes + size};
    if (number(pcap, 0, 4) == BLOCK_SECTION) {
        pcap->is_ng = true;
        return read_section(pcap);
    }
    for (unsigned i = 0; i < 2; i++) {
        pcap->is_little = i == 1;
        if (is_classic_magic(number(pcap, 0, 4))) {
            /* The upper bits of the link type say whether frames end with a checksum. */
            pcap->link_types[0] = number(pcap, 20, 4) & 0xffff;
            pcap->at += CLASSIC_HEADER;
            return true;
        }
    }
    return false;
}

static bool next_classic(struct pcap *pcap, struct pcap_frame *out)
{
    if (left(pcap) < CLASSIC_RECORD) {
        return false;
    }
    uint32_t size = number(pcap, 8, 4);
    if (size > FRAME_MAX || size > left(pcap) - CLASSIC_RECORD) {
        return false;
    }
    *out = (struct pcap_frame){
        .link_type = pcap->link_types[0],
        .bytes = pcap->at + CLASSIC_RECORD,
        .size = size,
    };
    pcap->at += CLASSIC_RECORD + size;
    return true;
}

/* The frame of a block of `size` bytes whose data begin at `offset`; false when it holds none. */
static bool read_frame(const struct pcap *pcap, uint32_t size, struct pcap_frame *out)
{
    bool is_simple = number(pcap, 0, 4) == BLOCK_SIMPLE;
    size_t offset = is_simple ? 12 : 28;
    if (size < offset + 4) {
        return false;
    }
    uint32_t interface = is_simple ? 0 : number(pcap, 8, 4);
    size_t room = size - offset - 4;
    size_t bytes = number(pcap, is_simple ? 8 : 20, 4);
    if (interface >= pcap->interfaces || (!is_simple && bytes > room)) {
        return false;
    }
    *out = (struct pcap_frame){
        .link_type = pcap->link_types[interface],
        .bytes = pcap->at + offset,
        .size = bytes < room ? bytes : room,
    };
    return true;
}

/* The block at hand: true when it is a frame, which goes to *out. */
static bool read_block(struct pcap *pcap, uint32_t size, struct pcap_frame *out)
{
    uint32_t type = number(pcap, 0, 4);
    if (type == BLOCK_INTERFACE && size >= BLOCK_MIN + 8 &&
        pcap->interfaces < PCAP_INTERFACES_MAX) {
        pcap->link_types[pcap->interfaces++] = number(pcap, 8, 2);
    }
    return (type == BLOCK_ENHANCED || type == BLOCK_SIMPLE) && read_frame(pcap, size, out);
}

static bool next_ng(struct pcap *pcap, struct pcap_frame *out)
{
    while (left(pcap) >= BLOCK_MIN) {
        if (number(pcap, 0, 4) == BLOCK_SECTION && !read_section(pcap)) {
            return false;
        }
        uint32_t size = number(pcap, 4, 4);
        if (size < BLOCK_MIN || size % 4 != 0 || size > left(pcap)) {
            return false;
        }
        bool is_frame = read_block(pcap, size, out);
        pcap->at += size;
        if (is_frame) {
            return true;
        }
    }
    return false;
}

bool pcap_next(struct pcap *pcap, struct pcap_frame *out)
{
    return pcap->is_ng ? next_ng(pcap, out) : next_classic(pcap, out);
}

/* Skips what stands before the IP header; false when it is not IP. */
static bool skip_link(uint32_t link_type, struct wire_reader *reader)
{
    uint16_t ether;
    switch (link_type) {
    case LINK_RAW:
    case LINK_IPV4:
    case LINK_IPV6:
        return true;
    case LINK_NULL:
        wire_skip(reader, 4);
        return true;
    case LINK_ETHERNET:
        wire_skip(reader, 12);
        ether = wire_read_u16(reader);
        break;
    case LINK_SLL:
        wire_skip(reader, 14);
        ether = wire_read_u16(reader);
        break;
    case LINK_SLL2:
        ether = wire_read_u16(reader);
        wire_skip(reader, 18);
        break;
    default:
        return false;
    }
    while (!reader->failed && (ether == ETHER_VLAN || ether == ETHER_QINQ)) {
        wire_skip(reader, 2);
        ether = wire_read_u16(reader);
    }
    return ether == ETHER_IPV4 || ether == ETHER_IPV6;
}

/* Skips an IPv4 header whose first byte was read; false when no whole UDP datagram follows. */
static bool skip_ipv4(uint8_t first, struct wire_reader *reader)
{
    size_t header = (size_t)(first & 0x0f) * 4;
    if (header < 20) {
        return false;
    }
    wire_skip(reader, 5);
    uint16_t fragment = wire_read_u16(reader);
    wire_skip(reader, 1);
    uint8_t protocol = wire_read_u8(reader);
    wire_skip(reader, 10 + header - 20);
    return (fragment & 0x3fff) == 0 && protocol == PROTOCOL_UDP;
}

static bool skip_ipv6(struct wire_reader *reader)
{
    wire_skip(reader, 5);
    uint8_t next = wire_read_u8(reader);
    wire_skip(reader, 1 + 32);
    return next == PROTOCOL_UDP;
}

bool pcap_find_udp(const struct pcap_frame *frame, struct pcap_datagram *out)
{
    struct wire_reader reader = wire_reader(frame->bytes, frame->size);
    if (!skip_link(frame->link_type, &reader)) {
        return false;
    }
    uint8_t first = wire_read_u8(&reader);
    bool is_udp =
        (first >> 4 == 4 && skip_ipv4(first, &reader)) || (first >> 4 == 6 && skip_ipv6(&reader));
    struct pcap_datagram datagram = {.source_port = wire_read_u16(&reader)};
    datagram.destination_port = wire_read_u16(&reader);
    uint16_t length = wire_read_u16(&reader);
    wire_skip(&reader, 2);
    if (!is_udp || reader.failed || length < 8 || length - 8u > wire_left(&reader)) {
        return false;
    }
    datagram.bytes = reader.at;
    datagram.size = length - 8u;
    *out = datagram;
    return true;
}
