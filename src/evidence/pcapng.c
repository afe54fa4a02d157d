/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "evidence/evidence.h"
#include "operation/operation.h"
#include "wire/frame.h"
#include "wire/pcapng.h"

#define TTL_USUAL 64

const char *loss_way_name(enum loss_way way)
{
    return way == LOSS_SD ? "sd" : way == LOSS_DS ? "ds" : "unknown";
}

const char *evidence_reason_name(enum evidence_reason reason)
{
    switch (reason) {
    case EVIDENCE_LOSS:
        return "loss";
    case EVIDENCE_FAILED:
        return "failed";
    case EVIDENCE_LIMIT:
        return "limit";
    case EVIDENCE_ALWAYS:
        break;
    }
    return "always";
}

bool evidence_is_shown(const struct evidence_packet *packet)
{
    return !packet->was_refused;
}

static void add_fate(const struct evidence_packet *packet, struct buf *out)
{
    buf_printf(out, "%" PRIu32 ": %s", packet->seq, fate_name(packet->fate));
    if (packet->fate == FATE_SENT && packet->way != LOSS_UNKNOWN && packet->is_sent) {
        buf_add_string(out, packet->way == LOSS_SD ? " on the way there" : " on the way back");
    }
    if (packet->rtt_ns >= 0) {
        buf_printf(out, ", RTT %.3f ms", (double)packet->rtt_ns / 1e6);
    }
}

void evidence_add_comment(const struct evidence_packet *packet, struct buf *out)
{
    static const char *const times[] = {[STAMP_USER] = "",
                                        [STAMP_KERNEL] = "; time of the kernel",
                                        [STAMP_HARDWARE] = "; time of the adapter"};
    switch (packet->role) {
    case EVIDENCE_CONTROL:
        buf_add_string(out, packet->is_sent ? "control request" : "control answer");
        break;
    case EVIDENCE_QUERY:
        buf_add_string(out, packet->is_sent ? "query" : "answer to the query");
        break;
    case EVIDENCE_PROBE:
        buf_add_string(out, packet->is_sent ? "packet " : "answer to packet ");
        add_fate(packet, out);
        break;
    case EVIDENCE_STRAY:
        buf_add_string(out, "not counted: a duplicate, or no answer to a packet");
        break;
    }
    if (packet->role == EVIDENCE_PROBE || packet->role == EVIDENCE_STRAY) {
        buf_add_string(out, times[packet->source]);
    }
}

void evidence_add_head(const char *program, struct buf *out)
{
    pcapng_add_head(program, "ipsla", out);
}

static uint8_t protocol_of(const struct spec *spec, const struct addr *far)
{
    if (spec->operation->has_ports) {
        return IP_UDP;
    }
    return far->family == ADDR_IPV6 ? IP_ICMP6 : IP_ICMP;
}

static void add_packet(const struct evidence *evidence, const struct evidence_packet *packet,
                       struct buf *out)
{
    struct buf comment = {0};
    struct addr near = evidence->record->near;
    near.port = packet->near_port;
    if (near.family != packet->far.family) {
        near = (struct addr){.family = packet->far.family, .port = packet->near_port};
    }
    evidence_add_comment(packet, &comment);
    const struct pcapng_packet frame = {
        .time_ns = packet->time_ns,
        .is_out = packet->is_sent,
        .protocol = protocol_of(evidence->spec, &packet->far),
        .tos = packet->tos,
        .ttl = packet->ttl == 0 ? TTL_USUAL : packet->ttl,
        .source = packet->is_sent ? near : packet->far,
        .destination = packet->is_sent ? packet->far : near,
        .bytes = evidence_bytes(packet),
        .size = packet->size,
        .comment = buf_string(&comment),
    };
    pcapng_add_packet(&frame, out);
    buf_fini(&comment);
}

void evidence_add_packets(const struct evidence *evidence, struct buf *out)
{
    for (const struct evidence_packet *packet = evidence_first(evidence); packet != NULL;
         packet = evidence_next(evidence, packet)) {
        if (evidence_is_shown(packet)) {
            add_packet(evidence, packet, out);
        }
    }
}
