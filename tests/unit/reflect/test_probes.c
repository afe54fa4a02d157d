/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Probes: what comes back, to whom, and what is counted. */
#include "reflect/reflect.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "support/build.h"
#include "support/cm.h"
#include "support/drive.h"
#include "support/responder.h"
#include "support/vectors.h"

#define MS(value) ((value)*NS_PER_MS)
#define SECONDS(value) ((value)*NS_PER_SECOND)

static void test_echo(void **state)
{
    (void)state;
    responder_prepare();
    responder_set_up();
    responder_deliver_vector(1967, RESPONDER_PEER, "C1");
    const struct vector *p1 = vectors_find(&responder.vectors, "P1");
    responder_deliver(50000, RESPONDER_PEER_2, p1->bytes,
                      p1->size); /* echo probes come from another port */
    responder_assert_reply(RESPONDER_PEER_2, p1->bytes, p1->size);
    const uint8_t odd[] = {0, 1, 0, 0, 0x55};
    responder_deliver(50000, RESPONDER_PEER_2, odd, sizeof odd);
    responder_assert_reply(RESPONDER_PEER_2, odd, sizeof odd);
    responder_deliver(50000, RESPONDER_PEER_2, odd, 4);
    responder_assert_reply(RESPONDER_PEER_2, odd, 4);
    assert_int_equal(reflect_stats(responder.reflect)->echo_probes, 3);
    assert_int_equal(responder_last(RESPONDER_PEER_2)->fx.tos, 0xb8);
    responder_deliver(50000, RESPONDER_PEER_2, odd, 3);
    assert_int_equal(responder_dropped(IPSLA_TOO_SHORT), 1);
    responder_tear_down();
}

/* TTL of what it opens, and the TOS byte of answers, to requests and probes alike. */
static void test_answers_have_tos_and_ttl(void **state)
{
    (void)state;
    for (unsigned reflects = 0; reflects < 2; reflects++) {
        const uint8_t echo[] = {0, 1, 0, 0, 0x55};
        responder_prepare();
        responder.settings.reflect_tos = reflects == 1;
        responder_set_up();
        assert_int_equal(responder.drive.effects[0].fx.kind, FX_OPEN);
        assert_int_equal(responder.drive.effects[0].fx.options.ttl, 255);
        responder_deliver_vector(1967, RESPONDER_PEER, "C1");
        assert_int_equal(responder_last(RESPONDER_PEER)->fx.tos, reflects == 1 ? 0xb8 : 0);
        responder_deliver(50000, RESPONDER_PEER, echo, sizeof echo);
        assert_int_equal(responder_last(RESPONDER_PEER)->fx.tos, reflects == 1 ? 0xb8 : 0);
        responder_tear_down();
    }
}

static void test_largest_probe(void **state)
{
    (void)state;
    static uint8_t large[IO_DATAGRAM_MAX];
    responder_prepare();
    responder_set_up();
    responder_deliver_vector(1967, RESPONDER_PEER, "C1");
    ipsla_echo_encode(large, sizeof large);
    responder_deliver(50000, RESPONDER_PEER, large, sizeof large);
    assert_int_equal(responder_last(RESPONDER_PEER)->fx.size, sizeof large);
    responder_tear_down();
}

