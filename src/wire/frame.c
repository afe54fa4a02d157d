/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Headers are taken off one by one; each says what comes next. */
#include "wire/frame.h"

#include <string.h>

#include "base/wire.h"

enum {
    LINK_NULL = 0,
    LINK_ETHERNET = 1,
    LINK_RAW = 101,
    LINK_LOOP = 108,
    LINK_SLL = 113,
    LINK_IPV4 = 228,
    LINK_IPV6 = 229,
    LINK_SLL2 = 276,
};

enum {
    ETHER_IPV4 = 0x0800,
    ETHER_VLAN = 0x8100,
    ETHER_IPV6 = 0x86dd,
    ETHER_MPLS = 0x8847,
    ETHER_MPLS_MULTICAST = 0x8848,
    ETHER_PPPOE = 0x8864,
    ETHER_QINQ = 0x88a8,
    ETHER_QINQ_OLD = 0x9100,
    ETHER_BRIDGED = 0x6558, /* in GRE: an Ethernet frame */
    ETHER_ERSPAN = 0x88be, /* in GRE: I or II */
    ETHER_ERSPAN3 = 0x22eb,
};

enum { PPP_IPV4 = 0x0021, PPP_IPV6 = 0x0057 };

enum {
    PROTOCOL_HOP_BY_HOP = 0,
    PROTOCOL_IPV4 = 4,
    PROTOCOL_IPV6 = 41,
    PROTOCOL_ROUTING = 43,
    PROTOCOL_FRAGMENT = 44,
    PROTOCOL_GRE = 47,
    PROTOCOL_AH = 51,
    PROTOCOL_DESTINATION = 60,
    PROTOCOL_MOBILITY = 135,
    PROTOCOL_MPLS = 137,
};

enum { GRE_CHECKSUM = 0x8000, GRE_ROUTING = 0x4000, GRE_KEY = 0x2000, GRE_SEQUENCE = 0x1000 };
enum { SLL_OUTGOING = 4, HEADERS_MAX = 32, UDP_HEADER = 8, IPV4_HEADER = 20 };

/* What stands at the reader. */
enum step { AT_ETHERNET, AT_TYPE, AT_IP, AT_PROTOCOL, AT_END, AT_FRAGMENT, AT_NOTHING };

struct walk {
    struct wire_reader reader;
    size_t missing; /* bytes that were sent behind the captured ones */
    uint16_t type; /* AT_TYPE: as in Ethernet */
    struct packet *packet;
};

bool frame_knows_link(uint32_t link_type)
{
    switch (link_type) {
    case LINK_NULL:
    case LINK_ETHERNET:
    case LINK_RAW:
    case LINK_LOOP:
    case LINK_SLL:
    case LINK_IPV4:
    case LINK_IPV6:
    case LINK_SLL2:
        return true;
    default:
        return false;
    }
}

static enum step read_cooked(struct walk *walk)
{
    uint16_t kind = wire_read_u16(&walk->reader);
    wire_skip(&walk->reader, 12);
    walk->type = wire_read_u16(&walk->reader);
    walk->packet->direction = kind == SLL_OUTGOING ? PCAP_OUT : PCAP_IN;
    walk->packet->is_cooked = true;
    return AT_TYPE;
}

static enum step read_cooked2(struct walk *walk)
{
    walk->type = wire_read_u16(&walk->reader);
    wire_skip(&walk->reader, 2);
    walk->packet->device = wire_read_u32(&walk->reader);
    wire_skip(&walk->reader, 2);
    uint8_t kind = wire_read_u8(&walk->reader);
    wire_skip(&walk->reader, 9);
    walk->packet->direction = kind == SLL_OUTGOING ? PCAP_OUT : PCAP_IN;
    return AT_TYPE;
}

static enum step read_link(struct walk *walk, uint32_t link_type)
{
    switch (link_type) {
    case LINK_NULL:
    case LINK_LOOP:
        wire_skip(&walk->reader, 4);
        return AT_IP;
    case LINK_RAW:
    case LINK_IPV4:
    case LINK_IPV6:
        return AT_IP;
    case LINK_ETHERNET:
        return AT_ETHERNET;
    case LINK_SLL:
        return read_cooked(walk);
    case LINK_SLL2:
        return read_cooked2(walk);
    default:
        return AT_NOTHING;
    }
}

