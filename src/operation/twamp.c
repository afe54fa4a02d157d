/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Trains of TWAMP (RFC 5357): the session is negotiated over TCP (probe/twamp_client.h), then its
 * packets are those of TWAMP Light, or protected by the keys of the session. Reflectors count their
 * replies (RFC 5357 4.2): loss has a direction. */
#include "operation/twamp.h"

#include "operation/stamp.h"

enum twamp_mode twamp_mode_of(const struct spec *spec)
{
    return (enum twamp_mode)(1U << spec->control.mode);
}

size_t twamp_packet_bytes(const struct spec *spec)
{
    const struct twamp_protection protection = {.mode = twamp_mode_of(spec)};
    size_t least = twamp_request_bytes_min(&protection);
    if (least == TWAMP_REQUEST_KEYED_BYTES) {
        least = TWAMP_REPLY_KEYED_BYTES;
    }
    return spec->packets.bytes > least ? spec->packets.bytes : least;
}

static size_t write(const struct payload *payload, uint32_t seq, uint8_t *out)
{
    size_t size = twamp_packet_bytes(payload->spec);
    const struct stamp_request request = {
        .seq = seq - 1,
        .t1 = stamp_t1(payload->spec, &payload->train->samples[seq - 1]),
        .estimate = payload->estimate,
    };
    twamp_request_encode(&request, payload->protection, out, size);
    return size;
}

static enum payload_verdict read(struct payload *payload, const struct ev *ev, struct instant now,
                                 const struct sample **out)
{
    struct stamp_reply reply;
    if (twamp_reply_decode(ev->bytes, ev->size, payload->protection, &reply) != STAMP_ACCEPT) {
        return PAYLOAD_CORRUPT;
    }
    return stamp_take_reply(payload, &reply, ev, now, out);
}

static uint32_t settle(struct payload *payload, struct payload_learned *learned)
{
    learned->reflector = REFLECTOR_STATEFUL;
    return stamp_settle(payload, learned);
}

static const struct operation_key keys[] = {
    {.name = "num_packets"},
    {.name = "interval"},
    {.name = "request_data_size", "41", STAMP_REQUEST_BYTES_MIN, 9000},
    {.name = "mode"},
    {.name = "auth_key"},
    {.name = "timestamps"},
    {.name = "clock_tolerance"},
    {.name = "trust_peer_clock"},
    {.name = "reflector"},
    {.name = "server_port"},
    {.name = "port", "862", .ignores_defaults = true},
    {.name = "source_port"},
};

const struct operation operation_twamp = {
    .name = "twamp",
    .transport = TRANSPORT_UDP,
    .has_ports = true,
    .negotiates = true,
    .key_algorithm = AUTH_TWAMP,
    .tells_clock = true,
    .is_fine = true,
    .controls = 1U << CONTROL_NONE,
    .results = RESULT_JITTER | RESULT_ONE_WAY | RESULT_DIRECTION,
    .keys = keys,
    .key_count = sizeof keys / sizeof keys[0],
    .write = write,
    .read = read,
    .settle = settle,
};
