/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Bounded big-endian cursors over a datagram. An access beyond the end sets a sticky `failed`,
 * reads as zero and writes nothing: a codec runs straight through and asks once, at its end. */
#ifndef BASE_WIRE_H
#define BASE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

struct wire_reader wire_reader(const uint8_t *bytes, size_t size);
size_t wire_left(const struct wire_reader *reader);
uint8_t wire_read_u8(struct wire_reader *reader);
uint16_t wire_read_u16(struct wire_reader *reader);
uint32_t wire_read_u32(struct wire_reader *reader);
/* Copies `size` bytes to `out`; zeroes `out` when fewer are left. */
void wire_read_bytes(struct wire_reader *reader, uint8_t *out, size_t size);
void wire_skip(struct wire_reader *reader, size_t size);

struct wire_writer wire_writer(uint8_t *bytes, size_t size);
void wire_write_u8(struct wire_writer *writer, uint8_t value);
void wire_write_u16(struct wire_writer *writer, uint16_t value);
void wire_write_u32(struct wire_writer *writer, uint32_t value);
void wire_write_bytes(struct wire_writer *writer, const uint8_t *bytes, size_t size);
void wire_write_zeros(struct wire_writer *writer, size_t size);

#endif
