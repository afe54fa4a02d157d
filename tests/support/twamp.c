/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "support/twamp.h"

#include <string.h>

#include "support/build.h"
#include "support/cm.h"

#define T1 UINT64_C(0xed00378040000000)

void twamp_prepare(bool is_keyed)
{
    responder_prepare();
    struct reflect_twamp *twamp = &responder.settings.twamp;
    twamp->ports[0] = build_addr("0.0.0.0:862");
    twamp->port_count = 1;
    if (is_keyed) {
        twamp->key_count = 1;
        twamp->keys[0] = (struct auth_key){
            .algorithm = AUTH_TWAMP, .size = sizeof TWAMP_SECRET - 1, .name = "alice"};
        memcpy(twamp->keys[0].secret, TWAMP_SECRET, sizeof TWAMP_SECRET - 1);
    }
}

static const struct drive_channel *server_channel(enum transport transport)
{
    for (size_t i = 0; i < responder.drive.open_count; i++) {
        const struct drive_channel *channel = &responder.drive.open[i];
        if (channel->transport == transport && channel->local.port == TWAMP_PORT) {
            return channel;
        }
    }
    fail();
    return NULL;
}

bool twamp_connect(struct twamp_caller *client, const char *peer)
{
    const struct drive_channel *channel = server_channel(TRANSPORT_TCP_SERVER);
    struct ev ev = build_data(channel->id, peer, RESPONDER_IP, NULL, 0);
    ev.local.port = TWAMP_PORT;
    *client = (struct twamp_caller){.peer = peer};
    drive_forget(&responder.drive);
    drive_input(&responder.drive, ev);
    const struct drive_effect *open = drive_find(&responder.drive, FX_OPEN, 0);
    if (open == NULL) {
        responder.datagrams++; /* counted as dropped */
        return false;
    }
    const struct drive_effect *sent = drive_find(&responder.drive, FX_SEND, 0);
    assert_int_equal(open->fx.transport, TRANSPORT_TCP_ACCEPTED);
    assert_int_equal(sent->fx.size, TWAMP_GREETING_BYTES);
    client->id = open->fx.id;
    twamp_greeting_decode(sent->bytes, &client->greeting);
    assert_true(twamp_count_is_good(client->greeting.count));
    return true;
}

bool twamp_is_open(const struct twamp_caller *client)
{
    return drive_is_open(&responder.drive, client->id);
}

void twamp_send(struct twamp_caller *client, const void *bytes, size_t size)
{
    struct ev ev = build_data(client->id, client->peer, RESPONDER_IP, bytes, size);
    drive_forget(&responder.drive);
    drive_input(&responder.drive, ev);
}

const uint8_t *twamp_read(struct twamp_caller *client, size_t size)
{
    static uint8_t bytes[TWAMP_MESSAGE_BYTES_MAX];
    const struct drive_effect *sent = drive_find(&responder.drive, FX_SEND, 0);
    if (sent == NULL) {
        return NULL;
    }
    assert_int_equal(sent->fx.id.channel, client->id.channel);
    assert_int_equal(sent->fx.size, size);
    memcpy(bytes, sent->bytes, size);
    twamp_stream_decrypt(&client->in, bytes, size);
    assert_true(twamp_stream_check(&client->in, bytes, size));
    return bytes;
}

void twamp_write_setup(struct twamp_caller *client, enum twamp_mode mode, const char *name,
                       const char *secret, uint8_t out[TWAMP_SETUP_BYTES])
{
    struct twamp_setup setup = {.mode = mode};
    client->mode = mode;
    if (mode != TWAMP_OPEN) {
        const struct twamp_token_terms terms = {{secret, strlen(secret)},
                                                client->greeting.challenge,
                                                client->greeting.salt,
                                                client->greeting.count};
        memset(&client->keys, 0x77, sizeof client->keys);
        memset(setup.client_iv, 0x55, sizeof setup.client_iv);
        memcpy(setup.key_id, name, strlen(name));
        assert_true(twamp_token_seal(&terms, &client->keys, setup.token));
        twamp_stream_start(&client->out, &client->keys, setup.client_iv);
    }
    twamp_setup_encode(&setup, out);
}

