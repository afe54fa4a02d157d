/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Type 3:  0:2 type  2:2 zero  4:8 t1  12:8 t2  20:8 t3  28:8 t4, zero on the wire
 *          36:8 offset of the sender's clock  44:8 offset of the responder's clock
 *
 *   16-bit numbers   52:2 sender sequence  54:2 responder sequence  56: padding
 *   32-bit numbers   52:4 sender sequence  56:4 responder sequence  60: padding */
#include "wire/jitter_us.h"

#include <assert.h>

#include "base/wire.h"

enum { T2_AT = 12, RESPONDER_OFFSET_AT = 44, SEQUENCES_AT = 52 };

static uint64_t read_u64(struct wire_reader *reader)
{
    uint64_t high = wire_read_u32(reader);
    return high << 32 | wire_read_u32(reader);
}

static void write_u64(struct wire_writer *writer, uint64_t value)
{
    wire_write_u32(writer, (uint32_t)(value >> 32));
    wire_write_u32(writer, (uint32_t)value);
}

static uint32_t read_sequence(struct wire_reader *reader, enum jitter_us_layout layout)
{
    return layout == JITTER_US_SEQ16 ? wire_read_u16(reader) : wire_read_u32(reader);
}

static void write_sequence(struct wire_writer *writer, enum jitter_us_layout layout, uint32_t value)
{
    if (layout == JITTER_US_SEQ16) {
        wire_write_u16(writer, (uint16_t)value);
    } else {
        wire_write_u32(writer, value);
    }
}

size_t jitter_us_bytes_min(enum jitter_us_layout layout)
{
    assert(layout != JITTER_US_UNKNOWN);
    return layout == JITTER_US_SEQ16 ? JITTER_US_SEQ16_BYTES_MIN : JITTER_US_SEQ32_BYTES_MIN;
}

static void write_padding(struct wire_writer *writer, enum jitter_us_layout layout)
{
    static const uint8_t pattern[] = {0xab, 0xcd};
    for (size_t i = 0; writer->at < writer->end; i++) {
        wire_write_u8(writer, layout == JITTER_US_SEQ16 ? pattern[i % sizeof pattern] : 0);
    }
}

void jitter_us_encode(enum jitter_us_layout layout, const struct jitter_us *probe, uint8_t *out,
                      size_t size)
{
    struct wire_writer writer = wire_writer(out, size);
    assert(size >= jitter_us_bytes_min(layout));
    wire_write_u16(&writer, IPSLA_PROBE_JITTER_US);
    wire_write_u16(&writer, 0);
    write_u64(&writer, probe->t1);
    write_u64(&writer, probe->t2);
    write_u64(&writer, probe->t3);
    wire_write_zeros(&writer, 3 * sizeof(uint64_t));
    write_sequence(&writer, layout, probe->sender_seq);
    write_sequence(&writer, layout, probe->responder_seq);
    write_padding(&writer, layout);
    assert(!writer.failed);
}

enum jitter_us_layout jitter_us_recognise(const uint8_t *bytes, size_t size)
{
    enum ipsla_probe_type type;
    if (ipsla_probe_type(bytes, size, &type) != IPSLA_ACCEPT || type != IPSLA_PROBE_JITTER_US) {
        return JITTER_US_UNKNOWN;
    }
    struct wire_reader reader = wire_reader(bytes, size);
    wire_skip(&reader, SEQUENCES_AT);
    uint16_t first = wire_read_u16(&reader);
    uint16_t second = wire_read_u16(&reader);
    if (first != 0 && second == 0) {
        return JITTER_US_SEQ16;
    }
    uint32_t third = wire_read_u32(&reader);
    bool is_seq32 = first == 0 && second != 0 && third == 0 && !reader.failed;
    return is_seq32 ? JITTER_US_SEQ32 : JITTER_US_UNKNOWN;
}

static enum ipsla_reject decode(enum jitter_us_layout layout, const uint8_t *bytes, size_t size,
                                struct jitter_us *out)
{
    enum ipsla_probe_type type;
    enum ipsla_reject reject = ipsla_probe_type(bytes, size, &type);
    if (reject != IPSLA_ACCEPT) {
        return reject;
    }
    if (type != IPSLA_PROBE_JITTER_US) {
        return IPSLA_BAD_TYPE;
    }
    if (size < jitter_us_bytes_min(layout)) {
        return IPSLA_TOO_SHORT;
    }
    struct wire_reader reader = wire_reader(bytes, size);
    wire_skip(&reader, 4);
    out->t1 = read_u64(&reader);
    out->t2 = read_u64(&reader);
    out->t3 = read_u64(&reader);
    wire_skip(&reader, 3 * sizeof(uint64_t));
    out->sender_seq = read_sequence(&reader, layout);
    out->responder_seq = read_sequence(&reader, layout);
    return IPSLA_ACCEPT;
}

enum ipsla_reject jitter_us_decode_request(enum jitter_us_layout layout, const uint8_t *bytes,
                                           size_t size, struct jitter_us *out)
{
    struct jitter_us probe;
    enum ipsla_reject reject = decode(layout, bytes, size, &probe);
    if (reject != IPSLA_ACCEPT) {
        return reject;
    }
    if (probe.t2 != 0 || probe.t3 != 0 || probe.responder_seq != 0) {
        return IPSLA_WRONG_DIRECTION;
    }
    *out = probe;
    return IPSLA_ACCEPT;
}

enum ipsla_reject jitter_us_decode_reply(enum jitter_us_layout layout, const uint8_t *bytes,
                                         size_t size, struct jitter_us *out)
{
    struct jitter_us probe;
    enum ipsla_reject reject = decode(layout, bytes, size, &probe);
    if (reject != IPSLA_ACCEPT) {
        return reject;
    }
    if (probe.responder_seq == 0) {
        return IPSLA_WRONG_DIRECTION;
    }
    *out = probe;
    return IPSLA_ACCEPT;
}

void jitter_us_fill_reply(enum jitter_us_layout layout, uint8_t *bytes, uint64_t t2, uint64_t t3,
                          uint32_t responder_seq)
{
    struct wire_writer writer = wire_writer(bytes, jitter_us_bytes_min(layout));
    writer.at += T2_AT;
    write_u64(&writer, t2);
    write_u64(&writer, t3);
    writer.at += 2 * sizeof(uint64_t);
    wire_write_zeros(&writer, sizeof(uint64_t));
    writer.at += layout == JITTER_US_SEQ16 ? sizeof(uint16_t) : sizeof(uint32_t);
    write_sequence(&writer, layout, responder_seq);
    assert(!writer.failed && writer.at == writer.end);
}

bool jitter_us_responder_offset(const uint8_t *bytes, size_t size, int64_t *out_ns)
{
    struct wire_reader reader = wire_reader(bytes, size);
    wire_skip(&reader, RESPONDER_OFFSET_AT);
    uint64_t offset = read_u64(&reader);
    if (offset == UINT64_MAX) {
        return false;
    }
    int64_t seconds = (int32_t)(uint32_t)(offset >> 32);
    uint64_t fraction = offset & UINT32_MAX;
    *out_ns = seconds * INT64_C(1000000000) + (int64_t)(fraction * UINT64_C(1000000000) >> 32);
    return true;
}
