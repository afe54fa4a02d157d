/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Probes: whatever is accepted keeps the promises of its header, and a request that was turned
 * into a reply is one. */
#include "fuzz/fuzz.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "wire/icmp.h"
#include "wire/ipsla.h"
#include "wire/jitter_us.h"

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

static void check_us(enum jitter_us_layout layout, const uint8_t *data, size_t size)
{
    struct jitter_us request, reply = {0};
    size_t header = jitter_us_bytes_min(layout);
    if (jitter_us_decode_reply(layout, data, size, &reply) == IPSLA_ACCEPT) {
        assert(size >= header && reply.responder_seq != 0);
    }
    if (jitter_us_decode_request(layout, data, size, &request) != IPSLA_ACCEPT) {
        return;
    }
    assert(size >= header && request.t2 == 0 && request.t3 == 0 && request.responder_seq == 0);
    uint8_t *bytes = mem_alloc(size, 1);
    memcpy(bytes, data, size);
    jitter_us_fill_reply(layout, bytes, 5, 6, 0x0102);
    enum ipsla_reject reject = jitter_us_decode_reply(layout, bytes, size, &reply);
    assert(reject == IPSLA_ACCEPT && reply.t1 == request.t1 && reply.t2 == 5 && reply.t3 == 6);
    assert(reply.responder_seq == 0x0102 && reply.sender_seq == request.sender_seq);
    reject = jitter_us_decode_request(layout, bytes, size, &request);
    assert(reject == IPSLA_WRONG_DIRECTION);
    assert(memcmp(bytes + header, data + header, size - header) == 0);
    free(bytes);
}

/* What is read is written the same, code and checksum included. */
static void check_icmp(const uint8_t *data, size_t size)
{
    struct icmp_header header;
    struct icmp_times times;
    bool has_times = icmp_timestamp_decode(data, size, &times);
    assert(has_times == (size >= ICMP_TIMESTAMP_BYTES));
    if (!icmp_decode(data, size, &header)) {
        return;
    }
    assert(size >= ICMP_HEADER_BYTES);
    uint8_t *bytes = mem_alloc(size, 1);
    memcpy(bytes, data, size);
    icmp_encode(&header, bytes, size);
    assert(icmp_checksum(bytes, size) == 0 && bytes[0] == data[0] && bytes[1] == 0);
    assert(memcmp(bytes + 4, data + 4, size - 4) == 0);
    free(bytes);
}

/* The same but for the checksum, which stays. */
static void check_icmp6(const uint8_t *data, size_t size)
{
    struct icmp_header header;
    uint8_t bytes[ICMP_HEADER_BYTES];
    if (!icmp6_decode(data, size, &header)) {
        return;
    }
    assert(size >= ICMP_HEADER_BYTES);
    icmp6_encode(&header, bytes);
    assert(bytes[0] == data[0] && bytes[0] >= 128 && bytes[1] == 0 && data[1] == 0);
    assert(memcmp(bytes + 4, data + 4, sizeof bytes - 4) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum ipsla_probe_type type = IPSLA_PROBE_ECHO;
    struct ipsla_jitter_ms reply;
    enum ipsla_reject reject = ipsla_probe_type(data, size, &type);
    assert(reject != IPSLA_ACCEPT || (type >= IPSLA_PROBE_ECHO && type <= IPSLA_PROBE_JITTER_US));
    assert(reject != IPSLA_ACCEPT || size >= IPSLA_ECHO_BYTES_MIN);
    check_request(data, size);
    check_icmp(data, size);
    check_icmp6(data, size);
    check_us(JITTER_US_SEQ16, data, size);
    check_us(JITTER_US_SEQ32, data, size);
    enum jitter_us_layout layout = jitter_us_recognise(data, size);
    assert(layout == JITTER_US_UNKNOWN || size >= jitter_us_bytes_min(layout));
    if (ipsla_jitter_ms_decode_reply(data, size, &reply) == IPSLA_ACCEPT) {
        assert(type == IPSLA_PROBE_JITTER_MS && reply.responder_seq != 0);
        assert(size >= IPSLA_JITTER_MS_BYTES_MIN);
    }
    return 0;
}
