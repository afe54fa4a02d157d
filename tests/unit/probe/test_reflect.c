/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The responder, driven by hand: each test plays the senders. */
#include "probe/reflect.h"

#include <errno.h>
#include <string.h>

#include "base/rng.h"
#include "support/build.h"
#include "support/cm.h"
#include "support/drive.h"
#include "support/vectors.h"

#define MS(value) ((value)*NS_PER_MS)
#define SECONDS(value) ((value)*NS_PER_SECOND)
#define LOCAL_IP "198.51.100.20"
#define PEER "192.0.2.10:40000"
#define PEER_2 "192.0.2.10:40001"
#define OTHER "192.0.2.11:40000"

static struct vectors vectors;
static struct drive drive;
static struct reflect *reflect;
static struct reflect_settings settings;
static size_t datagrams;

static void default_settings(void)
{
    reflect_settings_default(&settings);
}

static void set_up(void)
{
    reflect = reflect_new(&settings);
    datagrams = 0;
    drive_init(&drive, reflect_machine(reflect), build_at(0));
    drive_poll(&drive);
    drive_forget(&drive);
}

static uint64_t drops(void)
{
    uint64_t total = 0;
    for (unsigned i = 0; i < REFLECT_DROP_COUNT; i++) {
        total += reflect_stats(reflect)->dropped[i];
    }
    return total;
}

/* Everything was answered or counted once; what was opened closes. */
static void tear_down(void)
{
    assert_int_equal(drive.sent + drops() - reflect_stats(reflect)->dropped[DROP_SEND_FAILED],
                     datagrams);
    reflect_stop(reflect);
    drive_poll(&drive);
    assert_int_equal(drive.open_count, 0);
    assert_true(reflect_machine(reflect).ops->deadline(reflect_machine(reflect).self).ns ==
                INT64_MAX);
    reflect_free(reflect);
}

/* A datagram to the open local `port`, from `peer`. */
static void deliver(uint16_t port, const char *peer, const void *bytes, size_t size)
{
    const struct drive_channel *channel = drive_channel(&drive, port);
    assert_non_null(channel);
    struct ev ev = build_data(channel->id, peer, LOCAL_IP, bytes, size);
    ev.local.port = port;
    ev.tos = 0xb8;
    datagrams++;
    drive_input(&drive, ev);
}

static void deliver_vector(uint16_t port, const char *peer, const char *name)
{
    const struct vector *v = vectors_find(&vectors, name);
    deliver(port, peer, v->bytes, v->size);
}

static void ask(const char *peer, uint16_t port, uint16_t duration_ms)
{
    struct ipsla_request request = {0x42, IPSLA_COMMAND_JITTER, {198, 51, 100, 20},
                                    port, duration_ms,          false};
    uint8_t bytes[IPSLA_REQUEST_BYTES];
    ipsla_request_encode(&request, bytes);
    deliver(1967, peer, bytes, sizeof bytes);
}

static void send_jitter(uint16_t port, const char *peer, uint16_t seq)
{
    const struct ipsla_jitter_ms probe = {.send_ms = 43200000, .sender_seq = seq};
    uint8_t bytes[32];
    ipsla_jitter_ms_encode(&probe, bytes, sizeof bytes);
    deliver(port, peer, bytes, sizeof bytes);
}

/* The last effect was a reply to `peer`. */
static const struct drive_effect *last_reply(const char *peer)
{
    assert_true(drive.effect_count > 0);
    const struct drive_effect *effect = &drive.effects[drive.effect_count - 1];
    struct addr addr = build_addr(peer);
    assert_int_equal(effect->fx.kind, FX_SEND);
    assert_true(addr_is_equal(&effect->fx.peer, &addr));
    return effect;
}

static struct ipsla_jitter_ms last_jitter(const char *peer)
{
    const struct drive_effect *effect = last_reply(peer);
    struct ipsla_jitter_ms probe = {0};
    assert_int_equal(ipsla_jitter_ms_decode_reply(effect->bytes, effect->fx.size, &probe),
                     IPSLA_ACCEPT);
    return probe;
}

static void assert_reply_bytes(const char *peer, const void *bytes, size_t size)
{
    const struct drive_effect *effect = last_reply(peer);
    assert_int_equal(effect->fx.size, size);
    assert_memory_equal(effect->bytes, bytes, size);
}

