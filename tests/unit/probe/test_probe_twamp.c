/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A TWAMP operation at the sender: what it says on the control connection, when packets leave, and
 * what becomes of servers that do otherwise. */
#include <errno.h>
#include <string.h>

#include "operation/operation.h"
#include "support/build.h"
#include "support/cm.h"
#include "support/sender.h"
#include "wire/twamp_stream.h"

#define PEER "198.51.100.20"
#define SESSION_PORT 19000
#define SESSION PEER ":19000"
#define SECRET "correct-horse"
#define MS(value) ((value)*NS_PER_MS)

static const struct channel_id stream = {0, 32};

/* The server, as far as it has come. */
static struct twamp_greeting greeting;
static struct twamp_keys keys;
static struct twamp_stream in, out;
static struct twamp_protection protection;

static void set_up(enum twamp_mode mode)
{
    struct spec *spec = build_jitter_spec("t", PEER);
    spec->operation = &operation_twamp;
    spec->control.version = CONTROL_NONE;
    spec->control.port = TWAMP_PORT;
    spec->path.port = spec->path.peer.port = 862;
    spec->packets.precision = PRECISION_MICROSECONDS;
    spec->packets.bytes = TWAMP_REPLY_BYTES_MIN;
    spec->packets.count = 3;
    while (1U << spec->control.mode != mode) {
        spec->control.mode++;
    }
    if (mode != TWAMP_OPEN) {
        spec->control.key = (struct auth_key){
            .algorithm = AUTH_TWAMP, .size = sizeof SECRET - 1, .secret = SECRET, .name = "alice"};
    }
    greeting = (struct twamp_greeting){
        .modes = 15, .challenge = "challenge", .salt = "salt", .count = 1024};
    in = out = (struct twamp_stream){0};
    protection = (struct twamp_protection){.mode = mode};
    sender_set_up(spec);
}

static void connected(void)
{
    const struct drive_effect *open = drive_find(&sender.drive, FX_OPEN, 1);
    assert_non_null(open);
    assert_int_equal(open->fx.transport, TRANSPORT_TCP_STREAM);
    assert_int_equal(open->fx.peer.port, TWAMP_PORT);
    drive_forget(&sender.drive);
    drive_input(&sender.drive, (struct ev){.kind = EV_OPENED, .id = stream});
    assert_int_equal(drive_count(&sender.drive, FX_SEND), 0); /* the server speaks first */
}

static void say(const uint8_t *bytes, size_t size)
{
    drive_forget(&sender.drive);
    drive_input(&sender.drive, build_data(stream, PEER ":862", SENDER_LOCAL, bytes, size));
}

/* What the client said last, decrypted and checked. */
static const uint8_t *heard(size_t size)
{
    static uint8_t bytes[TWAMP_SETUP_BYTES];
    const struct drive_effect *sent = sender_sent(0);
    assert_int_equal(sent->fx.id.channel, stream.channel);
    assert_int_equal(sent->fx.size, size);
    memcpy(bytes, sent->bytes, size);
    twamp_stream_decrypt(&in, bytes, size);
    assert_true(twamp_stream_check(&in, bytes, size));
    return bytes;
}

static void greet(void)
{
    uint8_t bytes[TWAMP_GREETING_BYTES];
    twamp_greeting_encode(&greeting, bytes);
    say(bytes, sizeof bytes);
}

static void start_server(uint8_t accept)
{
    struct twamp_setup setup;
    struct twamp_server_start start = {.accept = accept, .server_iv = "server iv"};
    uint8_t bytes[TWAMP_SERVER_START_BYTES];
    twamp_setup_decode(heard(TWAMP_SETUP_BYTES), &setup);
    assert_int_equal(setup.mode, protection.mode);
    twamp_server_start_encode(&start, bytes);
    if (setup.mode != TWAMP_OPEN && accept == 0) {
        const struct twamp_token_terms terms = {
            {SECRET, sizeof SECRET - 1}, greeting.challenge, greeting.salt, greeting.count};
        assert_string_equal(setup.key_id, "alice");
        assert_true(twamp_token_open(&terms, setup.token, &keys));
        twamp_stream_start(&in, &keys, setup.client_iv);
        twamp_stream_start(&out, &keys, start.server_iv);
        twamp_stream_seal_block(&out, bytes + 32);
    }
    say(bytes, sizeof bytes);
}

