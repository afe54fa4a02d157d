/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Trains of STAMP (RFC 8762) and TWAMP Light (RFC 5357, appendix I): a reflector that nobody asks
 * first returns each packet with its own times. An operation is a session: it has a port and an
 * SSID of its own, and numbers from 0. What real reflectors do otherwise: docs/stamp.md. */
#include "operation/stamp.h"

#include <string.h>

#include "wire/stamp_tlv.h"

/* So many replies with both fractions below 10^9 are looked at, and believed when the clock then
 * ran this much more evenly. */
#define NANOSECONDS_REPLIES 10
#define NANOSECONDS_EVENNESS 4
/* Who is always this good has no clock that anybody looks at. */
#define ESTIMATE_FIXED_NS NS_PER_US

/* NULL: the packets are not authenticated. `part` is room for the result. */
static const struct crypto_part *key_of(const struct spec *spec, struct crypto_part *part)
{
    if (spec->control.key.algorithm == AUTH_NONE) {
        return NULL;
    }
    *part = (struct crypto_part){spec->control.key.secret, spec->control.key.size};
    return part;
}

static bool has_ssid(const struct payload *payload)
{
    return payload->spec->operation == &operation_stamp;
}

/* 0 means none. */
static uint16_t ssid_of(const struct payload *payload)
{
    uint16_t drawn = payload->sequence == 0 ? 1 : payload->sequence;
    return has_ssid(payload) ? drawn : 0;
}

uint64_t stamp_t1(const struct spec *spec, const struct sample *sample)
{
    return timestamp_encode(spec->packets.timestamp_format, (struct wall){sample->t1_ns});
}

/* What is longer than its base has padding, in a TLV where those are known. */
static size_t write(const struct payload *payload, uint32_t seq, uint8_t *out)
{
    const struct spec *spec = payload->spec;
    struct crypto_part part;
    const struct crypto_part *key = key_of(spec, &part);
    size_t base = stamp_base_bytes(key);
    size_t size = spec->packets.bytes > base ? spec->packets.bytes : base;
    const struct stamp_request request = {
        .seq = seq - 1,
        .t1 = stamp_t1(spec, &payload->train->samples[seq - 1]),
        .estimate = payload->estimate,
        .ssid = ssid_of(payload),
    };
    stamp_request_encode(&request, key, out, size);
    if (has_ssid(payload) && size >= base + STAMP_TLV_HEADER_BYTES) {
        stamp_tlv_begin(STAMP_TLV_PADDING, (uint16_t)(size - base - STAMP_TLV_HEADER_BYTES),
                        out + base);
    }
    return has_ssid(payload) ? size : spec->packets.bytes;
}

/* One reflector in the field has them so. */
static void swap_times(struct stamp_reply *reply)
{
    uint64_t t1 = reply->t3;
    reply->t3 = reply->t1;
    reply->t1 = t1;
}

/* The reply returns T1 where it should be, or where it is known to be. */
static bool returns_t1(struct payload *payload, uint64_t t1, struct stamp_reply *reply)
{
    if (reply->t1 == t1) {
        return true;
    }
    if (reply->t3 != t1) {
        return false;
    }
    if (reply->t1 != 0) {
        payload->signs.deviations |= DEVIATION_SWAPPED;
        swap_times(reply);
        return true;
    }
    payload->signs.deviations |= reply->t2 == 0 ? DEVIATION_ECHO : DEVIATION_NO_SENDER;
    return false;
}

static void note_signs(struct reflector_signs *signs, const struct stamp_reply *reply)
{
    bool is_small = (uint32_t)reply->t2 < NS_PER_SECOND && (uint32_t)reply->t3 < NS_PER_SECOND;
    signs->has_changed |= signs->has_estimate && signs->estimate != reply->estimate;
    signs->has_estimate = true;
    signs->estimate = reply->estimate;
    signs->replies++;
    signs->small_fractions += is_small;
    signs->same_times += reply->t2 == reply->t3 && reply->t2 != 0;
    signs->deviations |= reply->has_ttl ? 0 : DEVIATION_NO_TTL;
}

