/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "probe/payload.h"

#include <string.h>

#include "base/wire.h"
#include "wire/icmp.h"
#include "wire/ipsla.h"
#include "wire/jitter_us.h"
#include "wire/ntp.h"

/* An echo before its data: type and two zero bytes. */
#define ECHO_HEADER_BYTES 4

/* What IOS sends before the data of an ICMP echo: a zero word and a time in milliseconds. */
#define ICMP_STAMP_BYTES 8

void payload_start(struct payload *payload, const struct spec *spec, struct train *train)
{
    *payload = (struct payload){.spec = spec, .train = train};
}

int64_t payload_resolution_ns(const struct spec *spec)
{
    return spec->packets.precision == PRECISION_MICROSECONDS ? 1 : NS_PER_MS;
}

static enum jitter_us_layout us_layout(const struct spec *spec)
{
    return spec->packets.has_long_sequence ? JITTER_US_SEQ32 : JITTER_US_SEQ16;
}

static uint64_t t1_stamp(const struct spec *spec, const struct sample *sample)
{
    return timestamp_encode(spec->packets.timestamp_format, (struct wall){sample->t1_ns});
}

static void write_jitter_ms(const struct sample *sample, uint32_t seq, uint8_t *out, size_t size)
{
    struct ipsla_jitter_ms request = {
        .send_ms = wall_ms_of_day((struct wall){sample->t1_ns}),
        .sender_seq = (uint16_t)seq,
    };
    ipsla_jitter_ms_encode(&request, out, size);
}

static void write_jitter_us(const struct spec *spec, const struct sample *sample, uint32_t seq,
                            uint8_t *out)
{
    struct jitter_us request = {.t1 = t1_stamp(spec, sample), .sender_seq = seq};
    jitter_us_encode(us_layout(spec), &request, out, spec->packets.bytes);
}

/* The whole message of an ICMP probe. */
static size_t write_icmp(const struct payload *payload, uint32_t seq, uint8_t *out)
{
    const struct spec *spec = payload->spec;
    uint32_t sent_ms = wall_ms_of_day((struct wall){payload->train->samples[seq - 1].t1_ns});
    if (spec->operation == OPERATION_ICMP_JITTER) {
        icmp_timestamp_encode(payload->identifier, (uint16_t)seq, sent_ms, out);
        return ICMP_TIMESTAMP_BYTES;
    }
    bool is_ipv6 = spec->path.peer.family == ADDR_IPV6;
    const struct icmp_header header = {is_ipv6 ? ICMP6_TYPE_ECHO : ICMP_TYPE_ECHO,
                                       payload->identifier, (uint16_t)seq};
    size_t size = ICMP_HEADER_BYTES + ICMP_STAMP_BYTES + spec->packets.bytes;
    struct wire_writer stamp = wire_writer(out + ICMP_HEADER_BYTES, ICMP_STAMP_BYTES);
    wire_write_u32(&stamp, 0);
    wire_write_u32(&stamp, sent_ms);
    pattern_fill(&spec->packets.pattern, out + ICMP_HEADER_BYTES + ICMP_STAMP_BYTES,
                 spec->packets.bytes);
    if (is_ipv6) {
        icmp6_encode(&header, out);
    } else {
        icmp_encode(&header, out, size);
    }
    return size;
}

size_t payload_write(const struct payload *payload, uint32_t seq, uint8_t *out)
{
    const struct spec *spec = payload->spec;
    const struct sample *sample = &payload->train->samples[seq - 1];
    if (operation_is_icmp(spec->operation)) {
        return write_icmp(payload, seq, out);
    }
    if (spec->operation == OPERATION_UDP_ECHO) {
        ipsla_echo_encode(out, spec->packets.bytes);
        pattern_fill(&spec->packets.pattern, out + ECHO_HEADER_BYTES,
                     spec->packets.bytes - ECHO_HEADER_BYTES);
    } else if (spec->packets.precision == PRECISION_MICROSECONDS) {
        write_jitter_us(spec, sample, seq, out);
    } else {
        write_jitter_ms(sample, seq, out, spec->packets.bytes);
    }
    return spec->packets.bytes;
}