static uint64_t dropped(unsigned reason)
{
    return reflect_stats(reflect)->dropped[reason];
}

static uint64_t results(enum reflect_result result)
{
    return reflect_stats(reflect)->requests[result];
}

static void test_listens(void **state)
{
    (void)state;
    default_settings();
    assert_int_equal(settings.listen[0].port, 1967);
    assert_int_equal(settings.max_sessions, 1000);
    settings.listen[1] = build_addr("127.0.0.1:2967");
    settings.listen_count = 2;
    settings.permanent[0] = build_addr("0.0.0.0:16000");
    settings.permanent_count = 1;
    reflect = reflect_new(&settings);
    datagrams = 0;
    assert_false(reflect_is_listening(reflect));
    drive_init(&drive, reflect_machine(reflect), build_at(0));
    drive_poll(&drive);
    int error = 0;
    assert_true(reflect_is_listening(reflect));
    assert_null(reflect_listen_error(reflect, &error));
    assert_int_equal(drive_count(&drive, FX_OPEN), 3);
    assert_non_null(drive_channel(&drive, 1967));
    assert_non_null(drive_channel(&drive, 2967));
    assert_non_null(drive_channel(&drive, 16000));
    tear_down();
}

static void test_cannot_listen(void **state)
{
    (void)state;
    default_settings();
    settings.permanent[0] = build_addr("0.0.0.0:16000");
    settings.permanent_count = 1;
    for (unsigned opens = 0; opens < 2; opens++) {
        reflect = reflect_new(&settings);
        struct fx fx;
        struct machine machine = reflect_machine(reflect);
        for (unsigned i = 0; i < 2; i++) {
            assert_true(machine.ops->poll(machine.self, build_at(0), &fx));
            assert_int_equal(fx.kind, FX_OPEN);
            struct ev ev = {.kind = i == opens ? EV_ERROR : EV_OPENED, .id = fx.id};
            ev.error = EADDRINUSE;
            machine.ops->input(machine.self, &ev, build_at(0));
        }
        assert_false(machine.ops->poll(machine.self, build_at(0), &fx));
        int error = 0;
        const struct addr *which = reflect_listen_error(reflect, &error);
        assert_non_null(which);
        assert_int_equal(which->port, opens == 0 ? 1967 : 16000);
        assert_int_equal(error, EADDRINUSE);
        assert_false(reflect_is_listening(reflect));
        reflect_free(reflect);
    }
}

static void test_opens_before_it_answers(void **state)
{
    (void)state;
    default_settings();
    set_up();
    deliver_vector(1967, PEER, "C1");
    assert_int_equal(drive.effect_count, 2);
    assert_int_equal(drive.effects[0].fx.kind, FX_OPEN);
    assert_int_equal(drive.effects[0].fx.local.port, 50000);
    const struct vector *c3 = vectors_find(&vectors, "C3");
    assert_reply_bytes(PEER, c3->bytes, c3->size);
    assert_int_equal(results(RESULT_ACCEPTED), 1);
    assert_int_equal(reflect_stats(reflect)->sessions, 1);
    struct addr local = build_addr(LOCAL_IP);
    assert_true(addr_is_same_ip(&last_reply(PEER)->fx.local, &local));
    tear_down();
}

static void test_short_reply(void **state)
{
    (void)state;
    default_settings();
    settings.reply = REPLY_SHORT;
    set_up();
    deliver_vector(1967, PEER, "C1");
    const struct vector *c2 = vectors_find(&vectors, "C2");
    assert_reply_bytes(PEER, c2->bytes, c2->size);
    tear_down();
}

static void test_echo(void **state)
{
    (void)state;
    default_settings();
    set_up();
    deliver_vector(1967, PEER, "C1");
    const struct vector *p1 = vectors_find(&vectors, "P1");
    deliver(50000, PEER_2, p1->bytes, p1->size); /* echo probes come from another port */
    assert_reply_bytes(PEER_2, p1->bytes, p1->size);
    const uint8_t odd[] = {0, 1, 0, 0, 0x55};
    deliver(50000, PEER_2, odd, sizeof odd);
    assert_reply_bytes(PEER_2, odd, sizeof odd);
    deliver(50000, PEER_2, odd, 4);
    assert_reply_bytes(PEER_2, odd, 4);
    assert_int_equal(reflect_stats(reflect)->echo_probes, 3);
    assert_int_equal(last_reply(PEER_2)->fx.tos, 0xb8);
    deliver(50000, PEER_2, odd, 3);
    assert_int_equal(dropped(IPSLA_TOO_SHORT), 1);
    tear_down();
}

