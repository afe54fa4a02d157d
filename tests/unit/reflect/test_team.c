/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Two responders that work together: what is limited is limited for both. */
#include <string.h>

#include "reflect/reflect.h"
#include "reflect/replay.h"
#include "support/build.h"
#include "support/cm.h"
#include "support/drive.h"
#include "support/responder.h"

#define PORT 16000
#define SECONDS(n) ((n)*NS_PER_SECOND)

static struct reflect_team team;
static struct reflect *workers[2];
static struct drive drives[2];

static void start(uint32_t max_sessions)
{
    static const struct reflect_seed seed = {{1}};
    struct reflect_settings settings;
    reflect_settings_default(&settings);
    settings.listen_count = 1;
    settings.permanent[0] = build_addr("0.0.0.0:16000");
    settings.permanent_count = 1;
    settings.max_sessions = max_sessions;
    settings.workers = 2;
    settings.team = &team;
    memset(&team, 0, sizeof team);
    for (int i = 0; i < 2; i++) {
        workers[i] = reflect_new(&settings, &seed);
        drive_init(&drives[i], reflect_machine(workers[i]), build_at(0));
        drive_poll(&drives[i]);
    }
}

static void stop(void)
{
    for (int i = 0; i < 2; i++) {
        reflect_stop(workers[i]);
        drive_poll(&drives[i]);
        assert_int_equal(drives[i].open_count, 0);
        reflect_free(workers[i]);
    }
    assert_int_equal(team.sessions, 0);
    assert_int_equal(team.reserved, 0);
}

static void probe(int worker, const char *peer, uint16_t seq)
{
    const struct ipsla_jitter_ms sent = {.send_ms = 43200000, .sender_seq = seq};
    uint8_t bytes[32];
    ipsla_jitter_ms_encode(&sent, bytes, sizeof bytes);
    const struct drive_channel *channel = drive_channel(&drives[worker], PORT);
    struct ev ev = build_data(channel->id, peer, RESPONDER_IP, bytes, sizeof bytes);
    ev.local.port = PORT;
    drive_input(&drives[worker], ev);
}

static uint64_t answered(int worker)
{
    return reflect_stats(workers[worker])->jitter_probes;
}

static void test_the_limit_is_that_of_both(void **state)
{
    (void)state;
    start(2);
    probe(0, "192.0.2.1:40000", 1);
    probe(1, "192.0.2.2:40000", 1);
    assert_int_equal(team.sessions, 2);
    probe(0, "192.0.2.3:40000", 1);
    probe(1, "192.0.2.4:40000", 1);
    assert_int_equal(answered(0) + answered(1), 2);
    assert_int_equal(reflect_stats(workers[0])->dropped[DROP_LIMIT], 1);
    assert_int_equal(reflect_stats(workers[1])->dropped[DROP_LIMIT], 1);
    probe(0, "192.0.2.1:40000", 2);
    assert_int_equal(answered(0), 2);
    stop();
}

/* The worker that was asked has nothing to spare, the other one has. */
static void test_one_makes_room_for_the_other(void **state)
{
    (void)state;
    start(1);
    probe(0, "192.0.2.1:40000", 1);
    drive_until(&drives[0], build_at(SECONDS(2)));
    drive_until(&drives[1], build_at(SECONDS(2)));
    probe(1, "192.0.2.2:40000", 1);
    assert_int_equal(answered(1), 0);
    assert_true(team.wants_room);
    drive_poll(&drives[0]);
    assert_false(team.wants_room);
    assert_int_equal(reflect_stats(workers[0])->sessions, 0);
    probe(1, "192.0.2.2:40000", 1);
    assert_int_equal(answered(1), 1);
    assert_int_equal(team.sessions, 1);
    stop();
}

static void test_counters_add_up(void **state)
{
    (void)state;
    struct reflect_stats sum;
    start(100);
    probe(0, "192.0.2.1:40000", 1);
    probe(1, "192.0.2.2:40000", 1);
    probe(1, "192.0.2.2:40000", 2);
    probe(1, "192.0.2.2:80", 2);
    sum = *reflect_stats(workers[0]);
    reflect_stats_add(&sum, reflect_stats(workers[1]));
    assert_int_equal(sum.jitter_probes, 3);
    assert_int_equal(sum.sessions, 2);
    assert_int_equal(sum.processing.count, 3);
    assert_int_equal(sum.dropped[DROP_BAD_SOURCE], 1);
    assert_int_equal(sum.max_sessions, 100);
    assert_int_equal(sum.permanent_ports, 1);
    stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_limit_is_that_of_both),
        cmocka_unit_test(test_one_makes_room_for_the_other),
        cmocka_unit_test(test_counters_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