static enum step read_ethernet(struct walk *walk)
{
    wire_skip(&walk->reader, 12);
    walk->type = wire_read_u16(&walk->reader);
    return AT_TYPE;
}

/* To the bottom of the stack; what is below says by its first four bits what it is. */
static enum step read_mpls(struct walk *walk)
{
    uint32_t label = 0;
    while (!walk->reader.failed && (label & 0x100) == 0) {
        label = wire_read_u32(&walk->reader);
    }
    return AT_IP;
}

static enum step read_pppoe(struct walk *walk)
{
    wire_skip(&walk->reader, 6);
    uint16_t protocol = wire_read_u16(&walk->reader);
    return protocol == PPP_IPV4 || protocol == PPP_IPV6 ? AT_IP : AT_NOTHING;
}

static enum step read_type(struct walk *walk)
{
    switch (walk->type) {
    case ETHER_VLAN:
    case ETHER_QINQ:
    case ETHER_QINQ_OLD:
        wire_skip(&walk->reader, 2);
        walk->type = wire_read_u16(&walk->reader);
        return AT_TYPE;
    case ETHER_MPLS:
    case ETHER_MPLS_MULTICAST:
        return read_mpls(walk);
    case ETHER_PPPOE:
        return read_pppoe(walk);
    case ETHER_IPV4:
    case ETHER_IPV6:
        return AT_IP;
    default:
        return AT_NOTHING;
    }
}

/* The packet ends after `length` bytes more: what is captured behind them is padding. */
static void narrow(struct walk *walk, size_t length)
{
    size_t left = wire_left(&walk->reader);
    if (length <= left) {
        walk->reader.end = walk->reader.at + length;
        walk->missing = 0;
    } else {
        walk->missing = length - left;
    }
}

static enum step read_ipv4(struct walk *walk, uint8_t first)
{
    struct packet *packet = walk->packet;
    struct wire_reader *reader = &walk->reader;
    size_t header = (size_t)(first & 0x0f) * 4;
    packet->tos = wire_read_u8(reader);
    size_t total = wire_read_u16(reader);
    packet->ip_id = wire_read_u16(reader);
    packet->has_ip_id = true;
    uint16_t fragment = wire_read_u16(reader);
    packet->ttl = wire_read_u8(reader);
    packet->protocol = wire_read_u8(reader);
    wire_skip(reader, 2);
    packet->source = (struct addr){.family = ADDR_IPV4};
    packet->destination = packet->source;
    wire_read_bytes(reader, packet->source.ip, 4);
    wire_read_bytes(reader, packet->destination.ip, 4);
    if (reader->failed || header < IPV4_HEADER || (total != 0 && total < header)) {
        return AT_NOTHING;
    }
    wire_skip(reader, header - IPV4_HEADER);
    if (total != 0) { /* else the adapter was to cut it into packets */
        narrow(walk, total - header);
    }
    packet->piece_at = (fragment & 0x1fffU) * 8;
    packet->has_more = (fragment & 0x2000) != 0;
    packet->is_fragment = packet->has_more || packet->piece_at > 0;
    return packet->is_fragment ? AT_FRAGMENT : AT_PROTOCOL;
}

static bool is_extension(uint8_t protocol)
{
    return protocol == PROTOCOL_HOP_BY_HOP || protocol == PROTOCOL_ROUTING ||
           protocol == PROTOCOL_DESTINATION || protocol == PROTOCOL_AH ||
           protocol == PROTOCOL_MOBILITY || protocol == PROTOCOL_FRAGMENT;
}

