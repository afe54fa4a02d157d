/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The TWAMP server: who gets a session, what is answered, and everything that clients on the
 * internet send. */
#include "wire/twamp_control.h"

#include <stdio.h>
#include <string.h>

#include "reflect/twamp_limits.h"
#include "support/build.h"
#include "support/cm.h"
#include "support/twamp.h"

#define SECONDS(value) ((value)*NS_PER_SECOND)
#define MS(value) ((value)*NS_PER_MS)

static struct vectors vectors;
static struct twamp_caller client;

static int load(void **state)
{
    vectors_load_from(&vectors, "twamp.txt");
    return responder_load(state);
}

static void set_up(void)
{
    twamp_prepare(false);
    responder_set_up();
    assert_true(twamp_connect(&client, RESPONDER_PEER));
}

static void set_up_keyed(void)
{
    twamp_prepare(true);
    responder_set_up();
    assert_true(twamp_connect(&client, RESPONDER_PEER));
}

static uint64_t results(enum reflect_result result)
{
    return reflect_stats(responder.reflect)->requests_twamp[result];
}

static void set_up_open_mode(void)
{
    set_up();
    assert_int_equal(twamp_set_up(&client, TWAMP_OPEN, "", ""), TWAMP_ACCEPTED);
}

static struct twamp_protection start_session(void)
{
    struct twamp_request request = twamp_usual_request();
    struct twamp_accepted accepted = twamp_ask(&client, &request);
    assert_int_equal(accepted.accept, TWAMP_ACCEPTED);
    assert_int_equal(accepted.port, TWAMP_PORT);
    assert_int_equal(twamp_start(&client), TWAMP_ACCEPTED);
    return twamp_protection_of(&client, &accepted);
}

static void pass(int64_t ns)
{
    struct instant then = responder.drive.now;
    then.mono = mono_add(then.mono, ns);
    then.wall = wall_add(then.wall, ns);
    drive_forget(&responder.drive);
    drive_until(&responder.drive, then);
}

static void test_greeting(void **state)
{
    (void)state;
    struct twamp_caller other;
    set_up();
    assert_int_equal(client.greeting.modes, TWAMP_OPEN);
    assert_true(twamp_connect(&other, RESPONDER_OTHER));
    assert_memory_not_equal(client.greeting.challenge, other.greeting.challenge, 16);
    assert_memory_not_equal(client.greeting.salt, other.greeting.salt, 16);
    assert_memory_not_equal(client.greeting.salt, client.greeting.challenge, 16);
    responder_tear_down();
    set_up_keyed();
    assert_int_equal(client.greeting.modes, TWAMP_AUTHENTICATED | TWAMP_ENCRYPTED | TWAMP_MIXED);
    responder_tear_down();
}

static void assert_reply(const struct drive_effect *sent, const struct twamp_protection *protection,
                         uint32_t seq, uint32_t sender_seq)
{
    struct stamp_reply reply;
    assert_non_null(sent);
    assert_int_equal(twamp_reply_decode(sent->bytes, sent->fx.size, protection, &reply),
                     STAMP_ACCEPT);
    assert_int_equal(reply.seq, seq);
    assert_int_equal(reply.sender_seq, sender_seq);
    assert_int_equal(reply.sender_estimate, 1);
    assert_int_equal(reply.ttl, 64);
    assert_int_equal(reply.ssid, 0);
}

static void test_every_mode(void **state)
{
    (void)state;
    static const enum twamp_mode modes[] = {TWAMP_OPEN, TWAMP_AUTHENTICATED, TWAMP_ENCRYPTED,
                                            TWAMP_MIXED};
    for (size_t i = 0; i < 4; i++) {
        if (modes[i] == TWAMP_OPEN) {
            set_up();
        } else {
            set_up_keyed();
        }
        assert_int_equal(twamp_set_up(&client, modes[i], "alice", TWAMP_SECRET), TWAMP_ACCEPTED);
        struct twamp_protection protection = start_session();
        assert_int_equal(reflect_stats(responder.reflect)->sessions, 1);
        assert_reply(twamp_probe(&protection, RESPONDER_PEER, 7, 120), &protection, 0, 7);
        assert_reply(twamp_probe(&protection, RESPONDER_PEER, 9, 120), &protection, 1, 9);
        twamp_stop(&client, 1);
        assert_int_equal(drive_count(&responder.drive, FX_SEND), 0);
        assert_reply(twamp_probe(&protection, RESPONDER_PEER, 10, 120), &protection, 2, 10);
        pass(SECONDS(2));
        assert_int_equal(reflect_stats(responder.reflect)->sessions, 0);
        assert_null(twamp_probe(&protection, RESPONDER_PEER, 11, 120));
        assert_int_equal(responder_dropped(DROP_NO_SESSION), 1);
        assert_int_equal(reflect_stats(responder.reflect)->twamp_packets, 3);
        assert_int_equal(results(RESULT_ACCEPTED), 1);
        assert_true(twamp_is_open(&client));
        responder_tear_down();
    }
}

