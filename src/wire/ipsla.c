/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Version 1 messages are a header and a list of sections, each with its own length:
 *
 *   header   0:1 version  1:1 id  2:2 total length  4:4 status
 *   section  0:2 kind     2:2 length, header included   4:4 status   8: body
 *
 *   enable, IPv4 (kind = command, 16 bytes)   8:4 address  12:2 port  14:2 duration, ms
 *   enable, IPv6 (kind = command + 4, 32 bytes)
 *                                   8:16 address  24:2 port  26:2 zero  28:4 duration, ms
 *   authentication (kind 1, 28 bytes)         8:1 mode  9:1 zero  10:2 key id  12:16 digest
 *
 * A request is header + enable + authentication = 52 bytes, 68 for IPv6. Sections are walked by
 * their own lengths and each check is made before the bytes are touched. */
#include "wire/ipsla.h"

#include <assert.h>

#include "base/wire.h"

enum {
    HEADER_BYTES = 8,
    SECTION_HEADER_BYTES = 8,
    ENABLE_BYTES = 16,
    ENABLE_IPV6_BYTES = 32,
    IPV6_COMMAND_OFFSET = 4,
    AUTH_BYTES = 28,
    AUTH_KIND = 1,
};

static const char *const reject_names[IPSLA_REJECT_COUNT] = {
    [IPSLA_ACCEPT] = "accept",
    [IPSLA_TOO_SHORT] = "too_short",
    [IPSLA_BAD_VERSION] = "bad_version",
    [IPSLA_BAD_LENGTH] = "bad_length",
    [IPSLA_BAD_SECTION] = "bad_section",
    [IPSLA_NO_COMMAND] = "no_command",
    [IPSLA_DUPLICATE_SECTION] = "duplicate_section",
    [IPSLA_UNSUPPORTED_COMMAND] = "unsupported_command",
    [IPSLA_BAD_PORT] = "bad_port",
    [IPSLA_BAD_TYPE] = "bad_type",
    [IPSLA_WRONG_DIRECTION] = "wrong_direction",
};

const char *ipsla_reject_name(enum ipsla_reject reject)
{
    assert((unsigned)reject < IPSLA_REJECT_COUNT);
    return reject_names[reject];
}

static void write_enable_ipv6(struct wire_writer *writer, const struct ipsla_request *request)
{
    wire_write_u16(writer, (uint16_t)(request->command + IPV6_COMMAND_OFFSET));
    wire_write_u16(writer, ENABLE_IPV6_BYTES);
    wire_write_zeros(writer, 4);
    wire_write_bytes(writer, request->address, sizeof request->address);
    wire_write_u16(writer, request->port);
    wire_write_u16(writer, 0);
    wire_write_u32(writer, request->duration_ms);
}

static void write_enable(struct wire_writer *writer, const struct ipsla_request *request)
{
    if (request->is_ipv6) {
        write_enable_ipv6(writer, request);
        return;
    }
    assert(request->duration_ms <= UINT16_MAX);
    wire_write_u16(writer, (uint16_t)request->command);
    wire_write_u16(writer, ENABLE_BYTES);
    wire_write_zeros(writer, 4);
    wire_write_bytes(writer, request->address, 4);
    wire_write_u16(writer, request->port);
    wire_write_u16(writer, (uint16_t)request->duration_ms);
}

static void write_header(struct wire_writer *writer, uint8_t id, uint16_t length, uint32_t status)
{
    wire_write_u8(writer, IPSLA_PROTOCOL_VERSION);
    wire_write_u8(writer, id);
    wire_write_u16(writer, length);
    wire_write_u32(writer, status);
}

size_t ipsla_request_encode(const struct ipsla_request *request,
                            uint8_t out[IPSLA_REQUEST_BYTES_MAX])
{
    uint16_t size = request->is_ipv6 ? IPSLA_REQUEST_IPV6_BYTES : IPSLA_REQUEST_BYTES;
    struct wire_writer writer = wire_writer(out, size);
    write_header(&writer, request->id, size, 0);
    write_enable(&writer, request);
    wire_write_u16(&writer, AUTH_KIND);
    wire_write_u16(&writer, AUTH_BYTES);
    wire_write_zeros(&writer, AUTH_BYTES - 4);
    assert(!writer.failed && writer.at == writer.end);
    return size;
}