/* `value` modulo `modulus`, moved into -modulus/2 .. modulus/2. */
static int64_t fold(int64_t value, int64_t modulus)
{
    int64_t rest = value - floor_div(value, modulus) * modulus;
    return rest > modulus / 2 ? rest - modulus : rest;
}

/* Puts the responder's stamps on one line. UTC stamps wrap at midnight and are placed next to the
 * sender's; others (bit 31) count from an unknown moment, so only their differences mean anything.
 */
static void place_remote_times(struct payload *payload, struct sample *sample,
                               const struct ipsla_jitter_ms *reply)
{
    bool is_utc = (reply->receive_ms & IPSLA_TIME_NOT_UTC) == 0;
    int64_t modulus = is_utc ? MS_PER_DAY : (int64_t)IPSLA_TIME_NOT_UTC;
    payload->is_not_utc |= !is_utc;
    if (!payload->has_epoch) {
        payload->has_epoch = true;
        payload->epoch_ms = reply->receive_ms;
        int64_t sent_ms = floor_div(sample->t1_ns, NS_PER_MS);
        int64_t ahead_ms = fold((int64_t)reply->receive_ms - reply->send_ms, modulus);
        payload->epoch_ns = (is_utc ? sent_ms + ahead_ms : 0) * NS_PER_MS;
    }
    int64_t since_ms = fold((int64_t)reply->receive_ms - payload->epoch_ms, modulus);
    sample->t2_ns = payload->epoch_ns + since_ms * NS_PER_MS;
    sample->t3_ns = sample->t2_ns + reply->delta_ms * NS_PER_MS;
    sample->has_remote_times = ((reply->receive_ms ^ payload->epoch_ms) & IPSLA_TIME_NOT_UTC) == 0;
}

/* A clock step between the kernel's stamp and its conversion can put an arrival before the sending;
 * the time of reading is then the better one. */
static struct stamp plausible_stamp(const struct train *train, const struct ev *ev,
                                    const struct sample *sent, struct instant now)
{
    if (train_clock_ns(train, ev->received.at.mono) < sent->t1_ns) {
        return (struct stamp){.at = now, .source = STAMP_USER};
    }
    return ev->received;
}

static enum payload_verdict book(struct payload *payload, uint32_t seq, struct stamp received,
                                 struct sample **out)
{
    switch (train_receive(payload->train, seq, received, out)) {
    case ARRIVAL_ACCEPTED:
        return PAYLOAD_ACCEPTED;
    case ARRIVAL_DUPLICATE:
        return PAYLOAD_DUPLICATE;
    case ARRIVAL_UNKNOWN:
        break;
    }
    return PAYLOAD_UNKNOWN;
}

/* A responder's clock that moved further than this during an operation was set: no jitter there. */
#define CLOCK_SET_NS (MS_PER_DAY / 2 * NS_PER_MS)

/* Finds the eras of the responder's stamps: its first one is taken next to our own clock, the
 * others where its clock must be by now. Zeros, and stamps in another format, are no times. */
static void place_ntp_times(struct payload *payload, struct sample *sample,
                            const struct jitter_us *reply)
{
    enum timestamp_format format = payload->spec->packets.timestamp_format;
    struct wall expected = {sample->t1_ns + payload->offset_ns};
    struct wall t2, t3;
    if (!timestamp_decode(format, reply->t2, expected, &t2) ||
        !timestamp_decode(format, reply->t3, t2, &t3)) {
        sample->t2_ns = 0;
        sample->t3_ns = -1;
        return;
    }
    sample->t2_ns = t2.ns;
    sample->t3_ns = t3.ns;
    if (!payload->has_epoch) {
        payload->has_epoch = true;
        payload->offset_ns = wall_diff(t2, expected);
        expected = t2;
    }
    int64_t moved_ns = wall_diff(t2, expected);
    sample->has_remote_times = moved_ns >= -CLOCK_SET_NS && moved_ns <= CLOCK_SET_NS;
}