static void test_largest_probe(void **state)
{
    (void)state;
    static uint8_t large[IO_DATAGRAM_MAX];
    default_settings();
    set_up();
    deliver_vector(1967, PEER, "C1");
    ipsla_echo_encode(large, sizeof large);
    deliver(50000, PEER, large, sizeof large);
    assert_int_equal(last_reply(PEER)->fx.size, sizeof large);
    tear_down();
}

static void test_jitter(void **state)
{
    (void)state;
    default_settings();
    set_up();
    drive_until(&drive, build_at(MS(7) + 900000));
    ask(PEER, 16384, 5000);
    for (uint16_t k = 1; k <= 3; k++) {
        send_jitter(16384, PEER, (uint16_t)(k * 2)); /* every other one is lost on the way here */
        struct ipsla_jitter_ms probe = last_jitter(PEER);
        assert_int_equal(probe.responder_seq, k);
        assert_int_equal(probe.sender_seq, k * 2);
        assert_int_equal(probe.send_ms, 43200000);
        assert_int_equal(probe.receive_ms, 43200007);
        assert_int_equal(probe.delta_ms, 0);
        assert_memory_equal(last_reply(PEER)->bytes + 16, "\xab\xcd\xab\xcd", 4);
    }
    assert_int_equal(reflect_stats(reflect)->jitter_probes, 3);
    assert_int_equal(reflect_stats(reflect)->processing.count, 3);
    assert_int_equal(reflect_stats(reflect)->stamps[STAMP_KERNEL], 3);
    tear_down();
}

/* Held from .9 ms to .1 ms of the next: one tick of the clock, though only 0.2 ms passed. */
static void test_delta_is_a_difference_of_truncated_clocks(void **state)
{
    (void)state;
    static const struct {
        int64_t received_us, held_us;
        uint16_t delta;
    } rows[] = {{900, 200, 1},    {100, 200, 0},    {100, 1800, 1},
                {900, 13000, 13}, {900, 13100, 14}, {0, 70000000, UINT16_MAX}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        default_settings();
        set_up();
        ask(PEER, 16384, 5000);
        const struct vector *p2 = vectors_find(&vectors, "P2");
        struct ev ev = build_data(drive_channel(&drive, 16384)->id, PEER, LOCAL_IP, p2->bytes, 32);
        ev.received = (struct stamp){build_at(rows[i].received_us * NS_PER_US), STAMP_USER};
        struct instant later = build_at((rows[i].received_us + rows[i].held_us) * NS_PER_US);
        struct machine machine = reflect_machine(reflect);
        struct fx fx;
        datagrams++;
        machine.ops->input(machine.self, &ev, later);
        assert_true(machine.ops->poll(machine.self, later, &fx));
        struct ipsla_jitter_ms probe = {0};
        assert_int_equal(ipsla_jitter_ms_decode_reply(fx.bytes, fx.size, &probe), IPSLA_ACCEPT);
        assert_int_equal(probe.delta_ms, rows[i].delta);
        assert_int_equal(probe.receive_ms, 43200000);
        drive.sent++;
        drive.now = later;
        drive_poll(&drive);
        tear_down();
    }
}

static void test_control_restarts_the_count(void **state)
{
    (void)state;
    default_settings();
    set_up();
    ask(PEER, 16384, 5000);
    send_jitter(16384, PEER, 1);
    send_jitter(16384, PEER, 2);
    assert_int_equal(last_jitter(PEER).responder_seq, 2);
    ask(PEER, 16384, 5000);
    assert_int_equal(drive_count(&drive, FX_OPEN), 1);
    assert_int_equal(reflect_stats(reflect)->sessions, 1);
    send_jitter(16384, PEER, 1);
    assert_int_equal(last_jitter(PEER).responder_seq, 1);
    tear_down();
}