size_t ipsla_response_encode_long(const struct ipsla_request *request,
                                  uint8_t out[IPSLA_RESPONSE_BYTES_MAX])
{
    uint16_t size = request->is_ipv6 ? IPSLA_RESPONSE_LONG_IPV6_BYTES : IPSLA_RESPONSE_LONG_BYTES;
    struct wire_writer writer = wire_writer(out, size);
    write_header(&writer, request->id, size, 0);
    write_enable(&writer, request);
    assert(!writer.failed && writer.at == writer.end);
    return size;
}

void ipsla_response_encode_short(uint8_t id, uint32_t status,
                                 uint8_t out[IPSLA_RESPONSE_SHORT_BYTES])
{
    struct wire_writer writer = wire_writer(out, IPSLA_RESPONSE_SHORT_BYTES);
    write_header(&writer, id, IPSLA_RESPONSE_SHORT_BYTES, status);
    assert(!writer.failed && writer.at == writer.end);
}

struct header {
    uint8_t id;
    uint32_t status;
};

/* Reads the header and narrows `reader` to the sections that the total length covers. */
static enum ipsla_reject read_header(struct wire_reader *reader, struct header *out)
{
    size_t size = wire_left(reader);
    if (size < HEADER_BYTES) {
        return IPSLA_TOO_SHORT;
    }
    if (wire_read_u8(reader) != IPSLA_PROTOCOL_VERSION) {
        return IPSLA_BAD_VERSION;
    }
    out->id = wire_read_u8(reader);
    uint16_t length = wire_read_u16(reader);
    out->status = wire_read_u32(reader);
    if (length < HEADER_BYTES || length > size) {
        return IPSLA_BAD_LENGTH;
    }
    reader->end = reader->at + (length - HEADER_BYTES);
    return IPSLA_ACCEPT;
}

struct section {
    uint16_t kind;
    uint32_t status;
    struct wire_reader body;
};

/* Takes the next section off `reader`. */
static enum ipsla_reject read_section(struct wire_reader *reader, struct section *out)
{
    size_t left = wire_left(reader);
    out->kind = wire_read_u16(reader);
    uint16_t length = wire_read_u16(reader);
    out->status = wire_read_u32(reader);
    if (reader->failed || length < SECTION_HEADER_BYTES || length > left) {
        return IPSLA_BAD_SECTION;
    }
    out->body = wire_reader(reader->at, length - SECTION_HEADER_BYTES);
    wire_skip(reader, length - SECTION_HEADER_BYTES);
    return IPSLA_ACCEPT;
}

static enum ipsla_reject read_auth(struct wire_reader body, struct ipsla_request *request)
{
    if (wire_left(&body) != AUTH_BYTES - SECTION_HEADER_BYTES) {
        return IPSLA_BAD_SECTION;
    }
    uint8_t any = 0;
    while (wire_left(&body) > 0) {
        any |= wire_read_u8(&body);
    }
    request->wants_auth = any != 0;
    return IPSLA_ACCEPT;
}

/* Commands of IPv6 (6 to 8) in anything but 32 bytes are malformed. */
static bool is_ipv6_command(uint16_t kind)
{
    return kind >= 6 && kind <= 8;
}

/* The section's length tells the IP version; the command of an IPv6 section may be either one. */
static uint16_t command_of(uint16_t kind, bool is_ipv6)
{
    return is_ipv6 && is_ipv6_command(kind) ? (uint16_t)(kind - IPV6_COMMAND_OFFSET) : kind;
}

static enum ipsla_reject read_enable(const struct section *section, struct ipsla_request *request)
{
    struct wire_reader body = section->body;
    bool is_ipv4 = wire_left(&body) == ENABLE_BYTES - SECTION_HEADER_BYTES;
    bool is_ipv6 = wire_left(&body) == ENABLE_IPV6_BYTES - SECTION_HEADER_BYTES;
    uint16_t command = command_of(section->kind, is_ipv6);
    if (!is_ipv6 && is_ipv6_command(section->kind)) {
        return IPSLA_BAD_SECTION;
    }
    if (command != IPSLA_COMMAND_ECHO && command != IPSLA_COMMAND_TCP &&
        command != IPSLA_COMMAND_JITTER) {
        return IPSLA_UNSUPPORTED_COMMAND;
    }
    if (!is_ipv4 && !is_ipv6) {
        return IPSLA_BAD_SECTION;
    }
    request->command = (enum ipsla_command)command;
    request->is_ipv6 = is_ipv6;
    wire_read_bytes(&body, request->address, is_ipv6 ? 16 : 4);
    request->port = wire_read_u16(&body);
    if (is_ipv6) {
        wire_skip(&body, 2);
    }
    request->duration_ms = is_ipv6 ? wire_read_u32(&body) : wire_read_u16(&body);
    return IPSLA_ACCEPT;
}