/* A reply to another session of ours, over the same port. */
static bool is_of_another(const struct payload *payload, const struct stamp_reply *reply)
{
    return has_ssid(payload) && reply->ssid != 0 && reply->ssid != ssid_of(payload);
}

enum payload_verdict stamp_note_reply(struct payload *payload, struct sample *sample,
                                      const struct stamp_reply *reply)
{
    note_signs(&payload->signs, reply);
    sample->responder_seq = payload_has_order(payload) ? reply->seq + 1 : 0;
    if (reply->t2 == 0 && reply->t3 == 0) {
        return PAYLOAD_ACCEPTED; /* it looks at no clock */
    }
    payload_place_stamps(payload, sample, stamp_estimate_read(reply->estimate).format, reply->t2,
                         reply->t3);
    return payload_check_times(payload->spec, sample);
}

enum reflector stamp_reflector_of(uint32_t reply_seq)
{
    return reply_seq == STAMP_QUERY_SEQ ? REFLECTOR_STATELESS : REFLECTOR_STATEFUL;
}

enum payload_verdict stamp_take_reply(struct payload *payload, struct stamp_reply *reply,
                                      const struct ev *ev, struct instant now,
                                      const struct sample **out)
{
    struct sample *sample = NULL;
    uint32_t seq = reply->sender_seq + 1;
    const struct sample *sent = train_find(payload->train, seq);
    if (sent == NULL) {
        return PAYLOAD_UNKNOWN;
    }
    if (!returns_t1(payload, stamp_t1(payload->spec, sent), reply)) {
        return PAYLOAD_CORRUPT;
    }
    struct stamp received = payload_arrival(payload, ev, sent, now);
    enum payload_verdict verdict = payload_book(payload, seq, received, &sample);
    if (payload_has_order(payload) &&
        (verdict == PAYLOAD_ACCEPTED || verdict == PAYLOAD_DUPLICATE)) {
        train_count(payload->train, seq, reply->seq + 1, verdict == PAYLOAD_DUPLICATE);
    }
    if (verdict != PAYLOAD_ACCEPTED) {
        return verdict;
    }
    *out = sample;
    return stamp_note_reply(payload, sample, reply);
}

static enum payload_verdict read(struct payload *payload, const struct ev *ev, struct instant now,
                                 const struct sample **out)
{
    const struct spec *spec = payload->spec;
    struct crypto_part part;
    struct stamp_reply reply;
    if (stamp_reply_decode(ev->bytes, ev->size, key_of(spec, &part), &reply) != STAMP_ACCEPT) {
        return PAYLOAD_CORRUPT;
    }
    return is_of_another(payload, &reply) ? PAYLOAD_EARLIER
                                          : stamp_take_reply(payload, &reply, ev, now, out);
}

static struct stamp_request query_of(const struct payload *payload)
{
    enum { OTHER_SSID = 0x8000 };
    uint16_t other = ssid_of(payload) ^ OTHER_SSID;
    return (struct stamp_request){
        .seq = STAMP_QUERY_SEQ,
        .t1 = payload->query_t1,
        .estimate = payload->estimate,
        .ssid = has_ssid(payload) ? (uint16_t)(other == 0 ? 1 : other) : 0,
    };
}

static size_t write_query(struct payload *payload, struct instant now, uint8_t *out)
{
    const struct spec *spec = payload->spec;
    struct crypto_part part;
    const struct crypto_part *key = key_of(spec, &part);
    payload->query_t1 = timestamp_encode(spec->packets.timestamp_format, now.wall);
    const struct stamp_request query = query_of(payload);
    stamp_request_encode(&query, key, out, stamp_base_bytes(key));
    return stamp_base_bytes(key);
}