/* No amplification: by the request's size, whatever was negotiated. Sender's padding comes back. */
static void test_size_of_replies(void **state)
{
    (void)state;
    static const struct {
        size_t request, reply;
    } rows[] = {{14, 41}, {41, 41}, {42, 42}, {100, 100}};
    struct twamp_request request = twamp_usual_request();
    set_up_open_mode();
    request.padding_bytes = 1400;
    struct twamp_accepted accepted = twamp_ask(&client, &request);
    twamp_start(&client);
    struct twamp_protection protection = twamp_protection_of(&client, &accepted);
    for (size_t i = 0; i < 4; i++) {
        const struct drive_effect *sent =
            twamp_probe(&protection, RESPONDER_PEER, 0, rows[i].request);
        assert_int_equal(sent->fx.size, rows[i].reply);
        for (size_t at = 41; at < sent->fx.size; at++) {
            assert_int_equal(sent->bytes[at], at - 41);
        }
    }
    responder_tear_down();
}

static void test_dscp(void **state)
{
    (void)state;
    struct twamp_request request = twamp_usual_request();
    set_up_open_mode();
    request.type_p = 0x2e000000;
    struct twamp_accepted accepted = twamp_ask(&client, &request);
    twamp_start(&client);
    struct twamp_protection protection = twamp_protection_of(&client, &accepted);
    assert_int_equal(twamp_probe(&protection, RESPONDER_PEER, 0, 41)->fx.tos, 46 << 2);
    responder_tear_down();
}

static void expect_no_reply(const struct twamp_protection *protection, const char *from,
                            unsigned reason)
{
    uint64_t before = responder_dropped(reason);
    assert_null(twamp_probe(protection, from, 0, 60));
    assert_int_equal(responder_dropped(reason), before + 1);
}

/* Test packets only from the address and port of the session, between start and stop. */
static void test_strangers(void **state)
{
    (void)state;
    struct twamp_request request = twamp_usual_request();
    set_up_open_mode();
    struct twamp_accepted accepted = twamp_ask(&client, &request);
    struct twamp_protection protection = twamp_protection_of(&client, &accepted);
    expect_no_reply(&protection, RESPONDER_PEER, DROP_OTHER_PORT); /* not started */
    twamp_start(&client);
    expect_no_reply(&protection, RESPONDER_PEER_2, DROP_OTHER_PORT);
    expect_no_reply(&protection, RESPONDER_OTHER, DROP_NO_SESSION);
    responder_tear_down();
}

/* What waited in the socket from before the start is no packet of the session. */
static void test_sent_before_start(void **state)
{
    (void)state;
    set_up_open_mode();
    struct twamp_protection protection = start_session();
    struct instant before = responder.drive.now;
    before.mono = mono_add(before.mono, -1);
    uint8_t bytes[41];
    const struct stamp_request request = {.t1 = 1};
    twamp_request_encode(&request, &protection, bytes, sizeof bytes);
    const struct drive_channel *channel = NULL;
    for (size_t i = 0; i < responder.drive.open_count; i++) {
        const struct drive_channel *at = &responder.drive.open[i];
        channel = at->transport == TRANSPORT_UDP && at->local.port == TWAMP_PORT ? at : channel;
    }
    struct ev ev = build_data(channel->id, RESPONDER_PEER, RESPONDER_IP, bytes, sizeof bytes);
    ev.received = (struct stamp){.at = before, .source = STAMP_KERNEL};
    struct machine machine = reflect_machine(responder.reflect);
    machine.ops->input(machine.self, &ev, responder.drive.now);
    responder.datagrams++;
    drive_poll(&responder.drive);
    assert_int_equal(responder_drops(), 1);
    responder_tear_down();
}

