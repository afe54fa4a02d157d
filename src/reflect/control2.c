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
    [RESULT_PORT_NOT_ALLOWED] = {IPSLA2_FAIL, IPSLA2_OK, IPSLA2_FAIL},
    [RESULT_SOURCE_LIMIT] = {IPSLA2_FAIL, IPSLA2_OK, IPSLA2_FAIL},
    [RESULT_FORMAT] = {IPSLA2_FORMAT, IPSLA2_OK, IPSLA2_FORMAT},
};

/* Request and answer have one format. So that no responder takes the answer of another for a
 * request, the ids that responders choose can be told: 24 of their bits follow from the other 8,
 * which are not 0, and from the sequence number. One in 16 million requests has such an id by
 * chance. */
static uint32_t session_id_of(uint32_t sequence, uint8_t count)
{
    uint32_t mixed = (sequence ^ count * UINT32_C(0x9e3779b1)) * UINT32_C(0x85ebca6b);
    mixed = (mixed ^ mixed >> 15) * UINT32_C(0xc2b2ae35);
    return (uint32_t)count << 24 | mixed >> 8;
}

static bool is_answer(const struct ipsla2_message *message)
{
    uint8_t count = (uint8_t)(message->session_id >> 24);
    return count != 0 && message->session_id == session_id_of(message->sequence, count);
}

static size_t write_answer(struct reflect *reflect, const struct opening *to,
                           enum reflect_result result, const struct lease_session *session)
{
    struct ipsla2_message message = to->v2;
    message.status = statuses[result].header;
    message.auth_status = statuses[result].auth;
    message.command_status = statuses[result].command;
    enum timestamp_format format = timestamp_format_near(to->v2.timestamp, to->received);
    message.timestamp = timestamp_encode(format, to->received);
    if (session != NULL) {
        message.session_id = session->session_id;
        message.duration_ms = to->duration_ms;
    }
    size_t size = ipsla2_encode(&message, reflect->bytes);
    if (to->key != NULL) {
        ipsla2_sign(reflect->bytes, size, to->key);
    }
    return size;
}

static bool is_repeated(const struct opening *to, const struct lease_session *session)
{
    return session->sequence == to->v2.sequence;
}

static void name_session(struct reflect *reflect, const struct opening *to,
                         struct lease_session *session)
{
    reflect->named_sessions = reflect->named_sessions % UINT8_MAX + 1;
    session->session_id = session_id_of(to->v2.sequence, reflect->named_sessions);
    session->sequence = to->v2.sequence;
    session->takes_echo = true; /* the request does not say what it is for */
    session->layout = JITTER_US_SEQ32;
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

static enum reflect_result read_request(struct reflect *reflect, const struct ev *ev,
                                        struct instant now, struct opening *to)
{
    to->results = reflect->stats.requests_v2;
    to->received = now.wall;
    enum ipsla_reject reject = ipsla2_decode_head(ev->bytes, ev->size, &to->v2);
    if (reject != IPSLA_ACCEPT && reject != IPSLA_BAD_SECTION) {
        reflect_drop(reflect, reject);
        return REFLECT_RESULT_COUNT;
    }
    if (to->v2.status != IPSLA2_OK) { /* a refusal: to answer it could go on for ever */
        reflect_drop(reflect, IPSLA_WRONG_DIRECTION);
        return REFLECT_RESULT_COUNT;
    }
    if (reject == IPSLA_BAD_SECTION) {
        return RESULT_FORMAT;
    }
    bool is_authentic = authenticate(reflect, ev, to, now.mono);
    reject = ipsla2_decode_command(ev->bytes, ev->size, &to->v2);
    to->wanted_port = to->v2.destination.port;
    to->duration_ms = to->v2.duration_ms;
    if (!is_authentic) {
        return RESULT_AUTH;
    }
    if (reject != IPSLA_ACCEPT) {
        return RESULT_FORMAT;
    }
    if (is_answer(&to->v2)) {
        reflect_drop(reflect, DROP_LOOP);
        return REFLECT_RESULT_COUNT;
    }
    return to->wanted_port == 0 ? RESULT_FAILED : RESULT_ACCEPTED; /* we do not choose ports */
}

const struct control reflect_control2 = {read_request, write_answer, is_repeated, name_session};
