/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Control by version 1: each try has an id of its own, and an answer to any of this operation's
 * tries counts. Signed with MD5, whose layout is found out when it is not known. Eight bits are all
 * that an answer proves of having seen the request, so they are drawn. */
#include <string.h>

#include "base/nonce.h"
#include "operation/operation.h"
#include "probe/handshake.h"

/* The id of the request before which `age` others were sent later; 1 is the latest. */
static uint8_t id_of(const struct handshake *handshake, uint32_t age)
{
    return handshake->ids[(handshake->requests - age) % HANDSHAKE_IDS];
}

static bool may_be_answered(const struct handshake *handshake, uint8_t id)
{
    for (uint32_t age = 1; age <= HANDSHAKE_IDS && age <= handshake->requests; age++) {
        if (id_of(handshake, age) == id) {
            return true;
        }
    }
    return false;
}

/* The first byte drawn for this request that no outstanding one has, or the next free number. */
static uint8_t draw_id(const struct handshake *handshake)
{
    uint64_t drawn = nonce_draw(&handshake->key, NONCE_CONTROL_ID, handshake->requests);
    uint8_t id = (uint8_t)drawn;
    for (size_t i = 1; i < sizeof drawn && may_be_answered(handshake, id); i++) {
        id = (uint8_t)(drawn >> 8 * i);
    }
    while (may_be_answered(handshake, id)) {
        id++;
    }
    return id;
}

/* How many tries ago this operation sent the request with `id`; 0: it did not. */
static uint32_t age_of(const struct handshake *handshake, uint8_t id)
{
    for (uint32_t age = 1; age <= handshake->tries; age++) {
        if (id_of(handshake, age) == id) {
            return age;
        }
    }
    return 0;
}

static size_t encode(const struct handshake *handshake, uint8_t id, uint8_t *out)
{
    const struct spec *spec = handshake->spec;
    struct ipsla_request request = {
        .id = id,
        .command = spec->operation->command,
        .is_ipv6 = spec->path.peer.family == ADDR_IPV6,
        .port = spec->path.port,
        .duration_ms = handshake_duration_ms(handshake),
    };
    memcpy(request.address, spec->path.peer.ip, sizeof request.address);
    size_t size = ipsla_request_encode(&request, out);
    if (spec->control.key.algorithm == AUTH_MD5) {
        auth_sign(out, size, &spec->control.key, handshake->layout);
    }
    return size;
}

static size_t write_v1(struct handshake *handshake, struct instant now, uint8_t *out)
{
    (void)now; /* version 1 has no time in its requests */
    uint8_t id = draw_id(handshake);
    handshake->ids[handshake->requests++ % HANDSHAKE_IDS] = id;
    return encode(handshake, id, out);
}

static int quoted_bits_v1(const struct handshake *handshake, const uint8_t *quote, size_t size)
{
    enum { VERSION_AT, ID_AT, ID_END };
    uint8_t sent[IPSLA_REQUEST_BYTES_MAX];
    if (size < ID_END) {
        return size == 0 || quote[VERSION_AT] == IPSLA_PROTOCOL_VERSION ? 0 : -1;
    }
    if (age_of(handshake, quote[ID_AT]) == 0) {
        return -1;
    }
    size_t known = encode(handshake, quote[ID_AT], sent);
    return memcmp(quote, sent, size < known ? size : known) == 0 ? HANDSHAKE_ID_BITS : -1;
}

/* An MD5 key that was refused: with the other layouts in turn, once through all of them in one
 * operation, then one an operation. */
static enum handshake_verdict next_layout(struct handshake *handshake, struct mono now)
{
    handshake->layout = (uint8_t)((handshake->layout + 1U) % AUTH_LAYOUT_COUNT);
    if (handshake->layouts_left == 0) {
        return HANDSHAKE_REFUSED;
    }
    handshake->layouts_left--;
    handshake->tries = 0;
    handshake->failed_tries = 0;
    handshake->deadline = mono_add(now, HANDSHAKE_LAYOUT_PAUSE_NS);
    return HANDSHAKE_TRY_NEXT;
}

static enum handshake_verdict judge_v1(struct handshake *handshake, const struct ev *ev,
                                       struct mono now, struct handshake_answer *out)
{
    const struct spec *spec = handshake->spec;
    struct ipsla_response response;
    if (ipsla_response_decode(ev->bytes, ev->size, &response) != IPSLA_ACCEPT) {
        return HANDSHAKE_UNMATCHED;
    }
    uint32_t age = age_of(handshake, response.id);
    if (age == 0) {
        return HANDSHAKE_UNMATCHED;
    }
    bool is_other_port = response.has_port && response.port != spec->path.port;
    struct mono sent = handshake->sent[handshake->tries - age];
    *out = (struct handshake_answer){
        .rtt_ns = mono_diff(ev->received.at.mono, sent),
        .status = response.status,
        .outcome = control_outcome(ipsla_status_code(response.status)),
        .port = spec->path.port,
        .bits = HANDSHAKE_ID_BITS,
    };
    bool is_keyed = spec->control.key.algorithm == AUTH_MD5 && !handshake->is_layout_known;
    if (is_keyed && out->outcome == OUTCOME_AUTH) {
        return next_layout(handshake, now);
    }
    if (response.status != 0 || is_other_port) {
        return HANDSHAKE_REFUSED;
    }
    handshake->is_layout_known = spec->control.key.algorithm == AUTH_MD5;
    handshake_take_grant(handshake, sent, ev->received.at.mono,
                         response.has_port ? response.duration_ms : 0);
    return HANDSHAKE_ACCEPTED;
}

const struct control control_v1 = {
    .name = "v1",
    .port = IPSLA_CONTROL_PORT,
    .ipv4_duration_max_ms = UINT16_MAX,
    .algorithms = 1U << AUTH_MD5,
    .algorithm_names = "md5",
    .write = write_v1,
    .judge = judge_v1,
    .quoted_bits = quoted_bits_v1,
};