static void accept_session(uint8_t accept, uint16_t port)
{
    struct twamp_request request;
    const struct twamp_accepted accepted = {accept, port, "session id"};
    uint8_t bytes[TWAMP_ACCEPT_BYTES];
    twamp_request_session_decode(heard(TWAMP_REQUEST_BYTES), &request);
    assert_int_equal(request.ip_version, 4);
    assert_true(addr_is_any(&request.sender) && addr_is_any(&request.receiver));
    assert_int_equal(request.sender.port, 40000);
    assert_int_equal(request.receiver.port, 862);
    assert_int_equal(twamp_timeout_ns(request.timeout), 5 * NS_PER_SECOND);
    twamp_keys_of_session(&keys, accepted.sid, &protection.keys);
    twamp_accepted_encode(&accepted, bytes);
    twamp_stream_seal(&out, bytes, sizeof bytes);
    say(bytes, sizeof bytes);
}

static void acknowledge(uint8_t accept)
{
    uint8_t bytes[TWAMP_SHORT_BYTES];
    assert_int_equal(heard(sizeof bytes)[0], TWAMP_START_SESSIONS);
    twamp_start_ack_encode(accept, bytes);
    twamp_stream_seal(&out, bytes, sizeof bytes);
    say(bytes, sizeof bytes);
}

static void negotiate(void)
{
    connected();
    greet();
    start_server(TWAMP_ACCEPTED);
    accept_session(TWAMP_ACCEPTED, SESSION_PORT);
    acknowledge(TWAMP_ACCEPTED);
}

/* Packet `index` since drive_forget comes back. */
static void reply(size_t index, uint32_t number)
{
    struct stamp_request asked;
    uint8_t bytes[TWAMP_REPLY_KEYED_BYTES];
    const struct drive_effect *sent = sender_sent(index);
    assert_int_equal(twamp_request_decode(sent->bytes, sent->fx.size, &protection, &asked),
                     STAMP_ACCEPT);
    const struct stamp_reply answer = {.seq = number,
                                       .t2 = asked.t1,
                                       .t3 = asked.t1,
                                       .estimate = 1,
                                       .sender_seq = asked.seq,
                                       .t1 = asked.t1,
                                       .sender_estimate = asked.estimate};
    twamp_reply_encode(&answer, &protection, bytes);
    sender_deliver(SESSION, bytes, twamp_reply_bytes_min(&protection));
}

static const struct round *finish(void)
{
    drive_until(&sender.drive, build_at(58 * NS_PER_SECOND));
    return sender_finish();
}

static void expect_end(enum outcome outcome, uint32_t status)
{
    assert_int_equal(drive_count(&sender.drive, FX_CLOSE), 2);
    const struct round *round = sender_finish();
    assert_int_equal(round->outcome, outcome);
    assert_int_equal(round->control_status, status);
    assert_int_equal(round->sent, 0);
    sender_tear_down();
}

/* From the connection to Stop-Sessions, which leaves when the last reply has come. */
static void test_every_mode(void **state)
{
    (void)state;
    static const enum twamp_mode modes[] = {TWAMP_OPEN, TWAMP_AUTHENTICATED, TWAMP_ENCRYPTED,
                                            TWAMP_MIXED};
    for (size_t i = 0; i < 4; i++) {
        set_up(modes[i]);
        negotiate();
        for (uint32_t seq = 0; seq < 3; seq++) {
            assert_int_equal(sender_sent(0)->fx.peer.port, SESSION_PORT);
            reply(0, seq);
            drive_forget(&sender.drive);
            drive_until(&sender.drive, build_at(MS(20) * (seq + 1)));
        }
        assert_int_equal(drive_count(&sender.drive, FX_SEND), 0); /* duplicates may still come */
        drive_until(&sender.drive, build_at(MS(500)));
        assert_int_equal(heard(TWAMP_SHORT_BYTES)[0], TWAMP_STOP_SESSIONS);
        assert_int_equal(drive_count(&sender.drive, FX_CLOSE), 2);
        const struct round *round = sender_finish();
        assert_int_equal(round->outcome, OUTCOME_OK);
        assert_int_equal(round->received, 3);
        sender_tear_down();
    }
}