static void test_two_flows_of_one_ip(void **state)
{
    (void)state;
    default_settings();
    set_up();
    ask(PEER, 16384, 5000);
    ask(PEER_2, 16384, 5000);
    assert_int_equal(drive_count(&drive, FX_OPEN), 1);
    assert_int_equal(reflect_stats(reflect)->sessions, 2);
    send_jitter(16384, PEER, 1);
    send_jitter(16384, PEER, 2);
    send_jitter(16384, PEER_2, 1);
    assert_int_equal(last_jitter(PEER_2).responder_seq, 1);
    send_jitter(16384, PEER, 3);
    assert_int_equal(last_jitter(PEER).responder_seq, 3);
    ask(PEER_2, 16384, 5000); /* does not touch the other */
    send_jitter(16384, PEER, 4);
    assert_int_equal(last_jitter(PEER).responder_seq, 4);
    tear_down();
}

static void test_probe_of_a_stranger(void **state)
{
    (void)state;
    default_settings();
    set_up();
    ask(PEER, 16384, 5000);
    send_jitter(16384, OTHER, 1);
    assert_int_equal(dropped(DROP_NO_SESSION), 1);
    send_jitter(16384, PEER, 1);
    assert_int_equal(last_jitter(PEER).responder_seq, 1);
    tear_down();
}

/* The lease ends with the duration; the machine's own deadline says when. */
static void test_lease_expires(void **state)
{
    (void)state;
    default_settings();
    set_up();
    ask(PEER, 16384, 5000);
    drive_forget(&drive);
    drive_until(&drive, build_at(SECONDS(5) - 1));
    assert_int_equal(drive_count(&drive, FX_CLOSE), 0);
    drive_until(&drive, build_at(SECONDS(6)));
    assert_int_equal(drive_count(&drive, FX_CLOSE), 1);
    assert_true(drive_find(&drive, FX_CLOSE, 0)->at.mono.ns == BUILD_MONO_NS + SECONDS(5));
    assert_null(drive_channel(&drive, 16384));
    assert_int_equal(reflect_stats(reflect)->sessions, 0);
    ask(PEER, 16384, 5000); /* and the port can be had again */
    assert_non_null(drive_channel(&drive, 16384));
    tear_down();
}

/* Probes may keep a port open a little, never for ever. */
static void test_lease_is_bounded(void **state)
{
    (void)state;
    default_settings();
    set_up();
    ask(PEER, 16384, 5000);
    unsigned seconds = 0;
    while (drive_channel(&drive, 16384) != NULL) {
        send_jitter(16384, PEER, (uint16_t)(++seconds * 2));
        assert_true(seconds < 60);
        drive_until(&drive, build_at(SECONDS(seconds) / 2));
    }
    assert_true(seconds >= 10);
    tear_down();
}

static void test_port_stays_for_the_longest_lease(void **state)
{
    (void)state;
    default_settings();
    set_up();
    ask(PEER, 16384, 5000);
    ask(OTHER, 16384, 9000);
    drive_until(&drive, build_at(SECONDS(9) - 1));
    assert_non_null(drive_channel(&drive, 16384));
    assert_int_equal(reflect_stats(reflect)->sessions, 1);
    send_jitter(16384, PEER, 1);
    assert_int_equal(dropped(DROP_NO_SESSION), 1);
    drive_until(&drive, build_at(SECONDS(9)));
    assert_null(drive_channel(&drive, 16384));
    tear_down();
}

static void test_duration_zero_is_raised(void **state)
{
    (void)state;
    default_settings();
    settings.min_duration_ns = SECONDS(3);
    set_up();
    deliver_vector(1967, PEER, "M14");
    drive_until(&drive, build_at(SECONDS(3) - 1));
    assert_non_null(drive_channel(&drive, 50000));
    drive_until(&drive, build_at(SECONDS(3)));
    assert_null(drive_channel(&drive, 50000));
    tear_down();
}