static void test_third_parties(void **state)
{
    (void)state;
    set_up_open_mode();
    struct twamp_request rows[5];
    for (size_t i = 0; i < 5; i++) {
        rows[i] = twamp_usual_request();
    }
    rows[0].sender = build_addr("203.0.113.7:40000");
    rows[1].receiver = build_addr("203.0.113.7:862");
    rows[2].ip_version = 6;
    rows[2].sender = build_addr("[2001:db8::7]:40000");
    rows[3].sender.port = TWAMP_PORT; /* a reflector's */
    rows[4].sender.port = 53; /* below min_source_port */
    for (size_t i = 0; i < 5; i++) {
        struct twamp_accepted accepted = twamp_ask(&client, &rows[i]);
        assert_int_equal(accepted.accept, TWAMP_NOT_SUPPORTED);
        assert_int_equal(accepted.port, 0);
    }
    assert_int_equal(results(RESULT_PORT_NOT_ALLOWED), 5);
    twamp_send(&client, vectors_find(&vectors, "C11")->bytes, TWAMP_REQUEST_BYTES);
    assert_int_equal(twamp_read(&client, TWAMP_ACCEPT_BYTES)[0], TWAMP_NOT_SUPPORTED);
    twamp_send(&client, vectors_find(&vectors, "C27")->bytes, TWAMP_REQUEST_BYTES);
    assert_int_equal(twamp_read(&client, TWAMP_ACCEPT_BYTES)[0], TWAMP_NOT_SUPPORTED);
    assert_int_equal(reflect_stats(responder.reflect)->sessions, 0);
    /* Zeros are the addresses of the connection, whatever the IP version says. */
    struct twamp_request zeros = twamp_usual_request();
    zeros.ip_version = 6;
    assert_int_equal(twamp_ask(&client, &zeros).accept, TWAMP_ACCEPTED);
    /* Both addresses written out are as good as zeros. */
    twamp_send(&client, vectors_find(&vectors, "C9")->bytes, TWAMP_REQUEST_BYTES);
    assert_int_equal(twamp_read(&client, TWAMP_ACCEPT_BYTES)[0], TWAMP_ACCEPTED);
    responder_tear_down();
}

/* A wrong secret and an unknown name are refused alike, and open nothing. */
static void test_wrong_keys(void **state)
{
    (void)state;
    static const struct {
        const char *name, *secret;
    } rows[] = {{"alice", "correct-horsf"}, {"bob", TWAMP_SECRET}, {"", ""}, {"bob", ""}};
    for (size_t i = 0; i < 4; i++) {
        set_up_keyed();
        assert_int_equal(twamp_set_up(&client, TWAMP_ENCRYPTED, rows[i].name, rows[i].secret),
                         TWAMP_FAILURE);
        assert_false(twamp_is_open(&client));
        assert_int_equal(results(RESULT_AUTH), 1);
        responder_tear_down();
    }
}

/* A Set-Up-Response that was recorded is of another challenge. */
static void test_replayed_setup(void **state)
{
    (void)state;
    uint8_t recorded[TWAMP_SETUP_BYTES];
    set_up_keyed();
    twamp_write_setup(&client, TWAMP_AUTHENTICATED, "alice", TWAMP_SECRET, recorded);
    twamp_send(&client, recorded, sizeof recorded);
    assert_int_equal(drive_find(&responder.drive, FX_SEND, 0)->bytes[15], TWAMP_ACCEPTED);
    assert_true(twamp_connect(&client, RESPONDER_OTHER));
    twamp_send(&client, recorded, sizeof recorded);
    assert_int_equal(drive_find(&responder.drive, FX_SEND, 0)->bytes[15], TWAMP_FAILURE);
    assert_false(twamp_is_open(&client));
    responder_tear_down();
}