/* Reads every section of a request; `has_enable` and `has_auth` say which were there. */
static enum ipsla_reject read_sections(struct wire_reader *reader, struct ipsla_request *request,
                                       bool *has_enable, bool *has_auth)
{
    while (wire_left(reader) > 0) {
        struct section section;
        enum ipsla_reject reject = read_section(reader, &section);
        if (reject != IPSLA_ACCEPT) {
            return reject;
        }
        bool *seen = section.kind == AUTH_KIND ? has_auth : has_enable;
        if (*seen) {
            return IPSLA_DUPLICATE_SECTION;
        }
        *seen = true;
        reject = section.kind == AUTH_KIND ? read_auth(section.body, request)
                                           : read_enable(&section, request);
        if (reject != IPSLA_ACCEPT) {
            return reject;
        }
    }
    return IPSLA_ACCEPT;
}

enum ipsla_reject ipsla_request_decode(const uint8_t *bytes, size_t size, struct ipsla_request *out)
{
    struct wire_reader reader = wire_reader(bytes, size);
    struct header header;
    struct ipsla_request request = {0};
    bool has_enable = false, has_auth = false;
    enum ipsla_reject reject = read_header(&reader, &header);
    if (reject == IPSLA_ACCEPT) {
        reject = read_sections(&reader, &request, &has_enable, &has_auth);
    }
    if (reject != IPSLA_ACCEPT) {
        return reject;
    }
    if (!has_enable) {
        return IPSLA_NO_COMMAND;
    }
    if (request.port == 0) {
        return IPSLA_BAD_PORT;
    }
    if (!has_auth) { /* the long shape of an answer */
        return IPSLA_WRONG_DIRECTION;
    }
    request.id = header.id;
    *out = request;
    return IPSLA_ACCEPT;
}

enum ipsla_reject ipsla_response_decode(const uint8_t *bytes, size_t size,
                                        struct ipsla_response *out)
{
    struct wire_reader reader = wire_reader(bytes, size);
    struct header header;
    enum ipsla_reject reject = read_header(&reader, &header);
    if (reject != IPSLA_ACCEPT) {
        return reject;
    }
    struct ipsla_response response = {.id = header.id, .status = header.status};
    if (wire_left(&reader) > 0) {
        struct section section;
        struct ipsla_request request;
        reject = read_section(&reader, &section);
        if (reject == IPSLA_ACCEPT) {
            reject = read_enable(&section, &request);
        }
        if (reject != IPSLA_ACCEPT) {
            return reject;
        }
        response.has_port = true;
        response.port = request.port;
        response.duration_ms = request.duration_ms;
        if (response.status == 0) {
            response.status = section.status;
        }
    }
    *out = response;
    return IPSLA_ACCEPT;
}

uint32_t ipsla_status_code(uint32_t status)
{
    return (status & 0xffff) == 0 ? status >> 16 : status;
}

static void write_padding(struct wire_writer *writer)
{
    static const uint8_t pattern[] = {0xab, 0xcd, 0xab, 0xcd, 0xab, 0xcd, 0xab, 0xcd,
                                      0xab, 0xcd, 0xab, 0xcd, 0xab, 0xcd, 0xab, 0xcd};
    size_t left = writer->failed ? 0 : (size_t)(writer->end - writer->at);
    for (; left >= sizeof pattern; left -= sizeof pattern) {
        wire_write_bytes(writer, pattern, sizeof pattern);
    }
    wire_write_bytes(writer, pattern, left);
}

/* Type 1: 0:2 type  2:2 zero  4: padding; the reply is the same bytes. */
void ipsla_echo_encode(uint8_t *out, size_t size)
{
    struct wire_writer writer = wire_writer(out, size);
    wire_write_u16(&writer, IPSLA_PROBE_ECHO);
    wire_write_u16(&writer, 0);
    write_padding(&writer);
    assert(!writer.failed);
}

