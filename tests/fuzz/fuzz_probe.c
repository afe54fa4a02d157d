/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Probes: whatever is accepted keeps the promises of wire/ipsla.h, and a request that was turned
 * into a reply is one. */
#include "fuzz/fuzz.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "wire/ipsla.h"

static void check_request(const uint8_t *data, size_t size)
{
    struct ipsla_jitter_ms request, reply = {0};
    if (ipsla_jitter_ms_decode_request(data, size, &request) != IPSLA_ACCEPT) {
        return;
    }
    assert(size >= IPSLA_JITTER_MS_BYTES_MIN);
    assert(request.delta_ms == 0 && request.receive_ms == 0 && request.responder_seq == 0);
    uint8_t *bytes = mem_alloc(size, 1);
    memcpy(bytes, data, size);
    ipsla_jitter_ms_fill_reply(bytes, 3, 0x12345678, 0x0102);
    enum ipsla_reject reject = ipsla_jitter_ms_decode_reply(bytes, size, &reply);
    assert(reject == IPSLA_ACCEPT && reply.delta_ms == 3 && reply.receive_ms == 0x12345678);
    assert(reply.responder_seq == 0x0102 && reply.sender_seq == request.sender_seq);
    assert(reply.send_ms == request.send_ms);
    assert(ipsla_jitter_ms_decode_request(bytes, size, &request) == IPSLA_WRONG_DIRECTION);
    assert(memcmp(bytes + IPSLA_JITTER_MS_BYTES_MIN, data + IPSLA_JITTER_MS_BYTES_MIN,
                  size - IPSLA_JITTER_MS_BYTES_MIN) == 0);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum ipsla_probe_type type = IPSLA_PROBE_ECHO;
    struct ipsla_jitter_ms reply;
    enum ipsla_reject reject = ipsla_probe_type(data, size, &type);
    assert(reject != IPSLA_ACCEPT || type == IPSLA_PROBE_ECHO || type == IPSLA_PROBE_JITTER_MS);
    assert(reject != IPSLA_ACCEPT || size >= IPSLA_ECHO_BYTES_MIN);
    check_request(data, size);
    if (ipsla_jitter_ms_decode_reply(data, size, &reply) == IPSLA_ACCEPT) {
        assert(type == IPSLA_PROBE_JITTER_MS && reply.responder_seq != 0);
        assert(size >= IPSLA_JITTER_MS_BYTES_MIN);
    }
    return 0;
}
