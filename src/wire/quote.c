/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "wire/quote.h"

#include <string.h>

#include "base/wire.h"
#include "wire/icmp.h"

/* Types and codes of RFC 792 and RFC 4443. */
enum {
    UNREACHABLE = 3,
    PORT_UNREACHABLE = 3,
    TIME_EXCEEDED = 11,
    UNREACHABLE6 = 1,
    PORT_UNREACHABLE6 = 4,
    TIME_EXCEEDED6 = 3,
    IN_TRANSIT = 0, /* code of both "time exceeded" */
};

#define ICMP_LENGTH_AT 5 /* of the quote, in 4 bytes; ICMPv6: at 4, in 8 bytes */
#define ICMP6_LENGTH_AT 4
#define IP_BYTES_MIN 20
#define IP6_BYTES 40
#define UDP_BYTES 8
/* What routers quote that write extensions but not the length (RFC 4884 5.5). */
#define QUOTE_BYTES_USUAL 128
#define EXTENSION_BYTES 4
#define EXTENSION_VERSION 2
#define OBJECT_BYTES 4
#define CLASS_MPLS 1
#define TYPE_STACK 1
#define LABEL_BYTES 4

enum quote_reason quote_reason(enum addr_family family, uint8_t type, uint8_t code)
{
    bool is_ipv6 = family == ADDR_IPV6;
    if (type == (is_ipv6 ? TIME_EXCEEDED6 : TIME_EXCEEDED)) {
        return code == IN_TRANSIT ? QUOTE_EXCEEDED : QUOTE_OTHER;
    }
    if (type != (is_ipv6 ? UNREACHABLE6 : UNREACHABLE)) {
        return QUOTE_OTHER;
    }
    return code == (is_ipv6 ? PORT_UNREACHABLE6 : PORT_UNREACHABLE) ? QUOTE_PORT
                                                                    : QUOTE_UNREACHABLE;
}

/* The IP header, and which bytes follow it. */
static bool read_ip4(struct wire_reader *reader, struct quote *quote)
{
    uint8_t first = wire_read_u8(reader);
    size_t header = (first & 0xfu) * 4u;
    quote->tos = wire_read_u8(reader);
    wire_skip(reader, 6);
    quote->ttl = wire_read_u8(reader);
    quote->protocol = wire_read_u8(reader);
    wire_skip(reader, 6);
    quote->destination.family = ADDR_IPV4;
    wire_read_bytes(reader, quote->destination.ip, 4);
    if (first >> 4 != 4 || header < IP_BYTES_MIN) {
        return false;
    }
    wire_skip(reader, header - IP_BYTES_MIN);
    return !reader->failed;
}

static bool read_ip6(struct wire_reader *reader, struct quote *quote)
{
    uint32_t first = wire_read_u32(reader);
    quote->tos = (uint8_t)(first >> 20);
    wire_skip(reader, 2);
    quote->protocol = wire_read_u8(reader);
    quote->ttl = wire_read_u8(reader);
    wire_skip(reader, 16);
    quote->destination.family = ADDR_IPV6;
    wire_read_bytes(reader, quote->destination.ip, 16);
    return first >> 28 == 6 && !reader->failed;
}

/* At least 8 bytes follow the IP header, which is a whole UDP header. */
static bool read_transport(struct wire_reader *reader, struct quote *quote)
{
    if (wire_left(reader) < UDP_BYTES) {
        return false;
    }
    if (quote->protocol == QUOTE_PROTOCOL_UDP) {
        quote->source_port = wire_read_u16(reader);
        quote->destination.port = wire_read_u16(reader);
        uint16_t size = wire_read_u16(reader);
        quote->payload_size = size < UDP_BYTES ? 0 : (uint16_t)(size - UDP_BYTES);
        wire_skip(reader, 2);
    }
    quote->rest = reader->at;
    quote->rest_size = wire_left(reader);
    return true;
}

static void read_stack(struct wire_reader *object, struct quote *quote)
{
    while (wire_left(object) >= LABEL_BYTES && quote->label_count < QUOTE_LABELS_MAX) {
        uint32_t entry = wire_read_u32(object);
        quote->labels[quote->label_count++] = (struct quote_label){
            .label = entry >> 12,
            .traffic_class = entry >> 9 & 7,
            .ttl = (uint8_t)entry,
        };
    }
}

/* An extension structure: a header with a checksum over all of it, then objects of which each says
 * its length. */
static void read_extension(const uint8_t *bytes, size_t size, struct quote *quote)
{
    struct wire_reader reader = wire_reader(bytes, size);
    bool is_known = wire_read_u8(&reader) >> 4 == EXTENSION_VERSION;
    wire_skip(&reader, 1);
    uint16_t checksum = wire_read_u16(&reader);
    if (reader.failed || !is_known || (checksum != 0 && icmp_checksum(bytes, size) != 0)) {
        return;
    }
    while (wire_left(&reader) >= OBJECT_BYTES) {
        uint16_t length = wire_read_u16(&reader);
        uint8_t class = wire_read_u8(&reader);
        uint8_t type = wire_read_u8(&reader);
        size_t left = wire_left(&reader);
        size_t inner = (size_t)length - OBJECT_BYTES;
        if (length < OBJECT_BYTES || inner > left) {
            return;
        }
        struct wire_reader object = wire_reader(reader.at, inner);
        if (class == CLASS_MPLS && type == TYPE_STACK) {
            read_stack(&object, quote);
        }
        wire_skip(&reader, inner);
    }
}

/* How many bytes the quote has, by the length that the error tells, else as routers do that write
 * extensions without. A checksum of 0, which says nothing, is not believed there. */
static void find_extension(const uint8_t *body, size_t size, size_t told, struct quote *quote)
{
    size_t length = told == 0 ? QUOTE_BYTES_USUAL : told;
    if (size < length + EXTENSION_BYTES) {
        return;
    }
    const uint8_t *extension = body + length;
    bool has_checksum = extension[2] != 0 || extension[3] != 0;
    if (told >= QUOTE_BYTES_USUAL || (told == 0 && has_checksum)) {
        read_extension(extension, size - length, quote);
    }
}

bool quote_read(enum addr_family family, const uint8_t *bytes, size_t size, struct quote *out)
{
    struct quote quote = {0};
    bool is_ipv6 = family == ADDR_IPV6;
    if (size < ICMP_HEADER_BYTES) {
        return false;
    }
    quote.type = bytes[0];
    quote.code = bytes[1];
    quote.reason = quote_reason(family, quote.type, quote.code);
    if (quote.reason == QUOTE_OTHER) {
        return false;
    }
    size_t told = is_ipv6 ? bytes[ICMP6_LENGTH_AT] * 8u : bytes[ICMP_LENGTH_AT] * 4u;
    const uint8_t *body = bytes + ICMP_HEADER_BYTES;
    size_t body_size = size - ICMP_HEADER_BYTES;
    struct wire_reader reader = wire_reader(body, told > 0 && told < body_size ? told : body_size);
    if (!(is_ipv6 ? read_ip6(&reader, &quote) : read_ip4(&reader, &quote)) ||
        !read_transport(&reader, &quote)) {
        return false;
    }
    find_extension(body, body_size, told, &quote);
    *out = quote;
    return true;
}
