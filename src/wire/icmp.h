/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* ICMP echo and timestamp messages and ICMPv6 echo messages, without their IP header. Bytes to
 * structs and back; no state, no policy. Source: RFC 792, RFC 1071 (checksum), RFC 4443 4. All
 * numbers big-endian. */
#ifndef WIRE_ICMP_H
#define WIRE_ICMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"

enum icmp_type {
    ICMP_TYPE_ECHO_REPLY = 0,
    ICMP_TYPE_ECHO = 8,
    ICMP_TYPE_TIMESTAMP = 13,
    ICMP_TYPE_TIMESTAMP_REPLY = 14,
    ICMP6_TYPE_ECHO = 128,
    ICMP6_TYPE_ECHO_REPLY = 129,
};

#define ICMP_HEADER_BYTES 8
#define ICMP_TIMESTAMP_BYTES 20

/* Milliseconds since UTC midnight; in others, and in those that are no such time, bit 31 is set. */
#define ICMP_TIME_NOT_UTC UINT32_C(0x80000000)

/* All types begin alike; their code is 0. */
struct icmp_header {
    enum icmp_type type;
    uint16_t identifier;
    uint16_t sequence;
};

/* The Internet checksum. Over a whole message with its checksum in place it is 0. */
uint16_t icmp_checksum(const uint8_t *bytes, size_t size);

/* Writes the header, checksum included, before the data that stand in out[ICMP_HEADER_BYTES..size).
 */
void icmp_encode(const struct icmp_header *header, uint8_t *out, size_t size);

/* False when it is none of the four types of IPv4, too short or its checksum is wrong; `out`
 * untouched. */
bool icmp_decode(const uint8_t *bytes, size_t size, struct icmp_header *out);

/* The same for the beginning of a message, whose checksum cannot be told. */
bool icmp_decode_cut(const uint8_t *bytes, size_t size, struct icmp_header *out);

/* The same for the two types of IPv6, but for the checksum: it covers the addresses too, so the
 * system, which chooses them, writes and verifies it (RFC 3542 3.1). Written as 0, read past. */
void icmp6_encode(const struct icmp_header *header, uint8_t out[ICMP_HEADER_BYTES]);
bool icmp6_decode(const uint8_t *bytes, size_t size, struct icmp_header *out);

/* The sequence number of a message that may be cut off behind it; false when it is before. */
bool icmp_read_sequence(const uint8_t *bytes, size_t size, uint16_t *out);

struct icmp_times {
    uint32_t originate_ms, receive_ms, transmit_ms;
};

/* The same four bytes read from the other end: what a host meant that writes little-endian. */
uint32_t icmp_time_swap(uint32_t ms);

/* Whether a time says by its value that it is written so: like this it is near `now`, and as it
 * stands it is not. */
bool icmp_time_is_swapped(uint32_t ms, struct wall now);

/* How long the other side says it held the packet, 0 to 65535; negative when its two times make no
 * sense: beyond a day without bit 31, of two clocks, or sent before it came. */
int64_t icmp_times_held_ms(const struct icmp_times *times);

/* A whole timestamp request; what the other side fills in is 0. */
void icmp_timestamp_encode(uint16_t identifier, uint16_t sequence, uint32_t originate_ms,
                           uint8_t out[ICMP_TIMESTAMP_BYTES]);

/* The times of a message that icmp_decode read; false when it is too short for them. */
bool icmp_timestamp_decode(const uint8_t *bytes, size_t size, struct icmp_times *out);

#endif
