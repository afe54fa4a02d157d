/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Who connects is greeted, and what he sends becomes messages, one for each poll. Everything is in
 * memory of a fixed size; a connection is closed at its deadline, by Set-Up-Responses and commands
 * that are none, and when its peer closes it. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reflect/twamp.h"

void reflect_start_twamp(struct reflect *reflect)
{
    if (reflect->twamp == NULL && reflect->settings.twamp.port_count > 0) {
        struct twamp_server *server = mem_alloc(1, sizeof *server);
        server->accepting = server->answering = server->reading = LEASE_NONE;
        server->due = MONO_NEVER;
        server->tokens.rate = (struct meter_rate){TWAMP_TOKENS_BURST, TWAMP_TOKENS_INTERVAL_NS};
        reflect->twamp = server;
    }
}

void reflect_end_twamp(struct reflect *reflect)
{
    if (reflect->twamp != NULL) {
        crypto_wipe(reflect->twamp, sizeof *reflect->twamp);
        free(reflect->twamp);
    }
}

/* A place for a new connection: a free one, or that of one which idles without a session, which
 * closes. NULL: there is none. */
static struct twamp_connection *find_place(struct reflect *reflect, struct mono now)
{
    struct twamp_connection *idle = NULL;
    for (uint32_t i = 0; i < TWAMP_CONNECTIONS_MAX; i++) {
        struct twamp_connection *at = &reflect->twamp->connections[i];
        if (at->phase == TWAMP_FREE) {
            return at;
        }
        bool may_go = at->session_count == 0 && mono_diff(now, at->active) > TWAMP_IDLE_NS;
        if (may_go && (idle == NULL || mono_is_before(at->active, idle->active))) {
            idle = at;
        }
    }
    if (idle != NULL) {
        twamp_close(reflect, idle);
    }
    return idle;
}

static uint32_t count_of_source(const struct reflect *reflect, const struct addr *peer)
{
    uint8_t wanted[16];
    uint8_t name[16];
    uint32_t count = 0;
    lease_name_source(peer, wanted);
    for (uint32_t i = 0; i < TWAMP_CONNECTIONS_MAX; i++) {
        const struct twamp_connection *at = &reflect->twamp->connections[i];
        lease_name_source(&at->peer, name);
        count += at->phase != TWAMP_FREE && memcmp(name, wanted, sizeof name) == 0;
    }
    return count;
}

void reflect_input_twamp_connection(struct reflect *reflect, const struct ev *ev,
                                    struct instant now)
{
    struct twamp_server *server = reflect->twamp;
    if (!reflect_may_ask(reflect, &ev->peer, now.mono) ||
        (!reflect_is_reserved(reflect, &ev->peer) &&
         count_of_source(reflect, &ev->peer) >= TWAMP_CONNECTIONS_PER_SOURCE)) {
        reflect_drop(reflect, DROP_SOURCE_LIMIT);
        return;
    }
    struct twamp_connection *place = find_place(reflect, now.mono);
    if (place == NULL) {
        reflect_drop(reflect, DROP_LIMIT);
        return;
    }
    server->accepting = twamp_place(reflect, place);
    server->accepted_peer = ev->peer;
    server->accepted_local = ev->local;
}

/* The first bytes of a connection are the server's. */
static void greet(struct reflect *reflect, struct twamp_connection *connection, struct instant now)
{
    struct twamp_server *server = reflect->twamp;
    struct twamp_greeting greeting = {
        .modes = reflect_twamp_modes(&reflect->settings),
        .count = TWAMP_COUNT,
    };
    if (server->began.ns == 0) {
        server->began = now.wall;
    }
    twamp_draw(reflect, connection->challenge, sizeof connection->challenge);
    twamp_draw(reflect, connection->salt, sizeof connection->salt);
    memcpy(greeting.challenge, connection->challenge, sizeof greeting.challenge);
    memcpy(greeting.salt, connection->salt, sizeof greeting.salt);
    twamp_greeting_encode(&greeting, reflect->bytes);
    twamp_answer(reflect, connection, TWAMP_GREETING_BYTES);
    connection->phase = TWAMP_SETUP;
    twamp_wait_until(reflect, connection, mono_add(now.mono, TWAMP_MESSAGE_NS));
}

