/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/*   header    0:1 version  1:1 zero  2:2 status  4:4 sequence  8:4 total length  12:8 time of
 * sending CSLD      0:2 command  2:2 status  4:4 length, these 8 bytes included auth (1)  8:1 mode
 * 9:1 zero  10:2 key id  [12:16 random  28:32 digest] UDP (2)   8:1 address type  9:1 role  10:2
 * zero  12:4 session id  16:16 control source 32:16 control destination  48:16 source  64:16
 * destination  80:2 control source port 82:2 zero  84:2 source port  86:2 destination port  88:4
 * duration, ms
 *
 * A request is header, auth (12 or 60 bytes), UDP (92 bytes), in that order. */
#include "wire/ipsla2.h"

#include <assert.h>
#include <string.h>

#include "base/crypto.h"
#include "base/wire.h"

enum {
    HEADER_BYTES = 20,
    CSLD_HEADER_BYTES = 8,
    AUTH_COMMAND = 1,
    AUTH_COMPACT_BYTES = 12,
    AUTH_BYTES = 60,
    UDP_COMMAND = 2,
    UDP_BYTES = 92,
    DIGEST_AT = 48,
    TYPE_IPV4 = 2,
    TYPE_IPV6 = 3,
    ROLE_SENDER = 2,
    IP_BYTES = 16,
};

struct csld {
    uint16_t command;
    uint16_t status;
    struct wire_reader body;
};

/* Takes the next CSLD off `reader`. */
static bool read_csld(struct wire_reader *reader, struct csld *out)
{
    size_t left = wire_left(reader);
    out->command = wire_read_u16(reader);
    out->status = wire_read_u16(reader);
    uint32_t length = wire_read_u32(reader);
    if (reader->failed || length < CSLD_HEADER_BYTES || length > left) {
        return false;
    }
    out->body = wire_reader(reader->at, length - CSLD_HEADER_BYTES);
    wire_skip(reader, length - CSLD_HEADER_BYTES);
    return true;
}

static bool read_auth(struct wire_reader *reader, struct ipsla2_message *message)
{
    struct csld csld;
    if (!read_csld(reader, &csld) || csld.command != AUTH_COMMAND) {
        return false;
    }
    size_t size = wire_left(&csld.body) + CSLD_HEADER_BYTES;
    uint8_t mode = wire_read_u8(&csld.body);
    wire_skip(&csld.body, 1);
    uint16_t key_id = wire_read_u16(&csld.body);
    bool is_compact = size == AUTH_COMPACT_BYTES;
    if ((size != AUTH_BYTES && !is_compact) || mode > IPSLA2_MODE_HMAC ||
        (is_compact && mode != IPSLA2_MODE_NONE)) {
        return false;
    }
    message->has_auth = true;
    message->is_compact = is_compact;
    message->auth_status = csld.status;
    message->mode = mode;
    message->key_id = key_id;
    if (!is_compact) {
        wire_read_bytes(&csld.body, message->random, sizeof message->random);
    }
    return true;
}

enum ipsla_reject ipsla2_decode_head(const uint8_t *bytes, size_t size, struct ipsla2_message *out)
{
    struct wire_reader reader = wire_reader(bytes, size);
    struct ipsla2_message message = {0};
    if (size < HEADER_BYTES) {
        return IPSLA_TOO_SHORT;
    }
    if (wire_read_u8(&reader) != IPSLA2_VERSION) {
        return IPSLA_BAD_VERSION;
    }
    wire_skip(&reader, 1);
    message.status = wire_read_u16(&reader);
    message.sequence = wire_read_u32(&reader);
    if (wire_read_u32(&reader) != size) {
        return IPSLA_BAD_LENGTH;
    }
    message.timestamp = (uint64_t)wire_read_u32(&reader) << 32;
    message.timestamp |= wire_read_u32(&reader);
    bool is_good = read_auth(&reader, &message);
    *out = message;
    return is_good ? IPSLA_ACCEPT : IPSLA_BAD_SECTION;
}

static struct addr read_ip(struct wire_reader *reader, enum addr_family family)
{
    struct addr addr = {.family = family};
    wire_read_bytes(reader, addr.ip, IP_BYTES);
    if (family == ADDR_IPV4) {
        memset(addr.ip + 4, 0, IP_BYTES - 4);
    }
    return addr;
}

static bool read_command(struct csld *csld, struct ipsla2_message *out)
{
    struct wire_reader *body = &csld->body;
    if (csld->command != UDP_COMMAND || wire_left(body) != UDP_BYTES - CSLD_HEADER_BYTES) {
        return false;
    }
    uint8_t type = wire_read_u8(body);
    out->role = wire_read_u8(body);
    /* The text and the registry of the RFC give the numbers 1 and 2 opposite meanings. */
    bool is_known_role = out->role == 1 || out->role == ROLE_SENDER;
    if ((type != TYPE_IPV4 && type != TYPE_IPV6) || !is_known_role) {
        return false;
    }
    out->family = type == TYPE_IPV4 ? ADDR_IPV4 : ADDR_IPV6;
    wire_skip(body, 2);
    out->session_id = wire_read_u32(body);
    out->control_source = read_ip(body, out->family);
    out->control_destination = read_ip(body, out->family);
    out->source = read_ip(body, out->family);
    out->destination = read_ip(body, out->family);
    out->control_source.port = wire_read_u16(body);
    wire_skip(body, 2);
    out->source.port = wire_read_u16(body);
    out->destination.port = wire_read_u16(body);
    out->duration_ms = wire_read_u32(body);
    out->command_status = csld->status;
    out->has_command = true;
    return !body->failed;
}

