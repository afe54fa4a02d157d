/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Open        0:4 sequence  4:8 T1 or T3  12:2 error estimate  14:2 SSID
 *      reply 16:8 T2  24:4 sender's sequence  28:8 T1  36:2 its estimate  40:1 TTL
 *
 * With a key  0:4 sequence  16:8 T1 or T3  24:2 error estimate  26:2 SSID
 *      reply 32:8 T2  48:4 sender's sequence  64:8 T1  72:2 its estimate  80:1 TTL
 *       both 96:16 HMAC over 0 to 95
 *
 * Everything else is zero. */
#include "wire/stamp_packet.h"

#include <assert.h>
#include <string.h>

#include "base/wire.h"

enum { HMAC_AT = STAMP_KEYED_FIELD_BYTES, KEYED_TTL_AT = 80 };

/* Where the fields of one layout stand; both directions share the first four. */
struct layout {
    size_t time, estimate, ssid;
    size_t t2, sender_seq, t1, sender_estimate, ttl;
};
static const struct layout open_layout = {4, 12, 14, 16, 24, 28, 36, 40};
static const struct layout keyed_layout = {16, 24, 26, 32, 48, 64, 72, KEYED_TTL_AT};

static const struct layout *layout_of(const struct crypto_part *key)
{
    return key == NULL ? &open_layout : &keyed_layout;
}

size_t stamp_base_bytes(const struct crypto_part *key)
{
    return key == NULL ? STAMP_OPEN_BYTES : STAMP_KEYED_BYTES;
}

static uint64_t get(const uint8_t *bytes, size_t at, size_t width)
{
    uint64_t value = 0;
    for (size_t i = 0; i < width; i++) {
        value = value << 8 | bytes[at + i];
    }
    return value;
}

static void put(uint8_t *bytes, size_t at, size_t width, uint64_t value)
{
    for (size_t i = width; i > 0; i--) {
        bytes[at + i - 1] = (uint8_t)value;
        value >>= 8;
    }
}

/* Zeros when the library refuses, which nobody accepts. */
static void hmac_of(const struct crypto_part *key, const uint8_t *bytes,
                    uint8_t out[CRYPTO_SHA256_BYTES])
{
    const struct crypto_part base = {bytes, HMAC_AT};
    crypto_hmac(CRYPTO_SHA256, key, &base, 1, out);
}

static void sign(const struct crypto_part *key, uint8_t *bytes)
{
    uint8_t digest[CRYPTO_SHA256_BYTES];
    if (key != NULL) {
        hmac_of(key, bytes, digest);
        memcpy(bytes + HMAC_AT, digest, STAMP_HMAC_BYTES);
    }
}

static enum stamp_reject check(const uint8_t *bytes, size_t size, const struct crypto_part *key,
                               size_t open_bytes_min)
{
    uint8_t digest[CRYPTO_SHA256_BYTES];
    if (size < (key == NULL ? open_bytes_min : 1)) {
        return STAMP_TOO_SHORT;
    }
    if (key == NULL) {
        return STAMP_ACCEPT;
    }
    /* Shorter than a keyed packet: somebody answers without the key. */
    if (size < STAMP_KEYED_BYTES) {
        return STAMP_BAD_HMAC;
    }
    hmac_of(key, bytes, digest);
    return crypto_is_equal(digest, bytes + HMAC_AT, STAMP_HMAC_BYTES) ? STAMP_ACCEPT
                                                                      : STAMP_BAD_HMAC;
}

static void put_request(const struct stamp_request *request, const struct layout *at, uint8_t *out)
{
    put(out, 0, 4, request->seq);
    put(out, at->time, 8, request->t1);
    put(out, at->estimate, 2, request->estimate);
    put(out, at->ssid, 2, request->ssid);
}

static void put_reply(const struct stamp_reply *reply, const struct layout *at, uint8_t *out)
{
    put(out, 0, 4, reply->seq);
    put(out, at->time, 8, reply->t3);
    put(out, at->estimate, 2, reply->estimate);
    put(out, at->ssid, 2, reply->ssid);
    put(out, at->t2, 8, reply->t2);
    put(out, at->sender_seq, 4, reply->sender_seq);
    put(out, at->t1, 8, reply->t1);
    put(out, at->sender_estimate, 2, reply->sender_estimate);
    put(out, at->ttl, 1, reply->ttl);
}

static struct stamp_request get_request(const uint8_t *bytes, const struct layout *at)
{
    return (struct stamp_request){
        .seq = (uint32_t)get(bytes, 0, 4),
        .t1 = get(bytes, at->time, 8),
        .estimate = (uint16_t)get(bytes, at->estimate, 2),
    };
}

static struct stamp_reply get_reply(const uint8_t *bytes, size_t size, const struct layout *at)
{
    return (struct stamp_reply){
        .seq = (uint32_t)get(bytes, 0, 4),
        .t3 = get(bytes, at->time, 8),
        .estimate = (uint16_t)get(bytes, at->estimate, 2),
        .ssid = (uint16_t)get(bytes, at->ssid, 2),
        .t2 = get(bytes, at->t2, 8),
        .sender_seq = (uint32_t)get(bytes, at->sender_seq, 4),
        .t1 = get(bytes, at->t1, 8),
        .sender_estimate = (uint16_t)get(bytes, at->sender_estimate, 2),
        .has_ttl = size > at->ttl,
        .ttl = size > at->ttl ? bytes[at->ttl] : 0,
    };
}