/* Two ways to write the code of a refusal, and silence. */
static void assert_refused(enum reflect_result result, uint8_t id, uint8_t code, uint64_t times)
{
    assert_int_equal(results(result), times);
    if (settings.refusal == REFUSAL_SILENT) {
        assert_int_equal(drive_count(&drive, FX_SEND), 0);
        assert_int_equal(dropped(DROP_REFUSED), datagrams);
        return;
    }
    uint8_t bytes[8] = {1, id, 0, 8, 0, 0, 0, 0};
    bytes[settings.refusal == REFUSAL_STATUS16 ? 5 : 7] = code;
    assert_reply_bytes(PEER, bytes, sizeof bytes);
    assert_int_equal(dropped(DROP_REFUSED), 0);
}

static void test_refusals(void **state)
{
    (void)state;
    static const enum reflect_refusal refusals[] = {REFUSAL_STATUS16, REFUSAL_STATUS32,
                                                    REFUSAL_SILENT};
    for (size_t i = 0; i < 3; i++) {
        default_settings();
        settings.refusal = refusals[i];
        set_up();
        deliver_vector(1967, PEER, "M18");
        assert_refused(RESULT_AUTH, 0x21, 2, 1);
        drive.open_error = EADDRINUSE;
        deliver_vector(1967, PEER, "C1");
        assert_refused(RESULT_PORT_IN_USE, 0x21, 4, 1);
        drive.open_error = EACCES;
        deliver_vector(1967, PEER, "C4");
        assert_refused(RESULT_FAILED, 0xff, 1, 1);
        drive.open_error = EMFILE;
        deliver_vector(1967, PEER, "C4");
        assert_refused(RESULT_FAILED, 0xff, 1, 2);
        assert_int_equal(reflect_stats(reflect)->sessions, 0);
        drive.open_error = 0;
        deliver_vector(1967, PEER, "C1"); /* nothing is left of the failures */
        assert_int_equal(results(RESULT_ACCEPTED), 1);
        tear_down();
    }
}

static void test_own_control_port_is_refused(void **state)
{
    (void)state;
    default_settings();
    settings.listen[0].port = 2967;
    set_up();
    deliver_vector(2967, PEER, "M13");
    struct ipsla_request request = {9, IPSLA_COMMAND_ECHO, {198, 51, 100, 20}, 2967, 5000, false};
    uint8_t bytes[IPSLA_REQUEST_BYTES];
    ipsla_request_encode(&request, bytes);
    deliver(2967, PEER, bytes, sizeof bytes);
    assert_int_equal(drive_count(&drive, FX_OPEN), 0);
    assert_int_equal(results(RESULT_PORT_IN_USE) + results(RESULT_FAILED), 2);
    tear_down();
}

/* Everything malformed that concerns version 1 gets no answer, and one count under its reason. */
static void test_malformed_requests(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum ipsla_reject reason;
    } rows[] = {
        {"M1", IPSLA_TOO_SHORT},
        {"M2", IPSLA_TOO_SHORT},
        {"M3", IPSLA_NO_COMMAND},
        {"M4", IPSLA_BAD_LENGTH},
        {"M5", IPSLA_BAD_LENGTH},
        {"M6", IPSLA_BAD_SECTION},
        {"M7", IPSLA_BAD_SECTION},
        {"M8", IPSLA_BAD_SECTION},
        {"M9", IPSLA_BAD_SECTION},
        {"M10", IPSLA_DUPLICATE_SECTION},
        {"M11", IPSLA_UNSUPPORTED_COMMAND},
        {"M12", IPSLA_BAD_PORT},
        {"M16", IPSLA_BAD_VERSION},
        {"M17", IPSLA_BAD_VERSION},
        {"C5", IPSLA_UNSUPPORTED_COMMAND},
        {"C6", IPSLA_UNSUPPORTED_COMMAND},
        {"R1", IPSLA_BAD_VERSION},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        default_settings();
        set_up();
        deliver_vector(1967, PEER, rows[i].name);
        assert_int_equal(drive.effect_count, 0);
        assert_int_equal(dropped(rows[i].reason), 1);
        assert_int_equal(drops(), 1);
        tear_down();
    }
}

