/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Trains of ICMP timestamp requests. Source: RFC 792; docs/protocol.md. */
#include "operation/operation.h"
#include "wire/icmp.h"

static size_t write(const struct payload *payload, uint32_t seq, uint8_t *out)
{
    uint32_t sent_ms = wall_ms_of_day((struct wall){payload->train->samples[seq - 1].t1_ns});
    icmp_timestamp_encode(payload->identifier, payload_sequence(payload, seq), sent_ms, out);
    return ICMP_TIMESTAMP_BYTES;
}

/* Times beyond a day that do not say so with bit 31 are none. */
static bool is_time(uint32_t ms)
{
    return (ms & ICMP_TIME_NOT_UTC) != 0 || ms < MS_PER_DAY;
}

/* How long the other side says it held the packet; -1 when its two times make no sense together. */
static int64_t held_ms(const struct icmp_times *times)
{
    if (!is_time(times->receive_ms) || !is_time(times->transmit_ms) ||
        ((times->receive_ms ^ times->transmit_ms) & ICMP_TIME_NOT_UTC) != 0) {
        return -1;
    }
    bool is_utc = (times->receive_ms & ICMP_TIME_NOT_UTC) == 0;
    int64_t held = payload_fold((int64_t)times->transmit_ms - times->receive_ms,
                                is_utc ? MS_PER_DAY : (int64_t)ICMP_TIME_NOT_UTC);
    return held > UINT16_MAX ? -1 : held;
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
    if (verdict != PAYLOAD_ACCEPTED) {
        return verdict;
    }
    *out = sample;
    int64_t held = held_ms(&times);
    if (held < 0) {
        return PAYLOAD_TIMELESS;
    }
    const struct ipsla_jitter_ms like_jitter = {
        .delta_ms = (uint16_t)held,
        .send_ms = times.originate_ms,
        .receive_ms = times.receive_ms,
    };
    payload_place_ms(payload, sample, &like_jitter);
    return payload_check_times(payload->spec, sample);
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
};