static void test_jitter(void **state)
{
    (void)state;
    responder_prepare();
    responder_set_up();
    drive_until(&responder.drive, build_at(MS(7) + 900000));
    responder_ask(RESPONDER_PEER, 16384, 5000);
    for (uint16_t k = 1; k <= 3; k++) {
        responder_send_jitter(16384, RESPONDER_PEER,
                              (uint16_t)(k * 2)); /* every other one is lost on the way here */
        struct ipsla_jitter_ms probe = responder_last_jitter(RESPONDER_PEER);
        assert_int_equal(probe.responder_seq, k);
        assert_int_equal(probe.sender_seq, k * 2);
        assert_int_equal(probe.send_ms, 43200000);
        assert_int_equal(probe.receive_ms, 43200007);
        assert_int_equal(probe.delta_ms, 0);
        assert_memory_equal(responder_last(RESPONDER_PEER)->bytes + 16, "\xab\xcd\xab\xcd", 4);
    }
    assert_int_equal(reflect_stats(responder.reflect)->jitter_probes, 3);
    assert_int_equal(reflect_stats(responder.reflect)->processing.count, 3);
    assert_int_equal(reflect_stats(responder.reflect)->stamps[STAMP_KERNEL], 3);
    responder_tear_down();
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
        responder_prepare();
        responder_set_up();
        responder_ask(RESPONDER_PEER, 16384, 5000);
        const struct vector *p2 = vectors_find(&responder.vectors, "P2");
        struct ev ev = build_data(drive_channel(&responder.drive, 16384)->id, RESPONDER_PEER,
                                  RESPONDER_IP, p2->bytes, 32);
        ev.received = (struct stamp){build_at(rows[i].received_us * NS_PER_US), STAMP_USER, 0};
        struct instant later = build_at((rows[i].received_us + rows[i].held_us) * NS_PER_US);
        struct machine machine = reflect_machine(responder.reflect);
        struct fx fx;
        responder.datagrams++;
        machine.ops->input(machine.self, &ev, later);
        assert_true(machine.ops->poll(machine.self, later, &fx));
        struct ipsla_jitter_ms probe = {0};
        assert_int_equal(ipsla_jitter_ms_decode_reply(fx.bytes, fx.size, &probe), IPSLA_ACCEPT);
        assert_int_equal(probe.delta_ms, rows[i].delta);
        assert_int_equal(probe.receive_ms, 43200000);
        responder.drive.sent++;
        responder.drive.now = later;
        drive_poll(&responder.drive);
        responder_tear_down();
    }
}

static void test_control_restarts_the_count(void **state)
{
    (void)state;
    responder_prepare();
    responder_set_up();
    responder_ask(RESPONDER_PEER, 16384, 5000);
    responder_send_jitter(16384, RESPONDER_PEER, 1);
    responder_send_jitter(16384, RESPONDER_PEER, 2);
    assert_int_equal(responder_last_jitter(RESPONDER_PEER).responder_seq, 2);
    responder_ask(RESPONDER_PEER, 16384, 5000);
    assert_int_equal(drive_count(&responder.drive, FX_OPEN), 1);
    assert_int_equal(reflect_stats(responder.reflect)->sessions, 1);
    responder_send_jitter(16384, RESPONDER_PEER, 1);
    assert_int_equal(responder_last_jitter(RESPONDER_PEER).responder_seq, 1);
    responder_tear_down();
}

static void test_two_flows_of_one_ip(void **state)
{
    (void)state;
    responder_prepare();
    responder_set_up();
    responder_ask(RESPONDER_PEER, 16384, 5000);
    responder_ask(RESPONDER_PEER_2, 16384, 5000);
    assert_int_equal(drive_count(&responder.drive, FX_OPEN), 1);
    assert_int_equal(reflect_stats(responder.reflect)->sessions, 2);
    responder_send_jitter(16384, RESPONDER_PEER, 1);
    responder_send_jitter(16384, RESPONDER_PEER, 2);
    responder_send_jitter(16384, RESPONDER_PEER_2, 1);
    assert_int_equal(responder_last_jitter(RESPONDER_PEER_2).responder_seq, 1);
    responder_send_jitter(16384, RESPONDER_PEER, 3);
    assert_int_equal(responder_last_jitter(RESPONDER_PEER).responder_seq, 3);
    responder_ask(RESPONDER_PEER_2, 16384, 5000); /* does not touch the other */
    responder_send_jitter(16384, RESPONDER_PEER, 4);
    assert_int_equal(responder_last_jitter(RESPONDER_PEER).responder_seq, 4);
    responder_tear_down();
}