/* Left before it came, or more processing than the whole round trip: the packet came back, but its
 * times are wrong. */
static enum payload_verdict check_times(const struct spec *spec, struct sample *sample)
{
    if (sample->t3_ns >= sample->t2_ns && sample_rtt_ns(sample, payload_resolution_ns(spec)) >= 0) {
        return PAYLOAD_ACCEPTED;
    }
    sample->has_remote_times = false;
    sample->t3_ns = sample->t2_ns;
    return PAYLOAD_TIMELESS;
}

static enum payload_verdict read_jitter_ms(struct payload *payload, const struct ev *ev,
                                           struct instant now, const struct sample **out)
{
    struct ipsla_jitter_ms reply;
    struct sample *sample = NULL;
    if (ipsla_jitter_ms_decode_reply(ev->bytes, ev->size, &reply) != IPSLA_ACCEPT ||
        ev->size != payload->spec->packets.bytes) {
        return PAYLOAD_CORRUPT;
    }
    const struct sample *sent = train_find(payload->train, reply.sender_seq);
    if (sent == NULL) {
        return PAYLOAD_UNKNOWN;
    }
    if (reply.send_ms != wall_ms_of_day((struct wall){sent->t1_ns})) {
        return PAYLOAD_CORRUPT;
    }
    struct stamp received = plausible_stamp(payload->train, ev, sent, now);
    enum payload_verdict verdict = book(payload, reply.sender_seq, received, &sample);
    if (verdict != PAYLOAD_ACCEPTED) {
        return verdict;
    }
    sample->responder_seq = reply.responder_seq;
    place_remote_times(payload, sample, &reply);
    *out = sample;
    return check_times(payload->spec, sample);
}

static enum payload_verdict read_jitter_us(struct payload *payload, const struct ev *ev,
                                           struct instant now, const struct sample **out)
{
    const struct spec *spec = payload->spec;
    struct jitter_us reply;
    struct sample *sample = NULL;
    if (jitter_us_decode_reply(us_layout(spec), ev->bytes, ev->size, &reply) != IPSLA_ACCEPT ||
        ev->size != spec->packets.bytes) {
        return PAYLOAD_CORRUPT;
    }
    const struct sample *sent = train_find(payload->train, reply.sender_seq);
    if (sent == NULL) {
        return PAYLOAD_UNKNOWN;
    }
    if (reply.t1 != t1_stamp(spec, sent)) {
        return PAYLOAD_CORRUPT;
    }
    struct stamp received = plausible_stamp(payload->train, ev, sent, now);
    enum payload_verdict verdict = book(payload, reply.sender_seq, received, &sample);
    if (verdict != PAYLOAD_ACCEPTED) {
        return verdict;
    }
    sample->responder_seq = reply.responder_seq;
    payload->is_not_utc |= !jitter_us_responder_offset(ev->bytes, ev->size, &payload->claimed_ns);
    place_ntp_times(payload, sample, &reply);
    *out = sample;
    return check_times(spec, sample);
}

static bool is_same_echo(const struct spec *spec, const struct ev *ev)
{
    uint8_t header[ECHO_HEADER_BYTES];
    ipsla_echo_encode(header, sizeof header);
    return ev->size == spec->packets.bytes && memcmp(ev->bytes, header, sizeof header) == 0 &&
           pattern_matches(&spec->packets.pattern, ev->bytes + sizeof header,
                           ev->size - sizeof header);
}

/* An echo has no sequence number: there is one packet. */
static enum payload_verdict read_echo(struct payload *payload, const struct ev *ev,
                                      struct instant now, const struct sample **out)
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
    struct stamp received = plausible_stamp(payload->train, ev, sent, now);
    enum payload_verdict verdict = book(payload, 1, received, &sample);
    *out = sample;
    return verdict;
}

