/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Trains of UDP packets that the responder numbers and stamps, in milliseconds (type 2) or finer
 * (type 3). Source: docs/protocol.md, "Probes". */
#include "operation/operation.h"
#include "wire/jitter_us.h"
#include "wire/ntp.h"

static enum jitter_us_layout us_layout(const struct spec *spec)
{
    return spec->packets.has_long_sequence ? JITTER_US_SEQ32 : JITTER_US_SEQ16;
}

static struct payload_data data(const struct spec *spec)
{
    size_t header = spec->packets.precision == PRECISION_MICROSECONDS
                        ? jitter_us_bytes_min(us_layout(spec))
                        : IPSLA_JITTER_MS_BYTES_MIN;
    return (struct payload_data){header, spec->packets.bytes - header};
}

static uint64_t t1_stamp(const struct spec *spec, const struct sample *sample)
{
    return timestamp_encode(spec->packets.timestamp_format, (struct wall){sample->t1_ns});
}

static void write_ms(const struct sample *sample, uint32_t seq, uint8_t *out, size_t size)
{
    struct ipsla_jitter_ms request = {
        .send_ms = wall_ms_of_day((struct wall){sample->t1_ns}),
        .sender_seq = (uint16_t)seq,
    };
    ipsla_jitter_ms_encode(&request, out, size);
}

static void write_us(const struct spec *spec, const struct sample *sample, uint32_t seq,
                     uint8_t *out)
{
    struct jitter_us request = {.t1 = t1_stamp(spec, sample), .sender_seq = seq};
    jitter_us_encode(us_layout(spec), &request, out, spec->packets.bytes);
}

/* Each reply to a packet that was sent twice has a number of its own. */
static void note_number(struct payload *payload, uint32_t seq, uint32_t number,
                        enum payload_verdict verdict)
{
    if (payload_has_order(payload) &&
        (verdict == PAYLOAD_ACCEPTED || verdict == PAYLOAD_DUPLICATE)) {
        train_count(payload->train, seq, number, verdict == PAYLOAD_DUPLICATE);
    }
}

static enum payload_verdict read_ms(struct payload *payload, const struct ev *ev,
                                    struct instant now, const struct sample **out)
{
    struct ipsla_jitter_ms reply;
    struct sample *sample = NULL;
    if (ipsla_jitter_ms_decode_reply(ev->bytes, ev->size, &reply) != IPSLA_ACCEPT ||
        ev->size != payload->spec->packets.bytes) {
        return PAYLOAD_CORRUPT;
    }
    enum payload_verdict verdict = payload_check_nonce(payload, reply.sender_seq, ev->bytes);
    const struct sample *sent = train_find(payload->train, reply.sender_seq);
    if (verdict != PAYLOAD_ACCEPTED || sent == NULL) {
        return verdict != PAYLOAD_ACCEPTED ? verdict : PAYLOAD_UNKNOWN;
    }
    if (reply.send_ms != wall_ms_of_day((struct wall){sent->t1_ns})) {
        return PAYLOAD_CORRUPT;
    }
    struct stamp received = payload_arrival(payload, ev, sent, now);
    verdict = payload_book(payload, reply.sender_seq, received, &sample);
    note_number(payload, reply.sender_seq, reply.responder_seq, verdict);
    if (verdict != PAYLOAD_ACCEPTED) {
        return verdict;
    }
    sample->responder_seq = payload_has_order(payload) ? reply.responder_seq : 0;
    payload_place_ms(payload, sample, &reply);
    *out = sample;
    return payload_check_times(payload->spec, sample);
}

static enum payload_verdict read_us(struct payload *payload, const struct ev *ev,
                                    struct instant now, const struct sample **out)
{
    const struct spec *spec = payload->spec;
    struct jitter_us reply;
    struct sample *sample = NULL;
    if (jitter_us_decode_reply(us_layout(spec), ev->bytes, ev->size, &reply) != IPSLA_ACCEPT ||
        ev->size != spec->packets.bytes) {
        return PAYLOAD_CORRUPT;
    }
    enum payload_verdict verdict = payload_check_nonce(payload, reply.sender_seq, ev->bytes);
    const struct sample *sent = train_find(payload->train, reply.sender_seq);
    if (verdict != PAYLOAD_ACCEPTED || sent == NULL) {
        return verdict != PAYLOAD_ACCEPTED ? verdict : PAYLOAD_UNKNOWN;
    }
    if (reply.t1 != t1_stamp(spec, sent)) {
        return PAYLOAD_CORRUPT;
    }
    struct stamp received = payload_arrival(payload, ev, sent, now);
    verdict = payload_book(payload, reply.sender_seq, received, &sample);
    note_number(payload, reply.sender_seq, reply.responder_seq, verdict);
    if (verdict != PAYLOAD_ACCEPTED) {
        return verdict;
    }
    sample->responder_seq = payload_has_order(payload) ? reply.responder_seq : 0;
    payload->is_not_utc |= !jitter_us_responder_offset(ev->bytes, ev->size, &payload->claimed_ns);
    payload_place_stamps(payload, sample, spec->packets.timestamp_format, reply.t2, reply.t3);
    *out = sample;
    return payload_check_times(spec, sample);
}

static size_t write(const struct payload *payload, uint32_t seq, uint8_t *out)
{
    const struct spec *spec = payload->spec;
    const struct sample *sample = &payload->train->samples[seq - 1];
    if (spec->packets.precision == PRECISION_MICROSECONDS) {
        write_us(spec, sample, seq, out);
    } else {
        write_ms(sample, seq, out, spec->packets.bytes);
    }
    payload_write_nonce(payload, seq, out);
    return spec->packets.bytes;
}

static enum payload_verdict read(struct payload *payload, const struct ev *ev, struct instant now,
                                 const struct sample **out)
{
    return payload->spec->packets.precision == PRECISION_MICROSECONDS
               ? read_us(payload, ev, now, out)
               : read_ms(payload, ev, now, out);
}

static const struct operation_key keys[] = {
    {.name = "num_packets"},
    {.name = "interval"},
    {.name = "request_data_size", "32", 16, 17512},
    {.name = "codec"},
    {.name = "codec_num_packets"},
    {.name = "codec_interval"},
    {.name = "codec_size"},
    {.name = "advantage_factor"},
    {.name = "precision"},
    {.name = "timestamp_format"},
    {.name = "timestamps"},
    {.name = "clock_tolerance"},
    {.name = "port"},
    {.name = "source_port"},
    {.name = "source_ports"},
    {.name = "ecmp_ports"},
    {.name = "control"},
};

const struct operation operation_udp_jitter = {
    .name = "udp-jitter",
    .transport = TRANSPORT_UDP,
    .has_ports = true,
    .may_share_socket = true,
    .controls = 1U << CONTROL_NONE | 1U << CONTROL_V1 | 1U << CONTROL_V2,
    .command = IPSLA_COMMAND_JITTER,
    .results = RESULT_JITTER | RESULT_ONE_WAY | RESULT_DIRECTION,
    .keys = keys,
    .key_count = sizeof keys / sizeof keys[0],
    .data = data,
    .write = write,
    .read = read,
};
