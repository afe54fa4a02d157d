/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Cisco IP SLA protocol version 1 on the wire: control request and response (UDP 1967), echo (type
 * 1) and jitter (type 2) probes. Bytes to structs and back; no state, no policy. Source:
 * docs/protocol.md, which names the evidence for each field. All numbers big-endian. */
#ifndef WIRE_IPSLA_H
#define WIRE_IPSLA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IPSLA_PROTOCOL_VERSION 1
#define IPSLA_CONTROL_PORT 1967
#define IPSLA_CONTROL_PORT_V2 1167

/* Why a datagram is not what it should be. The names are label values. */
enum ipsla_reject {
    IPSLA_ACCEPT,
    IPSLA_TOO_SHORT, /* fewer bytes than the fixed part */
    IPSLA_BAD_VERSION, /* not version 1 */
    IPSLA_BAD_LENGTH, /* total length below the header or beyond the datagram */
    IPSLA_BAD_SECTION, /* section length below its header, beyond the message, or wrong for its kind
                        */
    IPSLA_NO_COMMAND, /* no enable section */
    IPSLA_DUPLICATE_SECTION, /* two enable or two authentication sections */
    IPSLA_UNSUPPORTED_COMMAND, /* not echo, TCP connect or jitter */
    IPSLA_BAD_PORT, /* port 0 */
    IPSLA_BAD_TYPE, /* probe type that is not 1, 2 or 3 */
    IPSLA_WRONG_DIRECTION, /* a reply where a request is due, or the other way round */
};
#define IPSLA_REJECT_COUNT 11

/* The label value: "too_short", "bad_version"... */
const char *ipsla_reject_name(enum ipsla_reject reject);

enum ipsla_command { IPSLA_COMMAND_ECHO = 2, IPSLA_COMMAND_TCP = 3, IPSLA_COMMAND_JITTER = 4 };

#define IPSLA_REQUEST_BYTES 52
#define IPSLA_REQUEST_IPV6_BYTES 68
#define IPSLA_REQUEST_BYTES_MAX IPSLA_REQUEST_IPV6_BYTES
#define IPSLA_RESPONSE_LONG_BYTES 24
#define IPSLA_RESPONSE_LONG_IPV6_BYTES 40
#define IPSLA_RESPONSE_BYTES_MAX IPSLA_RESPONSE_LONG_IPV6_BYTES
#define IPSLA_RESPONSE_SHORT_BYTES 8

struct ipsla_request {
    uint8_t id;
    enum ipsla_command command;
    uint8_t address[16]; /* of the responder, as the sender knows it; IPv4: the first 4 */
    uint16_t port; /* to open, not 0 */
    uint32_t duration_ms; /* IPv4: up to 65535 */
    bool wants_auth; /* any byte of the authentication section's body is set */
    bool is_ipv6; /* on the wire the command is 4 more then */
};

/* Writes a request without authentication: 52 bytes, 68 for IPv6. Returns its size. */
size_t ipsla_request_encode(const struct ipsla_request *request,
                            uint8_t out[IPSLA_REQUEST_BYTES_MAX]);

/* Reads a request: it has both sections, an answer never has that of authentication. `out` is
 * untouched unless the result is IPSLA_ACCEPT. */
enum ipsla_reject ipsla_request_decode(const uint8_t *bytes, size_t size,
                                       struct ipsla_request *out);

/* The long shape of a success, as current IOS sends it: header and enable section of the request,
 * 24 bytes, 40 for IPv6. Returns its size. */
size_t ipsla_response_encode_long(const struct ipsla_request *request,
                                  uint8_t out[IPSLA_RESPONSE_BYTES_MAX]);

/* The short shape: the 8-byte header alone; `status` is written as `status` << 16 or as a 32-bit
 * number by the caller's choice of value. 0 is success. */
void ipsla_response_encode_short(uint8_t id, uint32_t status,
                                 uint8_t out[IPSLA_RESPONSE_SHORT_BYTES]);

struct ipsla_response {
    uint8_t id;
    uint32_t status; /* bytes 4-7, or those of the section when the header's are 0; 0 is success */
    bool has_port; /* an enable section was returned, with: */
    uint16_t port;
    uint32_t duration_ms; /* that the port stays open */
};

/* Reads any of the four response shapes in use. `out` is untouched unless the result is
 * IPSLA_ACCEPT. */
enum ipsla_reject ipsla_response_decode(const uint8_t *bytes, size_t size,
                                        struct ipsla_response *out);

/* The code of a refusal, whether it was written as a 16-bit number in bytes 4-5 or as a 32-bit one;
 * the codes are those of RFC 6812: 1 fail, 2 authentication, 3 format, 4 port in use. */
uint32_t ipsla_status_code(uint32_t status);

enum ipsla_probe_type {
    IPSLA_PROBE_ECHO = 1,
    IPSLA_PROBE_JITTER_MS = 2,
    IPSLA_PROBE_JITTER_US = 3, /* wire/jitter_us.h */
};

#define IPSLA_ECHO_BYTES_MIN 4
#define IPSLA_JITTER_MS_BYTES_MIN 16
#define IPSLA_JITTER_US_BYTES_MIN 56
#define IPSLA_PROBE_BYTES_MAX 17512

/* A type 2 probe. Times are milliseconds since UTC midnight; bit 31 marks a clock that is not UTC.
 */
struct ipsla_jitter_ms {
    uint16_t delta_ms; /* how long the responder held the packet; 0 in a request */
    uint32_t send_ms;
    uint32_t receive_ms; /* 0 in a request */
    uint16_t sender_seq; /* from 1 */
    uint16_t responder_seq; /* 0 in a request */
};

#define IPSLA_TIME_NOT_UTC UINT32_C(0x80000000)

/* Writes a request of `size` bytes, padded with AB CD; IPSLA_ECHO_BYTES_MIN <= size. */
void ipsla_echo_encode(uint8_t *out, size_t size);

/* Writes a probe of `size` bytes, padded with AB CD; IPSLA_JITTER_MS_BYTES_MIN <= size. */
void ipsla_jitter_ms_encode(const struct ipsla_jitter_ms *probe, uint8_t *out, size_t size);

/* The type of a probe (its first two bytes) when the datagram is long enough for that type. */
enum ipsla_reject ipsla_probe_type(const uint8_t *bytes, size_t size, enum ipsla_probe_type *out);

/* Reads a type 2 request: everything a responder fills in must be 0 (a reply here is a loop). */
enum ipsla_reject ipsla_jitter_ms_decode_request(const uint8_t *bytes, size_t size,
                                                 struct ipsla_jitter_ms *out);

/* Reads a type 2 reply: the responder's sequence number must be set. */
enum ipsla_reject ipsla_jitter_ms_decode_reply(const uint8_t *bytes, size_t size,
                                               struct ipsla_jitter_ms *out);

/* Turns the request at `bytes` (a valid type 2) into its reply: delta, receive time, responder
 * sequence. */
void ipsla_jitter_ms_fill_reply(uint8_t *bytes, uint16_t delta_ms, uint32_t receive_ms,
                                uint16_t responder_seq);

#endif