static void test_malformed_probes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum ipsla_reject reason;
    } rows[] = {
        {"M1", IPSLA_TOO_SHORT}, {"M19", IPSLA_TOO_SHORT},      {"M20", IPSLA_WRONG_DIRECTION},
        {"M21", IPSLA_BAD_TYPE}, {"M22", IPSLA_BAD_TYPE},       {"P5", IPSLA_BAD_TYPE},
        {"C1", IPSLA_BAD_TYPE},  {"P3", IPSLA_WRONG_DIRECTION},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        default_settings();
        set_up();
        ask(PEER, 16384, 5000);
        drive_forget(&drive);
        deliver_vector(16384, PEER, rows[i].name);
        assert_int_equal(drive.effect_count, 0);
        assert_int_equal(dropped(rows[i].reason), 1);
        assert_int_equal(drops(), 1);
        send_jitter(16384, PEER, 1); /* rubbish does not count */
        assert_int_equal(last_jitter(PEER).responder_seq, 1);
        tear_down();
    }
}

static void test_address_of_the_request_does_not_matter(void **state)
{
    (void)state;
    default_settings();
    set_up();
    deliver_vector(1967, PEER, "M15");
    assert_int_equal(results(RESULT_ACCEPTED), 1);
    tear_down();
}

static void test_allow(void **state)
{
    (void)state;
    default_settings();
    assert_true(addr_parse_prefix("192.0.2.10/32", &settings.allow[0]));
    assert_true(addr_parse_prefix("203.0.113.0/24", &settings.allow[1]));
    settings.allow_count = 2;
    settings.permanent[0] = build_addr("0.0.0.0:16000");
    settings.permanent_count = 1;
    set_up();
    ask(OTHER, 16384, 5000);
    deliver(1967, OTHER, "junk", 4);
    send_jitter(16000, OTHER, 1);
    assert_int_equal(dropped(DROP_NOT_ALLOWED), 3);
    assert_int_equal(drive.effect_count, 0);
    ask(PEER, 16384, 5000);
    ask("203.0.113.200:5", 16384, 5000);
    assert_int_equal(results(RESULT_ACCEPTED), 2);
    tear_down();
}

static void test_loops(void **state)
{
    (void)state;
    static const char *const peers[] = {"192.0.2.10:1967", "192.0.2.10:1167", "192.0.2.10:0"};
    default_settings();
    settings.permanent[0] = build_addr("0.0.0.0:16000");
    settings.permanent_count = 1;
    set_up();
    for (size_t i = 0; i < 3; i++) {
        ask(peers[i], 16384, 5000);
        send_jitter(16000, peers[i], 1);
        assert_int_equal(dropped(DROP_LOOP), 2 * (i + 1));
    }
    assert_int_equal(drive.effect_count, 0);
    tear_down();
}

static void test_limit(void **state)
{
    (void)state;
    default_settings();
    settings.max_sessions = 2;
    set_up();
    assert_int_equal(reflect_stats(reflect)->max_sessions, 2);
    ask(PEER, 16384, 5000);
    ask(OTHER, 16384, 5000);
    drive_forget(&drive);
    ask(PEER_2, 16384, 5000); /* on the open port */
    assert_reply_bytes(PEER_2, "\x01\x42\x00\x08\x00\x01\x00\x00", 8);
    ask(PEER_2, 16385, 5000); /* on another one */
    assert_int_equal(results(RESULT_LIMIT), 2);
    assert_int_equal(drive_count(&drive, FX_OPEN), 0);
    ask(PEER, 16384, 5000); /* a known one goes on */
    assert_int_equal(results(RESULT_ACCEPTED), 3);
    drive_until(&drive, build_at(SECONDS(5)));
    assert_int_equal(reflect_stats(reflect)->sessions, 0);
    ask(PEER_2, 16385, 5000); /* room again */
    assert_int_equal(results(RESULT_ACCEPTED), 4);
    tear_down();
}

/* Every new port until the limit, again and again: nothing leaks. */
static void test_flood_of_ports(void **state)
{
    (void)state;
    default_settings();
    settings.max_sessions = 100;
    set_up();
    for (unsigned round = 0; round < 5; round++) {
        for (unsigned i = 0; i < 300; i++) {
            ask(PEER, (uint16_t)(20000 + i), 5000);
        }
        assert_int_equal(reflect_stats(reflect)->sessions, 100);
        assert_int_equal(drive.open_count, 101);
        drive_until(&drive, build_at(SECONDS(10) * (round + 1)));
        assert_int_equal(reflect_stats(reflect)->sessions, 0);
        assert_int_equal(drive.open_count, 1);
    }
    assert_int_equal(results(RESULT_ACCEPTED), 500);
    assert_int_equal(results(RESULT_LIMIT), 1000);
    tear_down();
}

