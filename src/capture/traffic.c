/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "capture/traffic.h"

#include "operation/icmp_clock.h"
#include "operation/stamp.h"
#include "wire/icmp.h"
#include "wire/ipsla.h"
#include "wire/jitter_us.h"
#include "wire/ntp.h"
#include "wire/stamp_packet.h"

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

static int64_t sent_near(enum timestamp_format format, uint64_t t1, int64_t near_ns)
{
    struct wall sent, near = {near_ns};
    bool is_same = timestamp_decode(format, t1, near, &sent) &&
                   wall_diff(sent, near) <= SAME_CLOCK_NS && wall_diff(near, sent) <= SAME_CLOCK_NS;
    return is_same ? sent.ns : near_ns;
}

static int64_t sent_us(const struct sight *request, int64_t near_ns)
{
    struct wall near = {near_ns};
    return sent_near(timestamp_format_near(request->times[0], near), request->times[0], near_ns);
}

static void place_us(struct payload *payload, struct sample *sample, const struct sight *reply)
{
    payload->is_not_utc |= reply->is_not_utc;
    payload->claimed_ns = reply->claimed_ns;
    payload_place_stamps(payload, sample, payload->spec->packets.timestamp_format, reply->times[1],
                         reply->times[2]);
}

static bool is_zero(const struct packet *packet, size_t from, size_t to)
{
    for (size_t i = from; i < to && i < packet->size; i++) {
        if (packet->bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

/* Authenticated packets have zeros where the others have their time. A request is padded with
 * anything, but when both ports are the reflector's: then only a reply has something there. */
static bool read_stamp(const struct packet *packet, struct sight *out, uint32_t *identifier)
{
    enum { T1_AT = 28, T1_END = 36 };
    struct stamp_request request;
    struct stamp_reply reply;
    (void)identifier;
    if (packet->protocol != IP_UDP) {
        return false;
    }
    if (packet->source.port == packet->destination.port) {
        out->is_reply = packet->size >= T1_END && !is_zero(packet, T1_AT, T1_END);
    }
    if (out->is_reply) {
        if (stamp_reply_decode(packet->bytes, packet->size, NULL, &reply) != STAMP_ACCEPT) {
            return false;
        }
        out->number = reply.sender_seq + 1;
        out->responder_number = reply.seq + 1;
        out->times[0] = reply.t1;
        out->times[1] = reply.t2;
        out->times[2] = reply.t3;
        out->estimate = reply.estimate;
        out->has_ttl_field = reply.has_ttl;
        return out->number != 0 && reply.t1 != 0;
    }
    if (stamp_request_decode(packet->bytes, packet->size, NULL, &request) != STAMP_ACCEPT) {
        return false;
    }
    out->number = request.seq + 1;
    out->times[0] = request.t1;
    out->estimate = request.estimate;
    out->has_ssid = request.ssid != 0;
    return out->number != 0 && request.t1 != 0;
}

static int64_t sent_stamp(const struct sight *request, int64_t near_ns)
{
    return sent_near(stamp_estimate_read(request->estimate).format, request->times[0], near_ns);
}

/* `stamp` is what the request of this sample had: it was read to the nanosecond. */
static bool is_of(const struct payload *payload, const struct sample *sample, uint64_t stamp)
{
    struct wall sent;
    if (!timestamp_decode(payload->spec->packets.timestamp_format, stamp,
                          (struct wall){sample->t1_ns}, &sent)) {
        return false;
    }
    int64_t off_ns = sent.ns - sample->t1_ns;
    return off_ns <= NS_PER_US && -off_ns <= NS_PER_US;
}

/* T1 and T3 are exchanged back, as the live operation does. */
static void place_stamp(struct payload *payload, struct sample *sample, const struct sight *sight)
{
    struct stamp_reply reply = {
        .seq = sight->responder_number - 1,
        .t1 = sight->times[0],
        .t2 = sight->times[1],
        .t3 = sight->times[2],
        .estimate = sight->estimate,
        .has_ttl = sight->has_ttl_field,
    };
    if (!is_of(payload, sample, reply.t1) && is_of(payload, sample, reply.t3)) {
        payload->signs.deviations |= DEVIATION_SWAPPED;
        reply.t3 = sight->times[0];
    }
    (void)stamp_note_reply(payload, sample, &reply);
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
    {.operation = &operation_stamp,
     .other = &operation_twamp_light,
     .precision = PRECISION_MICROSECONDS,
     .is_numbered = true,
     .port = STAMP_PORT,
     .read = read_stamp,
     .sent_ns = sent_stamp,
     .place = place_stamp},
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
