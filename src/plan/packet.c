/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "plan/packet.h"

#include <stdlib.h>

#include "base/mem.h"
#include "operation/operation.h"
#include "operation/twamp.h"
#include "probe/handshake.h"
#include "wire/stamp_packet.h"

#define IPV4_BYTES 20
#define IPV6_BYTES 40

static bool is_ipv6(const struct spec *spec)
{
    enum addr_family family = spec->path.peer.family;
    return (family != ADDR_NONE ? family : spec_ip_version(spec)) == ADDR_IPV6;
}

size_t packet_ip_bytes(const struct spec *spec)
{
    return is_ipv6(spec) ? IPV6_BYTES : IPV4_BYTES;
}

/* As the operation writes the first packet of a train. */
static size_t written_bytes(const struct spec *spec)
{
    const struct siphash_key key = {{0}};
    struct payload payload;
    struct train train;
    uint8_t *out = mem_alloc(1, IO_DATAGRAM_MAX);
    train_init(&train, 1, spec->packets.interval_ns, spec->schedule.timeout_ns);
    train_set_desk(&train, desk_take(NULL, 1));
    train_start(&train, (struct instant){0});
    payload_start(&payload, &(struct payload_setting){.spec = spec, .train = &train, .key = &key});
    uint32_t seq = train_send(&train, (struct instant){0});
    size_t size = spec->operation->write(&payload, seq, out);
    desk_give(NULL, train.desk);
    free(out);
    return size;
}

size_t packet_probe_bytes(const struct spec *spec)
{
    size_t headers =
        packet_ip_bytes(spec) + (spec->operation->has_ports ? (size_t)PACKET_UDP_BYTES : 0);
    return headers + (spec->operation->negotiates ? twamp_packet_bytes(spec) : written_bytes(spec));
}

/* Reflectors of TWAMP Light answer with no less than a reply needs. */
size_t packet_reply_bytes(const struct spec *spec)
{
    size_t probe = packet_probe_bytes(spec);
    size_t least = packet_ip_bytes(spec) + PACKET_UDP_BYTES + STAMP_OPEN_BYTES;
    return spec->operation == &operation_twamp_light && probe < least ? least : probe;
}

size_t packet_request_bytes(const struct spec *spec)
{
    static const uint8_t seed[HANDSHAKE_SEED_BYTES];
    struct handshake handshake = {0};
    uint8_t *out = mem_alloc(1, IO_DATAGRAM_MAX);
    handshake_seed(&handshake, seed);
    handshake_start(&handshake, spec);
    size_t size = handshake_write(&handshake, (struct instant){0}, out);
    free(out);
    return packet_ip_bytes(spec) + PACKET_UDP_BYTES + size;
}

size_t packet_response_bytes(const struct spec *spec)
{
    if (spec->control.version != CONTROL_V1) {
        return packet_request_bytes(spec);
    }
    return packet_ip_bytes(spec) + PACKET_UDP_BYTES +
           (is_ipv6(spec) ? IPSLA_RESPONSE_LONG_IPV6_BYTES : IPSLA_RESPONSE_LONG_BYTES);
}