/* A command that was changed, or recorded and sent again, closes the connection without a word. */
static void test_wrong_hmac(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct twamp_request request = twamp_usual_request();
        uint8_t bytes[TWAMP_REQUEST_BYTES];
        set_up_keyed();
        assert_int_equal(twamp_set_up(&client, TWAMP_ENCRYPTED, "alice", TWAMP_SECRET), 0);
        twamp_request_session_encode(&request, bytes);
        twamp_stream_seal(&client.out, bytes, sizeof bytes);
        bytes[60] ^= i == 0;
        twamp_send(&client, bytes, sizeof bytes);
        if (i == 1) {
            assert_non_null(twamp_read(&client, TWAMP_ACCEPT_BYTES));
            twamp_send(&client, bytes, sizeof bytes);
        }
        assert_int_equal(drive_count(&responder.drive, FX_SEND), 0);
        assert_false(twamp_is_open(&client));
        pass(1);
        assert_int_equal(reflect_stats(responder.reflect)->sessions, 0);
        responder_tear_down();
    }
}

static void test_unprotected_packets(void **state)
{
    (void)state;
    set_up_keyed();
    assert_int_equal(twamp_set_up(&client, TWAMP_AUTHENTICATED, "alice", TWAMP_SECRET), 0);
    struct twamp_protection protection = start_session();
    struct twamp_protection open_mode = {.mode = TWAMP_OPEN};
    expect_no_reply(&open_mode, RESPONDER_PEER, DROP_BAD_HMAC);
    protection.keys.hmac[0] ^= 1;
    expect_no_reply(&protection, RESPONDER_PEER, DROP_BAD_HMAC);
    responder_tear_down();
}

static void test_unknown_modes(void **state)
{
    (void)state;
    static const uint32_t modes[] = {0, 2, 3, 4, 8, 16, 1 | 32, 1 | 64, 0x80000001, 0xffffffff};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        struct twamp_setup setup = {.mode = modes[i]};
        uint8_t bytes[TWAMP_SETUP_BYTES];
        set_up();
        twamp_setup_encode(&setup, bytes);
        twamp_send(&client, bytes, sizeof bytes);
        assert_int_equal(drive_find(&responder.drive, FX_SEND, 0)->bytes[15], TWAMP_NOT_SUPPORTED);
        assert_false(twamp_is_open(&client));
        responder_tear_down();
    }
    set_up_keyed(); /* with keys nobody goes without */
    assert_int_equal(twamp_set_up(&client, TWAMP_OPEN, "", ""), TWAMP_NOT_SUPPORTED);
    responder_tear_down();
}

static void test_unknown_commands(void **state)
{
    (void)state;
    static const char *const names[] = {"C21", "C22", "C23", "C24", "C25", "C26", "C18"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct vector *v = vectors_find(&vectors, names[i]);
        set_up_open_mode();
        twamp_send(&client, v->bytes, v->size);
        assert_int_equal(drive_count(&responder.drive, FX_SEND), 0);
        assert_false(twamp_is_open(&client));
        assert_int_equal(results(RESULT_FORMAT), 1);
        responder_tear_down();
    }
}

/* TCP keeps no messages apart: they come octet by octet, or all at once. */
static void test_octets_and_heaps(void **state)
{
    (void)state;
    const struct vector *setup = vectors_find(&vectors, "C6");
    const struct vector *request = vectors_find(&vectors, "C10");
    const struct vector *start = vectors_find(&vectors, "C17");
    uint8_t all[512];
    size_t size = 0;
    memcpy(all, setup->bytes, setup->size);
    size += setup->size;
    memcpy(all + size, request->bytes, request->size);
    size += request->size;
    memcpy(all + size, start->bytes, start->size);
    size += start->size;
    set_up();
    twamp_send(&client, all, size);
    static const size_t sizes[] = {TWAMP_SERVER_START_BYTES, TWAMP_ACCEPT_BYTES, TWAMP_SHORT_BYTES};
    assert_int_equal(drive_count(&responder.drive, FX_SEND), 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(drive_find(&responder.drive, FX_SEND, i)->fx.size, sizes[i]);
    }
    responder_tear_down();

    size_t answers = 0;
    set_up();
    for (size_t i = 0; i < size; i++) {
        twamp_send(&client, all + i, 1);
        answers += drive_count(&responder.drive, FX_SEND);
    }
    assert_int_equal(answers, 3);
    responder_tear_down();
}

