/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Control by version 1: each try has the next id, and an answer to any of this operation's tries
 * counts. Signed with MD5, whose layout is found out when it is not known. */
#include <string.h>

#include "operation/operation.h"
#include "probe/handshake.h"

static size_t write_v1(struct handshake *handshake, struct instant now, uint8_t *out)
{
    (void)now; /* version 1 has no time in its requests */
    const struct spec *spec = handshake->spec;
    struct ipsla_request request = {
        .id = handshake->next_id,
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
    handshake->next_id++;
    return size;
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
    /* Ids count up by one a try, so an id's age in tries tells whether it is outstanding. */
    uint8_t age = (uint8_t)(handshake->next_id - response.id);
    if (age == 0 || age > handshake->tries) {
        return HANDSHAKE_UNMATCHED;
    }
    bool is_other_port = response.has_port && response.port != spec->path.port;
    struct mono sent = handshake->sent[handshake->tries - age];
    *out = (struct handshake_answer){
        .rtt_ns = mono_diff(ev->received.at.mono, sent),
        .status = response.status,
        .outcome = control_outcome(ipsla_status_code(response.status)),
        .port = spec->path.port,
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
};
