/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "operation/payload.h"

void payload_start(struct payload *payload, const struct spec *spec, struct train *train)
{
    *payload = (struct payload){.spec = spec, .train = train};
}

int64_t payload_resolution_ns(const struct spec *spec)
{
    return spec->packets.precision == PRECISION_MICROSECONDS ? 1 : NS_PER_MS;
}

int64_t payload_fold(int64_t value, int64_t modulus)
{
    int64_t rest = value - floor_div(value, modulus) * modulus;
    return rest > modulus / 2 ? rest - modulus : rest;
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
        int64_t ahead_ms = payload_fold((int64_t)reply->receive_ms - reply->send_ms, modulus);
        payload->epoch_ns = (is_utc ? sent_ms + ahead_ms : 0) * NS_PER_MS;
    }
    int64_t since_ms = payload_fold((int64_t)reply->receive_ms - payload->epoch_ms, modulus);
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