void stamp_request_encode(const struct stamp_request *request, const struct crypto_part *key,
                          uint8_t *out, size_t size)
{
    assert(size >= stamp_base_bytes(key));
    memset(out, 0, size);
    put_request(request, layout_of(key), out);
    sign(key, out);
}

void stamp_reply_encode(const struct stamp_reply *reply, const struct crypto_part *key,
                        uint8_t *out, size_t size)
{
    uint8_t base[STAMP_KEYED_BYTES] = {0};
    size_t bytes = stamp_base_bytes(key);
    put_reply(reply, layout_of(key), base);
    sign(key, base);
    assert(key == NULL || size >= bytes);
    memcpy(out, base, size < bytes ? size : bytes);
}

static bool has_ssid(const uint8_t *bytes, size_t size, const struct crypto_part *key)
{
    size_t end = key == NULL ? STAMP_OPEN_BYTES : HMAC_AT;
    for (size_t i = layout_of(key)->ssid + 2; i < end; i++) {
        if (i >= size || bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

enum stamp_reject stamp_request_decode(const uint8_t *bytes, size_t size,
                                       const struct crypto_part *key, struct stamp_request *out)
{
    const struct layout *at = layout_of(key);
    enum stamp_reject reject = check(bytes, size, key, STAMP_REQUEST_BYTES_MIN);
    if (reject == STAMP_ACCEPT) {
        *out = get_request(bytes, at);
        out->ssid = has_ssid(bytes, size, key) ? (uint16_t)get(bytes, at->ssid, 2) : 0;
    }
    return reject;
}

enum stamp_reject stamp_reply_decode(const uint8_t *bytes, size_t size,
                                     const struct crypto_part *key, struct stamp_reply *out)
{
    enum stamp_reject reject = check(bytes, size, key, STAMP_REPLY_BYTES_MIN);
    if (reject == STAMP_ACCEPT) {
        *out = get_reply(bytes, size, layout_of(key));
    }
    return reject;
}

void stamp_keyed_request_put(const struct stamp_request *request,
                             uint8_t out[STAMP_KEYED_FIELD_BYTES])
{
    memset(out, 0, STAMP_KEYED_FIELD_BYTES);
    put_request(request, &keyed_layout, out);
}

void stamp_keyed_reply_put(const struct stamp_reply *reply, uint8_t out[STAMP_KEYED_FIELD_BYTES])
{
    memset(out, 0, STAMP_KEYED_FIELD_BYTES);
    put_reply(reply, &keyed_layout, out);
}

void stamp_keyed_request_get(const uint8_t bytes[STAMP_KEYED_FIELD_BYTES],
                             struct stamp_request *out)
{
    *out = get_request(bytes, &keyed_layout);
}

void stamp_keyed_reply_get(const uint8_t bytes[STAMP_KEYED_FIELD_BYTES], struct stamp_reply *out)
{
    *out = get_reply(bytes, STAMP_KEYED_FIELD_BYTES, &keyed_layout);
}

/* S 1 bit, Z 1, scale 6, multiplier 8: multiplier * 2^(scale - 32) seconds. */
enum { SYNCHRONIZED = 0x8000, PTP = 0x4000, SCALE_SHIFT = 8, SCALE_MAX = 63, MULTIPLIER_MAX = 255 };

/* In nanoseconds, rounded up. 10^9 < 2^30, so multiplier * 10^9 has 38 bits at most. */
static int64_t error_of(unsigned scale, unsigned multiplier)
{
    uint64_t scaled = multiplier * (uint64_t)NS_PER_SECOND;
    if (scale <= 32) {
        uint64_t divisor = UINT64_C(1) << (32 - scale);
        return (int64_t)((scaled + divisor - 1) / divisor);
    }
    bool fits = scaled <= (uint64_t)INT64_MAX >> (scale - 32);
    return fits ? (int64_t)(scaled << (scale - 32)) : INT64_MAX;
}

struct stamp_estimate stamp_estimate_read(uint16_t estimate)
{
    unsigned multiplier = estimate & MULTIPLIER_MAX;
    return (struct stamp_estimate){
        .is_synchronized = (estimate & SYNCHRONIZED) != 0 && multiplier > 0,
        .format = (estimate & PTP) != 0 ? TIMESTAMP_PTP : TIMESTAMP_NTP,
        .error_ns =
            multiplier == 0 ? -1 : error_of(estimate >> SCALE_SHIFT & SCALE_MAX, multiplier),
    };
}

uint16_t stamp_estimate_write(const struct stamp_estimate *estimate)
{
    unsigned flags = (estimate->is_synchronized ? SYNCHRONIZED : 0U) |
                     (estimate->format == TIMESTAMP_PTP ? PTP : 0U);
    if (estimate->error_ns < 0) {
        return (uint16_t)(flags | SCALE_MAX << SCALE_SHIFT | MULTIPLIER_MAX);
    }
    unsigned scale = 0;
    while (scale < SCALE_MAX && error_of(scale, MULTIPLIER_MAX) < estimate->error_ns) {
        scale++;
    }
    unsigned multiplier = 128;
    while (multiplier < MULTIPLIER_MAX && error_of(scale, multiplier) < estimate->error_ns) {
        multiplier++;
    }
    return (uint16_t)(flags | scale << SCALE_SHIFT | multiplier);
}