/* A fragment header; one that is the whole packet changes nothing. */
static void read_piece(struct walk *walk)
{
    struct packet *packet = walk->packet;
    packet->protocol = wire_read_u8(&walk->reader);
    wire_skip(&walk->reader, 1);
    uint16_t fragment = wire_read_u16(&walk->reader);
    packet->ip_id = wire_read_u32(&walk->reader);
    packet->piece_at = fragment & 0xfff8;
    packet->has_more = (fragment & 1) != 0;
    packet->is_fragment = packet->has_more || packet->piece_at > 0;
    packet->has_ip_id = packet->is_fragment;
}

/* The chain of headers before what the packet carries. */
static enum step read_extensions(struct walk *walk)
{
    struct packet *packet = walk->packet;
    struct wire_reader *reader = &walk->reader;
    for (unsigned i = 0; i < HEADERS_MAX && is_extension(packet->protocol); i++) {
        if (packet->protocol == PROTOCOL_FRAGMENT) {
            read_piece(walk);
            if (packet->is_fragment) {
                return AT_FRAGMENT;
            }
            continue;
        }
        bool is_ah = packet->protocol == PROTOCOL_AH;
        packet->protocol = wire_read_u8(reader);
        size_t size = wire_read_u8(reader);
        wire_skip(reader, is_ah ? (size + 2) * 4 - 2 : (size + 1) * 8 - 2);
    }
    return AT_PROTOCOL;
}

static enum step read_ipv6(struct walk *walk, uint8_t first)
{
    struct packet *packet = walk->packet;
    struct wire_reader *reader = &walk->reader;
    uint8_t second = wire_read_u8(reader);
    packet->tos = (uint8_t)(first << 4 | second >> 4);
    wire_skip(reader, 2);
    size_t length = wire_read_u16(reader);
    packet->protocol = wire_read_u8(reader);
    packet->ttl = wire_read_u8(reader);
    packet->source = (struct addr){.family = ADDR_IPV6};
    packet->destination = packet->source;
    wire_read_bytes(reader, packet->source.ip, 16);
    wire_read_bytes(reader, packet->destination.ip, 16);
    packet->has_ip_id = false;
    packet->ip_id = 0;
    if (length != 0) {
        narrow(walk, length);
    }
    return read_extensions(walk);
}

static enum step read_ip(struct walk *walk)
{
    uint8_t first = wire_read_u8(&walk->reader);
    switch (first >> 4) {
    case 4:
        return read_ipv4(walk, first);
    case 6:
        return read_ipv6(walk, first);
    default:
        return AT_NOTHING;
    }
}

static enum step read_erspan3(struct walk *walk)
{
    wire_skip(&walk->reader, 10);
    uint16_t last = wire_read_u16(&walk->reader);
    wire_skip(&walk->reader, (last & 1) != 0 ? 8 : 0);
    return AT_ETHERNET;
}

static enum step read_gre(struct walk *walk)
{
    uint16_t flags = wire_read_u16(&walk->reader);
    walk->type = wire_read_u16(&walk->reader);
    if ((flags & 7) != 0) { /* another version */
        return AT_NOTHING;
    }
    wire_skip(&walk->reader, (flags & (GRE_CHECKSUM | GRE_ROUTING)) != 0 ? 4 : 0);
    wire_skip(&walk->reader, (flags & GRE_KEY) != 0 ? 4 : 0);
    wire_skip(&walk->reader, (flags & GRE_SEQUENCE) != 0 ? 4 : 0);
    switch (walk->type) {
    case ETHER_ERSPAN:
        wire_skip(&walk->reader, (flags & GRE_SEQUENCE) != 0 ? 8 : 0);
        return AT_ETHERNET;
    case ETHER_ERSPAN3:
        return read_erspan3(walk);
    case ETHER_BRIDGED:
        return AT_ETHERNET;
    default:
        return AT_TYPE;
    }
}

static enum step read_protocol(struct walk *walk)
{
    switch (walk->packet->protocol) {
    case PROTOCOL_IPV4:
    case PROTOCOL_IPV6:
        return AT_IP;
    case PROTOCOL_GRE:
        return read_gre(walk);
    case PROTOCOL_MPLS:
        return read_mpls(walk);
    default:
        return AT_END;
    }
}

