/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Header  0:1 flags  1:1 type  2:2 octets of the value; TLVs follow each other without alignment.
 */
#include "wire/stamp_tlv.h"

#include <string.h>

#include "wire/stamp_packet.h"

#define RESERVED_FLAGS 0x1fU

static uint16_t get_u16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static void put_u16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put_u32(uint8_t *at, uint32_t value)
{
    put_u16(at, value >> 16);
    put_u16(at + 2, value & UINT16_MAX);
}

bool stamp_tlv_next(const uint8_t *bytes, size_t size, size_t *at, struct stamp_tlv *out)
{
    size_t left = size - *at;
    const uint8_t *header = bytes + *at;
    if (left < STAMP_TLV_HEADER_BYTES ||
        left - STAMP_TLV_HEADER_BYTES < (size_t)get_u16(header + 2)) {
        return false;
    }
    *out = (struct stamp_tlv){header[0], header[1], get_u16(header + 2),
                              header + STAMP_TLV_HEADER_BYTES};
    *at += STAMP_TLV_HEADER_BYTES + (size_t)out->size;
    return true;
}

size_t stamp_tlv_begin(enum stamp_tlv_type type, uint16_t size, uint8_t *out)
{
    out[0] = STAMP_TLV_UNKNOWN;
    out[1] = (uint8_t)type;
    put_u16(out + 2, size);
    return STAMP_TLV_HEADER_BYTES + (size_t)size;
}

bool stamp_tlv_is_chain(const uint8_t *bytes, size_t size)
{
    struct stamp_tlv tlv;
    size_t at = 0;
    while (stamp_tlv_next(bytes, size, &at, &tlv)) {
        if ((tlv.flags & (STAMP_TLV_UNKNOWN | RESERVED_FLAGS)) != STAMP_TLV_UNKNOWN) {
            return false;
        }
    }
    return at == size;
}

/* Covers the number of the packet and all TLVs before it, as they are sent. */
static void hmac_of(const struct crypto_part *key, uint32_t seq, const uint8_t *bytes, size_t size,
                    uint8_t out[CRYPTO_SHA256_BYTES])
{
    uint8_t number[4];
    put_u32(number, seq);
    const struct crypto_part parts[] = {{number, sizeof number}, {bytes, size}};
    crypto_hmac(CRYPTO_SHA256, key, parts, 2, out);
}

static void write_hmac(const struct crypto_part *key, uint32_t seq, uint8_t *bytes, size_t at)
{
    uint8_t digest[CRYPTO_SHA256_BYTES];
    hmac_of(key, seq, bytes, at, digest);
    memcpy(bytes + at + STAMP_TLV_HEADER_BYTES, digest, STAMP_HMAC_BYTES);
}

size_t stamp_tlv_sign(const struct crypto_part *key, uint32_t seq, uint8_t *bytes, size_t size)
{
    size_t signed_bytes = size + stamp_tlv_begin(STAMP_TLV_HMAC, STAMP_HMAC_BYTES, bytes + size);
    write_hmac(key, seq, bytes, size);
    return signed_bytes;
}

/* Each answers one type: `value` becomes that of the reply. True: understood. */

static bool answer_copy(const struct stamp_tlv_setting *setting, uint8_t *value, size_t size,
                        struct stamp_tlv_result *result)
{
    (void)setting;
    (void)value;
    (void)size;
    (void)result;
    return true;
}

/* An address takes the place of the request for it: IPv4 first, then zeros. */
static void put_address(uint8_t *tlv, const struct addr *addr, uint8_t type_v4)
{
    uint8_t *value = tlv + STAMP_TLV_HEADER_BYTES;
    bool is_v4 = addr->family == ADDR_IPV4;
    memset(value, 0, 16);
    memcpy(value, addr->ip, is_v4 ? 4 : 16);
    tlv[0] = 0;
    tlv[1] = is_v4 ? type_v4 : (uint8_t)(type_v4 + 1);
}

