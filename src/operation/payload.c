/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "operation/payload.h"

#include <string.h>

#include "base/wire.h"
#include "operation/operation.h"
#include "wire/icmp.h"

static void draw_nonce(const struct payload *payload, uint64_t operation, uint8_t out[NONCE_BYTES])
{
    uint64_t drawn = nonce_draw(payload->key, NONCE_DATA, operation);
    memcpy(out, &drawn, NONCE_BYTES);
}

/* Its packets are told apart by their nonces alone. */
static bool counts_nonces(const struct spec *spec)
{
    return spec->operation->counts_nonces && spec->packets.count > 1;
}

/* Who wants a pattern in the data gets nothing but that, unless a late reply could come to the port
 * of the next operation, or the nonce is the number of the packet. */
static bool wants_nonce(const struct spec *spec)
{
    return spec->packets.pattern.size == 0 || spec->path.source.port != 0 || counts_nonces(spec);
}

void payload_start(struct payload *payload, const struct payload_setting *setting)
{
    const struct spec *spec = setting->spec;
    *payload = (struct payload){
        .spec = spec,
        .train = setting->train,
        .key = setting->key,
        .operation = setting->operation,
        .sequence = (uint16_t)nonce_draw(setting->key, NONCE_SEQUENCE, setting->operation),
    };
    if (spec->operation->data != NULL && wants_nonce(spec)) {
        struct payload_data data = spec->operation->data(spec);
        payload->nonce_at = data.at;
        payload->nonce_bytes = data.bytes < NONCE_BYTES ? data.bytes : NONCE_BYTES;
        draw_nonce(payload, payload->operation, payload->nonce);
    }
    bool has_number = counts_nonces(spec) && payload->nonce_bytes == NONCE_BYTES;
    payload->nonce_count = has_number ? spec->packets.count : 1;
}

static uint64_t read_number(const uint8_t nonce[NONCE_BYTES])
{
    struct wire_reader reader = wire_reader(nonce, NONCE_BYTES);
    uint64_t high = wire_read_u32(&reader);
    return high << 32 | wire_read_u32(&reader);
}

void payload_write_nonce(const struct payload *payload, uint32_t seq, uint8_t *out)
{
    if (payload->nonce_count == 1) {
        memcpy(out + payload->nonce_at, payload->nonce, payload->nonce_bytes);
        return;
    }
    uint64_t number = read_number(payload->nonce) + seq - 1;
    struct wire_writer writer = wire_writer(out + payload->nonce_at, NONCE_BYTES);
    wire_write_u32(&writer, (uint32_t)(number >> 32));
    wire_write_u32(&writer, (uint32_t)number);
}

/* Whether `nonce` is that of a packet of the operation whose first one has `first`. */
static bool is_nonce_of(const struct payload *payload, const uint8_t *first, const uint8_t *nonce)
{
    return payload->nonce_count == 1
               ? memcmp(nonce, first, payload->nonce_bytes) == 0
               : read_number(nonce) - read_number(first) < payload->nonce_count;
}

uint32_t payload_nonce_number(const struct payload *payload, const uint8_t *reply)
{
    return payload->nonce_count == 1
               ? 1
               : (uint32_t)(read_number(reply + payload->nonce_at) - read_number(payload->nonce)) +
                     1;
}

/* A few random bytes that happen to be the same prove nothing about an earlier operation. */
static bool is_earlier(const struct payload *payload, const uint8_t *nonce)
{
    uint8_t drawn[NONCE_BYTES];
    uint64_t known =
        payload->operation < PAYLOAD_EARLIER_MAX ? payload->operation : PAYLOAD_EARLIER_MAX;
    for (uint64_t age = 1; age <= known && payload->nonce_bytes == NONCE_BYTES; age++) {
        draw_nonce(payload, payload->operation - age, drawn);
        if (is_nonce_of(payload, drawn, nonce)) {
            return true;
        }
    }
    return false;
}

enum payload_verdict payload_check_nonce(const struct payload *payload, const uint8_t *reply)
{
    const uint8_t *nonce = reply + payload->nonce_at;
    if (is_nonce_of(payload, payload->nonce, nonce)) {
        return PAYLOAD_ACCEPTED;
    }
    return is_earlier(payload, nonce) ? PAYLOAD_EARLIER : PAYLOAD_UNEARNED;
}

enum payload_verdict payload_differs(const struct payload *payload)
{
    bool is_proven = payload->spec->packets.verify_data && payload->nonce_bytes > 0;
    return is_proven ? PAYLOAD_ALTERED : PAYLOAD_CORRUPT;
}

/* -1: not ours. An ICMP message is told by its number, which is drawn too. */
static int sequence_bits(const struct payload *payload, const uint8_t *quote, size_t size)
{
    if (payload->spec->operation->has_ports) {
        return 0;
    }
    uint16_t sequence;
    bool is_ours = icmp_read_sequence(quote, size, &sequence) &&
                   train_find(payload->train, payload_number(payload, sequence)) != NULL;
    return is_ours ? 8 * (int)sizeof sequence : -1;
}

int payload_quoted_bits(const struct payload *payload, const uint8_t *quote, size_t size)
{
    int bits = sequence_bits(payload, quote, size);
    bool has_nonce = payload->nonce_bytes > 0 && size >= payload->nonce_at + payload->nonce_bytes;
    if (bits < 0 || !has_nonce) {
        return bits;
    }
    bool is_ours = is_nonce_of(payload, payload->nonce, quote + payload->nonce_at);
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
