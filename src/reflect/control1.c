/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Requests of protocol version 1. A repeated one cannot be told from a new one: its id changes. */
#include "reflect/state.h"

enum { STATUS_FAIL = 1, STATUS_AUTH = 2, STATUS_PORT_IN_USE = 4 };

static const uint32_t result_status[REFLECT_RESULT_COUNT] = {
    [RESULT_AUTH] = STATUS_AUTH,
    [RESULT_PORT_IN_USE] = STATUS_PORT_IN_USE,
    [RESULT_FAILED] = STATUS_FAIL,
    [RESULT_LIMIT] = STATUS_FAIL,
    [RESULT_PORT_NOT_ALLOWED] = STATUS_FAIL,
    [RESULT_SOURCE_LIMIT] = STATUS_FAIL,
};

static size_t write_answer(struct reflect *reflect, const struct opening *to,
                           enum reflect_result result, const struct lease_session *session)
{
    (void)session;
    if (result == RESULT_ACCEPTED && reflect->settings.reply == REPLY_LONG) {
        struct ipsla_request granted = to->request;
        granted.duration_ms = to->duration_ms;
        return ipsla_response_encode_long(&granted, reflect->bytes);
    }
    uint32_t status = result_status[result];
    bool is_16_bits = reflect->settings.refusal == REFUSAL_STATUS16;
    ipsla_response_encode_short(to->request.id, is_16_bits ? status << 16 : status, reflect->bytes);
    return IPSLA_RESPONSE_SHORT_BYTES;
}

/* Where there are keys, each request must be signed with one of them; where there are none, a
 * signed request cannot be verified. */
static bool is_authentic(const struct reflect *reflect, const struct ev *ev, bool wants_auth)
{
    if (!wants_auth || reflect->settings.key_count == 0) {
        return !wants_auth && reflect->settings.key_count == 0;
    }
    unsigned layout;
    uint16_t id = auth_key_id(ev->bytes, ev->size);
    const struct auth_key *key = reflect_find_key(reflect, id, AUTH_MD5);
    return key != NULL && auth_verify(ev->bytes, ev->size, key, &layout);
}

static enum reflect_result read_request(struct reflect *reflect, const struct ev *ev,
                                        struct instant now, struct opening *to)
{
    (void)now;
    to->results = reflect->stats.requests;
    enum ipsla_reject reject = ipsla_request_decode(ev->bytes, ev->size, &to->request);
    if (reject != IPSLA_ACCEPT) {
        reflect_drop(reflect, reject);
        return REFLECT_RESULT_COUNT;
    }
    if (!is_authentic(reflect, ev, to->request.wants_auth)) {
        return RESULT_AUTH;
    }
    to->wanted_port = to->request.port;
    to->duration_ms = to->request.duration_ms;
    to->is_tcp = to->request.command == IPSLA_COMMAND_TCP;
    return RESULT_ACCEPTED;
}

static bool is_repeated(const struct opening *to, const struct lease_session *session)
{
    (void)to;
    (void)session;
    return false;
}

static void name_session(struct reflect *reflect, const struct opening *to,
                         struct lease_session *session)
{
    (void)reflect;
    session->takes_echo = to->request.command == IPSLA_COMMAND_ECHO;
    session->layout = JITTER_US_SEQ16;
}

const struct control reflect_control1 = {read_request, write_answer, is_repeated, name_session};
