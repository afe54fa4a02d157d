/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "relay/packet.h"

#include <netinet/in.h>

#include "base/wire.h"

#define IP_HEADER_MIN 20
#define UDP_HEADER 8
#define FRAGMENT_MASK 0x3fff /* more-fragments flag and offset */

static enum packet_kind payload_kind(const uint8_t *payload, size_t size, struct packet *packet)
{
    struct wire_reader reader = wire_reader(payload, size);
    uint16_t type = wire_read_u16(&reader);
    wire_skip(&reader, 10);
    uint16_t sequence = wire_read_u16(&reader);
    uint16_t responder_sequence = wire_read_u16(&reader);
    if (type == 2 && !reader.failed) {
        packet->sequence = sequence;
        packet->responder_sequence = responder_sequence;
        return PACKET_JITTER;
    }
    return type == 1 && size >= 4 ? PACKET_ECHO : PACKET_UDP;
}

static void parse_udp(const uint8_t *bytes, size_t size, size_t at, struct packet *packet)
{
    struct wire_reader reader = wire_reader(bytes + at, size - at);
    packet->source_port = wire_read_u16(&reader);
    packet->destination_port = wire_read_u16(&reader);
    uint16_t length = wire_read_u16(&reader);
    wire_skip(&reader, 2);
    if (reader.failed || length < UDP_HEADER || length > size - at) {
        return;
    }
    packet->udp_at = at;
    packet->payload_at = at + UDP_HEADER;
    packet->payload_size = (size_t)length - UDP_HEADER;
    if (packet->source_port == PACKET_CONTROL_PORT ||
        packet->destination_port == PACKET_CONTROL_PORT) {
        packet->kind = PACKET_CONTROL;
        return;
    }
    packet->kind = payload_kind(bytes + packet->payload_at, packet->payload_size, packet);
}

struct packet packet_parse(const uint8_t *bytes, size_t size)
{
    struct packet packet = {.kind = PACKET_OTHER};
    if (size < IP_HEADER_MIN || bytes[0] >> 4 != 4) {
        return packet;
    }
    size_t header = (size_t)(bytes[0] & 15) * 4;
    packet.tos = bytes[1];
    packet.ttl = bytes[8];
    packet.protocol = bytes[9];
    unsigned fragment = ((unsigned)bytes[6] << 8 | bytes[7]) & FRAGMENT_MASK;
    if (header < IP_HEADER_MIN || header > size || fragment != 0) {
        return packet;
    }
    if (packet.protocol == IPPROTO_ICMP) {
        packet.kind = PACKET_ICMP;
    } else if (packet.protocol == IPPROTO_UDP) {
        parse_udp(bytes, size, header, &packet);
    }
    return packet;
}

bool packet_is_probe(enum packet_kind kind)
{
    return kind == PACKET_ECHO || kind == PACKET_JITTER || kind == PACKET_UDP;
}

const char *packet_kind_name(enum packet_kind kind)
{
    static const char *const names[] = {
        [PACKET_OTHER] = "other", [PACKET_ICMP] = "icmp",     [PACKET_CONTROL] = "control",
        [PACKET_ECHO] = "echo",   [PACKET_JITTER] = "jitter", [PACKET_UDP] = "udp",
    };
    return names[kind];
}

void packet_corrupt(const struct packet *packet, uint8_t *bytes, size_t offset)
{
    if (packet->udp_at == 0 || offset >= packet->payload_size) {
        return;
    }
    bytes[packet->payload_at + offset] ^= 0xff;
    bytes[packet->udp_at + 6] = 0;
    bytes[packet->udp_at + 7] = 0;
}
