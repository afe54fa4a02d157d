/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "discover/ask.h"

#include <string.h>

#include "base/crypto.h"
#include "discover/reflector.h"
#include "wire/icmp.h"
#include "wire/ipsla.h"
#include "wire/ipsla2.h"
#include "wire/ntp.h"

/* As many as an icmp-echo has by default, with its time (probe/payload.c). */
#define ECHO_DATA_BYTES 36

enum { ROLE_RESPONDER = 1 };

uint16_t discover_peer_port(const struct discover_settings *settings, enum discover_method method)
{
    if (discover_is_control(method)) {
        return settings->control_ports[method];
    }
    if (method == DISCOVER_TWAMP) {
        return settings->twamp_port;
    }
    return method == DISCOVER_STAMP ? settings->stamp_port : 0;
}

uint32_t discover_number(enum discover_method method, uint32_t number)
{
    switch (method) {
    case DISCOVER_V1:
        return (uint8_t)number;
    case DISCOVER_V2:
        return number;
    case DISCOVER_STAMP:
        return number | REFLECTOR_NUMBER_MIN;
    case DISCOVER_TWAMP:
    case DISCOVER_ECHO:
    case DISCOVER_TIMESTAMP:
        break;
    }
    return (uint16_t)number;
}

static size_t write_v1(const struct discover_request *request, uint8_t *out)
{
    struct ipsla_request wire = {
        .id = (uint8_t)request->number,
        .command = IPSLA_COMMAND_ECHO,
        .port = request->port,
        .duration_ms = DISCOVER_DURATION_MS,
        .is_ipv6 = request->peer->family == ADDR_IPV6,
    };
    memcpy(wire.address, request->peer->ip, sizeof wire.address);
    return ipsla_request_encode(&wire, out);
}

/* Never 0, which says that there is none. */
static uint32_t session_of(const struct discover_request *request)
{
    uint32_t session;
    memcpy(&session, request->random, sizeof session);
    return session | 1;
}

static uint64_t stamp_of(const struct discover_request *request)
{
    return timestamp_encode(TIMESTAMP_NTP, request->sent);
}

static size_t write_v2(const struct discover_request *request, uint8_t *out)
{
    struct ipsla2_message message = {
        .sequence = request->number,
        .timestamp = stamp_of(request),
        .has_auth = true,
        .mode = IPSLA2_MODE_NONE,
        .has_command = true,
        .family = request->peer->family,
        .role = ROLE_RESPONDER,
        .session_id = session_of(request),
        .control_destination = *request->peer,
        .source.port = request->local.port,
        .destination = *request->peer,
        .duration_ms = DISCOVER_DURATION_MS,
    };
    memcpy(message.random, request->random, sizeof message.random);
    message.control_destination.port = 0;
    message.destination.port = request->port;
    return ipsla2_encode(&message, out);
}

static size_t write_echo(const struct discover_request *request, uint8_t *out)
{
    bool is_ipv6 = request->peer->family == ADDR_IPV6;
    const struct icmp_header header = {is_ipv6 ? ICMP6_TYPE_ECHO : ICMP_TYPE_ECHO,
                                       request->local.port, (uint16_t)request->number};
    memset(out + ICMP_HEADER_BYTES, 0, ECHO_DATA_BYTES);
    if (is_ipv6) {
        icmp6_encode(&header, out);
    } else {
        icmp_encode(&header, out, ICMP_HEADER_BYTES + ECHO_DATA_BYTES);
    }
    return ICMP_HEADER_BYTES + ECHO_DATA_BYTES;
}

size_t discover_request_write(const struct discover_request *request,
                              uint8_t out[DISCOVER_REQUEST_BYTES_MAX])
{
    switch (request->method) {
    case DISCOVER_V1:
        return write_v1(request, out);
    case DISCOVER_V2:
        return write_v2(request, out);
    case DISCOVER_STAMP:
        return reflector_request_write(request, out);
    case DISCOVER_ECHO:
        return write_echo(request, out);
    case DISCOVER_TWAMP: /* it speaks first */
    case DISCOVER_TIMESTAMP:
        break;
    }
    icmp_timestamp_encode(request->local.port, (uint16_t)request->number,
                          wall_ms_of_day(request->sent), out);
    return ICMP_TIMESTAMP_BYTES;
}

/* Where the number of a request ends. */
static size_t number_end(enum discover_method method)
{
    switch (method) {
    case DISCOVER_V1:
        return 2;
    case DISCOVER_STAMP:
        return 4;
    case DISCOVER_V2:
    case DISCOVER_TWAMP:
    case DISCOVER_ECHO:
    case DISCOVER_TIMESTAMP:
        break;
    }
    return 8;
}

/* The system writes the checksum of ICMPv6. */
static void blank_checksum(uint8_t *message, size_t size)
{
    enum { CHECKSUM_AT = 2, CHECKSUM_END = 4 };
    for (size_t i = CHECKSUM_AT; i < CHECKSUM_END && i < size; i++) {
        message[i] = 0;
    }
}

