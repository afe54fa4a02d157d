/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Trains of ICMP timestamp requests. Source: RFC 792; docs/protocol.md. */
#include "operation/icmp_clock.h"
#include "operation/operation.h"
#include "wire/icmp.h"

static size_t write(const struct payload *payload, uint32_t seq, uint8_t *out)
{
    uint32_t sent_ms = wall_ms_of_day((struct wall){payload->train->samples[seq - 1].t1_ns});
    icmp_timestamp_encode(payload->identifier, payload_sequence(payload, seq), sent_ms, out);
    return ICMP_TIMESTAMP_BYTES;
}

static enum payload_verdict read(struct payload *payload, const struct ev *ev, struct instant now,
                                 const struct sample **out)
{
    struct icmp_header header;
    struct icmp_times times;
    struct sample *sample = NULL;
    if (!icmp_decode(ev->bytes, ev->size, &header) || header.type != ICMP_TYPE_TIMESTAMP_REPLY ||
        !icmp_timestamp_decode(ev->bytes, ev->size, &times)) {
        return PAYLOAD_CORRUPT;
    }
    uint32_t seq = payload_number(payload, header.sequence);
    const struct sample *sent = train_find(payload->train, seq);
    if (sent == NULL || header.identifier != payload->identifier) {
        return PAYLOAD_UNKNOWN;
    }
    if (times.originate_ms != wall_ms_of_day((struct wall){sent->t1_ns})) {
        return PAYLOAD_CORRUPT;
    }
    struct stamp received = payload_arrival(payload, ev, sent, now);
    enum payload_verdict verdict = payload_book(payload, seq, received, &sample);
    if (verdict == PAYLOAD_ACCEPTED) {
        icmp_clock_keep(sample, &times);
        *out = sample;
    }
    return verdict;
}

/* Puts the times that were kept with an answered sample in their place. */
static enum payload_verdict place_times(struct payload *payload, struct sample *sample)
{
    struct icmp_times times = icmp_clock_read(sample, payload->byte_order);
    int64_t held_ms = icmp_times_held_ms(&times);
    sample->has_remote_times = false;
    sample->t2_ns = 0;
    sample->t3_ns = 0;
    if (held_ms < 0 || payload->byte_order == BYTE_ORDER_SENSELESS) {
        return PAYLOAD_TIMELESS;
    }
    const struct ipsla_jitter_ms like_jitter = {
        .delta_ms = (uint16_t)held_ms,
        .send_ms = wall_ms_of_day((struct wall){sample->t1_ns}),
        .receive_ms = times.receive_ms,
    };
    payload_place_ms(payload, sample, &like_jitter);
    return payload_check_times(payload->spec, sample);
}

/* A host does not change its byte order. */
static uint32_t settle(struct payload *payload, struct payload_learned *learned)
{
    struct train *train = payload->train;
    uint32_t timeless = 0;
    payload->byte_order = icmp_clock_order(train, learned->byte_order);
    for (uint32_t i = 0; i < train->next; i++) {
        struct sample *sample = &train->samples[i];
        if (sample->has_remote_times) {
            timeless += place_times(payload, sample) == PAYLOAD_TIMELESS;
        }
    }
    if (payload->byte_order == BYTE_ORDER_NETWORK || payload->byte_order == BYTE_ORDER_SWAPPED) {
        learned->byte_order = payload->byte_order;
    }
    return timeless;
}

static const struct operation_key keys[] = {
    {.name = "num_packets"},
    {.name = "interval"},
    {.name = "timestamps"},
    {.name = "clock_tolerance"},
};

const struct operation operation_icmp_jitter = {
    .name = "icmp-jitter",
    .transport = TRANSPORT_ICMP_TIMESTAMP,
    .ipv4_only = "ICMPv6 has no timestamp messages",
    .privilege = "ICMP timestamps need CAP_NET_RAW; net.ipv4.ping_group_range is for echoes only",
    .controls = 1U << CONTROL_NONE,
    .results = RESULT_JITTER | RESULT_ONE_WAY,
    .is_judged_by_jitter = true,
    .keys = keys,
    .key_count = sizeof keys / sizeof keys[0],
    .write = write,
    .read = read,
    .settle = settle,
};