static void test_permanent_port(void **state)
{
    (void)state;
    default_settings();
    settings.permanent[0] = build_addr("0.0.0.0:16000");
    settings.permanent_count = 1;
    set_up();
    send_jitter(16000, PEER, 1);
    send_jitter(16000, PEER, 2);
    send_jitter(16000, PEER_2, 1);
    assert_int_equal(last_jitter(PEER_2).responder_seq, 1);
    send_jitter(16000, PEER, 4);
    assert_int_equal(last_jitter(PEER).responder_seq, 3);
    send_jitter(16000, PEER, 1); /* a new train: no control request can say so */
    assert_int_equal(last_jitter(PEER).responder_seq, 1);
    deliver_vector(16000, OTHER, "P1");
    assert_int_equal(reflect_stats(reflect)->echo_probes, 1);
    drive_until(&drive, build_at(SECONDS(3600)));
    assert_non_null(drive_channel(&drive, 16000));
    assert_int_equal(reflect_stats(reflect)->sessions, 0);
    tear_down();
}

static void test_control_for_a_permanent_port(void **state)
{
    (void)state;
    default_settings();
    settings.permanent[0] = build_addr("0.0.0.0:16000");
    settings.permanent_count = 1;
    set_up();
    send_jitter(16000, PEER, 1);
    ask(PEER, 16000, 5000);
    assert_int_equal(results(RESULT_ACCEPTED), 1);
    assert_int_equal(drive_count(&drive, FX_OPEN), 0);
    send_jitter(16000, PEER, 2);
    assert_int_equal(last_jitter(PEER).responder_seq, 1);
    drive_until(&drive, build_at(SECONDS(120)));
    assert_non_null(drive_channel(&drive, 16000));
    send_jitter(16000, PEER, 7);
    assert_int_equal(last_jitter(PEER).responder_seq, 1);
    tear_down();
}

static void test_permanent_limit(void **state)
{
    (void)state;
    default_settings();
    settings.permanent[0] = build_addr("0.0.0.0:16000");
    settings.permanent_count = 1;
    settings.max_sessions = 1;
    set_up();
    send_jitter(16000, PEER, 1);
    send_jitter(16000, OTHER, 1);
    assert_int_equal(dropped(DROP_LIMIT), 1);
    send_jitter(16000, PEER, 2);
    assert_int_equal(last_jitter(PEER).responder_seq, 2);
    tear_down();
}

static void test_send_failure(void **state)
{
    (void)state;
    default_settings();
    set_up();
    ask(PEER, 16384, 5000);
    drive.send_error = ENOBUFS;
    send_jitter(16384, PEER, 1);
    deliver_vector(1967, PEER, "M18");
    drive.send_error = 0;
    assert_int_equal(dropped(DROP_SEND_FAILED), 2);
    assert_int_equal(reflect_stats(reflect)->jitter_probes, 0);
    send_jitter(16384, PEER, 2);
    assert_int_equal(reflect_stats(reflect)->jitter_probes, 1);
    assert_int_equal(last_jitter(PEER).responder_seq, 2);
    tear_down();
}

static void test_icmp_errors_are_nothing(void **state)
{
    (void)state;
    default_settings();
    set_up();
    ask(PEER, 16384, 5000);
    drive_input(&drive, (struct ev){.kind = EV_ERROR,
                                    .id = drive_channel(&drive, 16384)->id,
                                    .peer = build_addr(PEER),
                                    .error = ECONNREFUSED,
                                    .is_icmp = true});
    send_jitter(16384, PEER, 1);
    assert_int_equal(reflect_stats(reflect)->jitter_probes, 1);
    tear_down();
}

