/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "wire/pcapng.h"

#include <string.h>

#include "wire/frame.h"
#include "wire/icmp.h"

enum {
    BLOCK_SECTION = 0x0a0d0d0a,
    BLOCK_INTERFACE = 1,
    BLOCK_ENHANCED = 6,
    OPTION_END = 0,
    OPTION_COMMENT = 1,
    OPTION_NAME = 2, /* of an interface */
    OPTION_FLAGS = 2, /* of a packet */
    OPTION_PROGRAM = 4,
    OPTION_RESOLUTION = 9,
    LINK_RAW = 101,
    UDP_HEADER = 8,
    CHECKSUM_AT = 2, /* in ICMP */
    NANOSECONDS = 9,
};

static void add_little(struct buf *out, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        buf_add_char(out, (char)(value >> 8 * i & 0xff));
    }
}

static void add_big(struct buf *out, uint32_t value, size_t bytes)
{
    for (size_t i = bytes; i > 0; i--) {
        buf_add_char(out, (char)(value >> 8 * (i - 1) & 0xff));
    }
}

static void pad(struct buf *out)
{
    while (out->size % 4 != 0) {
        buf_add_char(out, '\0');
    }
}

static void add_option(struct buf *out, unsigned code, const void *value, size_t size)
{
    add_little(out, code, 2);
    add_little(out, size, 2);
    buf_add(out, value, size);
    pad(out);
}

/* Takes over the body, whose size is a multiple of 4. */
static void add_block(struct buf *out, uint32_t type, struct buf *body)
{
    size_t size = body->size + 12;
    add_little(out, type, 4);
    add_little(out, size, 4);
    buf_add(out, body->bytes, body->size);
    add_little(out, size, 4);
    buf_fini(body);
}

void pcapng_add_head(const char *program, const char *interface, struct buf *out)
{
    static const uint8_t resolution = NANOSECONDS;
    struct buf body = {0};
    add_little(&body, 0x1a2b3c4d, 4);
    add_little(&body, 1, 4); /* version 1.0 */
    add_little(&body, UINT64_MAX, 8); /* the length is not known */
    add_option(&body, OPTION_PROGRAM, program, strlen(program));
    add_option(&body, OPTION_END, "", 0);
    add_block(out, BLOCK_SECTION, &body);
    add_little(&body, LINK_RAW, 4);
    add_little(&body, 0, 4); /* nothing is cut */
    add_option(&body, OPTION_NAME, interface, strlen(interface));
    add_option(&body, OPTION_RESOLUTION, &resolution, 1);
    add_option(&body, OPTION_END, "", 0);
    add_block(out, BLOCK_INTERFACE, &body);
}

static size_t ip_bytes(const struct addr *addr)
{
    return addr->family == ADDR_IPV4 ? 4 : 16;
}

/* The checksum of UDP and ICMPv6, which covers the addresses too: `bytes` have room for it. */
static uint16_t pseudo_checksum(const struct pcapng_packet *packet, const struct buf *carried)
{
    struct buf all = {0};
    buf_add(&all, packet->source.ip, ip_bytes(&packet->source));
    buf_add(&all, packet->destination.ip, ip_bytes(&packet->destination));
    add_big(&all, (uint32_t)carried->size, 4);
    add_big(&all, packet->protocol, 4);
    buf_add(&all, carried->bytes, carried->size);
    uint16_t checksum = icmp_checksum((const uint8_t *)all.bytes, all.size);
    buf_fini(&all);
    return checksum;
}

static void put_checksum(struct buf *carried, size_t at, uint16_t checksum)
{
    carried->bytes[at] = (char)(checksum >> 8);
    carried->bytes[at + 1] = (char)(checksum & 0xff);
}

static void add_carried(const struct pcapng_packet *packet, struct buf *out)
{
    if (packet->protocol == IP_UDP) {
        add_big(out, packet->source.port, 2);
        add_big(out, packet->destination.port, 2);
        add_big(out, (uint32_t)(UDP_HEADER + packet->size), 2);
        add_big(out, 0, 2);
        buf_add(out, packet->bytes, packet->size);
        uint16_t checksum = pseudo_checksum(packet, out);
        put_checksum(out, 6, checksum == 0 ? UINT16_MAX : checksum);
        return;
    }
    buf_add(out, packet->bytes, packet->size);
    bool is_open = packet->size >= ICMP_HEADER_BYTES && packet->bytes[CHECKSUM_AT] == 0 &&
                   packet->bytes[CHECKSUM_AT + 1] == 0;
    if (is_open && packet->protocol == IP_ICMP6) {
        put_checksum(out, CHECKSUM_AT, pseudo_checksum(packet, out));
    }
}

static void add_ip(const struct pcapng_packet *packet, size_t carried, struct buf *out)
{
    if (packet->source.family == ADDR_IPV6) {
        add_big(out, 6U << 28 | (uint32_t)packet->tos << 20, 4);
        add_big(out, (uint32_t)carried, 2);
        add_big(out, packet->protocol, 1);
        add_big(out, packet->ttl, 1);
    } else {
        add_big(out, 0x4500U | packet->tos, 2);
        add_big(out, (uint32_t)(20 + carried), 2);
        add_big(out, 0, 4); /* no identification, no fragment */
        add_big(out, packet->ttl, 1);
        add_big(out, packet->protocol, 1);
        add_big(out, 0, 2);
    }
    buf_add(out, packet->source.ip, ip_bytes(&packet->source));
    buf_add(out, packet->destination.ip, ip_bytes(&packet->destination));
    if (packet->source.family == ADDR_IPV4) {
        put_checksum(out, 10, icmp_checksum((const uint8_t *)out->bytes, out->size));
    }
}

void pcapng_add_packet(const struct pcapng_packet *packet, struct buf *out)
{
    struct buf carried = {0}, data = {0}, body = {0};
    uint64_t ticks = (uint64_t)packet->time_ns;
    const uint8_t flags[4] = {packet->is_out ? 2 : 1};
    add_carried(packet, &carried);
    add_ip(packet, carried.size, &data);
    buf_add(&data, carried.bytes, carried.size);
    add_little(&body, 0, 4); /* the interface */
    add_little(&body, ticks >> 32, 4);
    add_little(&body, ticks & UINT32_MAX, 4);
    add_little(&body, data.size, 4);
    add_little(&body, data.size, 4);
    buf_add(&body, data.bytes, data.size);
    pad(&body);
    add_option(&body, OPTION_COMMENT, packet->comment, strlen(packet->comment));
    add_option(&body, OPTION_FLAGS, flags, sizeof flags);
    add_option(&body, OPTION_END, "", 0);
    add_block(out, BLOCK_ENHANCED, &body);
    buf_fini(&data);
    buf_fini(&carried);
}
