/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Protobuf fields, written backwards: the length of a message stands before it, and is known when
 * the message is there. Each function writes what ends before `at` and returns where it begins; the
 * caller has made room. Source: the encoding guide of Protocol Buffers. */
#ifndef EXPO_PROTO_FIELD_H
#define EXPO_PROTO_FIELD_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The longest varint, and the longest tag of a field below 2048. */
#define PROTO_VARINT_MAX 10
#define PROTO_TAG_MAX 2

enum proto_wire { PROTO_VARINT = 0, PROTO_FIXED64 = 1, PROTO_BYTES = 2 };

static inline uint8_t *proto_varint(uint8_t *at, uint64_t value)
{
    if (value < 0x80) {
        *--at = (uint8_t)value;
        return at;
    }
    if (value < 0x4000) {
        at -= 2;
        at[0] = (uint8_t)(value | 0x80);
        at[1] = (uint8_t)(value >> 7);
        return at;
    }
    size_t size = (size_t)(63 - __builtin_clzll(value)) / 7 + 1;
    at -= size;
    for (size_t i = 0; i < size - 1; i++, value >>= 7) {
        at[i] = (uint8_t)(value | 0x80);
    }
    at[size - 1] = (uint8_t)value;
    return at;
}

static inline uint64_t proto_zigzag(int64_t value)
{
    return (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);
}

static inline uint8_t *proto_tag(uint8_t *at, unsigned field, enum proto_wire wire)
{
    return proto_varint(at, field << 3 | (unsigned)wire);
}

static inline uint8_t *proto_uint(uint8_t *at, unsigned field, uint64_t value)
{
    return proto_tag(proto_varint(at, value), field, PROTO_VARINT);
}

static inline uint8_t *proto_sint(uint8_t *at, unsigned field, int64_t value)
{
    return proto_uint(at, field, proto_zigzag(value));
}

static inline uint8_t *proto_double(uint8_t *at, unsigned field, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits = htole64(bits);
    at -= sizeof bits;
    memcpy(at, &bits, sizeof bits);
    return proto_tag(at, field, PROTO_FIXED64);
}

/* The head of a message, string or packed list whose bytes are those from `at` up to `end`. */
static inline uint8_t *proto_enclose(uint8_t *at, const uint8_t *end, unsigned field)
{
    return proto_tag(proto_varint(at, (uint64_t)(end - at)), field, PROTO_BYTES);
}

static inline uint8_t *proto_bytes(uint8_t *at, unsigned field, const void *bytes, size_t size)
{
    uint8_t *start = at - size;
    memcpy(start, bytes, size);
    return proto_enclose(start, at, field);
}

#endif
