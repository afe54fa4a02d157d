/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* One UDP packet that comes back as it was sent. Source: docs/protocol.md, "Probes". */
#include <string.h>

#include "operation/operation.h"

/* Before the data: type and two zero bytes. */
#define HEADER_BYTES 4

static size_t write(const struct payload *payload, uint32_t seq, uint8_t *out)
{
    const struct spec *spec = payload->spec;
    (void)seq; /* an echo has no number */
    ipsla_echo_encode(out, spec->packets.bytes);
    pattern_fill(&spec->packets.pattern, out + HEADER_BYTES, spec->packets.bytes - HEADER_BYTES);
    return spec->packets.bytes;
}

static bool is_same_echo(const struct spec *spec, const struct ev *ev)
{
    uint8_t header[HEADER_BYTES];
    ipsla_echo_encode(header, sizeof header);
    return ev->size == spec->packets.bytes && memcmp(ev->bytes, header, sizeof header) == 0 &&
           pattern_matches(&spec->packets.pattern, ev->bytes + sizeof header,
                           ev->size - sizeof header);
}

/* An echo has no sequence number: there is one packet. */
static enum payload_verdict read(struct payload *payload, const struct ev *ev, struct instant now,
                                 const struct sample **out)
{
    enum ipsla_probe_type type;
    struct sample *sample = NULL;
    if (payload->spec->packets.verify_data && !is_same_echo(payload->spec, ev)) {
        return PAYLOAD_ALTERED;
    }
    if (ipsla_probe_type(ev->bytes, ev->size, &type) != IPSLA_ACCEPT || type != IPSLA_PROBE_ECHO ||
        ev->size != payload->spec->packets.bytes) {
        return PAYLOAD_CORRUPT;
    }
    const struct sample *sent = train_find(payload->train, 1);
    if (sent == NULL) {
        return PAYLOAD_UNKNOWN;
    }
    struct stamp received = payload_arrival(payload, ev, sent, now);
    enum payload_verdict verdict = payload_book(payload, 1, received, &sample);
    *out = sample;
    return verdict;
}

static const struct operation_key keys[] = {
    {.name = "request_data_size", "16", 4, 1500},
    {.name = "verify_data"},
    {.name = "data_pattern"},
    {.name = "timestamps"},
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
    .write = write,
    .read = read,
};