/* Nothing leaves before Start-Ack. */
static void test_no_packet_before_the_start(void **state)
{
    (void)state;
    set_up(TWAMP_OPEN);
    connected();
    greet();
    start_server(TWAMP_ACCEPTED);
    accept_session(TWAMP_ACCEPTED, SESSION_PORT);
    heard(TWAMP_SHORT_BYTES);
    drive_forget(&sender.drive);
    drive_until(&sender.drive, build_at(MS(4000)));
    assert_int_equal(drive_count(&sender.drive, FX_SEND), 0);
    drive_until(&sender.drive, build_at(MS(5000)));
    expect_end(OUTCOME_NO_CONNECTION, 0);
}

static void test_greetings(void **state)
{
    (void)state;
    static const struct {
        enum twamp_mode mode;
        uint32_t modes, count;
    } rows[] = {
        {TWAMP_OPEN, 0, 1024},        {TWAMP_OPEN, 14, 1024},
        {TWAMP_ENCRYPTED, 1, 1024},   {TWAMP_ENCRYPTED, 15, UINT32_C(1) << 31},
        {TWAMP_ENCRYPTED, 15, 65536}, {TWAMP_ENCRYPTED, 15, 1000},
        {TWAMP_AUTHENTICATED, 15, 0}, {TWAMP_MIXED, 7, 1024},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        set_up(rows[i].mode);
        greeting.modes = rows[i].modes;
        greeting.count = rows[i].count;
        connected();
        greet();
        assert_int_equal(drive_count(&sender.drive, FX_SEND), 0);
        expect_end(OUTCOME_REFUSED, 0);
    }
    set_up(TWAMP_OPEN); /* it has nothing to compute */
    greeting.count = 1000;
    negotiate();
    assert_int_equal(drive_count(&sender.drive, FX_SEND), 1);
    finish();
    sender_tear_down();
}

static void test_refusals(void **state)
{
    (void)state;
    set_up(TWAMP_OPEN);
    connected();
    greet();
    start_server(TWAMP_TEMPORARY_LIMIT);
    expect_end(OUTCOME_REFUSED, TWAMP_TEMPORARY_LIMIT);

    set_up(TWAMP_ENCRYPTED);
    connected();
    greet();
    start_server(TWAMP_FAILURE);
    expect_end(OUTCOME_AUTH, TWAMP_FAILURE);

    for (int port = 0; port < 2; port++) {
        set_up(TWAMP_MIXED);
        connected();
        greet();
        start_server(TWAMP_ACCEPTED);
        accept_session(port == 0 ? TWAMP_ACCEPTED : TWAMP_NOT_SUPPORTED, (uint16_t)port);
        expect_end(OUTCOME_REFUSED, port == 0 ? 0 : TWAMP_NOT_SUPPORTED);
    }

    set_up(TWAMP_OPEN);
    connected();
    greet();
    start_server(TWAMP_ACCEPTED);
    accept_session(TWAMP_ACCEPTED, SESSION_PORT);
    acknowledge(TWAMP_FAILURE);
    expect_end(OUTCOME_REFUSED, TWAMP_FAILURE);
}

/* Not authentic, or a close without a word behind what needed a key. */
static void test_wrong_keys(void **state)
{
    (void)state;
    set_up(TWAMP_ENCRYPTED);
    connected();
    greet();
    start_server(TWAMP_ACCEPTED);
    out.keys.hmac[0] ^= 1;
    accept_session(TWAMP_ACCEPTED, SESSION_PORT);
    expect_end(OUTCOME_AUTH, 0);

    set_up(TWAMP_AUTHENTICATED);
    connected();
    greet();
    drive_input(&sender.drive, (struct ev){.kind = EV_ENDED, .id = stream});
    expect_end(OUTCOME_AUTH, 0);
}