static bool read_query(const struct payload *payload, const struct ev *ev,
                       struct payload_learned *learned)
{
    struct crypto_part part;
    struct stamp_reply reply;
    const struct stamp_request query = query_of(payload);
    if (stamp_reply_decode(ev->bytes, ev->size, key_of(payload->spec, &part), &reply) !=
            STAMP_ACCEPT ||
        reply.sender_seq != query.seq || (reply.t1 != query.t1 && reply.t3 != query.t1)) {
        return false;
    }
    learned->reflector = stamp_reflector_of(reply.seq);
    return true;
}

/* Who returns another number than the sender's counts himself. The same number says nothing: so
 * does who counts, until a packet is lost before him. */
static enum reflector find_reflector(const struct payload *payload, enum reflector learned)
{
    const struct train *train = payload->train;
    if (!payload_has_order(payload)) {
        return REFLECTOR_STATELESS;
    }
    if (payload->spec->packets.reflector != REFLECTOR_AUTO) {
        return payload->spec->packets.reflector;
    }
    for (uint32_t i = 0; i < train->next; i++) {
        uint32_t number = train->samples[i].responder_seq;
        if (number != 0 && number != i + 1) {
            return REFLECTOR_STATEFUL;
        }
    }
    return learned;
}

/* An error estimate that never changes and is too good was made up. */
static bool has_made_up_estimate(const struct reflector_signs *signs)
{
    struct stamp_estimate estimate = stamp_estimate_read(signs->estimate);
    bool is_known = signs->has_estimate && estimate.error_ns >= 0;
    return is_known && !signs->has_changed && estimate.error_ns < ESTIMATE_FIXED_NS;
}

static void note_deviations(struct reflector_signs *signs)
{
    bool is_train = signs->replies > 1; /* one reply tells neither */
    signs->deviations |= is_train && has_made_up_estimate(signs) ? DEVIATION_ESTIMATE : 0;
    signs->deviations |= is_train && signs->same_times == signs->replies ? DEVIATION_SAME_TIMES : 0;
}

static enum one_way judge_clock(const struct payload *payload)
{
    const struct reflector_signs *signs = &payload->signs;
    struct stamp_estimate estimate = stamp_estimate_read(signs->estimate);
    if (payload->spec->clocks.trusts_peer || !signs->has_estimate) {
        return ONE_WAY_SHOWN;
    }
    if (!estimate.is_synchronized) {
        return ONE_WAY_RESPONDER_CLOCK;
    }
    return has_made_up_estimate(signs) || (signs->deviations & DEVIATION_NANOSECONDS) != 0
               ? ONE_WAY_RESPONDER_ESTIMATE
               : ONE_WAY_SHOWN;
}

/* A time whose nanoseconds were read as the fraction of NTP. */
static int64_t reread_nanoseconds(int64_t read_ns)
{
    int64_t seconds = floor_div(read_ns, NS_PER_SECOND);
    uint64_t fraction_ns = (uint64_t)(read_ns - seconds * NS_PER_SECOND);
    return seconds * NS_PER_SECOND + (int64_t)((fraction_ns << 32) / (uint64_t)NS_PER_SECOND);
}

/* How unevenly the reflector's clock ran between neighbours of the train, by one reading of it. */
static int64_t unevenness_ns(const struct train *train, bool is_reread)
{
    int64_t sum_ns = 0;
    const struct sample *last = NULL;
    for (uint32_t i = 0; i < train->next; i++) {
        const struct sample *sample = &train->samples[i];
        if (!sample->has_remote_times) {
            continue;
        }
        if (last != NULL) {
            int64_t t2_ns = is_reread ? reread_nanoseconds(sample->t2_ns) : sample->t2_ns;
            int64_t before_ns = is_reread ? reread_nanoseconds(last->t2_ns) : last->t2_ns;
            int64_t apart_ns = t2_ns - before_ns - (sample->t1_ns - last->t1_ns);
            sum_ns += apart_ns < 0 ? -apart_ns : apart_ns;
        }
        last = sample;
    }
    return sum_ns;
}

/* Fractions below 10^9 may be an accident: a train is short. Read as nanoseconds the clock must run
 * much more evenly. */
