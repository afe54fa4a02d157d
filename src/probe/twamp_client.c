/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "probe/twamp_client.h"

#include <string.h>

#include "operation/twamp.h"
#include "wire/ntp.h"

enum { CLEAR_BYTES = TWAMP_SERVER_START_BYTES - TWAMP_BLOCK_BYTES };

/* Its control connection is protected. */
static bool is_keyed(const struct twamp_client *client)
{
    return twamp_mode_of(client->spec) != TWAMP_OPEN;
}

void twamp_client_start(struct twamp_client *client, const struct twamp_client_setting *setting)
{
    crypto_wipe(client, sizeof *client);
    client->spec = setting->spec;
    client->seed = setting->seed;
    client->operation = setting->operation;
    client->sender_port = setting->sender_port;
    client->protection.mode = twamp_mode_of(setting->spec);
}

static void fail(struct twamp_client *client, enum outcome outcome, uint32_t status)
{
    client->state = TWAMP_CLIENT_FAILED;
    client->outcome = outcome;
    client->status = status;
}

/* Random octets, up to CRYPTO_SHA256_BYTES; others for each label. */
static void draw(const struct twamp_client *client, const char *label, uint8_t *out, size_t size)
{
    uint8_t drawn[CRYPTO_SHA256_BYTES];
    const struct crypto_part key = {client->seed, TWAMP_CLIENT_SEED_BYTES};
    const struct crypto_part parts[] = {{label, strlen(label)},
                                        {&client->operation, sizeof client->operation}};
    crypto_hmac(CRYPTO_SHA256, &key, parts, 2, drawn);
    memcpy(out, drawn, size);
    crypto_wipe(drawn, sizeof drawn);
}

/* False: the library refuses. */
static bool seal_setup(struct twamp_client *client, const struct twamp_greeting *greeting,
                       struct twamp_setup *setup)
{
    const struct auth_key *key = &client->spec->control.key;
    const struct twamp_token_terms terms = {
        .secret = {key->secret, key->size},
        .challenge = greeting->challenge,
        .salt = greeting->salt,
        .count = greeting->count,
    };
    draw(client, "twamp aes", client->keys.aes, sizeof client->keys.aes);
    draw(client, "twamp hmac", client->keys.hmac, sizeof client->keys.hmac);
    draw(client, "twamp iv", setup->client_iv, sizeof setup->client_iv);
    memcpy(setup->key_id, key->name, sizeof setup->key_id);
    twamp_stream_start(&client->out, &client->keys, setup->client_iv);
    return twamp_token_seal(&terms, &client->keys, setup->token);
}

/* The count is looked at before anything is computed with it. */
static void take_greeting(struct twamp_client *client)
{
    struct twamp_greeting greeting;
    struct twamp_setup setup = {.mode = twamp_mode_of(client->spec)};
    twamp_greeting_decode(client->message, &greeting);
    if ((greeting.modes & setup.mode) == 0 ||
        (is_keyed(client) && !twamp_count_is_good(greeting.count))) {
        fail(client, OUTCOME_REFUSED, 0);
        return;
    }
    if (is_keyed(client) && !seal_setup(client, &greeting, &setup)) {
        fail(client, OUTCOME_LOCAL, 0);
        return;
    }
    twamp_setup_encode(&setup, client->answer);
    client->answer_bytes = TWAMP_SETUP_BYTES;
    client->state = TWAMP_CLIENT_SERVER_START;
}

/* Addresses are left to the connection, so that a translation on the way does no harm, and the
 * session may begin at once. */
static void request_session(struct twamp_client *client, struct instant now)
{
    const struct spec *spec = client->spec;
    enum { DSCP_SHIFT = 22, TOS_MASK = 0xfc };
    bool is_ipv6 = spec->path.peer.family == ADDR_IPV6;
    struct twamp_request request = {
        .ip_version = is_ipv6 ? 6 : 4,
        .padding_bytes =
            (uint32_t)(twamp_packet_bytes(spec) - twamp_request_bytes_min(&client->protection)),
        .start_time = timestamp_encode(TIMESTAMP_NTP, now.wall),
        .timeout = twamp_timeout_of(spec->schedule.timeout_ns),
        .type_p = (uint32_t)(spec->path.tos & TOS_MASK) << DSCP_SHIFT,
    };
    request.sender.port = client->sender_port;
    request.receiver.port = spec->path.port;
    twamp_request_session_encode(&request, client->answer);
    twamp_stream_seal(&client->out, client->answer, TWAMP_REQUEST_BYTES);
    client->answer_bytes = TWAMP_REQUEST_BYTES;
    client->requested = now.mono;
    client->state = TWAMP_CLIENT_ACCEPT_SESSION;
}

