/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "capture/traffic.h"

#include "operation/icmp_clock.h"
#include "wire/icmp.h"
#include "wire/ipsla.h"
#include "wire/jitter_us.h"
#include "wire/ntp.h"

/* The capture's clock and the sender's are not further apart when they are the same. */
#define SAME_CLOCK_NS (2 * NS_PER_SECOND)

static bool read_ms(const struct packet *packet, struct sight *out, uint32_t *identifier)
{
    struct ipsla_jitter_ms probe;
    (void)identifier;
    if (packet->protocol != IP_UDP) {
        return false;
    }
    if (ipsla_jitter_ms_decode_request(packet->bytes, packet->size, &probe) != IPSLA_ACCEPT) {
        if (ipsla_jitter_ms_decode_reply(packet->bytes, packet->size, &probe) != IPSLA_ACCEPT) {
            return false;
        }
        out->is_reply = true;
    }
    bool is_time = probe.send_ms < MS_PER_DAY || (probe.send_ms & IPSLA_TIME_NOT_UTC) != 0;
    out->number = probe.sender_seq;
    out->responder_number = probe.responder_seq;
    out->times[0] = probe.send_ms;
    out->times[1] = probe.receive_ms;
    out->times[2] = probe.delta_ms;
    return probe.sender_seq != 0 && is_time;
}

/* Milliseconds of a day, the ones next to `near_ns`. */
static int64_t ms_near(uint64_t ms, int64_t near_ns)
{
    int64_t off_ms = fold((int64_t)ms - wall_ms_of_day((struct wall){near_ns}), MS_PER_DAY);
    bool is_same = off_ms * NS_PER_MS <= SAME_CLOCK_NS && -off_ms * NS_PER_MS <= SAME_CLOCK_NS;
    return ms < MS_PER_DAY && is_same ? near_ns + off_ms * NS_PER_MS : near_ns;
}

static int64_t sent_ms(const struct sight *request, int64_t near_ns)
{
    return ms_near(request->times[0], near_ns);
}

static void place_ms(struct payload *payload, struct sample *sample, const struct sight *reply)
{
    const struct ipsla_jitter_ms probe = {
        .send_ms = (uint32_t)reply->times[0],
        .receive_ms = (uint32_t)reply->times[1],
        .delta_ms = (uint16_t)reply->times[2],
    };
    payload_place_ms(payload, sample, &probe);
}

/* Under numbers of 32 bits the first 16 are 0 in any train that is not huge. */
static enum jitter_us_layout layout_of(const struct packet *packet)
{
    bool is_long = packet->size >= JITTER_US_SEQ32_BYTES_MIN && packet->bytes[52] == 0 &&
                   packet->bytes[53] == 0;
    return is_long ? JITTER_US_SEQ32 : JITTER_US_SEQ16;
}

static bool read_us(const struct packet *packet, struct sight *out, uint32_t *identifier)
{
    struct jitter_us probe;
    (void)identifier;
    if (packet->protocol != IP_UDP) {
        return false;
    }
    enum jitter_us_layout layout = layout_of(packet);
    if (jitter_us_decode_request(layout, packet->bytes, packet->size, &probe) != IPSLA_ACCEPT) {
        if (jitter_us_decode_reply(layout, packet->bytes, packet->size, &probe) != IPSLA_ACCEPT) {
            return false;
        }
        out->is_reply = true;
        out->is_not_utc =
            !jitter_us_responder_offset(packet->bytes, packet->size, &out->claimed_ns);
    }
    out->is_long = layout == JITTER_US_SEQ32;
    out->number = probe.sender_seq;
    out->responder_number = probe.responder_seq;
    out->times[0] = probe.t1;
    out->times[1] = probe.t2;
    out->times[2] = probe.t3;
    return probe.sender_seq != 0 && probe.t1 != 0;
}

static int64_t sent_us(const struct sight *request, int64_t near_ns)
{
    struct wall t1, near = {near_ns};
    enum timestamp_format format = timestamp_format_near(request->times[0], near);
    bool is_time = timestamp_decode(format, request->times[0], near, &t1);
    bool is_same =
        is_time && wall_diff(t1, near) <= SAME_CLOCK_NS && wall_diff(near, t1) <= SAME_CLOCK_NS;
    return is_same ? t1.ns : near_ns;
}