enum ipsla_reject ipsla2_decode_command(const uint8_t *bytes, size_t size,
                                        struct ipsla2_message *message)
{
    struct wire_reader reader = wire_reader(bytes, size);
    struct ipsla2_message full = *message;
    struct csld csld;
    assert(message->has_auth);
    wire_skip(&reader, HEADER_BYTES);
    bool is_good = read_csld(&reader, &csld) && read_csld(&reader, &csld) &&
                   read_command(&csld, &full) && wire_left(&reader) == 0;
    if (!is_good) {
        return IPSLA_BAD_SECTION;
    }
    *message = full;
    return IPSLA_ACCEPT;
}

static void write_auth(struct wire_writer *writer, const struct ipsla2_message *message)
{
    wire_write_u16(writer, AUTH_COMMAND);
    wire_write_u16(writer, message->auth_status);
    wire_write_u32(writer, message->is_compact ? AUTH_COMPACT_BYTES : AUTH_BYTES);
    wire_write_u8(writer, message->mode);
    wire_write_u8(writer, 0);
    wire_write_u16(writer, message->key_id);
    if (!message->is_compact) {
        wire_write_bytes(writer, message->random, sizeof message->random);
        wire_write_zeros(writer, IPSLA2_DIGEST_BYTES);
    }
}

static void write_command(struct wire_writer *writer, const struct ipsla2_message *message)
{
    wire_write_u16(writer, UDP_COMMAND);
    wire_write_u16(writer, message->command_status);
    wire_write_u32(writer, UDP_BYTES);
    wire_write_u8(writer, message->family == ADDR_IPV6 ? TYPE_IPV6 : TYPE_IPV4);
    wire_write_u8(writer, message->role);
    wire_write_u16(writer, 0);
    wire_write_u32(writer, message->session_id);
    wire_write_bytes(writer, message->control_source.ip, IP_BYTES);
    wire_write_bytes(writer, message->control_destination.ip, IP_BYTES);
    wire_write_bytes(writer, message->source.ip, IP_BYTES);
    wire_write_bytes(writer, message->destination.ip, IP_BYTES);
    wire_write_u16(writer, message->control_source.port);
    wire_write_u16(writer, 0);
    wire_write_u16(writer, message->source.port);
    wire_write_u16(writer, message->destination.port);
    wire_write_u32(writer, message->duration_ms);
}

size_t ipsla2_encode(const struct ipsla2_message *message, uint8_t *out)
{
    struct wire_writer writer = wire_writer(out, IPSLA2_BYTES);
    size_t auth_bytes = message->is_compact ? AUTH_COMPACT_BYTES : AUTH_BYTES;
    size_t size = HEADER_BYTES + (message->has_auth ? auth_bytes : 0) +
                  (message->has_command ? UDP_BYTES : 0);
    wire_write_u8(&writer, IPSLA2_VERSION);
    wire_write_u8(&writer, 0);
    wire_write_u16(&writer, message->status);
    wire_write_u32(&writer, message->sequence);
    wire_write_u32(&writer, (uint32_t)size);
    wire_write_u32(&writer, (uint32_t)(message->timestamp >> 32));
    wire_write_u32(&writer, (uint32_t)message->timestamp);
    if (message->has_auth) {
        write_auth(&writer, message);
    }
    if (message->has_command) {
        write_command(&writer, message);
    }
    assert(!writer.failed && writer.at == out + size);
    return size;
}

enum ipsla2_mode ipsla2_mode_of(const struct auth_key *key)
{
    switch (key->algorithm) {
    case AUTH_SHA256:
        return IPSLA2_MODE_SHA256;
    case AUTH_HMAC_SHA256:
        return IPSLA2_MODE_HMAC;
    case AUTH_NONE:
    case AUTH_MD5:
    case AUTH_TWAMP:
        break;
    }
    return IPSLA2_MODE_NONE;
}

/* The digest field counts as zeros. */
static bool compute(const uint8_t *bytes, size_t size, const struct auth_key *key,
                    uint8_t out[IPSLA2_DIGEST_BYTES])
{
    static const uint8_t zeros[IPSLA2_DIGEST_BYTES] = {0};
    enum { AFTER = DIGEST_AT + IPSLA2_DIGEST_BYTES };
    assert(size >= AFTER);
    const struct crypto_part secret = {key->secret, key->size};
    const struct crypto_part parts[] = {
        secret,
        {bytes, DIGEST_AT},
        {zeros, sizeof zeros},
        {bytes + AFTER, size - AFTER},
    };
    return key->algorithm == AUTH_SHA256 ? crypto_digest(CRYPTO_SHA256, parts, 4, out)
                                         : crypto_hmac(CRYPTO_SHA256, &secret, parts + 1, 3, out);
}

void ipsla2_sign(uint8_t *bytes, size_t size, const struct auth_key *key)
{
    uint8_t digest[IPSLA2_DIGEST_BYTES];
    assert(ipsla2_mode_of(key) != IPSLA2_MODE_NONE);
    compute(bytes, size, key, digest);
    memcpy(bytes + DIGEST_AT, digest, sizeof digest);
}

bool ipsla2_verify(const uint8_t *bytes, size_t size, const struct auth_key *key)
{
    uint8_t digest[IPSLA2_DIGEST_BYTES];
    struct ipsla2_message head;
    if (ipsla2_mode_of(key) == IPSLA2_MODE_NONE ||
        ipsla2_decode_head(bytes, size, &head) != IPSLA_ACCEPT ||
        head.mode != ipsla2_mode_of(key)) {
        return false;
    }
    return compute(bytes, size, key, digest) &&
           crypto_is_equal(digest, bytes + DIGEST_AT, sizeof digest);
}

const uint8_t *ipsla2_digest(const uint8_t *bytes)
{
    return bytes + DIGEST_AT;
}
