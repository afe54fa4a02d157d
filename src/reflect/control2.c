/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Requests of protocol version 2. Their digest is verified before anything in them is believed;
 * what is answered is the request itself with status, time and session id of ours, so it is never
 * longer. A refusal for want of authentication is not signed: who has no key gets nothing signed by
 * one. */
#include <stdlib.h>
#include <string.h>

#include "reflect/state.h"

static const struct {
    uint16_t header, auth, command;
} statuses[REFLECT_RESULT_COUNT] = {
    [RESULT_ACCEPTED] = {IPSLA2_OK, IPSLA2_OK, IPSLA2_OK},
    [RESULT_AUTH] = {IPSLA2_AUTH, IPSLA2_AUTH, IPSLA2_OK},
    [RESULT_PORT_IN_USE] = {IPSLA2_FAIL, IPSLA2_OK, IPSLA2_PORT_IN_USE},
    [RESULT_FAILED] = {IPSLA2_FAIL, IPSLA2_OK, IPSLA2_FAIL},
    [RESULT_LIMIT] = {IPSLA2_FAIL, IPSLA2_OK, IPSLA2_FAIL},
    [RESULT_FORMAT] = {IPSLA2_FORMAT, IPSLA2_OK, IPSLA2_FORMAT},
};

void reflect_answer_request_v2(struct reflect *reflect, const struct opening *to,
                               enum reflect_result result)
{
    if (result != RESULT_ACCEPTED && reflect->settings.refusal == REFUSAL_SILENT) {
        reflect->stats.requests_v2[result]++;
        reflect_drop(reflect, DROP_REFUSED);
        return;
    }
    struct ipsla2_message message = to->v2;
    message.status = statuses[result].header;
    message.auth_status = statuses[result].auth;
    message.command_status = statuses[result].command;
    enum timestamp_format format = timestamp_format_near(to->v2.timestamp, to->received);
    message.timestamp = timestamp_encode(format, to->received);
    size_t size = ipsla2_encode(&message, reflect->bytes);
    if (to->key != NULL) {
        ipsla2_sign(reflect->bytes, size, to->key);
    }
    reflect->answer = (struct answer){
        .is_pending = true,
        .id = to->id,
        .local = to->local,
        .peer = to->peer,
        .tos = to->tos,
        .size = size,
        .counter = &reflect->stats.requests_v2[result],
    };
}

void reflect_name_session(struct reflect *reflect, const struct opening *to,
                          struct lease_session *session)
{
    /* Never 0, which says that there is none, nor what the sender chose: so it sees that we did. */
    do {
        reflect->last_session_id++;
    } while (reflect->last_session_id == 0 || reflect->last_session_id == to->v2.session_id);
    session->session_id = reflect->last_session_id;
    session->sequence = to->v2.sequence;
}

/* The time is that of NTP or of PTP, whichever makes it recent: no message says which it has, and
 * none that was recorded in one format becomes recent in the other. */
static bool is_timely(const struct reflect *reflect, const struct opening *to)
{
    int64_t window_ns = reflect->settings.replay_window_ns;
    if (window_ns == 0 || to->v2.timestamp == 0) {
        return true;
    }
    enum timestamp_format format = timestamp_format_near(to->v2.timestamp, to->received);
    struct wall sent;
    if (!timestamp_decode(format, to->v2.timestamp, to->received, &sent)) {
        return false;
    }
    int64_t age_ns = wall_diff(to->received, sent);
    return age_ns <= window_ns && age_ns >= -window_ns;
}

/* Sets to->key when the request is signed and may be believed. */
static bool authenticate(struct reflect *reflect, const struct ev *ev, struct opening *to,
                         struct mono now)
{
    if (to->v2.mode == IPSLA2_MODE_NONE) {
        return reflect->settings.key_count == 0;
    }
    enum auth_algorithm algorithm =
        to->v2.mode == IPSLA2_MODE_SHA256 ? AUTH_SHA256 : AUTH_HMAC_SHA256;
    const struct auth_key *key = reflect_find_key(reflect, to->v2.key_id, algorithm);
    if (key == NULL || !ipsla2_verify(ev->bytes, ev->size, key) || !is_timely(reflect, to) ||
        !replay_note(reflect->memory, ipsla2_digest(ev->bytes), &ev->peer, now)) {
        return false;
    }
    to->key = key;
    return true;
}

void reflect_input_request_v2(struct reflect *reflect, const struct ev *ev, struct instant now)
{
    struct opening to = {
        .port = LEASE_NONE,
        .has_request = true,
        .is_v2 = true,
        .id = ev->id,
        .local = ev->local,
        .peer = ev->peer,
        .tos = ev->tos,
        .received = now.wall,
    };
    enum ipsla_reject reject = ipsla2_decode_head(ev->bytes, ev->size, &to.v2);
    if (reject != IPSLA_ACCEPT && reject != IPSLA_BAD_SECTION) {
        reflect_drop(reflect, reject);
        return;
    }
    if (to.v2.status != IPSLA2_OK) {
        reflect_drop(reflect,
                     IPSLA_WRONG_DIRECTION); /* a refusal: to answer it could go on for ever */
        return;
    }
    if (reject == IPSLA_BAD_SECTION) {
        reflect_answer_request(reflect, &to, RESULT_FORMAT);
        return;
    }
    bool is_authentic = authenticate(reflect, ev, &to, now.mono);
    reject = ipsla2_decode_command(ev->bytes, ev->size, &to.v2);
    if (!is_authentic) {
        reflect_answer_request(reflect, &to, RESULT_AUTH);
    } else if (reject != IPSLA_ACCEPT) {
        reflect_answer_request(reflect, &to, RESULT_FORMAT);
    } else if (to.v2.destination.port == 0) {
        reflect_answer_request(reflect, &to, RESULT_FAILED); /* we do not choose ports */
    } else {
        reflect_open_port(reflect, &to, to.v2.destination.port, now);
    }
}