/* Ports, then requests for addresses. The hardware's are not known here: U stays. */
static bool answer_location(const struct stamp_tlv_setting *setting, uint8_t *value, size_t size,
                            struct stamp_tlv_result *result)
{
    enum { SOURCE_REQUEST = 7, DESTINATION_REQUEST = 4, DESTINATION_IPV4 = 5, SOURCE_IPV4 = 8 };
    struct stamp_tlv part;
    size_t at = 4;
    (void)result;
    put_u16(value, setting->local.port);
    put_u16(value + 2, setting->peer.port);
    while (stamp_tlv_next(value, size, &at, &part)) {
        uint8_t *tlv = value + at - part.size - STAMP_TLV_HEADER_BYTES;
        if (part.type == DESTINATION_REQUEST && part.size == 16) {
            put_address(tlv, &setting->local, DESTINATION_IPV4);
        } else if (part.type == SOURCE_REQUEST && part.size == 16) {
            put_address(tlv, &setting->peer, SOURCE_IPV4);
        }
    }
    return true;
}

/* Times come from the kernel: by software. */
static bool answer_timestamp(const struct stamp_tlv_setting *setting, uint8_t *value, size_t size,
                             struct stamp_tlv_result *result)
{
    enum { SOFTWARE = 2 };
    const uint8_t how[4] = {setting->sync_source, SOFTWARE, setting->sync_source, SOFTWARE};
    (void)result;
    memcpy(value, how, size);
    return true;
}

/* 6 bits DSCP wanted, 6 DSCP received, 2 ECN received, 2 "refused", 16 reserved. */
static bool answer_class(const struct stamp_tlv_setting *setting, uint8_t *value, size_t size,
                         struct stamp_tlv_result *result)
{
    unsigned wanted = value[0] >> 2;
    unsigned received = setting->tos >> 2;
    bool is_refused = !setting->may_mark && wanted != received;
    (void)size;
    put_u16(value, wanted << 10 | received << 4 | (setting->tos & 3U) << 2 | is_refused);
    put_u16(value + 2, 0);
    result->has_dscp = !is_refused;
    result->dscp = (uint8_t)wanted;
    return true;
}

static bool answer_direct(const struct stamp_tlv_setting *setting, uint8_t *value, size_t size,
                          struct stamp_tlv_result *result)
{
    (void)size;
    (void)result;
    put_u32(value + 4, setting->received);
    put_u32(value + 8, setting->replied);
    return true;
}

/* Only the kinds that exist. */
static bool answer_access(const struct stamp_tlv_setting *setting, uint8_t *value, size_t size,
                          struct stamp_tlv_result *result)
{
    unsigned kind = value[0] >> 4;
    (void)setting;
    (void)size;
    (void)result;
    return kind == 1 || kind == 2;
}

static bool answer_follow_up(const struct stamp_tlv_setting *setting, uint8_t *value, size_t size,
                             struct stamp_tlv_result *result)
{
    enum { SOFTWARE = 2 };
    (void)result;
    memset(value, 0, size);
    if (setting->has_previous) {
        put_u32(value, setting->previous_seq);
        put_u32(value + 4, (uint32_t)(setting->previous_t3 >> 32));
        put_u32(value + 8, (uint32_t)setting->previous_t3);
        value[12] = SOFTWARE;
    }
    return true;
}

static bool answer_node(const struct stamp_tlv_setting *setting, uint8_t *value, size_t size,
                        struct stamp_tlv_result *result)
{
    size_t ours = setting->local.family == ADDR_IPV4 ? 4 : 16;
    (void)result;
    return size == ours && memcmp(value, setting->local.ip, ours) == 0;
}

/* Who asks for no reply gets none. Nothing is sent to where it did not come from. */
static bool answer_return(const struct stamp_tlv_setting *setting, uint8_t *value, size_t size,
                          struct stamp_tlv_result *result)
{
    enum { CONTROL_CODE = 1 };
    struct stamp_tlv part;
    size_t at = 0;
    (void)setting;
    while (stamp_tlv_next(value, size, &at, &part)) {
        static const uint8_t no_reply[4];
        if (part.type == CONTROL_CODE && part.size == 4 && memcmp(part.value, no_reply, 4) == 0) {
            result->is_silent = true;
        }
    }
    return false;
}