static void test_probe_of_a_stranger(void **state)
{
    (void)state;
    responder_prepare();
    responder_set_up();
    responder_ask(RESPONDER_PEER, 16384, 5000);
    responder_send_jitter(16384, RESPONDER_OTHER, 1);
    assert_int_equal(responder_dropped(DROP_NO_SESSION), 1);
    responder_send_jitter(16384, RESPONDER_PEER, 1);
    assert_int_equal(responder_last_jitter(RESPONDER_PEER).responder_seq, 1);
    responder_send_jitter(16384, RESPONDER_PEER_2, 2); /* as behind a translation that forgot */
    assert_int_equal(responder_dropped(DROP_OTHER_PORT), 1);
    assert_int_equal(responder_dropped(DROP_NO_SESSION), 1);
    responder_tear_down();
}

static void test_malformed_probes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum ipsla_reject reason;
    } rows[] = {
        {"M1", IPSLA_TOO_SHORT},  {"M19", IPSLA_TOO_SHORT},      {"M20", IPSLA_WRONG_DIRECTION},
        {"M21", IPSLA_TOO_SHORT}, {"M22", IPSLA_BAD_TYPE},       {"P6", IPSLA_WRONG_DIRECTION},
        {"C1", IPSLA_BAD_TYPE},   {"P3", IPSLA_WRONG_DIRECTION},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        responder_prepare();
        responder_set_up();
        responder_ask(RESPONDER_PEER, 16384, 5000);
        drive_forget(&responder.drive);
        responder_deliver_vector(16384, RESPONDER_PEER, rows[i].name);
        assert_int_equal(responder.drive.effect_count, 0);
        assert_int_equal(responder_dropped(rows[i].reason), 1);
        assert_int_equal(responder_drops(), 1);
        responder_send_jitter(16384, RESPONDER_PEER, 1); /* rubbish does not count */
        assert_int_equal(responder_last_jitter(RESPONDER_PEER).responder_seq, 1);
        responder_tear_down();
    }
}

static void test_permanent_port(void **state)
{
    (void)state;
    responder_prepare();
    responder.settings.permanent[0] = build_addr("0.0.0.0:16000");
    responder.settings.permanent_count = 1;
    responder_set_up();
    responder_send_jitter(16000, RESPONDER_PEER, 1);
    responder_send_jitter(16000, RESPONDER_PEER, 2);
    responder_send_jitter(16000, RESPONDER_PEER_2, 1);
    assert_int_equal(responder_last_jitter(RESPONDER_PEER_2).responder_seq, 1);
    responder_send_jitter(16000, RESPONDER_PEER, 4);
    assert_int_equal(responder_last_jitter(RESPONDER_PEER).responder_seq, 3);
    responder_send_jitter(16000, RESPONDER_PEER,
                          1); /* a new train: no control request can say so */
    assert_int_equal(responder_last_jitter(RESPONDER_PEER).responder_seq, 1);
    responder_deliver_vector(16000, RESPONDER_OTHER, "P1");
    assert_int_equal(reflect_stats(responder.reflect)->echo_probes, 1);
    drive_until(&responder.drive, build_at(SECONDS(3600)));
    assert_non_null(drive_channel(&responder.drive, 16000));
    assert_int_equal(reflect_stats(responder.reflect)->sessions, 0);
    responder_tear_down();
}

/* Trains without control requests: when each packet comes, its number, the count that it gets. */
struct step {
    int64_t at_ms;
    uint16_t seq, count;
};

static void assert_counts(const struct step *steps, size_t count)
{
    responder_prepare();
    responder.settings.permanent[0] = build_addr("0.0.0.0:16000");
    responder.settings.permanent_count = 1;
    responder_set_up();
    for (size_t i = 0; i < count; i++) {
        drive_until(&responder.drive, build_at(steps[i].at_ms * NS_PER_MS));
        responder_send_jitter(16000, RESPONDER_PEER, steps[i].seq);
        assert_int_equal(responder_last_jitter(RESPONDER_PEER).responder_seq, steps[i].count);
    }
    responder_tear_down();
}