static void place_us(struct payload *payload, struct sample *sample, const struct sight *reply)
{
    payload->is_not_utc |= reply->is_not_utc;
    payload->claimed_ns = reply->claimed_ns;
    payload_place_stamps(payload, sample, payload->spec->packets.timestamp_format, reply->times[1],
                         reply->times[2]);
}

static bool read_echo(const struct packet *packet, struct sight *out, uint32_t *identifier)
{
    enum ipsla_probe_type type;
    (void)identifier;
    (void)out;
    return packet->protocol == IP_UDP &&
           ipsla_probe_type(packet->bytes, packet->size, &type) == IPSLA_ACCEPT &&
           type == IPSLA_PROBE_ECHO && packet->bytes[2] == 0 && packet->bytes[3] == 0;
}

/* The checksum of a frame that was cut cannot be checked. */
static bool read_icmp_header(const struct packet *packet, struct icmp_header *out)
{
    if (packet->protocol == IP_ICMP6) {
        return icmp6_decode(packet->bytes, packet->size, out);
    }
    if (packet->protocol != IP_ICMP) {
        return false;
    }
    return packet->size < packet->length ? icmp_decode_cut(packet->bytes, packet->size, out)
                                         : icmp_decode(packet->bytes, packet->size, out);
}

static bool read_icmp_echo(const struct packet *packet, struct sight *out, uint32_t *identifier)
{
    struct icmp_header header;
    if (!read_icmp_header(packet, &header)) {
        return false;
    }
    out->is_reply = header.type == ICMP_TYPE_ECHO_REPLY || header.type == ICMP6_TYPE_ECHO_REPLY;
    out->number = header.sequence;
    *identifier = header.identifier;
    return out->is_reply || header.type == ICMP_TYPE_ECHO || header.type == ICMP6_TYPE_ECHO;
}

static bool read_icmp_times(const struct packet *packet, struct sight *out, uint32_t *identifier)
{
    struct icmp_header header;
    struct icmp_times times;
    (void)identifier;
    if (packet->protocol != IP_ICMP || !read_icmp_header(packet, &header) ||
        !icmp_timestamp_decode(packet->bytes, packet->size, &times)) {
        return false;
    }
    out->is_reply = header.type == ICMP_TYPE_TIMESTAMP_REPLY;
    out->number = header.sequence;
    out->times[0] = times.originate_ms;
    out->times[1] = times.receive_ms;
    out->times[2] = times.transmit_ms;
    return out->is_reply || header.type == ICMP_TYPE_TIMESTAMP;
}

/* They find their place when all of them are known (operation_icmp_jitter.settle). */
static void place_icmp_times(struct payload *payload, struct sample *sample,
                             const struct sight *reply)
{
    const struct icmp_times times = {
        .originate_ms = (uint32_t)reply->times[0],
        .receive_ms = (uint32_t)reply->times[1],
        .transmit_ms = (uint32_t)reply->times[2],
    };
    (void)payload;
    icmp_clock_keep(sample, &times);
}

static int64_t sent_when_seen(const struct sight *request, int64_t near_ns)
{
    (void)request;
    return near_ns;
}

const struct traffic traffic_rows[TRAFFIC_COUNT] = {
    {.operation = &operation_udp_jitter,
     .is_numbered = true,
     .read = read_ms,
     .sent_ns = sent_ms,
     .place = place_ms},
    {.operation = &operation_udp_jitter,
     .precision = PRECISION_MICROSECONDS,
     .is_numbered = true,
     .read = read_us,
     .sent_ns = sent_us,
     .place = place_us},
    {.operation = &operation_udp_echo,
     .needs_control = true,
     .read = read_echo,
     .sent_ns = sent_when_seen},
    {.operation = &operation_icmp_echo,
     .is_numbered = true,
     .has_wrap = true,
     .has_identifier = true,
     .read = read_icmp_echo,
     .sent_ns = sent_when_seen},
    {.operation = &operation_icmp_jitter,
     .is_numbered = true,
     .has_wrap = true,
     .read = read_icmp_times,
     .sent_ns = sent_ms,
     .place = place_icmp_times},
};
