/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Greeting            12:4 modes  16:16 challenge  32:16 salt  48:4 count
 * Set-Up-Response     0:4 mode  4:80 KeyID  84:64 token  148:16 Client-IV
 * Server-Start        15:1 accept  16:16 Server-IV  32:8 start time
 * Request-TW-Session  0:1 five  1:1 IP version (4 bits)  12:2 sender port  14:2 receiver port
 *                     16:16 sender  32:16 receiver  48:16 SID  64:4 padding length
 *                     68:8 start time  76:8 timeout  84:4 Type-P  96:16 HMAC
 * Accept-Session      0:1 accept  2:2 port  4:16 SID  32:16 HMAC
 * Start-Sessions      0:1 two  16:16 HMAC
 * Start-Ack           0:1 accept  16:16 HMAC
 * Stop-Sessions       0:1 three  1:1 accept  4:4 number  16:16 HMAC
 *
 * Everything else is zero. */
#include "wire/twamp_control.h"

#include <string.h>

#include "base/time.h"
#include "base/wire.h"

enum { IPV4 = 4, IPV6 = 6 };

size_t twamp_command_bytes(uint8_t command)
{
    switch (command) {
    case TWAMP_START_SESSIONS:
    case TWAMP_STOP_SESSIONS:
        return TWAMP_SHORT_BYTES;
    case TWAMP_REQUEST_SESSION:
        return TWAMP_REQUEST_BYTES;
    default:
        return 0;
    }
}

static void write_u64(struct wire_writer *writer, uint64_t value)
{
    wire_write_u32(writer, (uint32_t)(value >> 32));
    wire_write_u32(writer, (uint32_t)value);
}

static uint64_t read_u64(struct wire_reader *reader)
{
    uint64_t high = wire_read_u32(reader);
    return high << 32 | wire_read_u32(reader);
}

void twamp_greeting_encode(const struct twamp_greeting *in, uint8_t out[TWAMP_GREETING_BYTES])
{
    struct wire_writer writer = wire_writer(out, TWAMP_GREETING_BYTES);
    wire_write_zeros(&writer, 12);
    wire_write_u32(&writer, in->modes);
    wire_write_bytes(&writer, in->challenge, sizeof in->challenge);
    wire_write_bytes(&writer, in->salt, sizeof in->salt);
    wire_write_u32(&writer, in->count);
    wire_write_zeros(&writer, 12);
}

void twamp_greeting_decode(const uint8_t in[TWAMP_GREETING_BYTES], struct twamp_greeting *out)
{
    struct wire_reader reader = wire_reader(in, TWAMP_GREETING_BYTES);
    wire_skip(&reader, 12);
    out->modes = wire_read_u32(&reader);
    wire_read_bytes(&reader, out->challenge, sizeof out->challenge);
    wire_read_bytes(&reader, out->salt, sizeof out->salt);
    out->count = wire_read_u32(&reader);
}

void twamp_setup_encode(const struct twamp_setup *in, uint8_t out[TWAMP_SETUP_BYTES])
{
    struct wire_writer writer = wire_writer(out, TWAMP_SETUP_BYTES);
    size_t size = strnlen(in->key_id, TWAMP_KEY_ID_BYTES);
    wire_write_u32(&writer, in->mode);
    wire_write_bytes(&writer, (const uint8_t *)in->key_id, size);
    wire_write_zeros(&writer, TWAMP_KEY_ID_BYTES - size);
    wire_write_bytes(&writer, in->token, sizeof in->token);
    wire_write_bytes(&writer, in->client_iv, sizeof in->client_iv);
}

void twamp_setup_decode(const uint8_t in[TWAMP_SETUP_BYTES], struct twamp_setup *out)
{
    struct wire_reader reader = wire_reader(in, TWAMP_SETUP_BYTES);
    out->mode = wire_read_u32(&reader);
    wire_read_bytes(&reader, (uint8_t *)out->key_id, TWAMP_KEY_ID_BYTES);
    out->key_id[TWAMP_KEY_ID_BYTES] = '\0';
    wire_read_bytes(&reader, out->token, sizeof out->token);
    wire_read_bytes(&reader, out->client_iv, sizeof out->client_iv);
}

void twamp_server_start_encode(const struct twamp_server_start *in,
                               uint8_t out[TWAMP_SERVER_START_BYTES])
{
    struct wire_writer writer = wire_writer(out, TWAMP_SERVER_START_BYTES);
    wire_write_zeros(&writer, 15);
    wire_write_u8(&writer, in->accept);
    wire_write_bytes(&writer, in->server_iv, sizeof in->server_iv);
    write_u64(&writer, in->start_time);
    wire_write_zeros(&writer, 8);
}

void twamp_server_start_decode(const uint8_t in[TWAMP_SERVER_START_BYTES],
                               struct twamp_server_start *out)
{
    struct wire_reader reader = wire_reader(in, TWAMP_SERVER_START_BYTES);
    wire_skip(&reader, 15);
    out->accept = wire_read_u8(&reader);
    wire_read_bytes(&reader, out->server_iv, sizeof out->server_iv);
    out->start_time = read_u64(&reader);
}