static void test_connections_that_end(void **state)
{
    (void)state;
    static const struct {
        int error;
        enum outcome outcome;
    } rows[] = {{ECONNREFUSED, OUTCOME_REFUSED},
                {ETIMEDOUT, OUTCOME_NO_CONNECTION},
                {EHOSTUNREACH, OUTCOME_UNREACHABLE},
                {EMFILE, OUTCOME_LOCAL}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        set_up(TWAMP_OPEN);
        drive_until(&sender.drive, build_at(MS(1)));
        /* The channel is gone: this host does not know that. */
        sender.drive.open_count--;
        sender.drive.closed++;
        drive_input(&sender.drive,
                    (struct ev){.kind = EV_ERROR, .id = stream, .error = rows[i].error});
        assert_int_equal(sender_finish()->outcome, rows[i].outcome);
        sender_tear_down();
    }
    set_up(TWAMP_OPEN);
    connected();
    drive_input(&sender.drive, (struct ev){.kind = EV_ENDED, .id = stream});
    expect_end(OUTCOME_REFUSED, 0);
}

/* A server that says more than it is asked is not one. */
static void test_server_that_talks_too_much(void **state)
{
    (void)state;
    uint8_t bytes[TWAMP_GREETING_BYTES + TWAMP_SERVER_START_BYTES] = {0};
    set_up(TWAMP_OPEN);
    connected();
    twamp_greeting_encode(&greeting, bytes);
    say(bytes, sizeof bytes);
    expect_end(OUTCOME_REFUSED, 0);
}

static void test_octet_by_octet(void **state)
{
    (void)state;
    uint8_t bytes[TWAMP_GREETING_BYTES];
    set_up(TWAMP_OPEN);
    connected();
    twamp_greeting_encode(&greeting, bytes);
    for (size_t i = 0; i < sizeof bytes; i++) {
        say(bytes + i, 1);
        assert_int_equal(drive_count(&sender.drive, FX_SEND), i + 1 == sizeof bytes);
    }
    start_server(TWAMP_ACCEPTED);
    accept_session(TWAMP_ACCEPTED, SESSION_PORT);
    acknowledge(TWAMP_ACCEPTED);
    finish();
    sender_tear_down();
}

/* The server goes in the middle of a train: what is lost is lost, and no Stop is sent. */
static void test_connection_that_ends_later(void **state)
{
    (void)state;
    set_up(TWAMP_OPEN);
    negotiate();
    reply(0, 0);
    drive_input(&sender.drive, (struct ev){.kind = EV_ENDED, .id = stream});
    drive_forget(&sender.drive);
    const struct round *round = finish();
    assert_int_equal(drive_count(&sender.drive, FX_SEND), 2);
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->received, 1);
    assert_int_equal(round->sent, 3);
    sender_tear_down();
}

/* Nobody answers: the server's socket may be read at any time. */
static void test_silence(void **state)
{
    (void)state;
    set_up(TWAMP_OPEN);
    drive_until(&sender.drive, build_at(MS(5000)));
    assert_int_equal(sender_finish()->outcome, OUTCOME_NO_CONNECTION);
    sender_tear_down();
}

/* No two operations have the same keys. */
static void test_keys_are_new(void **state)
{
    (void)state;
    struct twamp_keys first;
    set_up(TWAMP_MIXED);
    negotiate();
    first = keys;
    finish();
    in = out = (struct twamp_stream){0};
    drive_forget(&sender.drive);
    sender_start(build_at(60 * NS_PER_SECOND));
    connected();
    greet();
    start_server(TWAMP_ACCEPTED);
    assert_memory_not_equal(first.aes, keys.aes, sizeof keys.aes);
    assert_memory_not_equal(first.hmac, keys.hmac, sizeof keys.hmac);
    probe_abandon(&sender.probe);
    drive_poll(&sender.drive);
    sender_tear_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_mode),
        cmocka_unit_test(test_no_packet_before_the_start),
        cmocka_unit_test(test_greetings),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_wrong_keys),
        cmocka_unit_test(test_connections_that_end),
        cmocka_unit_test(test_server_that_talks_too_much),
        cmocka_unit_test(test_octet_by_octet),
        cmocka_unit_test(test_connection_that_ends_later),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_keys_are_new),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