/* Everything of an echo that we know before: its size, our own stamp and, when asked, the data. */
static enum payload_verdict check_icmp_echo(const struct spec *spec, const struct sample *sent,
                                            const struct ev *ev)
{
    struct wire_reader reader = wire_reader(ev->bytes, ev->size);
    wire_skip(&reader, ICMP_HEADER_BYTES);
    uint32_t zero = wire_read_u32(&reader);
    uint32_t sent_ms = wire_read_u32(&reader);
    enum payload_verdict wrong = spec->packets.verify_data ? PAYLOAD_ALTERED : PAYLOAD_CORRUPT;
    if (reader.failed || wire_left(&reader) != spec->packets.bytes || zero != 0 ||
        sent_ms != wall_ms_of_day((struct wall){sent->t1_ns})) {
        return wrong;
    }
    return !spec->packets.verify_data ||
                   pattern_matches(&spec->packets.pattern, reader.at, wire_left(&reader))
               ? PAYLOAD_ACCEPTED
               : wrong;
}

static bool is_echo_reply(const struct spec *spec, const struct ev *ev, struct icmp_header *out)
{
    return spec->path.peer.family == ADDR_IPV6
               ? icmp6_decode(ev->bytes, ev->size, out) && out->type == ICMP6_TYPE_ECHO_REPLY
               : icmp_decode(ev->bytes, ev->size, out) && out->type == ICMP_TYPE_ECHO_REPLY;
}

static enum payload_verdict read_icmp_echo(struct payload *payload, const struct ev *ev,
                                           struct instant now, const struct sample **out)
{
    struct icmp_header header;
    struct sample *sample = NULL;
    if (!is_echo_reply(payload->spec, ev, &header)) {
        return PAYLOAD_CORRUPT;
    }
    const struct sample *sent = train_find(payload->train, header.sequence);
    if (sent == NULL || header.identifier != payload->identifier) {
        return PAYLOAD_UNKNOWN;
    }
    enum payload_verdict verdict = check_icmp_echo(payload->spec, sent, ev);
    if (verdict != PAYLOAD_ACCEPTED) {
        return verdict;
    }
    struct stamp received = plausible_stamp(payload->train, ev, sent, now);
    verdict = book(payload, header.sequence, received, &sample);
    *out = sample;
    return verdict;
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
    int64_t held = fold((int64_t)times->transmit_ms - times->receive_ms,
                        is_utc ? MS_PER_DAY : (int64_t)ICMP_TIME_NOT_UTC);
    return held > UINT16_MAX ? -1 : held;
}

static enum payload_verdict read_icmp_timestamp(struct payload *payload, const struct ev *ev,
                                                struct instant now, const struct sample **out)
{
    struct icmp_header header;
    struct icmp_times times;
    struct sample *sample = NULL;
    if (!icmp_decode(ev->bytes, ev->size, &header) || header.type != ICMP_TYPE_TIMESTAMP_REPLY ||
        !icmp_timestamp_decode(ev->bytes, ev->size, &times)) {
        return PAYLOAD_CORRUPT;
    }
    const struct sample *sent = train_find(payload->train, header.sequence);
    if (sent == NULL || header.identifier != payload->identifier) {
        return PAYLOAD_UNKNOWN;
    }
    if (times.originate_ms != wall_ms_of_day((struct wall){sent->t1_ns})) {
        return PAYLOAD_CORRUPT;
    }
    struct stamp received = plausible_stamp(payload->train, ev, sent, now);
    enum payload_verdict verdict = book(payload, header.sequence, received, &sample);
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
    place_remote_times(payload, sample, &like_jitter);
    return check_times(payload->spec, sample);
}

enum payload_verdict payload_read(struct payload *payload, const struct ev *ev, struct instant now,
                                  const struct sample **out)
{
    if (payload->spec->operation == OPERATION_ICMP_ECHO) {
        return read_icmp_echo(payload, ev, now, out);
    }
    if (payload->spec->operation == OPERATION_ICMP_JITTER) {
        return read_icmp_timestamp(payload, ev, now, out);
    }
    if (payload->spec->operation == OPERATION_UDP_ECHO) {
        return read_echo(payload, ev, now, out);
    }
    if (payload->spec->packets.precision == PRECISION_MICROSECONDS) {
        return read_jitter_us(payload, ev, now, out);
    }
    return read_jitter_ms(payload, ev, now, out);
}