/* Slow ones are not waited for. */
static void test_slow_connections(void **state)
{
    (void)state;
    set_up();
    pass(SECONDS(10) - 1);
    assert_true(twamp_is_open(&client));
    pass(1);
    assert_false(twamp_is_open(&client)); /* nothing came */
    responder_tear_down();

    set_up_open_mode();
    twamp_send(&client, vectors_find(&vectors, "C10")->bytes, 111);
    pass(SECONDS(10) - 1);
    assert_true(twamp_is_open(&client));
    pass(1);
    assert_false(twamp_is_open(&client)); /* part of a command */
    responder_tear_down();

    set_up_open_mode();
    pass(TWAMP_SERVWAIT_NS - 1);
    assert_true(twamp_is_open(&client));
    pass(1);
    assert_false(twamp_is_open(&client)); /* SERVWAIT */
    responder_tear_down();
}

/* While its sessions run nothing is expected on a connection; they end with silence. */
static void test_refwait(void **state)
{
    (void)state;
    set_up_open_mode();
    struct twamp_protection protection = start_session();
    for (int i = 0; i < 3; i++) {
        pass(TWAMP_REFWAIT_NS - 1);
        assert_non_null(twamp_probe(&protection, RESPONDER_PEER, 0, 41));
        assert_true(twamp_is_open(&client));
    }
    pass(TWAMP_REFWAIT_NS);
    assert_int_equal(reflect_stats(responder.reflect)->sessions, 0);
    assert_null(twamp_probe(&protection, RESPONDER_PEER, 0, 41));
    pass(TWAMP_REFWAIT_NS);
    assert_false(twamp_is_open(&client));
    responder_tear_down();
}

/* A wrong number of sessions stops all of them, and the connection goes on. */
static void test_stop_with_a_wrong_number(void **state)
{
    (void)state;
    set_up_open_mode();
    for (int i = 0; i < 2; i++) {
        struct twamp_protection protection = start_session();
        assert_non_null(twamp_probe(&protection, RESPONDER_PEER, 0, 41));
        if (i == 0) {
            twamp_send(&client, vectors_find(&vectors, "C20")->bytes, TWAMP_SHORT_BYTES);
        } else {
            twamp_stop(&client, 65536);
        }
        pass(SECONDS(2));
        assert_null(twamp_probe(&protection, RESPONDER_PEER, 0, 41));
        assert_true(twamp_is_open(&client));
    }
    responder_tear_down();
}

/* From 2^-32 s to a century. */
static void test_timeouts(void **state)
{
    (void)state;
    static const struct {
        uint64_t timeout;
        int64_t lasts_ns;
    } rows[] = {{0, MS(100)},
                {1, MS(100)},
                {UINT64_C(3) << 32, SECONDS(3)},
                {UINT64_C(301) << 32, SECONDS(300)},
                {UINT64_MAX, SECONDS(300)}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct twamp_request request = twamp_usual_request();
        set_up_open_mode();
        request.timeout = rows[i].timeout;
        struct twamp_accepted accepted = twamp_ask(&client, &request);
        struct twamp_protection protection = twamp_protection_of(&client, &accepted);
        twamp_start(&client);
        twamp_stop(&client, 1);
        pass(rows[i].lasts_ns - 1);
        assert_non_null(twamp_probe(&protection, RESPONDER_PEER, 0, 41));
        pass(1); /* the packet did not prolong it */
        assert_null(twamp_probe(&protection, RESPONDER_PEER, 0, 41));
        responder_tear_down();
    }
}

/* Clients close without a Stop, or break off: sessions go on for their timeout. */
static void test_connection_that_ends(void **state)
{
    (void)state;
    set_up_open_mode();
    struct twamp_protection protection = start_session();
    drive_input(&responder.drive, (struct ev){.kind = EV_ENDED, .id = client.id});
    assert_false(twamp_is_open(&client));
    assert_non_null(twamp_probe(&protection, RESPONDER_PEER, 0, 41));
    pass(SECONDS(2));
    assert_null(twamp_probe(&protection, RESPONDER_PEER, 0, 41));
    responder_tear_down();
}