/* The types that are known, and how many octets their value has. */
static const struct known {
    uint8_t type;
    uint16_t size_min, size_max;
    bool (*answer)(const struct stamp_tlv_setting *setting, uint8_t *value, size_t size,
                   struct stamp_tlv_result *result);
} known[] = {
    {STAMP_TLV_PADDING, 0, UINT16_MAX, answer_copy},
    {STAMP_TLV_LOCATION, 4, UINT16_MAX, answer_location},
    {STAMP_TLV_TIMESTAMP, 4, 4, answer_timestamp},
    {STAMP_TLV_CLASS, 4, 4, answer_class},
    {STAMP_TLV_DIRECT, 12, 12, answer_direct},
    {STAMP_TLV_ACCESS, 4, 4, answer_access},
    {STAMP_TLV_FOLLOW_UP, 16, 16, answer_follow_up},
    {STAMP_TLV_HMAC, STAMP_HMAC_BYTES, STAMP_HMAC_BYTES, answer_copy},
    {STAMP_TLV_NODE, 4, 16, answer_node},
    {STAMP_TLV_RETURN, 0, UINT16_MAX, answer_return},
};

static const struct known *find_known(const struct stamp_tlv_setting *setting, uint8_t type)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].type == type && (type != STAMP_TLV_HMAC || setting->key != NULL)) {
            return &known[i];
        }
    }
    return NULL;
}

static bool has_right_size(const struct known *row, size_t size)
{
    return row == NULL || (size >= row->size_min && size <= row->size_max);
}

/* Its HMAC TLV is right, and behind it stands nothing but padding; or there need not be one. */
static bool is_authentic(const struct stamp_tlv_setting *setting, const uint8_t *bytes, size_t size)
{
    struct stamp_tlv tlv;
    size_t at = 0;
    size_t count = 0;
    bool is_signed = false;
    bool is_padding_only = true;
    for (size_t begin = 0; stamp_tlv_next(bytes, size, &at, &tlv); begin = at, count++) {
        is_padding_only &= tlv.type == STAMP_TLV_PADDING;
        if (is_signed && tlv.type != STAMP_TLV_PADDING) {
            return false;
        }
        if (tlv.type == STAMP_TLV_HMAC && setting->key != NULL) {
            uint8_t digest[CRYPTO_SHA256_BYTES];
            hmac_of(setting->key, setting->request_seq, bytes, begin, digest);
            is_signed = tlv.size == STAMP_HMAC_BYTES &&
                        crypto_is_equal(digest, tlv.value, STAMP_HMAC_BYTES);
            if (!is_signed) {
                return false;
            }
        }
    }
    return is_signed || !setting->needs_hmac || (is_padding_only && count <= 1);
}

/* What nobody can read ends the TLVs: its flags tell so, where there is room for flags. */
static void mark_rest(const struct stamp_tlv_setting *setting, uint8_t *bytes, size_t size,
                      uint8_t forged)
{
    if (size >= STAMP_TLV_HEADER_BYTES) {
        bool is_known = find_known(setting, bytes[1]) != NULL;
        bytes[0] = (uint8_t)(STAMP_TLV_MALFORMED | forged | (is_known ? 0 : STAMP_TLV_UNKNOWN));
    }
}

void stamp_tlv_reflect(const struct stamp_tlv_setting *setting, uint8_t *bytes, size_t size,
                       struct stamp_tlv_result *result)
{
    struct stamp_tlv tlv;
    size_t at = 0;
    uint8_t forged = is_authentic(setting, bytes, size) ? 0 : STAMP_TLV_FORGED;
    *result = (struct stamp_tlv_result){0};
    for (size_t begin = 0; stamp_tlv_next(bytes, size, &at, &tlv); begin = at) {
        const struct known *row = find_known(setting, tlv.type);
        uint8_t *value = bytes + begin + STAMP_TLV_HEADER_BYTES;
        if (!has_right_size(row, tlv.size)) {
            at = begin;
            break;
        }
        bool is_understood =
            row != NULL && (forged != 0 || row->answer(setting, value, tlv.size, result));
        bytes[begin] = (uint8_t)(forged | (is_understood ? 0 : STAMP_TLV_UNKNOWN));
        if (tlv.type == STAMP_TLV_HMAC && row != NULL && forged == 0) {
            write_hmac(setting->key, setting->reply_seq, bytes, begin);
        }
    }
    mark_rest(setting, bytes + at, size - at, forged);
}
