/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "discover/reflector.h"

#include "wire/ntp.h"
#include "wire/stamp_packet.h"
#include "wire/stamp_tlv.h"

#define REQUEST_BYTES (STAMP_OPEN_BYTES + STAMP_TLV_HEADER_BYTES) /* one TLV without a value */
/* Error estimates that nobody computes: the smallest error there is, without and with S. */
enum { LEAST_ESTIMATE = 0x0001, LEAST_SYNCHRONIZED_ESTIMATE = 0x8001 };

/* Never 0, which is none. */
static uint16_t ssid_of(const struct discover_request *request)
{
    return (uint16_t)(request->random[0] << 8 | request->random[1] | 1);
}

static uint64_t t1_of(const struct discover_request *request)
{
    return timestamp_encode(TIMESTAMP_NTP, request->sent);
}

/* Our clock is not claimed to be good. */
static uint16_t our_estimate(void)
{
    const struct stamp_estimate estimate = {.format = TIMESTAMP_NTP, .error_ns = NS_PER_SECOND};
    return stamp_estimate_write(&estimate);
}

size_t reflector_request_write(const struct discover_request *request,
                               uint8_t out[DISCOVER_REQUEST_BYTES_MAX])
{
    const struct stamp_request packet = {
        .seq = request->number,
        .t1 = t1_of(request),
        .estimate = our_estimate(),
        .ssid = ssid_of(request),
    };
    stamp_request_encode(&packet, NULL, out, REQUEST_BYTES);
    stamp_tlv_begin(STAMP_TLV_PADDING, 0, out + STAMP_OPEN_BYTES);
    return REQUEST_BYTES;
}

/* Who knows TLVs clears the flag that we set. */
static bool has_read_tlv(const struct ev *ev)
{
    size_t at = STAMP_OPEN_BYTES;
    struct stamp_tlv tlv;
    return stamp_tlv_next(ev->bytes, ev->size, &at, &tlv) && tlv.type == STAMP_TLV_PADDING &&
           (tlv.flags & STAMP_TLV_UNKNOWN) == 0;
}

static unsigned signs_of(const struct discover_request *request, const struct ev *ev,
                         const struct stamp_reply *reply)
{
    unsigned signs = 0;
    bool is_least =
        reply->estimate == LEAST_ESTIMATE || reply->estimate == LEAST_SYNCHRONIZED_ESTIMATE;
    signs |= reply->seq < REFLECTOR_NUMBER_MIN ? DISCOVER_STATEFUL : 0;
    signs |= reply->ssid == ssid_of(request) ? DISCOVER_SSID : 0;
    signs |= has_read_tlv(ev) ? DISCOVER_TLV : 0;
    signs |= !reply->has_ttl ? DISCOVER_NO_TTL : 0;
    signs |= reply->t2 == reply->t3 ? DISCOVER_SAME_TIMES : 0;
    signs |= is_least ? DISCOVER_LEAST_ERROR : 0;
    signs |= stamp_estimate_read(reply->estimate).is_synchronized ? DISCOVER_SYNCHRONIZED : 0;
    return signs;
}

/* T1 stands where it belongs, or where one reflector in the field has it. Who returns no fields of
 * the sender is known by T1 in front and no number; a request that came back has no times at all.
 */
bool reflector_answer_read(const struct discover_request *request, const struct ev *ev,
                           struct discover_answer *out)
{
    struct stamp_reply reply;
    uint64_t t1 = t1_of(request);
    if (stamp_reply_decode(ev->bytes, ev->size, NULL, &reply) != STAMP_ACCEPT ||
        (reply.t1 != t1 && reply.t3 != t1)) {
        return false;
    }
    bool has_moved = reply.t1 != t1;
    bool has_no_fields = has_moved && reply.t1 == 0;
    if (has_no_fields && reply.t2 == 0) {
        return false;
    }
    *out = (struct discover_answer){
        .number = has_no_fields ? reply.seq : reply.sender_seq,
        .outcome = has_no_fields ? DISCOVER_UNREADABLE : DISCOVER_ACCEPTED,
        .signs = signs_of(request, ev, &reply),
    };
    if (has_moved) {
        out->signs |= has_no_fields ? DISCOVER_NO_SENDER : DISCOVER_SWAPPED;
    }
    return true;
}
