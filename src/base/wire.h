/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Bounded big-endian cursors over a datagram. An access beyond the end sets a sticky `failed`,
 * reads as zero and writes nothing: a codec runs straight through and asks once, at its end.
 * Inline: what a packet costs is largely made of these. */
#ifndef BASE_WIRE_H
#define BASE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct wire_reader {
    const uint8_t *at;
    const uint8_t *end;
    bool failed;
};

struct wire_writer {
    uint8_t *at;
    uint8_t *end;
    bool failed;
};

static inline struct wire_reader wire_reader(const uint8_t *bytes, size_t size)
{
    return (struct wire_reader){.at = bytes, .end = size == 0 ? bytes : bytes + size};
}

static inline size_t wire_left(const struct wire_reader *reader)
{
    return (size_t)(reader->end - reader->at);
}

/* The next `size` bytes, or NULL (and the cursor fails) when fewer are left. */
static inline const uint8_t *wire_take(struct wire_reader *reader, size_t size)
{
    if (reader->failed || wire_left(reader) < size) {
        reader->failed = true;
        return NULL;
    }
    const uint8_t *bytes = reader->at;
    if (size > 0) {
        reader->at += size;
    }
    return bytes;
}

static inline uint8_t wire_read_u8(struct wire_reader *reader)
{
    const uint8_t *b = wire_take(reader, 1);
    return b == NULL ? 0 : b[0];
}

static inline uint16_t wire_read_u16(struct wire_reader *reader)
{
    const uint8_t *b = wire_take(reader, 2);
    return (uint16_t)(b == NULL ? 0 : b[0] << 8 | b[1]);
}

static inline uint32_t wire_read_u32(struct wire_reader *reader)
{
    const uint8_t *b = wire_take(reader, 4);
    if (b == NULL) {
        return 0;
    }
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* Copies `size` bytes to `out`; zeroes `out` when fewer are left. */
static inline void wire_read_bytes(struct wire_reader *reader, uint8_t *out, size_t size)
{
    const uint8_t *b = wire_take(reader, size);
    if (b == NULL) {
        memset(out, 0, size);
    } else if (size > 0) {
        memcpy(out, b, size);
    }
}

static inline void wire_skip(struct wire_reader *reader, size_t size)
{
    (void)wire_take(reader, size);
}

static inline struct wire_writer wire_writer(uint8_t *bytes, size_t size)
{
    return (struct wire_writer){.at = bytes, .end = bytes + size};
}

static inline uint8_t *wire_claim(struct wire_writer *writer, size_t size)
{
    if (writer->failed || (size_t)(writer->end - writer->at) < size) {
        writer->failed = true;
        return NULL;
    }
    uint8_t *bytes = writer->at;
    writer->at += size;
    return bytes;
}

static inline void wire_write_bytes(struct wire_writer *writer, const uint8_t *bytes, size_t size)
{
    uint8_t *room = wire_claim(writer, size);
    if (room != NULL && size > 0) {
        memcpy(room, bytes, size);
    }
}

static inline void wire_write_u8(struct wire_writer *writer, uint8_t value)
{
    wire_write_bytes(writer, &value, 1);
}

static inline void wire_write_u16(struct wire_writer *writer, uint16_t value)
{
    const uint8_t bytes[2] = {(uint8_t)(value >> 8), (uint8_t)value};
    wire_write_bytes(writer, bytes, sizeof bytes);
}

static inline void wire_write_u32(struct wire_writer *writer, uint32_t value)
{
    const uint8_t bytes[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                              (uint8_t)value};
    wire_write_bytes(writer, bytes, sizeof bytes);
}

static inline void wire_write_zeros(struct wire_writer *writer, size_t size)
{
    uint8_t *room = wire_claim(writer, size);
    if (room != NULL && size > 0) {
        memset(room, 0, size);
    }
}

#endif
