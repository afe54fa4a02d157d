/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The server's side of RFC 5357 3. Without keys only open mode is offered, with keys only the modes
 * that need one. A session's packets come from the client itself: third parties are refused. */
#include <string.h>

#include "reflect/twamp.h"
#include "wire/ntp.h"

/* More padding than a datagram takes. */
#define PADDING_MAX 65000U

uint32_t reflect_twamp_modes(const struct reflect_settings *settings)
{
    return settings->twamp.key_count == 0 ? TWAMP_OPEN
                                          : TWAMP_AUTHENTICATED | TWAMP_ENCRYPTED | TWAMP_MIXED;
}

/* A client chooses one bit of what was offered. */
static bool is_mode_offered(const struct reflect *reflect, uint32_t mode)
{
    bool is_one = mode != 0 && (mode & (mode - 1)) == 0;
    return is_one && (mode & reflect_twamp_modes(&reflect->settings)) != 0;
}

static const struct auth_key *find_key(const struct reflect *reflect, const char *name)
{
    const struct reflect_twamp *twamp = &reflect->settings.twamp;
    for (size_t i = 0; i < twamp->key_count; i++) {
        if (strcmp(twamp->keys[i].name, name) == 0) {
            return &twamp->keys[i];
        }
    }
    return NULL;
}

/* Who is not known is refused as late as who has the wrong secret. */
static bool read_token(const struct reflect *reflect, struct twamp_connection *connection,
                       const struct twamp_setup *setup)
{
    static const struct auth_key nobody = {.size = 1};
    const struct auth_key *key = find_key(reflect, setup->key_id);
    const struct auth_key *tried = key == NULL ? &nobody : key;
    const struct twamp_token_terms terms = {
        .secret = {tried->secret, tried->size},
        .challenge = connection->challenge,
        .salt = connection->salt,
        .count = TWAMP_COUNT,
    };
    return twamp_token_open(&terms, setup->token, &connection->keys) && key != NULL;
}

static bool may_derive(struct reflect *reflect, const struct addr *peer, struct mono now)
{
    uint8_t name[16];
    lease_name_source(peer, name);
    return reflect_is_reserved(reflect, peer) ||
           meter_take(&reflect->twamp->tokens, siphash(&reflect->key, name, sizeof name), now);
}

/* What becomes of a Set-Up-Response; RESULT_ACCEPTED: its streams have begun. */
static enum reflect_result judge_setup(struct reflect *reflect, struct twamp_connection *connection,
                                       const struct twamp_setup *setup, struct mono now)
{
    if (!is_mode_offered(reflect, setup->mode)) {
        return RESULT_FORMAT;
    }
    connection->mode = (enum twamp_mode)setup->mode;
    if (connection->mode == TWAMP_OPEN) {
        return RESULT_ACCEPTED;
    }
    if (!may_derive(reflect, &connection->peer, now)) {
        return RESULT_SOURCE_LIMIT;
    }
    return read_token(reflect, connection, setup) ? RESULT_ACCEPTED : RESULT_AUTH;
}

static uint8_t accept_of(enum reflect_result result)
{
    switch (result) {
    case RESULT_ACCEPTED:
        return TWAMP_ACCEPTED;
    case RESULT_SOURCE_LIMIT:
    case RESULT_LIMIT:
        return TWAMP_TEMPORARY_LIMIT;
    case RESULT_FORMAT:
    case RESULT_PORT_NOT_ALLOWED:
        return TWAMP_NOT_SUPPORTED;
    default:
        return TWAMP_FAILURE;
    }
}

void twamp_take_setup(struct reflect *reflect, struct twamp_connection *connection,
                      struct instant now)
{
    enum { CLEAR_BYTES = TWAMP_SERVER_START_BYTES - TWAMP_BLOCK_BYTES };
    struct twamp_setup setup;
    struct twamp_server_start start = {0};
    twamp_setup_decode(connection->message, &setup);
    enum reflect_result result = judge_setup(reflect, connection, &setup, now.mono);
    start.accept = accept_of(result);
    if (result == RESULT_ACCEPTED) {
        start.start_time = timestamp_encode(TIMESTAMP_NTP, reflect->twamp->began);
    }
    bool is_keyed = result == RESULT_ACCEPTED && connection->mode != TWAMP_OPEN;
    if (is_keyed) {
        twamp_draw(reflect, start.server_iv, sizeof start.server_iv);
        twamp_stream_start(&connection->in, &connection->keys, setup.client_iv);
        twamp_stream_start(&connection->out, &connection->keys, start.server_iv);
    }
    twamp_server_start_encode(&start, reflect->bytes);
    twamp_stream_seal_block(&connection->out, reflect->bytes + CLEAR_BYTES);
    twamp_answer(reflect, connection, TWAMP_SERVER_START_BYTES);
    if (result != RESULT_ACCEPTED) {
        twamp_count(reflect, connection, result);
        twamp_close(reflect, connection);
        return;
    }
    connection->phase = TWAMP_READY;
    twamp_wait_until(reflect, connection, mono_add(now.mono, TWAMP_SERVWAIT_NS));
}

