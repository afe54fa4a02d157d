/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "operation/payload.h"

#include <string.h>

#include "operation/operation.h"
#include "wire/icmp.h"

/* Packets of an operation that have a nonce of their own: a number of 16 bits, and 48 for the
 * operation. */
#define NUMBER_BITS 16

/* The nonce says of which operation it is, and of which packet (0: of all). */
static uint64_t seal_nonce(const struct payload *payload, uint32_t seq)
{
    return nonce_seal(payload->key, NONCE_DATA, payload->operation << NUMBER_BITS | seq);
}

static void make_nonce(const struct payload *payload, uint32_t seq, uint8_t out[NONCE_BYTES])
{
    bool has_own = payload->spec->operation->has_nonce_each;
    uint64_t nonce = has_own ? seal_nonce(payload, seq) : payload->nonce;
    memcpy(out, &nonce, NONCE_BYTES);
}

/* What was sealed into the nonce at `bytes`. */
static uint64_t open_nonce(const struct payload *payload, const uint8_t *bytes)
{
    uint64_t nonce;
    memcpy(&nonce, bytes, sizeof nonce);
    return nonce_open(payload->key, NONCE_DATA, nonce);
}

/* Who wants a pattern in the data gets nothing but that, unless only the nonce tells whether a late
 * reply is one to the next packet. */
static bool wants_nonce(const struct spec *spec)
{
    return spec->packets.pattern.size == 0 || operation_needs_nonce(spec);
}

void payload_start(struct payload *payload, const struct payload_setting *setting)
{
    const struct spec *spec = setting->spec;
    *payload = (struct payload){
        .spec = spec,
        .train = setting->train,
        .key = setting->key,
        .operation = setting->operation,
        .estimate = setting->estimate,
        .sequence = (uint16_t)nonce_draw(setting->key, NONCE_SEQUENCE, setting->operation),
    };
    if (spec->operation->data != NULL && wants_nonce(spec)) {
        struct payload_data data = spec->operation->data(spec);
        payload->nonce_at = data.at;
        payload->nonce_bytes = data.bytes < NONCE_BYTES ? data.bytes : NONCE_BYTES;
        payload->nonce = seal_nonce(payload, 0);
    }
}

void payload_write_nonce(const struct payload *payload, uint32_t seq, uint8_t *out)
{
    uint8_t nonce[NONCE_BYTES];
    if (payload->nonce_bytes > 0) {
        make_nonce(payload, seq, nonce);
        memcpy(out + payload->nonce_at, nonce, payload->nonce_bytes);
    }
}

uint32_t payload_nonce_number(const struct payload *payload, const uint8_t *reply)
{
    if (payload->spec->packets.count == 1) {
        return 1;
    }
    if (payload->nonce_bytes < NONCE_BYTES) {
        return 0;
    }
    uint64_t opened = open_nonce(payload, reply + payload->nonce_at);
    uint64_t number = opened & ((1U << NUMBER_BITS) - 1);
    return opened >> NUMBER_BITS == payload->operation ? (uint32_t)number : 0;
}

static bool is_nonce(const struct payload *payload, uint32_t seq, const uint8_t *bytes)
{
    uint8_t nonce[NONCE_BYTES];
    make_nonce(payload, seq, nonce);
    return memcmp(bytes, nonce, payload->nonce_bytes) == 0;
}

/* A few random bytes that happen to be the same prove nothing about an earlier operation. */
static bool is_earlier(const struct payload *payload, const uint8_t *bytes)
{
    return payload->nonce_bytes == NONCE_BYTES &&
           open_nonce(payload, bytes) >> NUMBER_BITS < payload->operation;
}

enum payload_verdict payload_check_nonce(const struct payload *payload, uint32_t seq,
                                         const uint8_t *reply)
{
    const uint8_t *bytes = reply + payload->nonce_at;
    if (payload->nonce_bytes == 0 || is_nonce(payload, seq, bytes)) {
        return PAYLOAD_ACCEPTED;
    }
    return is_earlier(payload, bytes) ? PAYLOAD_EARLIER : PAYLOAD_UNEARNED;
}