void twamp_request_session_encode(const struct twamp_request *in, uint8_t out[TWAMP_REQUEST_BYTES])
{
    struct wire_writer writer = wire_writer(out, TWAMP_REQUEST_BYTES);
    wire_write_u8(&writer, TWAMP_REQUEST_SESSION);
    wire_write_u8(&writer, in->ip_version);
    wire_write_zeros(&writer, 10);
    wire_write_u16(&writer, in->sender.port);
    wire_write_u16(&writer, in->receiver.port);
    wire_write_bytes(&writer, in->sender.ip, sizeof in->sender.ip);
    wire_write_bytes(&writer, in->receiver.ip, sizeof in->receiver.ip);
    wire_write_bytes(&writer, in->sid, sizeof in->sid);
    wire_write_u32(&writer, in->padding_bytes);
    write_u64(&writer, in->start_time);
    write_u64(&writer, in->timeout);
    wire_write_u32(&writer, in->type_p);
    wire_write_zeros(&writer, 8 + STAMP_HMAC_BYTES);
}

/* Of an IPv4 address the other 12 octets are zero; what else is there means nothing. */
static void read_address(struct wire_reader *reader, uint8_t ip_version, struct addr *out)
{
    enum { IPV4_BYTES = 4 };
    uint8_t ip[sizeof out->ip];
    bool is_ipv4 = ip_version == IPV4;
    wire_read_bytes(reader, ip, sizeof ip);
    out->family = is_ipv4 ? ADDR_IPV4 : ip_version == IPV6 ? ADDR_IPV6 : ADDR_NONE;
    memcpy(out->ip, ip, is_ipv4 ? IPV4_BYTES : sizeof ip);
}

void twamp_request_session_decode(const uint8_t in[TWAMP_REQUEST_BYTES], struct twamp_request *out)
{
    enum { VERSION_BITS = 0x0f };
    struct wire_reader reader = wire_reader(in, TWAMP_REQUEST_BYTES);
    *out = (struct twamp_request){0};
    wire_skip(&reader, 1);
    out->ip_version = wire_read_u8(&reader) & VERSION_BITS;
    wire_skip(&reader, 10);
    out->sender.port = wire_read_u16(&reader);
    out->receiver.port = wire_read_u16(&reader);
    read_address(&reader, out->ip_version, &out->sender);
    read_address(&reader, out->ip_version, &out->receiver);
    wire_read_bytes(&reader, out->sid, sizeof out->sid);
    out->padding_bytes = wire_read_u32(&reader);
    out->start_time = read_u64(&reader);
    out->timeout = read_u64(&reader);
    out->type_p = wire_read_u32(&reader);
}

void twamp_accepted_encode(const struct twamp_accepted *in, uint8_t out[TWAMP_ACCEPT_BYTES])
{
    struct wire_writer writer = wire_writer(out, TWAMP_ACCEPT_BYTES);
    wire_write_u8(&writer, in->accept);
    wire_write_u8(&writer, 0);
    wire_write_u16(&writer, in->port);
    wire_write_bytes(&writer, in->sid, sizeof in->sid);
    wire_write_zeros(&writer, 12 + STAMP_HMAC_BYTES);
}

void twamp_accepted_decode(const uint8_t in[TWAMP_ACCEPT_BYTES], struct twamp_accepted *out)
{
    struct wire_reader reader = wire_reader(in, TWAMP_ACCEPT_BYTES);
    out->accept = wire_read_u8(&reader);
    wire_skip(&reader, 1);
    out->port = wire_read_u16(&reader);
    wire_read_bytes(&reader, out->sid, sizeof out->sid);
}

void twamp_start_sessions_encode(uint8_t out[TWAMP_SHORT_BYTES])
{
    memset(out, 0, TWAMP_SHORT_BYTES);
    out[0] = TWAMP_START_SESSIONS;
}

void twamp_start_ack_encode(uint8_t accept, uint8_t out[TWAMP_SHORT_BYTES])
{
    memset(out, 0, TWAMP_SHORT_BYTES);
    out[0] = accept;
}

void twamp_stop_encode(const struct twamp_stop *in, uint8_t out[TWAMP_SHORT_BYTES])
{
    struct wire_writer writer = wire_writer(out, TWAMP_SHORT_BYTES);
    wire_write_u8(&writer, TWAMP_STOP_SESSIONS);
    wire_write_u8(&writer, in->accept);
    wire_write_u16(&writer, 0);
    wire_write_u32(&writer, in->number);
    wire_write_zeros(&writer, 8 + STAMP_HMAC_BYTES);
}

void twamp_stop_decode(const uint8_t in[TWAMP_SHORT_BYTES], struct twamp_stop *out)
{
    struct wire_reader reader = wire_reader(in, TWAMP_SHORT_BYTES);
    wire_skip(&reader, 1);
    out->accept = wire_read_u8(&reader);
    wire_skip(&reader, 2);
    out->number = wire_read_u32(&reader);
}

int64_t twamp_timeout_ns(uint64_t timeout)
{
    uint64_t fraction_ns = ((timeout & UINT32_MAX) * (uint64_t)NS_PER_SECOND) >> 32;
    return (int64_t)(timeout >> 32) * NS_PER_SECOND + (int64_t)fraction_ns;
}

uint64_t twamp_timeout_of(int64_t ns)
{
    uint64_t seconds = (uint64_t)(ns / NS_PER_SECOND);
    uint64_t rest_ns = (uint64_t)(ns % NS_PER_SECOND);
    return seconds << 32 | (rest_ns << 32) / (uint64_t)NS_PER_SECOND;
}