/* An address of zeros is that of the control connection, and no other is taken. Of zeros the IP
 * version says nothing: some clients say 4 over IPv6 too (tcaine/twamp, twampy). */
static bool is_of_connection(const struct addr *asked, const struct addr *own)
{
    return addr_is_any(asked) || addr_is_same_ip(asked, own);
}

/* A port of ours would make us answer ourselves, or another reflector, for ever. */
static bool may_answer_to(const struct reflect *reflect, uint16_t port)
{
    const struct reflect_settings *settings = &reflect->settings;
    for (size_t i = 0; i < settings->twamp.port_count; i++) {
        if (settings->twamp.ports[i].port == port) {
            return false;
        }
    }
    for (size_t i = 0; i < settings->stamp.port_count; i++) {
        if (settings->stamp.ports[i].port == port) {
            return false;
        }
    }
    return port != 0 && port >= settings->min_source_port &&
           !reflect_is_control_port(reflect, port);
}

static int64_t clamp_timeout(uint64_t timeout)
{
    int64_t ns = twamp_timeout_ns(timeout);
    if (ns < TWAMP_TIMEOUT_MIN_NS) {
        return TWAMP_TIMEOUT_MIN_NS;
    }
    return ns > TWAMP_TIMEOUT_MAX_NS ? TWAMP_TIMEOUT_MAX_NS : ns;
}

/* Finds room for the session; a session of the same address and port makes way, for it can only be
 * an earlier one of the same client. */
static enum reflect_result find_session(struct reflect *reflect,
                                        const struct twamp_connection *connection,
                                        const struct addr *sender, struct lease_session **out)
{
    struct lease_book *book = &reflect->book;
    uint32_t port = lease_find_port(book, &connection->local, TRANSPORT_UDP);
    if (port == LEASE_NONE || !book->ports[port].is_twamp || book->ports[port].state != PORT_OPEN) {
        return RESULT_FAILED;
    }
    if (connection->session_count == TWAMP_SESSIONS_MAX) {
        return RESULT_SOURCE_LIMIT;
    }
    struct lease_session *earlier = lease_find_twamp(book, port, sender);
    if (earlier != NULL) {
        lease_end(book, earlier);
        reflect_note_sessions(reflect);
    }
    switch (reflect_find_room(reflect, sender, port, reflect->now)) {
    case ROOM_NONE:
        return RESULT_LIMIT;
    case ROOM_NOT_FOR_SOURCE:
        return RESULT_SOURCE_LIMIT;
    case ROOM_FOUND:
        break;
    }
    *out = reflect_add_session(reflect, port, sender);
    return *out == NULL ? RESULT_LIMIT : RESULT_ACCEPTED;
}

static enum reflect_result judge_request(struct reflect *reflect,
                                         const struct twamp_connection *connection,
                                         const struct twamp_request *request,
                                         struct lease_session **out)
{
    struct addr sender = connection->peer;
    sender.port = request->sender.port;
    if (connection->is_running || request->padding_bytes > PADDING_MAX) {
        return RESULT_FORMAT;
    }
    if (!is_of_connection(&request->sender, &connection->peer) ||
        !is_of_connection(&request->receiver, &connection->local) ||
        !may_answer_to(reflect, request->sender.port)) {
        return RESULT_PORT_NOT_ALLOWED;
    }
    return find_session(reflect, connection, &sender, out);
}