static void test_trains_on_a_permanent_port(void **state)
{
    (void)state;
    static const struct step first_lost[] = {{0, 1, 1},    {20, 2, 2},   {40, 3, 3},  {1020, 2, 1},
                                             {1040, 3, 2}, {2040, 3, 1}, {3000, 1, 1}};
    static const struct step last_only[] = {{0, 2, 1}, {1000, 2, 1}, {2000, 1, 1}, {2020, 2, 2}};
    /* Within half a second a lower number is out of order or a copy. */
    static const struct step reordered[] = {{0, 1, 1},   {20, 3, 2},  {40, 2, 3},
                                            {540, 3, 4}, {900, 4, 5}, {1400, 2, 6}};
    static const struct step first_late[] = {
        {0, 3, 1}, {1020, 2, 1}, {1030, 1, 2}, {1040, 3, 3}, {2000, 1, 1}};
    /* Trains without a pause between them: number 1 alone tells. */
    static const struct step dense[] = {{0, 2, 1},    {400, 3, 2},  {800, 4, 3},
                                        {1200, 1, 1}, {1600, 2, 2}, {1601, 1, 1}};
    assert_counts(first_lost, sizeof first_lost / sizeof first_lost[0]);
    assert_counts(last_only, sizeof last_only / sizeof last_only[0]);
    assert_counts(reordered, sizeof reordered / sizeof reordered[0]);
    assert_counts(first_late, sizeof first_late / sizeof first_late[0]);
    assert_counts(dense, sizeof dense / sizeof dense[0]);
}

static void test_control_for_a_permanent_port(void **state)
{
    (void)state;
    responder_prepare();
    responder.settings.permanent[0] = build_addr("0.0.0.0:16000");
    responder.settings.permanent_count = 1;
    responder_set_up();
    responder_send_jitter(16000, RESPONDER_PEER, 1);
    responder_ask(RESPONDER_PEER, 16000, 5000);
    assert_int_equal(responder_results(RESULT_ACCEPTED), 1);
    assert_int_equal(drive_count(&responder.drive, FX_OPEN), 0);
    responder_send_jitter(16000, RESPONDER_PEER, 2);
    assert_int_equal(responder_last_jitter(RESPONDER_PEER).responder_seq, 1);
    drive_until(&responder.drive, build_at(SECONDS(120)));
    assert_non_null(drive_channel(&responder.drive, 16000));
    responder_send_jitter(16000, RESPONDER_PEER, 7);
    assert_int_equal(responder_last_jitter(RESPONDER_PEER).responder_seq, 1);
    responder_tear_down();
}

static void test_permanent_limit(void **state)
{
    (void)state;
    responder_prepare();
    responder.settings.permanent[0] = build_addr("0.0.0.0:16000");
    responder.settings.permanent_count = 1;
    responder.settings.max_sessions = 1;
    responder_set_up();
    responder_send_jitter(16000, RESPONDER_PEER, 1);
    responder_send_jitter(16000, RESPONDER_OTHER, 1);
    assert_int_equal(responder_dropped(DROP_LIMIT), 1);
    responder_send_jitter(16000, RESPONDER_PEER, 2);
    assert_int_equal(responder_last_jitter(RESPONDER_PEER).responder_seq, 2);
    responder_tear_down();
}

/* Times finer than a millisecond are taken right before the answer leaves. */
static void test_who_leaves_together(void **state)
{
    (void)state;
    static const uint8_t echo[16] = {0, 1};
    static const uint8_t jitter_us[60] = {0, 3, [53] = 1};
    responder_prepare();
    responder.settings.permanent[0] = build_addr("0.0.0.0:16000");
    responder.settings.permanent_count = 1;
    responder_set_up();
    responder_ask(RESPONDER_PEER, 16384, 5000);
    assert_false(responder_last(RESPONDER_PEER)->fx.may_wait);
    responder_send_jitter(16384, RESPONDER_PEER, 1);
    assert_true(responder_last(RESPONDER_PEER)->fx.may_wait);
    responder_deliver(16000, RESPONDER_PEER, echo, sizeof echo);
    assert_true(responder_last(RESPONDER_PEER)->fx.may_wait);
    responder_deliver(16384, RESPONDER_PEER, jitter_us, sizeof jitter_us);
    assert_false(responder_last(RESPONDER_PEER)->fx.may_wait);
    assert_int_equal(reflect_stats(responder.reflect)->jitter_us_probes, 1);
    responder_tear_down();
}