/* The same client once more, from the same port: its earlier session makes way. */
static void test_same_port_again(void **state)
{
    (void)state;
    struct twamp_caller again;
    set_up_open_mode();
    struct twamp_protection protection = start_session();
    assert_non_null(twamp_probe(&protection, RESPONDER_PEER, 0, 41));
    assert_true(twamp_connect(&again, RESPONDER_PEER_2));
    client = again;
    assert_int_equal(twamp_set_up(&client, TWAMP_OPEN, "", ""), TWAMP_ACCEPTED);
    protection = start_session();
    assert_int_equal(reflect_stats(responder.reflect)->sessions, 1);
    assert_reply(twamp_probe(&protection, RESPONDER_PEER, 5, 41), &protection, 0, 5);
    responder_tear_down();
}

static void test_many_sessions(void **state)
{
    (void)state;
    struct twamp_request request = twamp_usual_request();
    set_up_open_mode();
    for (uint16_t i = 0; i < TWAMP_SESSIONS_MAX; i++) {
        request.sender.port = (uint16_t)(41000 + i);
        assert_int_equal(twamp_ask(&client, &request).accept, TWAMP_ACCEPTED);
    }
    request.sender.port = 50000;
    assert_int_equal(twamp_ask(&client, &request).accept, TWAMP_TEMPORARY_LIMIT);
    assert_int_equal(twamp_start(&client), TWAMP_ACCEPTED);
    assert_int_equal(twamp_ask(&client, &request).accept, TWAMP_NOT_SUPPORTED); /* they run */
    responder_tear_down();
}

static void test_few_sessions(void **state)
{
    (void)state;
    struct twamp_request request = twamp_usual_request();
    twamp_prepare(false);
    responder.settings.max_sessions_per_source = 2;
    responder_set_up();
    assert_true(twamp_connect(&client, RESPONDER_PEER));
    assert_int_equal(twamp_set_up(&client, TWAMP_OPEN, "", ""), TWAMP_ACCEPTED);
    for (uint16_t i = 0; i < 3; i++) {
        request.sender.port = (uint16_t)(41000 + i);
        assert_int_equal(twamp_ask(&client, &request).accept,
                         i < 2 ? TWAMP_ACCEPTED : TWAMP_TEMPORARY_LIMIT);
    }
    assert_int_equal(results(RESULT_SOURCE_LIMIT), 1);
    responder_tear_down();
}

static void test_nothing_to_start(void **state)
{
    (void)state;
    set_up_open_mode();
    assert_int_equal(twamp_start(&client), TWAMP_FAILURE);
    twamp_stop(&client, 0);
    assert_true(twamp_is_open(&client));
    responder_tear_down();
}

/* A source has so many connections; when all are taken, one that idles makes way. */
static void test_many_connections(void **state)
{
    (void)state;
    struct twamp_caller others[TWAMP_CONNECTIONS_MAX + 1];
    char peer[TWAMP_CONNECTIONS_MAX + 1][32];
    twamp_prepare(false);
    responder_set_up();
    for (unsigned i = 0; i <= TWAMP_CONNECTIONS_MAX; i++) {
        snprintf(peer[i], sizeof peer[i], "192.0.2.%u:%u", i / TWAMP_CONNECTIONS_PER_SOURCE,
                 40000 + i);
    }
    for (unsigned i = 0; i < TWAMP_CONNECTIONS_MAX; i++) {
        assert_true(twamp_connect(&others[i], peer[i]));
        if (i == TWAMP_CONNECTIONS_PER_SOURCE - 1) {
            assert_false(twamp_connect(&client, "192.0.2.0:50000"));
            assert_int_equal(responder_dropped(DROP_SOURCE_LIMIT), 1);
        }
    }
    assert_false(twamp_connect(&others[TWAMP_CONNECTIONS_MAX], peer[TWAMP_CONNECTIONS_MAX]));
    assert_int_equal(responder_dropped(DROP_LIMIT), 1);
    pass(TWAMP_IDLE_NS + 1);
    assert_true(twamp_connect(&others[TWAMP_CONNECTIONS_MAX], peer[TWAMP_CONNECTIONS_MAX]));
    responder_tear_down();
}