/* Random bytes, half of them a vector with a few bytes changed. */
static size_t random_datagram(struct rng *rng, uint8_t bytes[VECTOR_BYTES_MAX])
{
    const struct vector *v = &vectors.items[rng_below(rng, vectors.count)];
    size_t size = v->size;
    memcpy(bytes, v->bytes, size);
    for (uint64_t changes = rng_below(rng, 4); changes > 0 && size > 0; changes--) {
        bytes[rng_below(rng, size)] = (uint8_t)rng_u64(rng);
    }
    return rng_below(rng, 8) == 0 ? (size_t)rng_below(rng, size + 1) : size;
}

/* Whatever comes: answered or dropped once, never a longer answer than question. */
static void test_every_datagram_counts_once(void **state)
{
    (void)state;
    static const char *const peers[] = {PEER, PEER_2, OTHER, "192.0.2.9:1967", "192.0.2.9:9"};
    struct rng rng = {99};
    default_settings();
    settings.max_sessions = 20;
    settings.permanent[0] = build_addr("0.0.0.0:16000");
    settings.permanent_count = 1;
    set_up();
    for (unsigned i = 0; i < 20000; i++) {
        uint8_t bytes[VECTOR_BYTES_MAX];
        size_t size = random_datagram(&rng, bytes);
        const struct drive_channel *to = &drive.open[rng_below(&rng, drive.open_count)];
        const char *peer = peers[rng_below(&rng, 5)];
        size_t sent = drive.sent;
        drive.open_error = rng_below(&rng, 10) == 0 ? EADDRINUSE : 0;
        drive_forget(&drive);
        deliver(to->local.port, peer, bytes, size);
        assert_true(drive.sent - sent <= 1);
        assert_int_equal(drive.sent + drops(), datagrams);
        if (drive.sent > sent) {
            assert_true(last_reply(peer)->fx.size <= size);
        }
        drive_until(&drive, mono_is_before(drive.now.mono, build_at(0).mono)
                                ? build_at(0)
                                : build_at(MS(50) * (i + 1)));
    }
    assert_true(reflect_stats(reflect)->sessions <= 20);
    tear_down();
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(reflect_drop_name(IPSLA_BAD_PORT), "bad_port");
    assert_string_equal(reflect_drop_name(DROP_NOT_ALLOWED), "not_allowed");
    assert_string_equal(reflect_drop_name(DROP_SEND_FAILED), "send_failed");
    assert_string_equal(reflect_result_name(RESULT_ACCEPTED), "accepted");
    assert_string_equal(reflect_result_name(RESULT_PORT_IN_USE), "port_in_use");
    for (unsigned i = 1; i < REFLECT_DROP_COUNT; i++) {
        for (unsigned j = 1; j < i; j++) {
            assert_string_not_equal(reflect_drop_name(i), reflect_drop_name(j));
        }
    }
}

static int load(void **state)
{
    (void)state;
    vectors_load(&vectors);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_listens),
        cmocka_unit_test(test_cannot_listen),
        cmocka_unit_test(test_opens_before_it_answers),
        cmocka_unit_test(test_short_reply),
        cmocka_unit_test(test_echo),
        cmocka_unit_test(test_largest_probe),
        cmocka_unit_test(test_jitter),
        cmocka_unit_test(test_delta_is_a_difference_of_truncated_clocks),
        cmocka_unit_test(test_control_restarts_the_count),
        cmocka_unit_test(test_two_flows_of_one_ip),
        cmocka_unit_test(test_probe_of_a_stranger),
        cmocka_unit_test(test_lease_expires),
        cmocka_unit_test(test_lease_is_bounded),
        cmocka_unit_test(test_port_stays_for_the_longest_lease),
        cmocka_unit_test(test_duration_zero_is_raised),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_own_control_port_is_refused),
        cmocka_unit_test(test_malformed_requests),
        cmocka_unit_test(test_malformed_probes),
        cmocka_unit_test(test_address_of_the_request_does_not_matter),
        cmocka_unit_test(test_allow),
        cmocka_unit_test(test_loops),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_flood_of_ports),
        cmocka_unit_test(test_permanent_port),
        cmocka_unit_test(test_control_for_a_permanent_port),
        cmocka_unit_test(test_permanent_limit),
        cmocka_unit_test(test_send_failure),
        cmocka_unit_test(test_icmp_errors_are_nothing),
        cmocka_unit_test(test_every_datagram_counts_once),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, load, NULL);
}