static bool has_nanoseconds(const struct payload *payload)
{
    const struct reflector_signs *signs = &payload->signs;
    const struct train *train = payload->train;
    bool is_ntp = stamp_estimate_read(signs->estimate).format == TIMESTAMP_NTP;
    return is_ntp && signs->small_fractions >= NANOSECONDS_REPLIES &&
           signs->small_fractions == signs->replies &&
           unevenness_ns(train, true) < unevenness_ns(train, false) / NANOSECONDS_EVENNESS;
}

static void find_nanoseconds(struct payload *payload)
{
    if (!has_nanoseconds(payload)) {
        return;
    }
    payload->signs.deviations |= DEVIATION_NANOSECONDS;
    for (uint32_t i = 0; i < payload->train->next; i++) {
        struct sample *sample = &payload->train->samples[i];
        if (sample->has_remote_times) {
            sample->t2_ns = reread_nanoseconds(sample->t2_ns);
            sample->t3_ns = reread_nanoseconds(sample->t3_ns);
            payload_check_times(payload->spec, sample);
        }
    }
}

uint32_t stamp_settle(struct payload *payload, struct payload_learned *learned)
{
    find_nanoseconds(payload);
    note_deviations(&payload->signs);
    payload->doubt = judge_clock(payload);
    if (payload->signs.has_estimate) {
        int64_t error_ns = stamp_estimate_read(payload->signs.estimate).error_ns;
        payload->claimed_ns = payload->spec->clocks.trusts_peer ? 0 : error_ns;
    }
    learned->reflector = find_reflector(payload, learned->reflector);
    if (learned->reflector != REFLECTOR_STATEFUL) {
        train_forget_counts(payload->train);
    }
    return 0;
}

static const struct operation_key stamp_keys[] = {
    {.name = "num_packets"},
    {.name = "interval"},
    {.name = "request_data_size", "44", STAMP_OPEN_BYTES, 9000},
    {.name = "timestamp_format"},
    {.name = "timestamps"},
    {.name = "clock_tolerance"},
    {.name = "trust_peer_clock"},
    {.name = "reflector"},
    {.name = "auth_key"},
    {.name = "port", "862", .ignores_defaults = true},
    {.name = "source_port"},
    {.name = "source_ports"},
    {.name = "ecmp_ports"},
};

const struct operation operation_stamp = {
    .name = "stamp",
    .transport = TRANSPORT_UDP,
    .has_ports = true,
    .key_algorithm = AUTH_HMAC_SHA256,
    .tells_clock = true,
    .is_fine = true,
    .controls = 1U << CONTROL_NONE,
    .results = RESULT_JITTER | RESULT_ONE_WAY | RESULT_DIRECTION,
    .keys = stamp_keys,
    .key_count = sizeof stamp_keys / sizeof stamp_keys[0],
    .write = write,
    .read = read,
    .write_query = write_query,
    .read_query = read_query,
    .settle = stamp_settle,
};

static const struct operation_key twamp_light_keys[] = {
    {.name = "num_packets"},
    {.name = "interval"},
    {.name = "request_data_size", "41", STAMP_REQUEST_BYTES_MIN, 9000},
    {.name = "timestamp_format"},
    {.name = "timestamps"},
    {.name = "clock_tolerance"},
    {.name = "trust_peer_clock"},
    {.name = "reflector"},
    {.name = "port", "862", .ignores_defaults = true},
    {.name = "source_port"},
    {.name = "source_ports"},
    {.name = "ecmp_ports"},
};

const struct operation operation_twamp_light = {
    .name = "twamp-light",
    .transport = TRANSPORT_UDP,
    .has_ports = true,
    .tells_clock = true,
    .is_fine = true,
    .controls = 1U << CONTROL_NONE,
    .results = RESULT_JITTER | RESULT_ONE_WAY | RESULT_DIRECTION,
    .keys = twamp_light_keys,
    .key_count = sizeof twamp_light_keys / sizeof twamp_light_keys[0],
    .write = write,
    .read = read,
    .write_query = write_query,
    .read_query = read_query,
    .settle = stamp_settle,
};