enum payload_verdict payload_differs(const struct payload *payload)
{
    bool is_proven = payload->spec->packets.verify_data && payload->nonce_bytes > 0;
    return is_proven ? PAYLOAD_ALTERED : PAYLOAD_CORRUPT;
}

/* -1: not ours. An ICMP message is told by its number, *seq, which is drawn too. */
static int sequence_bits(const struct payload *payload, const uint8_t *quote, size_t size,
                         uint32_t *seq)
{
    uint16_t sequence;
    *seq = 0;
    if (payload->spec->operation->has_ports) {
        return 0;
    }
    if (!icmp_read_sequence(quote, size, &sequence)) {
        return -1;
    }
    *seq = payload_number(payload, sequence);
    return train_find(payload->train, *seq) != NULL ? 8 * (int)sizeof sequence : -1;
}

int payload_quoted_bits(const struct payload *payload, const uint8_t *quote, size_t size)
{
    uint32_t seq;
    int bits = sequence_bits(payload, quote, size, &seq);
    bool has_nonce = payload->nonce_bytes > 0 && size >= payload->nonce_at + payload->nonce_bytes;
    if (bits < 0 || !has_nonce) {
        return bits;
    }
    seq = seq == 0 ? payload_nonce_number(payload, quote) : seq;
    bool is_ours = is_nonce(payload, seq, quote + payload->nonce_at);
    return is_ours ? bits + 8 * (int)payload->nonce_bytes : -1;
}

uint16_t payload_sequence(const struct payload *payload, uint32_t seq)
{
    return (uint16_t)(payload->sequence + seq - 1);
}

uint32_t payload_number(const struct payload *payload, uint16_t sequence)
{
    return (uint16_t)(sequence - payload->sequence) + 1U;
}

int64_t payload_resolution_ns(const struct spec *spec)
{
    return spec->packets.precision == PRECISION_MICROSECONDS ? 1 : NS_PER_MS;
}

void payload_place_ms(struct payload *payload, struct sample *sample,
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

/* A responder's clock that moved further than this during an operation was set: no jitter there. */
#define CLOCK_SET_NS (MS_PER_DAY / 2 * NS_PER_MS)

void payload_place_stamps(struct payload *payload, struct sample *sample,
                          enum timestamp_format format, uint64_t t2, uint64_t t3)
{
    struct wall expected = {sample->t1_ns + payload->offset_ns};
    struct wall received, left;
    if (!timestamp_decode(format, t2, expected, &received) ||
        !timestamp_decode(format, t3, received, &left)) {
        sample->t2_ns = 0;
        sample->t3_ns = -1;
        return;
    }
    sample->t2_ns = received.ns;
    sample->t3_ns = left.ns;
    if (!payload->has_epoch) {
        payload->has_epoch = true;
        payload->offset_ns = wall_diff(received, expected);
        expected = received;
    }
    int64_t moved_ns = wall_diff(received, expected);
    sample->has_remote_times = moved_ns >= -CLOCK_SET_NS && moved_ns <= CLOCK_SET_NS;
}

/* A clock step between the kernel's stamp and its conversion can put an arrival before the sending;
 * the time of reading is then the better one. */
struct stamp payload_arrival(const struct payload *payload, const struct ev *ev,
                             const struct sample *sent, struct instant now)
{
    if (train_clock_ns(payload->train, ev->received.at.mono) < sent->t1_ns) {
        return (struct stamp){.at = now, .source = STAMP_USER};
    }
    return ev->received;
}

bool payload_has_order(const struct payload *payload)
{
    return payload->spec->packets.flows <= 1;
}

enum payload_verdict payload_book(struct payload *payload, uint32_t seq, struct stamp received,
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

/* Left before it came, or more processing than the whole round trip: the packet came back, but its
 * times are wrong. */
enum payload_verdict payload_check_times(const struct spec *spec, struct sample *sample)
{
    if (sample->t3_ns >= sample->t2_ns && sample_rtt_ns(sample, payload_resolution_ns(spec)) >= 0) {
        return PAYLOAD_ACCEPTED;
    }
    sample->has_remote_times = false;
    sample->t3_ns = sample->t2_ns;
    return PAYLOAD_TIMELESS;
}