static void free_place(struct reflect *reflect, uint32_t place)
{
    struct twamp_connection *connection = &reflect->twamp->connections[place];
    crypto_wipe(connection, sizeof *connection);
    if (reflect->twamp->reading == place) {
        reflect->twamp->reading = LEASE_NONE;
    }
}

/* The next message of the connection, or what there is of it: up to where its size is known, then
 * up to its end. */
static size_t wanted_bytes(const struct twamp_connection *connection)
{
    if (connection->phase == TWAMP_SETUP) {
        return TWAMP_SETUP_BYTES;
    }
    return connection->size < TWAMP_BLOCK_BYTES ? TWAMP_BLOCK_BYTES
                                                : twamp_command_bytes(connection->message[0]);
}

/* The first block says which command it is, the others what it is about. */
static void take_bytes(struct reflect *reflect, struct twamp_connection *connection,
                       struct instant now)
{
    size_t size = connection->size;
    connection->active = now.mono;
    if (connection->phase == TWAMP_SETUP) {
        connection->size = 0;
        twamp_take_setup(reflect, connection, now);
        return;
    }
    size_t at = size == TWAMP_BLOCK_BYTES ? 0 : TWAMP_BLOCK_BYTES;
    twamp_stream_decrypt(&connection->in, connection->message + at, size - at);
    if (at > 0) {
        connection->size = 0;
        twamp_take_command(reflect, connection, now);
    } else if (twamp_command_bytes(connection->message[0]) == 0) {
        twamp_count(reflect, connection, RESULT_FORMAT);
        twamp_close(reflect, connection);
    }
}

/* Takes bytes of the chunk until a message is whole. False: the chunk is used up. */
static bool read_chunk(struct reflect *reflect, struct instant now)
{
    struct twamp_server *server = reflect->twamp;
    struct twamp_connection *connection = &server->connections[server->reading];
    bool is_over = connection->phase != TWAMP_SETUP && connection->phase != TWAMP_READY;
    size_t left = server->chunk_size - server->chunk_at;
    if (is_over || left == 0) {
        server->reading = LEASE_NONE;
        return false;
    }
    size_t missing = wanted_bytes(connection) - connection->size;
    size_t count = left < missing ? left : missing;
    if (connection->size == 0 && connection->phase == TWAMP_READY) {
        twamp_wait_until(reflect, connection, mono_add(now.mono, TWAMP_MESSAGE_NS));
    }
    memcpy(connection->message + connection->size, server->chunk + server->chunk_at, count);
    server->chunk_at += count;
    connection->size += count;
    if (count == missing) {
        take_bytes(reflect, connection, now);
    }
    return true;
}

void reflect_input_twamp_bytes(struct reflect *reflect, const struct ev *ev)
{
    struct twamp_server *server = reflect->twamp;
    assert(server->reading == LEASE_NONE && ev->size <= sizeof server->chunk);
    server->reading = ev->id.channel - TWAMP_CHANNELS;
    server->chunk_at = 0;
    server->chunk_size = ev->size;
    memcpy(server->chunk, ev->bytes, ev->size);
}

void reflect_input_twamp_opened(struct reflect *reflect, uint32_t channel, struct instant now)
{
    struct twamp_connection *connection = &reflect->twamp->connections[channel - TWAMP_CHANNELS];
    greet(reflect, connection, now);
}

void reflect_input_twamp_failed(struct reflect *reflect, uint32_t channel)
{
    free_place(reflect, channel - TWAMP_CHANNELS);
}

void reflect_input_twamp_ended(struct reflect *reflect, uint32_t channel)
{
    twamp_close(reflect, &reflect->twamp->connections[channel - TWAMP_CHANNELS]);
}