static enum step read_header(struct walk *walk, enum step step)
{
    /* The kinds of headers, in their order, as one number. */
    walk->packet->encapsulation = walk->packet->encapsulation * 31 + (uint32_t)step + walk->type;
    switch (step) {
    case AT_ETHERNET:
        return read_ethernet(walk);
    case AT_TYPE:
        return read_type(walk);
    case AT_IP:
        return read_ip(walk);
    case AT_PROTOCOL:
        return read_protocol(walk);
    case AT_END:
    case AT_FRAGMENT:
    case AT_NOTHING:
        break;
    }
    return step;
}

static enum frame_kind go(struct walk *walk, enum step step)
{
    for (unsigned i = 0; i < HEADERS_MAX && step < AT_END && !walk->reader.failed; i++) {
        step = read_header(walk, step);
    }
    if (walk->reader.failed) {
        return walk->missing > 0 ? FRAME_CUT : FRAME_OTHER;
    }
    if (step != AT_END && step != AT_FRAGMENT) {
        return FRAME_OTHER;
    }
    walk->packet->bytes = walk->reader.at;
    walk->packet->size = wire_left(&walk->reader);
    walk->packet->length = walk->packet->size + walk->missing;
    return step == AT_END ? FRAME_PACKET : FRAME_FRAGMENT;
}

enum frame_kind frame_read(const struct pcap_frame *frame, struct packet *out)
{
    *out = (struct packet){.direction = frame->direction, .encapsulation = frame->link_type};
    struct walk walk = {
        .reader = wire_reader(frame->bytes, frame->size),
        .missing = frame->length > frame->size ? frame->length - frame->size : 0,
        .packet = out,
    };
    return go(&walk, read_link(&walk, frame->link_type));
}

enum frame_kind packet_go_on(struct packet *packet)
{
    struct walk walk = {
        .reader = wire_reader(packet->bytes, packet->size),
        .missing = packet->length - packet->size,
        .packet = packet,
    };
    packet->is_fragment = false;
    return go(&walk, AT_PROTOCOL);
}

static uint32_t sum_bytes(uint32_t sum, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
    }
    return sum;
}

static uint16_t fold_sum(uint32_t sum)
{
    while (sum > UINT16_MAX) {
        sum = (sum & UINT16_MAX) + (sum >> 16);
    }
    return (uint16_t)sum;
}

/* What a host sends itself has the sum of the pseudo-header only: its adapter adds the rest. */
static bool is_bad_checksum(const struct packet *packet, uint16_t checksum)
{
    size_t ip_bytes = packet->source.family == ADDR_IPV4 ? 4 : 16;
    if (checksum == 0 || packet->size < packet->length || packet->length > UINT16_MAX) {
        return false;
    }
    uint32_t pseudo = sum_bytes(0, packet->source.ip, ip_bytes);
    pseudo = sum_bytes(pseudo, packet->destination.ip, ip_bytes);
    pseudo = fold_sum(pseudo + IP_UDP + (uint32_t)packet->length);
    uint16_t all = fold_sum(sum_bytes(pseudo, packet->bytes, packet->size));
    return all != UINT16_MAX && checksum != pseudo;
}

bool packet_read_udp(struct packet *packet)
{
    struct wire_reader reader = wire_reader(packet->bytes, packet->size);
    if (packet->protocol != IP_UDP || packet->size < UDP_HEADER) {
        return false;
    }
    packet->source.port = wire_read_u16(&reader);
    packet->destination.port = wire_read_u16(&reader);
    size_t length = wire_read_u16(&reader);
    uint16_t checksum = wire_read_u16(&reader);
    if (length != 0 && (length < UDP_HEADER || length > packet->length)) {
        return false;
    }
    if (length != 0) {
        packet->length = length;
        packet->size = packet->size < length ? packet->size : length;
    }
    packet->has_bad_checksum = is_bad_checksum(packet, checksum);
    packet->bytes += UDP_HEADER;
    packet->size -= UDP_HEADER;
    packet->length -= UDP_HEADER;
    return true;
}