/* Of answers that left together, or did not: each is told of by its kind. */
static void test_late_send_failures(void **state)
{
    (void)state;
    static const uint8_t echo[16] = {0, 1};
    responder_prepare();
    responder.settings.permanent[0] = build_addr("0.0.0.0:16000");
    responder.settings.permanent_count = 1;
    responder_set_up();
    responder_deliver(16000, RESPONDER_PEER, echo, sizeof echo);
    struct fx echoed = responder_last(RESPONDER_PEER)->fx;
    responder_send_jitter(16000, RESPONDER_PEER, 1);
    struct fx jittered = responder_last(RESPONDER_PEER)->fx;
    responder_send_jitter(16000, RESPONDER_PEER, 2);
    const struct reflect_stats *stats = reflect_stats(responder.reflect);
    assert_int_equal(stats->echo_probes, 1);
    assert_int_equal(stats->jitter_probes, 2);
    struct ev failed = {.kind = EV_ERROR, .id = echoed.id, .tag = echoed.tag, .error = ENOBUFS};
    drive_input(&responder.drive, failed);
    failed.tag = jittered.tag;
    drive_input(&responder.drive, failed);
    assert_int_equal(stats->echo_probes, 0);
    assert_int_equal(stats->jitter_probes, 1);
    assert_int_equal(stats->dropped[DROP_SEND_FAILED], 2);
    responder_tear_down();
}

static void test_send_failure(void **state)
{
    (void)state;
    responder_prepare();
    responder_set_up();
    responder_ask(RESPONDER_PEER, 16384, 5000);
    responder.drive.send_error = ENOBUFS;
    responder_send_jitter(16384, RESPONDER_PEER, 1);
    responder_deliver_vector(1967, RESPONDER_PEER, "M18");
    responder.drive.send_error = 0;
    assert_int_equal(responder_dropped(DROP_SEND_FAILED), 2);
    assert_int_equal(reflect_stats(responder.reflect)->jitter_probes, 0);
    responder_send_jitter(16384, RESPONDER_PEER, 2);
    assert_int_equal(reflect_stats(responder.reflect)->jitter_probes, 1);
    assert_int_equal(responder_last_jitter(RESPONDER_PEER).responder_seq, 2);
    responder_tear_down();
}

static void test_icmp_errors_are_nothing(void **state)
{
    (void)state;
    responder_prepare();
    responder_set_up();
    responder_ask(RESPONDER_PEER, 16384, 5000);
    drive_input(&responder.drive, (struct ev){.kind = EV_ERROR,
                                              .id = drive_channel(&responder.drive, 16384)->id,
                                              .peer = build_addr(RESPONDER_PEER),
                                              .error = ECONNREFUSED,
                                              .is_icmp = true});
    responder_send_jitter(16384, RESPONDER_PEER, 1);
    assert_int_equal(reflect_stats(responder.reflect)->jitter_probes, 1);
    responder_tear_down();
}