static void fill_open(struct reflect *reflect, struct instant now, struct fx *fx)
{
    struct twamp_server *server = reflect->twamp;
    uint32_t place = server->accepting;
    struct twamp_connection *connection = &server->connections[place];
    server->last_serial += server->last_serial == UINT32_MAX ? 2 : 1;
    *connection = (struct twamp_connection){
        .phase = TWAMP_OPENING,
        .serial = server->last_serial,
        .peer = server->accepted_peer,
        .local = server->accepted_local,
        .active = now.mono,
        .deadline = MONO_NEVER,
    };
    server->accepting = LEASE_NONE;
    *fx = (struct fx){
        .kind = FX_OPEN,
        .transport = TRANSPORT_TCP_ACCEPTED,
        .id.channel = TWAMP_CHANNELS + place,
        .local = connection->local,
        .peer = connection->peer,
    };
}

static void fill_answer(struct reflect *reflect, struct fx *fx)
{
    struct twamp_server *server = reflect->twamp;
    *fx = (struct fx){
        .kind = FX_SEND,
        .id.channel = TWAMP_CHANNELS + server->answering,
        .bytes = reflect->bytes,
        .size = server->answer_bytes,
    };
    server->answering = LEASE_NONE;
}

static void fill_close(struct reflect *reflect, struct fx *fx)
{
    uint32_t place = 0;
    while (reflect->twamp->connections[place].phase != TWAMP_CLOSING) {
        place++;
    }
    *fx = (struct fx){.kind = FX_CLOSE, .id.channel = TWAMP_CHANNELS + place};
    free_place(reflect, place);
    reflect->twamp->closing--;
}

/* A connection with running sessions lives as long as one of them. */
static bool has_session(struct reflect *reflect, const struct twamp_connection *connection)
{
    for (uint32_t i = 0; i < connection->session_count; i++) {
        if (twamp_session(reflect, connection, i) != NULL) {
            return true;
        }
    }
    return false;
}

static void end_overdue(struct reflect *reflect, struct mono now)
{
    struct twamp_server *server = reflect->twamp;
    server->due = MONO_NEVER;
    for (uint32_t i = 0; i < TWAMP_CONNECTIONS_MAX; i++) {
        struct twamp_connection *connection = &server->connections[i];
        bool is_open = connection->phase == TWAMP_SETUP || connection->phase == TWAMP_READY;
        if (!is_open) {
            continue;
        }
        if (mono_is_before(now, connection->deadline)) {
            server->due = mono_min(server->due, connection->deadline);
        } else if (connection->is_running && connection->size == 0 &&
                   has_session(reflect, connection)) {
            twamp_wait_until(reflect, connection, mono_add(now, TWAMP_REFWAIT_NS));
        } else {
            twamp_stop_sessions(reflect, connection, now);
            twamp_close(reflect, connection);
        }
    }
}

/* Closing comes before opening: a new connection may have the place of the one that goes. */
bool reflect_poll_twamp(struct reflect *reflect, struct instant now, struct fx *fx)
{
    struct twamp_server *server = reflect->twamp;
    if (server == NULL) {
        return false;
    }
    while (server->answering == LEASE_NONE && server->reading != LEASE_NONE &&
           read_chunk(reflect, now)) {
    }
    if (server->answering != LEASE_NONE) {
        fill_answer(reflect, fx);
        return true;
    }
    if (!mono_is_before(now.mono, server->due)) {
        end_overdue(reflect, now.mono);
    }
    if (server->closing > 0) {
        fill_close(reflect, fx);
        return true;
    }
    if (server->accepting != LEASE_NONE) {
        fill_open(reflect, now, fx);
        return true;
    }
    return false;
}

bool reflect_stop_twamp(struct reflect *reflect, struct fx *fx)
{
    struct twamp_server *server = reflect->twamp;
    for (uint32_t i = 0; server != NULL && i < TWAMP_CONNECTIONS_MAX; i++) {
        struct twamp_connection *connection = &server->connections[i];
        if (connection->phase != TWAMP_FREE) {
            twamp_close(reflect, connection);
            fill_close(reflect, fx);
            return true;
        }
    }
    if (server != NULL) {
        server->due = MONO_NEVER;
    }
    return false;
}

struct mono reflect_twamp_due(const struct reflect *reflect)
{
    return reflect->twamp == NULL ? MONO_NEVER : reflect->twamp->due;
}