/* Who tries secrets is slowed down before they are computed. */
static void test_many_tokens(void **state)
{
    (void)state;
    uint8_t accept = TWAMP_FAILURE;
    twamp_prepare(true);
    responder_set_up();
    for (int i = 0; i < TWAMP_TOKENS_BURST; i++) {
        assert_int_equal(accept, TWAMP_FAILURE);
        assert_true(twamp_connect(&client, RESPONDER_PEER));
        accept = twamp_set_up(&client, TWAMP_MIXED, "alice", "guess");
    }
    assert_true(twamp_connect(&client, RESPONDER_PEER));
    assert_int_equal(twamp_set_up(&client, TWAMP_MIXED, "alice", TWAMP_SECRET),
                     TWAMP_TEMPORARY_LIMIT);
    responder_tear_down();
}

static void test_not_allowed(void **state)
{
    (void)state;
    twamp_prepare(false);
    responder_allow("192.0.2.11/32");
    responder_set_up();
    assert_false(twamp_connect(&client, RESPONDER_PEER));
    assert_int_equal(responder_dropped(DROP_NOT_ALLOWED), 1);
    assert_true(twamp_connect(&client, RESPONDER_OTHER));
    responder_tear_down();
}

/* One port for both: packets of sessions are TWAMP's, others STAMP's. */
static void test_beside_stamp(void **state)
{
    (void)state;
    twamp_prepare(false);
    responder.settings.stamp.ports[0] = build_addr("0.0.0.0:862");
    responder.settings.stamp.port_count = 1;
    responder_set_up();
    assert_true(reflect_is_listening(responder.reflect));
    assert_true(twamp_connect(&client, RESPONDER_PEER));
    assert_int_equal(twamp_set_up(&client, TWAMP_OPEN, "", ""), TWAMP_ACCEPTED);
    struct twamp_protection protection = start_session();
    assert_int_equal(twamp_probe(&protection, RESPONDER_PEER, 0, 14)->fx.size, 41);
    assert_int_equal(twamp_probe(&protection, RESPONDER_OTHER, 0, 14)->fx.size, 44);
    assert_int_equal(reflect_stats(responder.reflect)->twamp_packets, 1);
    assert_int_equal(reflect_stats(responder.reflect)->stamp_packets, 1);
    responder_tear_down();
}

/* Ports that are not wanted any more close; connections that live end by themselves. */
static void test_change(void **state)
{
    (void)state;
    set_up_open_mode();
    start_session();
    struct reflect_settings without = responder.settings;
    without.twamp.port_count = 0;
    assert_false(reflect_settings_are_equal(&without, &responder.settings));
    reflect_change(responder.reflect, &without);
    drive_poll(&responder.drive);
    assert_null(drive_channel(&responder.drive, 0));
    assert_int_equal(reflect_stats(responder.reflect)->sessions, 0);
    struct twamp_request request = twamp_usual_request();
    twamp_stop(&client, 1);
    assert_int_equal(twamp_ask(&client, &request).accept, TWAMP_FAILURE);
    reflect_change(responder.reflect, &responder.settings);
    drive_poll(&responder.drive);
    start_session();
    responder_tear_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_greeting),
        cmocka_unit_test(test_every_mode),
        cmocka_unit_test(test_size_of_replies),
        cmocka_unit_test(test_dscp),
        cmocka_unit_test(test_strangers),
        cmocka_unit_test(test_sent_before_start),
        cmocka_unit_test(test_third_parties),
        cmocka_unit_test(test_wrong_keys),
        cmocka_unit_test(test_replayed_setup),
        cmocka_unit_test(test_wrong_hmac),
        cmocka_unit_test(test_unprotected_packets),
        cmocka_unit_test(test_unknown_modes),
        cmocka_unit_test(test_unknown_commands),
        cmocka_unit_test(test_octets_and_heaps),
        cmocka_unit_test(test_slow_connections),
        cmocka_unit_test(test_refwait),
        cmocka_unit_test(test_stop_with_a_wrong_number),
        cmocka_unit_test(test_timeouts),
        cmocka_unit_test(test_connection_that_ends),
        cmocka_unit_test(test_same_port_again),
        cmocka_unit_test(test_many_sessions),
        cmocka_unit_test(test_few_sessions),
        cmocka_unit_test(test_nothing_to_start),
        cmocka_unit_test(test_many_connections),
        cmocka_unit_test(test_many_tokens),
        cmocka_unit_test(test_not_allowed),
        cmocka_unit_test(test_beside_stamp),
        cmocka_unit_test(test_change),
    };
    return cmocka_run_group_tests(tests, load, NULL);
}