/* Random bytes, half of them a vector with a few bytes changed. */
static size_t random_datagram(struct rng *rng, uint8_t bytes[VECTOR_BYTES_MAX])
{
    const struct vector *v = &responder.vectors.items[rng_below(rng, responder.vectors.count)];
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
    static const char *const peers[] = {RESPONDER_PEER, RESPONDER_PEER_2, RESPONDER_OTHER,
                                        "192.0.2.9:1967", "192.0.2.9:9"};
    struct rng rng = {99};
    responder_prepare();
    responder.settings.max_sessions = 20;
    responder.settings.permanent[0] = build_addr("0.0.0.0:16000");
    responder.settings.permanent_count = 1;
    responder_set_up();
    for (unsigned i = 0; i < 20000; i++) {
        uint8_t bytes[VECTOR_BYTES_MAX];
        size_t size = random_datagram(&rng, bytes);
        const struct drive_channel *to =
            &responder.drive.open[rng_below(&rng, responder.drive.open_count)];
        const char *peer = peers[rng_below(&rng, 5)];
        size_t sent = responder.drive.sent;
        responder.drive.open_error = rng_below(&rng, 10) == 0 ? EADDRINUSE : 0;
        drive_forget(&responder.drive);
        responder_deliver(to->local.port, peer, bytes, size);
        assert_true(responder.drive.sent - sent <= 1);
        assert_int_equal(responder.drive.sent + responder_drops() +
                             reflect_stats(responder.reflect)->tcp_connects,
                         responder.datagrams);
        if (responder.drive.sent > sent) {
            assert_true(responder_last(peer)->fx.size <= size);
        }
        drive_until(&responder.drive, mono_is_before(responder.drive.now.mono, build_at(0).mono)
                                          ? build_at(0)
                                          : build_at(MS(50) * (i + 1)));
    }
    assert_true(reflect_stats(responder.reflect)->sessions <= 20);
    responder_tear_down();
}

static void send_echo(uint16_t port, const char *peer)
{
    uint8_t bytes[16];
    ipsla_echo_encode(bytes, sizeof bytes);
    responder_deliver(port, peer, bytes, sizeof bytes);
}

/* A burst, then two a second; each flow has its own. */
static void test_echoes_have_a_budget(void **state)
{
    (void)state;
    responder_prepare();
    responder.settings.permanent[0] = build_addr("0.0.0.0:16000");
    responder.settings.permanent_count = 1;
    responder_set_up();
    for (unsigned i = 0; i < REFLECT_ECHO_BURST + 5; i++) {
        send_echo(16000, RESPONDER_PEER);
    }
    assert_int_equal(reflect_stats(responder.reflect)->echo_probes, REFLECT_ECHO_BURST);
    assert_int_equal(responder_dropped(DROP_LIMIT), 5);
    send_echo(16000, RESPONDER_PEER_2);
    assert_int_equal(reflect_stats(responder.reflect)->echo_probes, REFLECT_ECHO_BURST + 1);
    for (unsigned i = 1; i <= 10; i++) {
        drive_until(&responder.drive, build_at(i * REFLECT_ECHO_INTERVAL_NS));
        send_echo(16000, RESPONDER_PEER);
    }
    assert_int_equal(reflect_stats(responder.reflect)->echo_probes, REFLECT_ECHO_BURST + 11);
    responder_tear_down();
}

/* A session remembers nothing of an echo, so none is made. */
static void test_echo_needs_no_session(void **state)
{
    (void)state;
    responder_prepare();
    responder.settings.permanent[0] = build_addr("0.0.0.0:16000");
    responder.settings.permanent_count = 1;
    responder.settings.max_sessions = 5;
    responder_set_up();
    for (unsigned i = 0; i < 60; i++) {
        char peer[32];
        snprintf(peer, sizeof peer, "192.0.2.10:%u", 40000 + i);
        drive_until(&responder.drive, build_at(i * NS_PER_SECOND));
        send_echo(16000, peer);
    }
    assert_int_equal(reflect_stats(responder.reflect)->echo_probes, 60);
    assert_int_equal(reflect_stats(responder.reflect)->sessions, 0);
    responder_tear_down();
}

static void send_train(unsigned number, int64_t start_ns, int64_t interval_ns)
{
    char peer[32];
    snprintf(peer, sizeof peer, "192.0.2.10:%u", 40000 + number);
    for (uint16_t i = 0; i < 10; i++) {
        drive_until(&responder.drive, build_at(start_ns + i * interval_ns));
        responder_send_jitter(16000, peer, (uint16_t)(i + 1));
        assert_int_equal(responder_last_jitter(peer).responder_seq, i + 1);
        drive_forget(&responder.drive);
    }
}