uint8_t twamp_set_up(struct twamp_caller *client, enum twamp_mode mode, const char *name,
                     const char *secret)
{
    struct twamp_server_start start;
    uint8_t bytes[TWAMP_SETUP_BYTES];
    twamp_write_setup(client, mode, name, secret, bytes);
    twamp_send(client, bytes, sizeof bytes);
    const struct drive_effect *sent = drive_find(&responder.drive, FX_SEND, 0);
    assert_non_null(sent);
    assert_int_equal(sent->fx.size, TWAMP_SERVER_START_BYTES);
    twamp_server_start_decode(sent->bytes, &start);
    if (mode != TWAMP_OPEN && start.accept == TWAMP_ACCEPTED) {
        uint8_t block[TWAMP_BLOCK_BYTES];
        memcpy(block, sent->bytes + TWAMP_SERVER_START_BYTES - sizeof block, sizeof block);
        twamp_stream_start(&client->in, &client->keys, start.server_iv);
        twamp_stream_decrypt(&client->in, block, sizeof block);
        twamp_stream_pass_block(&client->in, block);
    }
    return start.accept;
}

struct twamp_request twamp_usual_request(void)
{
    return (struct twamp_request){
        .ip_version = 4,
        .sender = build_addr("0.0.0.0:40000"),
        .receiver = build_addr("0.0.0.0:862"),
        .padding_bytes = 27,
        .timeout = UINT64_C(2) << 32,
    };
}

struct twamp_accepted twamp_ask(struct twamp_caller *client, const struct twamp_request *request)
{
    struct twamp_accepted accepted;
    uint8_t bytes[TWAMP_REQUEST_BYTES];
    twamp_request_session_encode(request, bytes);
    twamp_stream_seal(&client->out, bytes, sizeof bytes);
    twamp_send(client, bytes, sizeof bytes);
    const uint8_t *answer = twamp_read(client, TWAMP_ACCEPT_BYTES);
    assert_non_null(answer);
    twamp_accepted_decode(answer, &accepted);
    return accepted;
}

uint8_t twamp_start(struct twamp_caller *client)
{
    uint8_t bytes[TWAMP_SHORT_BYTES];
    twamp_start_sessions_encode(bytes);
    twamp_stream_seal(&client->out, bytes, sizeof bytes);
    twamp_send(client, bytes, sizeof bytes);
    const uint8_t *answer = twamp_read(client, TWAMP_SHORT_BYTES);
    assert_non_null(answer);
    return answer[0];
}

void twamp_stop(struct twamp_caller *client, uint32_t number)
{
    const struct twamp_stop stop = {.number = number};
    uint8_t bytes[TWAMP_SHORT_BYTES];
    twamp_stop_encode(&stop, bytes);
    twamp_stream_seal(&client->out, bytes, sizeof bytes);
    twamp_send(client, bytes, sizeof bytes);
}

struct twamp_protection twamp_protection_of(const struct twamp_caller *client,
                                            const struct twamp_accepted *accepted)
{
    struct twamp_protection protection = {.mode = client->mode};
    twamp_keys_of_session(&client->keys, accepted->sid, &protection.keys);
    return protection;
}

const struct drive_effect *twamp_probe(const struct twamp_protection *protection, const char *from,
                                       uint32_t seq, size_t size)
{
    const struct stamp_request request = {.seq = seq, .t1 = T1, .estimate = 1};
    const struct drive_channel *channel = server_channel(TRANSPORT_UDP);
    uint8_t bytes[2048];
    size_t least = twamp_request_bytes_min(protection);
    twamp_request_encode(&request, protection, bytes, size);
    for (size_t i = least; i < size; i++) {
        bytes[i] = (uint8_t)(i - least);
    }
    struct ev ev = build_data(channel->id, from, RESPONDER_IP, bytes, size);
    ev.local.port = TWAMP_PORT;
    ev.tos = 0xb8;
    responder.datagrams++;
    drive_forget(&responder.drive);
    drive_input(&responder.drive, ev);
    return drive_find(&responder.drive, FX_SEND, 0);
}
