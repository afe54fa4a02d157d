/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "reflect/state.h"

/* IPv6 requests can ask for weeks; a lost or hostile sender must not hold a port that long. */
#define DURATION_MAX_MS 3600000U

enum { STATUS_FAIL = 1, STATUS_AUTH = 2, STATUS_PORT_IN_USE = 4 };

static const uint32_t result_status[REFLECT_RESULT_COUNT] = {
    [RESULT_AUTH] = STATUS_AUTH,
    [RESULT_PORT_IN_USE] = STATUS_PORT_IN_USE,
    [RESULT_FAILED] = STATUS_FAIL,
    [RESULT_LIMIT] = STATUS_FAIL,
};

static uint32_t refusal_status(const struct reflect *reflect, enum reflect_result result)
{
    uint32_t status = result_status[result];
    return reflect->settings.refusal == REFUSAL_STATUS16 ? status << 16 : status;
}

/* Answers the control request described by `to` with `result`. */
void reflect_answer_request(struct reflect *reflect, const struct opening *to,
                            enum reflect_result result)
{
    if (to->is_v2) {
        reflect_answer_request_v2(reflect, to, result);
        return;
    }
    if (result != RESULT_ACCEPTED && reflect->settings.refusal == REFUSAL_SILENT) {
        reflect->stats.requests[result]++;
        reflect_drop(reflect, DROP_REFUSED);
        return;
    }
    struct answer *answer = &reflect->answer;
    *answer = (struct answer){
        .is_pending = true,
        .id = to->id,
        .local = to->local,
        .peer = to->peer,
        .tos = to->tos,
        .counter = &reflect->stats.requests[result],
    };
    if (result != RESULT_ACCEPTED) {
        answer->size = IPSLA_RESPONSE_SHORT_BYTES;
        ipsla_response_encode_short(to->request.id, refusal_status(reflect, result),
                                    reflect->bytes);
    } else if (reflect->settings.reply == REPLY_SHORT) {
        answer->size = IPSLA_RESPONSE_SHORT_BYTES;
        ipsla_response_encode_short(to->request.id, 0, reflect->bytes);
    } else {
        answer->size = ipsla_response_encode_long(&to->request, reflect->bytes);
    }
}

bool reflect_is_control_port(const struct reflect *reflect, uint16_t port)
{
    for (size_t i = 0; i < reflect->settings.listen_count; i++) {
        if (reflect->settings.listen[i].port == port) {
            return true;
        }
    }
    return port == IPSLA_CONTROL_PORT || port == IPSLA_CONTROL_PORT_V2;
}

static uint32_t capped_ms(uint32_t duration_ms)
{
    return duration_ms > DURATION_MAX_MS ? DURATION_MAX_MS : duration_ms;
}

/* The answer names the session that the sender has now, and says when it gets less than it asked
 * for. */
static void answer_granted(struct reflect *reflect, const struct opening *to,
                           const struct lease_session *session)
{
    struct opening named = *to;
    named.v2.session_id = session->session_id;
    named.v2.duration_ms = capped_ms(to->v2.duration_ms);
    named.request.duration_ms = capped_ms(to->request.duration_ms);
    reflect_answer_request(reflect, &named, RESULT_ACCEPTED);
}

/* Starts (or starts again) the lease that `to` asks for on an open port. */
void reflect_grant(struct reflect *reflect, const struct opening *to, struct instant now)
{
    struct lease_session *session = lease_find_control(&reflect->book, to->port, &to->peer);
    bool is_repeated =
        session != NULL && to->is_v2 && session->is_v2 && session->sequence == to->v2.sequence;
    if (is_repeated) {
        answer_granted(reflect, to, session);
        return;
    }
    if (session == NULL) {
        session = lease_add_session(&reflect->book, to->port, &to->peer);
    }
    if (session == NULL) {
        reflect_answer_request(reflect, to, RESULT_LIMIT);
        return;
    }
    uint32_t asked_ms = to->is_v2 ? to->v2.duration_ms : to->request.duration_ms;
    int64_t duration_ns = capped_ms(asked_ms) * NS_PER_MS;
    if (duration_ns < reflect->settings.min_duration_ns) {
        duration_ns = reflect->settings.min_duration_ns;
    }
    session->received = 0;
    session->layout = to->is_v2 ? JITTER_US_SEQ32 : JITTER_US_SEQ16;
    session->probe_port = 0;
    session->is_claimed = false;
    session->is_made_by_probe = false;
    session->is_v2 = to->is_v2;
    if (to->is_v2) {
        reflect_name_session(reflect, to, session);
    }
    session->cap = mono_add(now.mono, 2 * duration_ns);
    lease_set_expiry(&reflect->book, session, mono_add(now.mono, duration_ns));
    reflect->stats.sessions = reflect->book.session_count;
    answer_granted(reflect, to, session);
}

const struct auth_key *reflect_find_key(const struct reflect *reflect, uint16_t id,
                                        enum auth_algorithm algorithm)
{
    const struct reflect_settings *settings = &reflect->settings;
    for (size_t i = 0; i < settings->key_count; i++) {
        if (settings->keys[i].id == id && settings->keys[i].algorithm == algorithm) {
            return &settings->keys[i];
        }
    }
    return NULL;
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

void reflect_open_port(struct reflect *reflect, struct opening *to, uint16_t port,
                       struct instant now)
{
    bool is_tcp = !to->is_v2 && to->request.command == IPSLA_COMMAND_TCP;
    enum transport transport = is_tcp ? TRANSPORT_TCP_LISTEN : TRANSPORT_UDP;
    if (!is_tcp && reflect_is_control_port(reflect, port)) {
        reflect_answer_request(reflect, to, RESULT_PORT_IN_USE);
        return;
    }
    struct addr local = to->local;
    local.port = port;
    to->port = lease_find_port(&reflect->book, &local, transport);
    if (to->port != LEASE_NONE) {
        reflect_grant(reflect, to, now);
        return;
    }
    if (reflect->book.session_count < reflect->book.session_limit) {
        to->port = lease_add_port(&reflect->book, &local, transport, false);
    }
    if (to->port == LEASE_NONE) {
        reflect_answer_request(reflect, to, RESULT_LIMIT);
        return;
    }
    reflect->opening = *to;
}

void reflect_input_request(struct reflect *reflect, const struct ev *ev, struct instant now)
{
    if (ev->size > 0 && ev->bytes[0] == IPSLA2_VERSION) {
        reflect_input_request_v2(reflect, ev, now);
        return;
    }
    struct opening to = {
        .port = LEASE_NONE,
        .has_request = true,
        .id = ev->id,
        .local = ev->local,
        .peer = ev->peer,
        .tos = ev->tos,
    };
    enum ipsla_reject reject = ipsla_request_decode(ev->bytes, ev->size, &to.request);
    if (reject != IPSLA_ACCEPT) {
        reflect_drop(reflect, reject);
    } else if (!is_authentic(reflect, ev, to.request.wants_auth)) {
        reflect_answer_request(reflect, &to, RESULT_AUTH);
    } else {
        reflect_open_port(reflect, &to, to.request.port, now);
    }
}
