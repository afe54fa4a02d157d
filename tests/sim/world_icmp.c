/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "sim/world_state.h"

#define TTL_START 255

static void put_ms(uint8_t *at, uint32_t ms)
{
    for (unsigned i = 0; i < 4; i++) {
        at[i] = (uint8_t)(ms >> (24 - 8 * i));
    }
}

/* The ones' complement sum, byte by byte. */
static void put_checksum(uint8_t *bytes, size_t size)
{
    uint32_t sum = 0;
    bytes[2] = bytes[3] = 0;
    for (size_t i = 0; i < size; i++) {
        sum += (uint32_t)bytes[i] << (i % 2 == 0 ? 8 : 0);
        sum = (sum & 0xffff) + (sum >> 16);
    }
    bytes[2] = (uint8_t)(~sum >> 8);
    bytes[3] = (uint8_t)~sum;
}

void world_icmp_answer(struct world *world, const struct simnet_event *event)
{
    struct simnet_packet *packet = event->packet;
    int64_t at_ns = world->net.now_ns;
    bool is_ipv6 = packet->to.family == ADDR_IPV6;
    bool is_timestamp = !is_ipv6 && packet->bytes[0] == 13 && packet->size == 20;
    bool is_echo = packet->bytes[0] == (is_ipv6 ? 128 : 8);
    if (world->is_icmp_silent || packet->is_corrupt || (!is_echo && !is_timestamp)) {
        free(packet);
        return;
    }
    struct instant now = simnet_clock_read(&world->net.nodes[event->node].clock, at_ns);
    struct simnet_packet *reply = simnet_packet_new(packet->bytes, packet->size);
    reply->from = packet->to;
    reply->to = packet->from;
    reply->class = SIMNET_PROBE;
    reply->tos = packet->tos;
    reply->ttl = TTL_START;
    reply->tag = truth_answered(&world->truth, packet->tag, now, now, at_ns);
    reply->bytes[0] = is_ipv6 ? 129 : is_timestamp ? 14 : 0;
    if (is_timestamp) {
        uint32_t boot_ms = (uint32_t)(now.mono.ns / NS_PER_MS) | 0x80000000u;
        uint32_t ms = world->is_icmp_not_utc ? boot_ms : wall_ms_of_day(now.wall);
        ms = world->is_icmp_senseless ? ms * 2654435761u & 0x7fffffffu : ms;
        ms = world->is_icmp_swapped ? __builtin_bswap32(ms) : ms;
        put_ms(reply->bytes + 12, ms);
        put_ms(reply->bytes + 16, ms);
    }
    if (!is_ipv6) {
        put_checksum(reply->bytes, reply->size);
    }
    free(packet);
    simnet_send(&world->net, event->node, reply, at_ns);
}

bool world_is_too_big(struct world *world, const struct world_channel *channel,
                      const struct simnet_packet *packet)
{
    bool is_too_big = channel->options.dont_fragment && packet->class == SIMNET_PROBE &&
                      world->path_bytes_max > 0 && packet->size > world->path_bytes_max;
    if (is_too_big && packet->tag != 0) {
        truth_unsent(&world->truth, packet->tag);
    }
    return is_too_big;
}