/* Type 2: 0:2 type  2:2 delta  4:4 send time  8:4 receive time  12:2 sender sequence
 * 14:2 responder sequence  16: padding. */
void ipsla_jitter_ms_encode(const struct ipsla_jitter_ms *probe, uint8_t *out, size_t size)
{
    struct wire_writer writer = wire_writer(out, size);
    wire_write_u16(&writer, IPSLA_PROBE_JITTER_MS);
    wire_write_u16(&writer, probe->delta_ms);
    wire_write_u32(&writer, probe->send_ms);
    wire_write_u32(&writer, probe->receive_ms);
    wire_write_u16(&writer, probe->sender_seq);
    wire_write_u16(&writer, probe->responder_seq);
    write_padding(&writer);
    assert(!writer.failed);
}

enum ipsla_reject ipsla_probe_type(const uint8_t *bytes, size_t size, enum ipsla_probe_type *out)
{
    struct wire_reader reader = wire_reader(bytes, size);
    uint16_t type = wire_read_u16(&reader);
    if (reader.failed) {
        return IPSLA_TOO_SHORT;
    }
    if (type < IPSLA_PROBE_ECHO || type > IPSLA_PROBE_JITTER_US) {
        return IPSLA_BAD_TYPE;
    }
    static const size_t least[] = {
        [IPSLA_PROBE_ECHO] = IPSLA_ECHO_BYTES_MIN,
        [IPSLA_PROBE_JITTER_MS] = IPSLA_JITTER_MS_BYTES_MIN,
        [IPSLA_PROBE_JITTER_US] = IPSLA_JITTER_US_BYTES_MIN,
    };
    if (size < least[type]) {
        return IPSLA_TOO_SHORT;
    }
    *out = (enum ipsla_probe_type)type;
    return IPSLA_ACCEPT;
}

static enum ipsla_reject decode_jitter_ms(const uint8_t *bytes, size_t size,
                                          struct ipsla_jitter_ms *out)
{
    enum ipsla_probe_type type;
    enum ipsla_reject reject = ipsla_probe_type(bytes, size, &type);
    if (reject != IPSLA_ACCEPT) {
        return reject;
    }
    if (type != IPSLA_PROBE_JITTER_MS) {
        return IPSLA_BAD_TYPE;
    }
    struct wire_reader reader = wire_reader(bytes, size);
    wire_skip(&reader, 2);
    out->delta_ms = wire_read_u16(&reader);
    out->send_ms = wire_read_u32(&reader);
    out->receive_ms = wire_read_u32(&reader);
    out->sender_seq = wire_read_u16(&reader);
    out->responder_seq = wire_read_u16(&reader);
    return IPSLA_ACCEPT;
}

enum ipsla_reject ipsla_jitter_ms_decode_request(const uint8_t *bytes, size_t size,
                                                 struct ipsla_jitter_ms *out)
{
    struct ipsla_jitter_ms probe;
    enum ipsla_reject reject = decode_jitter_ms(bytes, size, &probe);
    if (reject != IPSLA_ACCEPT) {
        return reject;
    }
    if (probe.delta_ms != 0 || probe.receive_ms != 0 || probe.responder_seq != 0) {
        return IPSLA_WRONG_DIRECTION;
    }
    *out = probe;
    return IPSLA_ACCEPT;
}

enum ipsla_reject ipsla_jitter_ms_decode_reply(const uint8_t *bytes, size_t size,
                                               struct ipsla_jitter_ms *out)
{
    struct ipsla_jitter_ms probe;
    enum ipsla_reject reject = decode_jitter_ms(bytes, size, &probe);
    if (reject != IPSLA_ACCEPT) {
        return reject;
    }
    if (probe.responder_seq == 0) {
        return IPSLA_WRONG_DIRECTION;
    }
    *out = probe;
    return IPSLA_ACCEPT;
}

void ipsla_jitter_ms_fill_reply(uint8_t *bytes, uint16_t delta_ms, uint32_t receive_ms,
                                uint16_t responder_seq)
{
    struct wire_writer writer = wire_writer(bytes, IPSLA_JITTER_MS_BYTES_MIN);
    writer.at += 2;
    wire_write_u16(&writer, delta_ms);
    writer.at += 4;
    wire_write_u32(&writer, receive_ms);
    writer.at += 2;
    wire_write_u16(&writer, responder_seq);
}
