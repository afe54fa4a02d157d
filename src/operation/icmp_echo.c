/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* ICMP echoes; one, unless asked for more. Source: RFC 792, RFC 4443; docs/protocol.md. */
#include <string.h>

#include "base/wire.h"
#include "operation/operation.h"
#include "wire/icmp.h"

/* What IOS sends before the data: a zero word and a time in milliseconds. */
#define STAMP_BYTES 8
#define DATA_BYTES_MAX 16384

static struct payload_data data(const struct spec *spec)
{
    return (struct payload_data){ICMP_HEADER_BYTES + STAMP_BYTES, spec->packets.bytes};
}

static size_t write(const struct payload *payload, uint32_t seq, uint8_t *out)
{
    const struct spec *spec = payload->spec;
    bool is_ipv6 = spec->path.peer.family == ADDR_IPV6;
    const struct icmp_header header = {is_ipv6 ? ICMP6_TYPE_ECHO : ICMP_TYPE_ECHO,
                                       payload->identifier, payload_sequence(payload, seq)};
    size_t size = ICMP_HEADER_BYTES + STAMP_BYTES + spec->packets.bytes;
    struct wire_writer stamp = wire_writer(out + ICMP_HEADER_BYTES, STAMP_BYTES);
    wire_write_u32(&stamp, 0);
    wire_write_u32(&stamp, wall_ms_of_day((struct wall){payload->train->samples[seq - 1].t1_ns}));
    pattern_fill(&spec->packets.pattern, out + ICMP_HEADER_BYTES + STAMP_BYTES,
                 spec->packets.bytes);
    payload_write_nonce(payload, seq, out);
    if (is_ipv6) {
        icmp6_encode(&header, out);
    } else {
        icmp_encode(&header, out, size);
    }
    return size;
}

/* The data behind the nonce. */
static bool is_pattern(const struct payload *payload, const uint8_t *bytes)
{
    const struct spec_packets *packets = &payload->spec->packets;
    uint8_t sent[DATA_BYTES_MAX];
    pattern_fill(&packets->pattern, sent, packets->bytes);
    return memcmp(bytes + payload->nonce_bytes, sent + payload->nonce_bytes,
                  packets->bytes - payload->nonce_bytes) == 0;
}

/* Everything of an echo that we know before: its size, our own stamp, the nonce and, when asked,
 * the data behind it. */
static enum payload_verdict check_data(const struct payload *payload, uint32_t seq,
                                       const struct ev *ev)
{
    const struct sample *sent = train_find(payload->train, seq);
    const struct spec_packets *packets = &payload->spec->packets;
    struct wire_reader reader = wire_reader(ev->bytes, ev->size);
    wire_skip(&reader, ICMP_HEADER_BYTES);
    uint32_t zero = wire_read_u32(&reader);
    uint32_t sent_ms = wire_read_u32(&reader);
    if (reader.failed || wire_left(&reader) != packets->bytes) {
        return PAYLOAD_CORRUPT;
    }
    enum payload_verdict verdict = payload_check_nonce(payload, seq, ev->bytes);
    if (verdict != PAYLOAD_ACCEPTED) {
        return verdict;
    }
    if (zero != 0 || sent_ms != wall_ms_of_day((struct wall){sent->t1_ns})) {
        return payload_differs(payload);
    }
    bool is_same = !packets->verify_data || is_pattern(payload, reader.at);
    return is_same ? PAYLOAD_ACCEPTED : payload_differs(payload);
}

static bool is_echo_reply(const struct spec *spec, const struct ev *ev, struct icmp_header *out)
{
    return spec->path.peer.family == ADDR_IPV6
               ? icmp6_decode(ev->bytes, ev->size, out) && out->type == ICMP6_TYPE_ECHO_REPLY
               : icmp_decode(ev->bytes, ev->size, out) && out->type == ICMP_TYPE_ECHO_REPLY;
}

static enum payload_verdict read(struct payload *payload, const struct ev *ev, struct instant now,
                                 const struct sample **out)
{
    struct icmp_header header;
    struct sample *sample = NULL;
    if (!is_echo_reply(payload->spec, ev, &header)) {
        return PAYLOAD_CORRUPT;
    }
    uint32_t seq = payload_number(payload, header.sequence);
    const struct sample *sent = train_find(payload->train, seq);
    if (sent == NULL || header.identifier != payload->identifier) {
        return PAYLOAD_UNKNOWN;
    }
    enum payload_verdict verdict = check_data(payload, seq, ev);
    if (verdict != PAYLOAD_ACCEPTED) {
        return verdict;
    }
    struct stamp received = payload_arrival(payload, ev, sent, now);
    verdict = payload_book(payload, seq, received, &sample);
    *out = sample;
    return verdict;
}

/* Unless told otherwise no faster than `ping` lets anybody: hosts limit what they answer. */
static const struct operation_key keys[] = {
    {.name = "num_packets", "1", 1, 1000, .ignores_defaults = true},
    {.name = "interval", "200ms", .ignores_defaults = true},
    {.name = "request_data_size", "28", 0, DATA_BYTES_MAX},
    {.name = "verify_data"},
    {.name = "data_pattern"},
    {.name = "timestamps"},
};

const struct operation operation_icmp_echo = {
    .name = "icmp-echo",
    .transport = TRANSPORT_ICMP_ECHO,
    .privilege = "ICMP echo needs CAP_NET_RAW, or a group of this process in "
                 "net.ipv4.ping_group_range",
    .controls = 1U << CONTROL_NONE,
    .keys = keys,
    .key_count = sizeof keys / sizeof keys[0],
    .has_nonce_each = true,
    .data = data,
    .write = write,
    .read = read,
};
