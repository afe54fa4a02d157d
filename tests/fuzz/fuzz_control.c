/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Control requests and responses: whatever is accepted keeps the promises of wire/ipsla.h, and an
 * accepted request survives being written and read again. */
#include "fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

#include "wire/auth.h"
#include "wire/ipsla.h"
#include "wire/ipsla2.h"

static void check_request(const uint8_t *data, size_t size)
{
    struct ipsla_request request, again = {0};
    uint8_t bytes[IPSLA_REQUEST_BYTES_MAX];
    if (ipsla_request_decode(data, size, &request) != IPSLA_ACCEPT) {
        return;
    }
    assert(request.command == IPSLA_COMMAND_ECHO || request.command == IPSLA_COMMAND_TCP ||
           request.command == IPSLA_COMMAND_JITTER);
    assert(request.port != 0 && size >= ipsla_response_encode_long(&request, bytes));
    size_t written = ipsla_request_encode(&request, bytes);
    enum ipsla_reject reject = ipsla_request_decode(bytes, written, &again);
    assert(reject == IPSLA_ACCEPT && !again.wants_auth);
    assert(again.id == request.id && again.command == request.command);
    assert(again.port == request.port && again.duration_ms == request.duration_ms);
    assert(again.is_ipv6 == request.is_ipv6);
    assert(memcmp(again.address, request.address, sizeof again.address) == 0);
}

static void check_response(const uint8_t *data, size_t size)
{
    struct ipsla_response response, again = {0};
    uint8_t bytes[IPSLA_RESPONSE_SHORT_BYTES];
    if (ipsla_response_decode(data, size, &response) != IPSLA_ACCEPT) {
        return;
    }
    assert(size >= IPSLA_RESPONSE_SHORT_BYTES);
    assert(!response.has_port || size >= IPSLA_RESPONSE_LONG_BYTES);
    assert((ipsla_status_code(response.status) == 0) == (response.status == 0));
    ipsla_response_encode_short(response.id, response.status, bytes);
    enum ipsla_reject reject = ipsla_response_decode(bytes, sizeof bytes, &again);
    assert(reject == IPSLA_ACCEPT && again.id == response.id && again.status == response.status);
}

/* Version 2: what is accepted survives too, and a digest is that of nothing but its message. */
static void check_v2(const uint8_t *data, size_t size)
{
    struct auth_key key = {.id = 1, .algorithm = AUTH_HMAC_SHA256, .size = 1, .secret = "k"};
    struct ipsla2_message message, again;
    uint8_t bytes[IPSLA2_BYTES];
    enum ipsla_reject reject = ipsla2_decode_head(data, size, &message);
    if (reject != IPSLA_ACCEPT) {
        assert(!ipsla2_verify(data, size, &key));
        assert(reject != IPSLA_BAD_SECTION || (ipsla2_encode(&message, bytes) <= size));
        return;
    }
    bool has_command = ipsla2_decode_command(data, size, &message) == IPSLA_ACCEPT;
    assert(message.has_command == has_command);
    size_t written = ipsla2_encode(&message, bytes);
    assert(written <= size && (!has_command || written == size));
    reject = ipsla2_decode_head(bytes, written, &again);
    assert(reject == IPSLA_ACCEPT && again.sequence == message.sequence);
    if (has_command) {
        reject = ipsla2_decode_command(bytes, written, &again);
        assert(reject == IPSLA_ACCEPT && again.duration_ms == message.duration_ms);
        assert(addr_is_equal(&again.destination, &message.destination));
    }
    if (message.mode == IPSLA2_MODE_HMAC) {
        ipsla2_sign(bytes, written, &key);
        assert(ipsla2_verify(bytes, written, &key));
        bytes[7] ^= 1;
        assert(!ipsla2_verify(bytes, written, &key));
    }
}

static void check_auth(const uint8_t *data, size_t size)
{
    struct auth_key key = {.id = 1, .algorithm = AUTH_MD5, .size = 1, .secret = "k"};
    struct ipsla_request request;
    unsigned layout = 0;
    if (ipsla_request_decode(data, size, &request) == IPSLA_ACCEPT) {
        bool is_signed = auth_verify(data, size, &key, &layout);
        assert(!is_signed || (request.wants_auth && layout < AUTH_LAYOUT_COUNT));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_request(data, size);
    check_response(data, size);
    check_v2(data, size);
    check_auth(data, size);
    return 0;
}
