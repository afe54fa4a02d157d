/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "wire/icmp.h"

#include "base/wire.h"

#define CHECKSUM_AT 2

uint16_t icmp_checksum(const uint8_t *bytes, size_t size)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < size; i++) {
        sum += i % 2 == 0 ? (uint64_t)bytes[i] << 8 : bytes[i];
    }
    while (sum > UINT16_MAX) {
        sum = (sum & UINT16_MAX) + (sum >> 16);
    }
    return (uint16_t)~sum;
}

void icmp6_encode(const struct icmp_header *header, uint8_t out[ICMP_HEADER_BYTES])
{
    struct wire_writer writer = wire_writer(out, ICMP_HEADER_BYTES);
    wire_write_u8(&writer, (uint8_t)header->type);
    wire_write_u8(&writer, 0);
    wire_write_u16(&writer, 0);
    wire_write_u16(&writer, header->identifier);
    wire_write_u16(&writer, header->sequence);
}

void icmp_encode(const struct icmp_header *header, uint8_t *out, size_t size)
{
    icmp6_encode(header, out);
    struct wire_writer field = wire_writer(out + CHECKSUM_AT, sizeof(uint16_t));
    wire_write_u16(&field, icmp_checksum(out, size));
}

static bool is_known(uint8_t type)
{
    return type == ICMP_TYPE_ECHO_REPLY || type == ICMP_TYPE_ECHO || type == ICMP_TYPE_TIMESTAMP ||
           type == ICMP_TYPE_TIMESTAMP_REPLY;
}

static bool read_header(const uint8_t *bytes, size_t size, struct icmp_header *out)
{
    struct wire_reader reader = wire_reader(bytes, size);
    uint8_t type = wire_read_u8(&reader);
    uint8_t code = wire_read_u8(&reader);
    wire_skip(&reader, sizeof(uint16_t));
    uint16_t identifier = wire_read_u16(&reader);
    uint16_t sequence = wire_read_u16(&reader);
    *out = (struct icmp_header){(enum icmp_type)type, identifier, sequence};
    return !reader.failed && code == 0;
}

bool icmp_decode_cut(const uint8_t *bytes, size_t size, struct icmp_header *out)
{
    struct icmp_header header;
    if (!read_header(bytes, size, &header) || !is_known((uint8_t)header.type)) {
        return false;
    }
    *out = header;
    return true;
}

bool icmp_decode(const uint8_t *bytes, size_t size, struct icmp_header *out)
{
    return icmp_checksum(bytes, size) == 0 && icmp_decode_cut(bytes, size, out);
}

bool icmp6_decode(const uint8_t *bytes, size_t size, struct icmp_header *out)
{
    struct icmp_header header;
    if (!read_header(bytes, size, &header) ||
        (header.type != ICMP6_TYPE_ECHO && header.type != ICMP6_TYPE_ECHO_REPLY)) {
        return false;
    }
    *out = header;
    return true;
}

bool icmp_read_sequence(const uint8_t *bytes, size_t size, uint16_t *out)
{
    struct wire_reader reader = wire_reader(bytes, size);
    wire_skip(&reader, ICMP_HEADER_BYTES - sizeof *out);
    uint16_t sequence = wire_read_u16(&reader);
    if (reader.failed) {
        return false;
    }
    *out = sequence;
    return true;
}

void icmp_timestamp_encode(uint16_t identifier, uint16_t sequence, uint32_t originate_ms,
                           uint8_t out[ICMP_TIMESTAMP_BYTES])
{
    const struct icmp_header header = {ICMP_TYPE_TIMESTAMP, identifier, sequence};
    struct wire_writer writer =
        wire_writer(out + ICMP_HEADER_BYTES, ICMP_TIMESTAMP_BYTES - ICMP_HEADER_BYTES);
    wire_write_u32(&writer, originate_ms);
    wire_write_zeros(&writer, 2 * sizeof(uint32_t));
    icmp_encode(&header, out, ICMP_TIMESTAMP_BYTES);
}

bool icmp_timestamp_decode(const uint8_t *bytes, size_t size, struct icmp_times *out)
{
    struct wire_reader reader = wire_reader(bytes, size);
    wire_skip(&reader, ICMP_HEADER_BYTES);
    struct icmp_times times = {.originate_ms = wire_read_u32(&reader)};
    times.receive_ms = wire_read_u32(&reader);
    times.transmit_ms = wire_read_u32(&reader);
    if (reader.failed) {
        return false;
    }
    *out = times;
    return true;
}

uint32_t icmp_time_swap(uint32_t ms)
{
    return ms << 24 | (ms << 8 & 0xff0000) | (ms >> 8 & 0xff00) | ms >> 24;
}

/* Times that differ by less agree: a clock that is kept at all is not a minute off. */
#define NEAR_MS 60000

static bool is_near(uint32_t ms, struct wall now)
{
    int64_t apart_ms = fold((int64_t)ms - wall_ms_of_day(now), MS_PER_DAY);
    return ms < MS_PER_DAY && apart_ms >= -NEAR_MS && apart_ms <= NEAR_MS;
}

bool icmp_time_is_swapped(uint32_t ms, struct wall now)
{
    return is_near(icmp_time_swap(ms), now) && !is_near(ms, now);
}

static bool is_time(uint32_t ms)
{
    return (ms & ICMP_TIME_NOT_UTC) != 0 || ms < MS_PER_DAY;
}

int64_t icmp_times_held_ms(const struct icmp_times *times)
{
    if (!is_time(times->receive_ms) || !is_time(times->transmit_ms) ||
        ((times->receive_ms ^ times->transmit_ms) & ICMP_TIME_NOT_UTC) != 0) {
        return -1;
    }
    bool is_utc = (times->receive_ms & ICMP_TIME_NOT_UTC) == 0;
    int64_t held_ms = fold((int64_t)times->transmit_ms - times->receive_ms,
                           is_utc ? MS_PER_DAY : (int64_t)ICMP_TIME_NOT_UTC);
    return held_ms > UINT16_MAX ? -1 : held_ms;
}
