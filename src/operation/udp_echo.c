/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* UDP packets that come back as they were sent; one, unless asked for more. They have no number,
 * but the nonce of each tells it from every other. Source: docs/protocol.md, "Probes". */
#include <string.h>

#include "operation/operation.h"

/* Before the data: type and two zero bytes. */
#define HEADER_BYTES 4
#define BYTES_MAX 1500

static struct payload_data data(const struct spec *spec)
{
    return (struct payload_data){HEADER_BYTES, spec->packets.bytes - HEADER_BYTES};
}

static size_t write(const struct payload *payload, uint32_t seq, uint8_t *out)
{
    const struct spec *spec = payload->spec;
    ipsla_echo_encode(out, spec->packets.bytes);
    pattern_fill(&spec->packets.pattern, out + HEADER_BYTES, spec->packets.bytes - HEADER_BYTES);
    payload_write_nonce(payload, seq, out);
    return spec->packets.bytes;
}

static bool is_echo(const struct spec *spec, const struct ev *ev)
{
    enum ipsla_probe_type type;
    return ipsla_probe_type(ev->bytes, ev->size, &type) == IPSLA_ACCEPT &&
           type == IPSLA_PROBE_ECHO && ev->size == spec->packets.bytes;
}

static bool is_same(const struct payload *payload, uint32_t seq, const struct ev *ev)
{
    uint8_t sent[BYTES_MAX];
    return write(payload, seq, sent) == ev->size && memcmp(ev->bytes, sent, ev->size) == 0;
}

static enum payload_verdict read(struct payload *payload, const struct ev *ev, struct instant now,
                                 const struct sample **out)
{
    struct sample *sample = NULL;
    if (!is_echo(payload->spec, ev)) {
        return PAYLOAD_CORRUPT;
    }
    uint32_t seq = payload_nonce_number(payload, ev->bytes);
    enum payload_verdict verdict = payload_check_nonce(payload, seq, ev->bytes);
    if (verdict != PAYLOAD_ACCEPTED) {
        return verdict;
    }
    if (payload->spec->packets.verify_data && !is_same(payload, seq, ev)) {
        return payload_differs(payload);
    }
    const struct sample *sent = train_find(payload->train, seq);
    if (sent == NULL) {
        return PAYLOAD_UNKNOWN;
    }
    struct stamp received = payload_arrival(payload, ev, sent, now);
    verdict = payload_book(payload, seq, received, &sample);
    *out = sample;
    return verdict;
}

/* As many as our responder answers one sender at once (REFLECT_ECHO_BURST): longer trains are what
 * udp-jitter is for. As far apart as those of icmp-echo. */
static const struct operation_key keys[] = {
    {.name = "num_packets", "1", 1, 20, .ignores_defaults = true},
    {.name = "interval", "200ms", .ignores_defaults = true},
    {.name = "request_data_size", "16", 4, BYTES_MAX},
    {.name = "verify_data"},
    {.name = "data_pattern"},
    {.name = "timestamps"},
    {.name = "port"},
    {.name = "source_port"},
    {.name = "control"},
};

const struct operation operation_udp_echo = {
    .name = "udp-echo",
    .transport = TRANSPORT_UDP,
    .has_ports = true,
    .controls = 1U << CONTROL_NONE | 1U << CONTROL_V1 | 1U << CONTROL_V2,
    .command = IPSLA_COMMAND_ECHO,
    .keys = keys,
    .key_count = sizeof keys / sizeof keys[0],
    .has_nonce_each = true,
    .bytes_min_with_nonce = HEADER_BYTES + NONCE_BYTES,
    .data = data,
    .write = write,
    .read = read,
};