enum discover_quote discover_quote_read(const struct discover_request *request,
                                        const uint8_t *quote, size_t size)
{
    uint8_t sent[DISCOVER_REQUEST_BYTES_MAX], quoted[DISCOVER_REQUEST_BYTES_MAX];
    size_t known = discover_request_write(request, sent);
    size_t compared = size < known ? size : known;
    if (compared == 0) {
        return DISCOVER_QUOTES_TOO_LITTLE; /* `quote` may be NULL */
    }
    memcpy(quoted, quote, compared);
    if (!discover_is_responder(request->method)) {
        blank_checksum(sent, compared);
        blank_checksum(quoted, compared);
    }
    if (memcmp(sent, quoted, compared) != 0) {
        return DISCOVER_QUOTES_ANOTHER;
    }
    return compared < number_end(request->method) ? DISCOVER_QUOTES_TOO_LITTLE : DISCOVER_QUOTES_IT;
}

static enum discover_shape shape_of(const struct ipsla_response *response, const struct ev *ev)
{
    if (!response->has_port) {
        return ev->size > IPSLA_RESPONSE_SHORT_BYTES ? DISCOVER_PADDED : DISCOVER_SHORT;
    }
    size_t request_bytes =
        ev->peer.family == ADDR_IPV6 ? IPSLA_REQUEST_IPV6_BYTES : IPSLA_REQUEST_BYTES;
    return ev->size == request_bytes ? DISCOVER_COPY : DISCOVER_LONG;
}

static bool read_v1(const struct ev *ev, struct discover_answer *out)
{
    struct ipsla_response response;
    if (ipsla_response_decode(ev->bytes, ev->size, &response) != IPSLA_ACCEPT) {
        return false;
    }
    *out = (struct discover_answer){
        .number = response.id,
        .outcome = response.status == 0 ? DISCOVER_ACCEPTED : DISCOVER_REFUSED,
        .status = response.status,
        .shape = shape_of(&response, ev),
    };
    return true;
}

/* A refusal may leave out what we said and the command. */
static bool read_v2(const struct discover_request *request, const struct ev *ev,
                    struct discover_answer *out)
{
    struct ipsla2_message message;
    if (ipsla2_decode_head(ev->bytes, ev->size, &message) != IPSLA_ACCEPT ||
        (!message.is_compact &&
         !crypto_is_equal(message.random, request->random, sizeof message.random))) {
        return false;
    }
    bool has_command = ipsla2_decode_command(ev->bytes, ev->size, &message) == IPSLA_ACCEPT;
    if (!has_command && message.status == IPSLA2_OK) {
        return false;
    }
    uint16_t status = message.status;
    if (message.auth_status != IPSLA2_OK) {
        status = message.auth_status;
    } else if (has_command && message.command_status != IPSLA2_OK) {
        status = message.command_status;
    }
    *out = (struct discover_answer){
        .number = message.sequence,
        .outcome = status == IPSLA2_OK ? DISCOVER_ACCEPTED : DISCOVER_REFUSED,
        .status = status,
        .has_our_stamp = has_command && message.session_id == session_of(request),
        .stamp = message.timestamp,
    };
    return true;
}

static bool read_icmp(const struct discover_request *request, const struct ev *ev,
                      struct discover_answer *out)
{
    bool is_ipv6 = ev->peer.family == ADDR_IPV6;
    bool is_echo = request->method == DISCOVER_ECHO;
    struct icmp_header header;
    struct icmp_times times = {0};
    enum icmp_type wanted = is_ipv6   ? ICMP6_TYPE_ECHO_REPLY
                            : is_echo ? ICMP_TYPE_ECHO_REPLY
                                      : ICMP_TYPE_TIMESTAMP_REPLY;
    bool is_read = is_ipv6 ? icmp6_decode(ev->bytes, ev->size, &header)
                           : icmp_decode(ev->bytes, ev->size, &header);
    if (!is_read || header.type != wanted || header.identifier != request->local.port ||
        (!is_echo && !icmp_timestamp_decode(ev->bytes, ev->size, &times))) {
        return false;
    }
    bool is_swapped = !is_echo && icmp_time_is_swapped(times.receive_ms, request->sent);
    *out = (struct discover_answer){
        .number = header.sequence,
        .outcome = DISCOVER_ACCEPTED,
        .is_utc = !is_echo && (times.receive_ms < MS_PER_DAY || is_swapped),
        .is_swapped = is_swapped,
    };
    return true;
}

bool discover_answer_read(const struct discover_request *request, const struct ev *ev,
                          struct discover_answer *out)
{
    switch (request->method) {
    case DISCOVER_V1:
        return read_v1(ev, out);
    case DISCOVER_V2:
        return read_v2(request, ev, out);
    case DISCOVER_STAMP:
        return reflector_answer_read(request, ev, out);
    case DISCOVER_TWAMP:
    case DISCOVER_ECHO:
    case DISCOVER_TIMESTAMP:
        break;
    }
    return read_icmp(request, ev, out);
}

bool discover_answer_is_copy(const struct discover_answer *answer,
                             const struct discover_request *request)
{
    return answer->has_our_stamp && answer->outcome == DISCOVER_ACCEPTED &&
           answer->stamp == stamp_of(request);
}