/* An address of ours, the time, and what is random (RFC 4656 3.5). */
static void make_sid(struct reflect *reflect, const struct twamp_connection *connection,
                     struct instant now, uint8_t out[TWAMP_SID_BYTES])
{
    enum { TIME_AT = 4, RANDOM_AT = 12 };
    bool is_ipv6 = connection->local.family == ADDR_IPV6;
    uint64_t time = timestamp_encode(TIMESTAMP_NTP, now.wall);
    memcpy(out, connection->local.ip + (is_ipv6 ? 12 : 0), TIME_AT);
    for (size_t i = 0; i < sizeof time; i++) {
        out[TIME_AT + i] = (uint8_t)(time >> (56 - 8 * i));
    }
    twamp_draw(reflect, out + RANDOM_AT, TWAMP_SID_BYTES - RANDOM_AT);
}

static void take_request(struct reflect *reflect, struct twamp_connection *connection,
                         struct instant now)
{
    enum { DSCP_SHIFT = 22, TOS_MASK = 0xfc };
    struct twamp_request request;
    struct twamp_accepted answer = {0};
    struct lease_session *session = NULL;
    twamp_request_session_decode(connection->message, &request);
    enum reflect_result result = judge_request(reflect, connection, &request, &session);
    twamp_count(reflect, connection, result);
    answer.accept = accept_of(result);
    if (session != NULL) {
        answer.port = connection->local.port;
        make_sid(reflect, connection, now, answer.sid);
        session->twamp = (struct lease_twamp){
            .connection = connection->serial,
            .tos = (uint8_t)(request.type_p >> DSCP_SHIFT & TOS_MASK),
            .timeout_ns = clamp_timeout(request.timeout),
            .protection.mode = connection->mode,
        };
        twamp_keys_of_session(&connection->keys, answer.sid, &session->twamp.protection.keys);
        connection->sessions[connection->session_count++] =
            (uint32_t)(session - reflect->book.sessions);
        lease_set_use(&reflect->book, session, session->is_reserved ? LEASE_KEPT : LEASE_UNUSED,
                      now.mono);
        lease_set_expiry(&reflect->book, session, mono_add(now.mono, TWAMP_SERVWAIT_NS));
    }
    twamp_accepted_encode(&answer, reflect->bytes);
    twamp_stream_seal(&connection->out, reflect->bytes, TWAMP_ACCEPT_BYTES);
    twamp_answer(reflect, connection, TWAMP_ACCEPT_BYTES);
}

/* Which of the requested sessions still live: they answer from now on. */
static void take_start(struct reflect *reflect, struct twamp_connection *connection,
                       struct instant now)
{
    uint32_t started = 0;
    for (uint32_t i = 0; !connection->is_running && i < connection->session_count; i++) {
        struct lease_session *session = twamp_session(reflect, connection, i);
        if (session != NULL) {
            session->twamp.is_started = true;
            session->twamp.started = now.mono;
            lease_set_use(&reflect->book, session, LEASE_KEPT, now.mono);
            lease_set_expiry(&reflect->book, session, mono_add(now.mono, TWAMP_REFWAIT_NS));
            started++;
        }
    }
    connection->is_running |= started > 0;
    twamp_start_ack_encode(started > 0 ? TWAMP_ACCEPTED : TWAMP_FAILURE, reflect->bytes);
    twamp_stream_seal(&connection->out, reflect->bytes, TWAMP_SHORT_BYTES);
    twamp_answer(reflect, connection, TWAMP_SHORT_BYTES);
}

/* Real clients send a wrong number of sessions: all are stopped whatever it is, and the connection
 * goes on. */
void twamp_take_command(struct reflect *reflect, struct twamp_connection *connection,
                        struct instant now)
{
    size_t size = twamp_command_bytes(connection->message[0]);
    if (!twamp_stream_check(&connection->in, connection->message, size)) {
        twamp_count(reflect, connection, RESULT_AUTH);
        twamp_close(reflect, connection);
        return;
    }
    if (!reflect_may_ask(reflect, &connection->peer, now.mono)) {
        twamp_count(reflect, connection, RESULT_SOURCE_LIMIT);
        twamp_close(reflect, connection);
        return;
    }
    switch (connection->message[0]) {
    case TWAMP_REQUEST_SESSION:
        take_request(reflect, connection, now);
        break;
    case TWAMP_START_SESSIONS:
        take_start(reflect, connection, now);
        break;
    default:
        twamp_stop_sessions(reflect, connection, now.mono);
        break;
    }
    int64_t wait_ns = connection->is_running ? TWAMP_REFWAIT_NS : TWAMP_SERVWAIT_NS;
    twamp_wait_until(reflect, connection, mono_add(now.mono, wait_ns));
}