static void take_server_start(struct twamp_client *client, struct instant now)
{
    struct twamp_server_start start;
    twamp_server_start_decode(client->message, &start);
    if (start.accept != TWAMP_ACCEPTED) {
        bool is_key = is_keyed(client) && start.accept == TWAMP_FAILURE;
        fail(client, is_key ? OUTCOME_AUTH : OUTCOME_REFUSED, start.accept);
        return;
    }
    if (is_keyed(client)) {
        twamp_stream_start(&client->in, &client->keys, start.server_iv);
        twamp_stream_decrypt(&client->in, client->message + CLEAR_BYTES, TWAMP_BLOCK_BYTES);
        twamp_stream_pass_block(&client->in, client->message + CLEAR_BYTES);
    }
    request_session(client, now);
}

/* Decrypts the message. False: it is not the server's, and that was the end. */
static bool open_message(struct twamp_client *client, size_t size)
{
    twamp_stream_decrypt(&client->in, client->message, size);
    bool is_good = twamp_stream_check(&client->in, client->message, size);
    if (!is_good) {
        fail(client, OUTCOME_AUTH, 0);
    }
    return is_good;
}

static void take_accept_session(struct twamp_client *client, struct instant now)
{
    struct twamp_accepted accepted;
    if (!open_message(client, TWAMP_ACCEPT_BYTES)) {
        return;
    }
    twamp_accepted_decode(client->message, &accepted);
    if (accepted.accept != TWAMP_ACCEPTED || accepted.port == 0) {
        fail(client, OUTCOME_REFUSED, accepted.accept);
        return;
    }
    client->port = accepted.port;
    client->rtt_ns = mono_diff(now.mono, client->requested);
    twamp_keys_of_session(&client->keys, accepted.sid, &client->protection.keys);
    twamp_start_sessions_encode(client->answer);
    twamp_stream_seal(&client->out, client->answer, TWAMP_SHORT_BYTES);
    client->answer_bytes = TWAMP_SHORT_BYTES;
    client->state = TWAMP_CLIENT_START_ACK;
}

static void take_start_ack(struct twamp_client *client)
{
    if (!open_message(client, TWAMP_SHORT_BYTES)) {
        return;
    }
    if (client->message[0] != TWAMP_ACCEPTED) {
        fail(client, OUTCOME_REFUSED, client->message[0]);
        return;
    }
    client->state = TWAMP_CLIENT_RUNNING;
}

/* Of the message that is waited for; 0: none is. */
static size_t wanted_bytes(const struct twamp_client *client)
{
    switch (client->state) {
    case TWAMP_CLIENT_GREETING:
        return TWAMP_GREETING_BYTES;
    case TWAMP_CLIENT_SERVER_START:
        return TWAMP_SERVER_START_BYTES;
    case TWAMP_CLIENT_ACCEPT_SESSION:
        return TWAMP_ACCEPT_BYTES;
    case TWAMP_CLIENT_START_ACK:
        return TWAMP_SHORT_BYTES;
    case TWAMP_CLIENT_RUNNING:
    case TWAMP_CLIENT_STOPPED:
    case TWAMP_CLIENT_FAILED:
        break;
    }
    return 0;
}

static void take_message(struct twamp_client *client, struct instant now)
{
    client->size = 0;
    switch (client->state) {
    case TWAMP_CLIENT_GREETING:
        take_greeting(client);
        break;
    case TWAMP_CLIENT_SERVER_START:
        take_server_start(client, now);
        break;
    case TWAMP_CLIENT_ACCEPT_SESSION:
        take_accept_session(client, now);
        break;
    case TWAMP_CLIENT_START_ACK:
        take_start_ack(client);
        break;
    case TWAMP_CLIENT_RUNNING:
    case TWAMP_CLIENT_STOPPED:
    case TWAMP_CLIENT_FAILED:
        break;
    }
}

/* A server speaks when it is its turn: what comes before the answer to it has left is no reply. */
void twamp_client_input(struct twamp_client *client, const uint8_t *bytes, size_t size,
                        struct instant now)
{
    while (size > 0 && wanted_bytes(client) > 0) {
        size_t missing = wanted_bytes(client) - client->size;
        size_t count = size < missing ? size : missing;
        if (client->answer_bytes > 0) {
            fail(client, OUTCOME_REFUSED, 0);
            return;
        }
        memcpy(client->message + client->size, bytes, count);
        client->size += count;
        bytes += count;
        size -= count;
        if (count == missing) {
            take_message(client, now);
        }
    }
}

/* Servers close without a word when a message is not authentic to them. */
void twamp_client_end(struct twamp_client *client)
{
    if (client->state >= TWAMP_CLIENT_RUNNING) {
        return;
    }
    bool is_key = is_keyed(client) && client->state != TWAMP_CLIENT_GREETING;
    fail(client, is_key ? OUTCOME_AUTH : OUTCOME_REFUSED, 0);
}

void twamp_client_stop(struct twamp_client *client)
{
    const struct twamp_stop stop = {.number = 1};
    twamp_stop_encode(&stop, client->answer);
    twamp_stream_seal(&client->out, client->answer, TWAMP_SHORT_BYTES);
    client->answer_bytes = TWAMP_SHORT_BYTES;
    client->state = TWAMP_CLIENT_STOPPED;
}
