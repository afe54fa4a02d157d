/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "probe/payload.h"

#include <string.h>

#include "base/wire.h"
#include "probe/icmp_clock.h"
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
    return spec->precision == PRECISION_MICROSECONDS ? 1 : NS_PER_MS;
}

static enum jitter_us_layout us_layout(const struct spec *spec)
{
    return spec->has_long_sequence ? JITTER_US_SEQ32 : JITTER_US_SEQ16;
}

static uint64_t t1_stamp(const struct spec *spec, const struct sample *sample)
{
    return timestamp_encode(spec->timestamp_format, (struct wall){sample->t1_ns});
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
    jitter_us_encode(us_layout(spec), &request, out, spec->payload_bytes);
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
    bool is_ipv6 = spec->peer.family == ADDR_IPV6;
    const struct icmp_header header = {is_ipv6 ? ICMP6_TYPE_ECHO : ICMP_TYPE_ECHO,
                                       payload->identifier, (uint16_t)seq};
    size_t size = ICMP_HEADER_BYTES + ICMP_STAMP_BYTES + spec->payload_bytes;
    struct wire_writer stamp = wire_writer(out + ICMP_HEADER_BYTES, ICMP_STAMP_BYTES);
    wire_write_u32(&stamp, 0);
    wire_write_u32(&stamp, sent_ms);
    pattern_fill(&spec->pattern, out + ICMP_HEADER_BYTES + ICMP_STAMP_BYTES, spec->payload_bytes);
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
        ipsla_echo_encode(out, spec->payload_bytes);
        pattern_fill(&spec->pattern, out + ECHO_HEADER_BYTES,
                     spec->payload_bytes - ECHO_HEADER_BYTES);
    } else if (spec->precision == PRECISION_MICROSECONDS) {
        write_jitter_us(spec, sample, seq, out);
    } else {
        write_jitter_ms(sample, seq, out, spec->payload_bytes);
    }
    return spec->payload_bytes;
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
    enum timestamp_format format = payload->spec->timestamp_format;
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
        ev->size != payload->spec->payload_bytes) {
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
        ev->size != spec->payload_bytes) {
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
    return ev->size == spec->payload_bytes && memcmp(ev->bytes, header, sizeof header) == 0 &&
           pattern_matches(&spec->pattern, ev->bytes + sizeof header, ev->size - sizeof header);
}

/* An echo has no sequence number: there is one packet. */
static enum payload_verdict read_echo(struct payload *payload, const struct ev *ev,
                                      struct instant now, const struct sample **out)
{
    enum ipsla_probe_type type;
    struct sample *sample = NULL;
    if (payload->spec->verify_data && !is_same_echo(payload->spec, ev)) {
        return PAYLOAD_ALTERED;
    }
    if (ipsla_probe_type(ev->bytes, ev->size, &type) != IPSLA_ACCEPT || type != IPSLA_PROBE_ECHO ||
        ev->size != payload->spec->payload_bytes) {
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
    enum payload_verdict wrong = spec->verify_data ? PAYLOAD_ALTERED : PAYLOAD_CORRUPT;
    if (reader.failed || wire_left(&reader) != spec->payload_bytes || zero != 0 ||
        sent_ms != wall_ms_of_day((struct wall){sent->t1_ns})) {
        return wrong;
    }
    return !spec->verify_data || pattern_matches(&spec->pattern, reader.at, wire_left(&reader))
               ? PAYLOAD_ACCEPTED
               : wrong;
}

static bool is_echo_reply(const struct spec *spec, const struct ev *ev, struct icmp_header *out)
{
    return spec->peer.family == ADDR_IPV6
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
    if (verdict == PAYLOAD_ACCEPTED) {
        icmp_clock_keep(sample, &times);
        *out = sample;
    }
    return verdict;
}

/* The times that were kept with an answered sample of icmp-jitter, in their place. */
static enum payload_verdict place_icmp_times(struct payload *payload, struct sample *sample,
                                             enum byte_order order)
{
    struct icmp_times times = icmp_clock_read(sample, order);
    int64_t held_ms = icmp_times_held_ms(&times);
    sample->has_remote_times = false;
    sample->t2_ns = 0;
    sample->t3_ns = 0;
    if (held_ms < 0 || order == BYTE_ORDER_SENSELESS) {
        return PAYLOAD_TIMELESS;
    }
    const struct ipsla_jitter_ms like_jitter = {
        .delta_ms = (uint16_t)held_ms,
        .send_ms = wall_ms_of_day((struct wall){sample->t1_ns}),
        .receive_ms = times.receive_ms,
    };
    place_remote_times(payload, sample, &like_jitter);
    return check_times(payload->spec, sample);
}

uint32_t payload_settle(struct payload *payload, enum byte_order known)
{
    struct train *train = payload->train;
    uint32_t timeless = 0;
    if (payload->spec->operation != OPERATION_ICMP_JITTER) {
        return 0;
    }
    payload->byte_order = icmp_clock_order(train, known);
    for (uint32_t i = 0; i < train->next; i++) {
        struct sample *sample = &train->samples[i];
        if (sample->has_remote_times) {
            timeless += place_icmp_times(payload, sample, payload->byte_order) == PAYLOAD_TIMELESS;
        }
    }
    return timeless;
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
    if (payload->spec->precision == PRECISION_MICROSECONDS) {
        return read_jitter_us(payload, ev, now, out);
    }
    return read_jitter_ms(payload, ev, now, out);
}
