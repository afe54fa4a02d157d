/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Packets of STAMP and TWAMP Light and their TLVs: what is read is written the same, and what a
 * reflector makes of any TLVs has the size that they had. */
#include "fuzz/fuzz.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "wire/stamp_packet.h"
#include "wire/stamp_tlv.h"

static const uint8_t secret[] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};

static void check_request(const struct crypto_part *key, const uint8_t *data, size_t size)
{
    struct stamp_request request, again;
    uint8_t bytes[STAMP_KEYED_BYTES];
    size_t base = stamp_base_bytes(key);
    if (stamp_request_decode(data, size, key, &request) != STAMP_ACCEPT) {
        return;
    }
    assert(size >= STAMP_REQUEST_BYTES_MIN);
    stamp_request_encode(&request, key, bytes, base);
    assert(stamp_request_decode(bytes, base, key, &again) == STAMP_ACCEPT);
    assert(again.seq == request.seq && again.t1 == request.t1 && again.ssid == request.ssid);
    assert(again.estimate == request.estimate);
}

static void check_reply(const struct crypto_part *key, const uint8_t *data, size_t size)
{
    struct stamp_reply reply, again;
    uint8_t bytes[STAMP_KEYED_BYTES];
    size_t base = stamp_base_bytes(key);
    if (stamp_reply_decode(data, size, key, &reply) != STAMP_ACCEPT) {
        return;
    }
    assert(size >= STAMP_REPLY_BYTES_MIN);
    stamp_reply_encode(&reply, key, bytes, base);
    assert(stamp_reply_decode(bytes, base, key, &again) == STAMP_ACCEPT);
    assert(again.seq == reply.seq && again.sender_seq == reply.sender_seq);
    assert(again.t1 == reply.t1 && again.t2 == reply.t2 && again.t3 == reply.t3);
    assert(again.ssid == reply.ssid && again.ttl == reply.ttl);
}

/* A flag of a whole TLV says that it was read; the type, the size and the order stay. */
static void compare_chains(const uint8_t *request, const uint8_t *reply, size_t size)
{
    struct stamp_tlv asked, answered;
    size_t at = 0, reply_at = 0;
    while (stamp_tlv_next(request, size, &at, &asked)) {
        assert(stamp_tlv_next(reply, size, &reply_at, &answered));
        assert(at == reply_at && asked.type == answered.type && asked.size == answered.size);
    }
    assert(!stamp_tlv_next(reply, size, &reply_at, &answered));
}

static void check_reflection(const struct stamp_tlv_setting *setting, const uint8_t *data,
                             size_t size)
{
    struct stamp_tlv_result result = {0};
    uint8_t *bytes = mem_alloc(size + 1, 1);
    memcpy(bytes, data, size);
    stamp_tlv_reflect(setting, bytes, size, &result);
    assert(!result.has_dscp || result.dscp < 64);
    compare_chains(data, bytes, size);
    free(bytes);
}

static void check_tlvs(const struct crypto_part *key, const uint8_t *data, size_t size)
{
    const struct stamp_tlv_setting setting = {
        .key = key,
        .needs_hmac = key != NULL,
        .may_mark = size % 2 == 0,
        .peer = {.family = size % 3 == 0 ? ADDR_IPV6 : ADDR_IPV4, .port = 1},
        .local = {.family = size % 3 == 0 ? ADDR_IPV6 : ADDR_IPV4, .port = STAMP_PORT},
        .sync_source = 1,
        .received = 2,
        .replied = 2,
        .has_previous = true,
        .previous_seq = 0,
        .previous_t3 = 1,
    };
    check_reflection(&setting, data, size);
    if (stamp_tlv_is_chain(data, size)) {
        struct stamp_tlv tlv;
        size_t at = 0;
        while (stamp_tlv_next(data, size, &at, &tlv)) {
            assert(tlv.value + tlv.size <= data + size);
        }
        assert(at == size);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct crypto_part part = {secret, sizeof secret};
    const struct crypto_part *const keys[] = {NULL, &part};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        size_t base = stamp_base_bytes(keys[i]);
        check_request(keys[i], data, size);
        check_reply(keys[i], data, size);
        check_tlvs(keys[i], data, size);
        if (size >= base) {
            check_tlvs(keys[i], data + base, size - base);
        }
    }
    return 0;
}