/* A train every 2 s, each from a new port: the flow that has been silent longest is forgotten. */
static void test_silent_flows_give_way(void **state)
{
    (void)state;
    responder_prepare();
    responder.settings.permanent[0] = build_addr("0.0.0.0:16000");
    responder.settings.permanent_count = 1;
    responder.settings.max_sessions = 2;
    responder_set_up();
    for (unsigned i = 0; i < 20; i++) {
        send_train(i, i * 2 * NS_PER_SECOND, 20 * NS_PER_MS);
    }
    assert_int_equal(responder_drops(), 0);
    responder_tear_down();
}

/* A slow train that goes on is in use between its packets. */
static void test_flows_in_use_stay(void **state)
{
    (void)state;
    responder_prepare();
    responder.settings.permanent[0] = build_addr("0.0.0.0:16000");
    responder.settings.permanent_count = 1;
    responder.settings.max_sessions = 1;
    responder_set_up();
    send_train(0, 0, NS_PER_SECOND);
    drive_until(&responder.drive, build_at(11 * NS_PER_SECOND));
    responder_send_jitter(16000, "192.0.2.11:40000", 1);
    assert_int_equal(responder_dropped(DROP_LIMIT), 1);
    responder_send_jitter(16000, "192.0.2.10:40000", 11);
    assert_int_equal(responder_last_jitter("192.0.2.10:40000").responder_seq, 11);
    responder_tear_down();
}

/* Another responder, configured like this one. */
static void test_no_echo_to_a_permanent_port(void **state)
{
    (void)state;
    responder_prepare();
    responder.settings.permanent[0] = build_addr("0.0.0.0:16000");
    responder.settings.permanent_count = 1;
    responder_set_up();
    send_echo(16000, "192.0.2.10:16000");
    assert_int_equal(responder_dropped(DROP_LOOP), 1);
    responder_send_jitter(16000, "192.0.2.10:16000", 1); /* a reply would not be a request */
    assert_int_equal(reflect_stats(responder.reflect)->jitter_probes, 1);
    responder_tear_down();
}

static void test_no_echo_on_a_port_for_jitter(void **state)
{
    (void)state;
    responder_prepare();
    responder_set_up();
    responder_ask(RESPONDER_PEER, 16384, 5000);
    send_echo(16384, RESPONDER_PEER);
    assert_int_equal(responder_dropped(IPSLA_BAD_TYPE), 1);
    responder_tear_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_echo),
        cmocka_unit_test(test_answers_have_tos_and_ttl),
        cmocka_unit_test(test_largest_probe),
        cmocka_unit_test(test_jitter),
        cmocka_unit_test(test_delta_is_a_difference_of_truncated_clocks),
        cmocka_unit_test(test_control_restarts_the_count),
        cmocka_unit_test(test_two_flows_of_one_ip),
        cmocka_unit_test(test_probe_of_a_stranger),
        cmocka_unit_test(test_malformed_probes),
        cmocka_unit_test(test_permanent_port),
        cmocka_unit_test(test_trains_on_a_permanent_port),
        cmocka_unit_test(test_control_for_a_permanent_port),
        cmocka_unit_test(test_permanent_limit),
        cmocka_unit_test(test_who_leaves_together),
        cmocka_unit_test(test_late_send_failures),
        cmocka_unit_test(test_send_failure),
        cmocka_unit_test(test_icmp_errors_are_nothing),
        cmocka_unit_test(test_every_datagram_counts_once),
        cmocka_unit_test(test_echoes_have_a_budget),
        cmocka_unit_test(test_echo_needs_no_session),
        cmocka_unit_test(test_silent_flows_give_way),
        cmocka_unit_test(test_flows_in_use_stay),
        cmocka_unit_test(test_no_echo_to_a_permanent_port),
        cmocka_unit_test(test_no_echo_on_a_port_for_jitter),
    };
    return cmocka_run_group_tests(tests, responder_load, NULL);
}
