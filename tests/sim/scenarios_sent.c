/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "operation/operation.h"
#include "probe/probe.h"
#include "sim/scenarios.h"

#define ALL_PPM 1000000

static struct world_departure *departure(struct rig *rig)
{
    return &rig->world.processes[rig->engines[0].process].departure;
}

static uint64_t stamps(struct rig *rig, enum stamp_source source)
{
    rig_report(rig, 0, 0);
    return rig->engines[0].snapshot->stats.tx_stamps[source];
}

static uint32_t noticed(const struct rig *rig, const struct spec *spec)
{
    struct expectation expected;
    truth_expect(rig_truth(rig, 0, spec), spec, &expected);
    return expected.noticed;
}

static struct spec *one_packet(const struct operation *operation)
{
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->operation = operation;
    spec->packets.count = 1;
    return spec;
}

/* However long our own queue holds packets up, the round trip is that of the path. */
static void test_round_trip_follows_the_notice(void **state)
{
    (void)state;
    for (unsigned precision = 0; precision < 2; precision++) {
        struct rig rig;
        rig_init_default(&rig);
        *departure(&rig) = (struct world_departure){.delay_ns = 123456,
                                                    .delay_spread_ns = 3 * NS_PER_MS,
                                                    .tells = true,
                                                    .notice_ns = 5 * NS_PER_MS};
        struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
        spec->packets.count = 50;
        if (precision == 1) {
            spec->packets.precision = PRECISION_MICROSECONDS;
            spec->packets.bytes = SPEC_MICROSECONDS_BYTES_MIN;
        }
        rig_apply_one(&rig, spec);
        const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
        assert_int_equal(round->received, 50);
        assert_int_equal(round->rtt.min_ns, 20 * NS_PER_MS);
        assert_int_equal(round->rtt.max_ns, 20 * NS_PER_MS);
        assert_int_equal(stamps(&rig, STAMP_KERNEL), 50);
        rig_fini(&rig);
    }
}

/* A notice counts until the operation is over, so also after the answer; then our clock does. */
static void test_late_notices(void **state)
{
    (void)state;
    const struct operation *operations[] = {&operation_udp_jitter, &operation_udp_echo};
    for (unsigned i = 0; i < 4; i++) {
        struct rig rig;
        bool is_in_time = i % 2 == 0;
        rig_init_default(&rig);
        *departure(&rig) = (struct world_departure){
            .delay_ns = 1234567,
            .tells = true,
            .late_ppm = ALL_PPM,
            .late_ns = 20 * NS_PER_MS + PROBE_SETTLE_NS + (is_in_time ? -1 : 1),
        };
        rig_apply_one(&rig, one_packet(operations[i / 2]));
        const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
        assert_int_equal(round->rtt.sum_ns, 20 * NS_PER_MS + (is_in_time ? 0 : 1234567));
        assert_int_equal(stamps(&rig, is_in_time ? STAMP_KERNEL : STAMP_USER), 1);
        rig_fini(&rig);
    }
}

static void test_no_notices(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    *departure(&rig) =
        (struct world_departure){.delay_ns = 1234567, .tells = true, .never_ppm = ALL_PPM};
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->rtt.min_ns, 20 * NS_PER_MS + 1234567);
    assert_int_equal(round->rtt.max_ns, 20 * NS_PER_MS + 1234567);
    assert_int_equal(stamps(&rig, STAMP_KERNEL), 0);
    rig_fini(&rig);
}

/* Before the poll, seconds after it, after the answer, of packets that never were: what cannot be
 * is not believed, what can be is. Answered or not, the counts of both are the truth's. */
static void test_nonsense(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    *departure(&rig) = (struct world_departure){.delay_spread_ns = 2 * NS_PER_MS,
                                                .tells = true,
                                                .notice_ns = 30 * NS_PER_MS,
                                                .never_ppm = 100000,
                                                .nonsense_ppm = 600000};
    simnet_link(&rig.world.net, RIG_RESPONDER, RIG_SENDER)->loss_ppm = 50000;
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->packets.count = 1000;
    spec->packets.interval_ns = 4 * NS_PER_MS;
    rig_apply_one(&rig, spec);
    const struct round *round = scenario_run(&rig, 9 * NS_PER_SECOND);
    const struct report *report = scenario_result(&rig);
    assert_in_range(stamps(&rig, STAMP_KERNEL), 350, 550);
    assert_int_equal(stamps(&rig, STAMP_KERNEL), noticed(&rig, report->spec));
    assert_int_equal(stamps(&rig, STAMP_KERNEL) + stamps(&rig, STAMP_USER), round->sent);
    rig_fini(&rig);
}

/* Packets that the own queue drops after the system took them were never sent; the last ones of a
 * train, after which nothing left, cannot be told from lost ones. */
static void test_the_own_queue_drops(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    *departure(&rig) = (struct world_departure){.tells = true, .drops = {1, 4, 5}};
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    scenario_drop_probe(&rig, RIG_SENDER, 3);
    const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->received, 6);
    assert_int_equal(round->queue_dropped, 3);
    assert_int_equal(round->unsent, 3);
    assert_int_equal(round->sd.lost, 1);
    *departure(&rig) = (struct world_departure){.tells = true, .drops = {19, 20}};
    const struct round *last = scenario_run(&rig, 10 * NS_PER_SECOND);
    assert_int_equal(last->received, 8);
    assert_int_equal(last->queue_dropped, 0);
    assert_int_equal(last->lost_unknown, 2);
    assert_int_equal(scenario_result(&rig)->tally.queue_dropped, 3);
    rig_fini(&rig);
}

/* A socket that lost datagrams may have lost what the kernel tells, too; without notices nothing is
 * known. Both leave a loss a loss. */
static void test_drops_that_cannot_be_told(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct rig rig;
        rig_init_default(&rig);
        *departure(&rig) = (struct world_departure){.tells = i == 0, .drops = {4}};
        rig.world.processes[rig.engines[0].process].drop_ppm = i == 0 ? 400000 : 0;
        rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
        world_run(&rig.world, 9 * NS_PER_SECOND);
        const struct round *round = &scenario_result(&rig)->latest;
        assert_int_equal(round->queue_dropped, 0);
        assert_int_equal(round->unsent, 0);
        assert_null(round_imbalance(round));
        rig_fini(&rig);
    }
}

/* The thread is late by 3 ms, the queue holds packets 2 s, longer than their timeout: neither is in
 * the round trip, each in its own figure. */
static void test_queue_and_thread_are_told_apart(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    *departure(&rig) = (struct world_departure){
        .call_ns = 3 * NS_PER_MS, .delay_ns = 2 * NS_PER_SECOND, .tells = true};
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    const struct round *round = scenario_run(&rig, 9 * NS_PER_SECOND);
    const struct engine_stats *stats = &rig.engines[0].snapshot->stats;
    assert_int_equal(round->received, 10);
    assert_int_equal(round->late, 0);
    assert_int_equal(round->rtt.max_ns, 20 * NS_PER_MS);
    assert_int_equal(round->queued, 10);
    assert_int_equal(round->sent_late, 0);
    assert_int_equal(stats->send_queueing.count, 10);
    assert_true(stats->send_queueing.sum_ns == 20 * NS_PER_SECOND);
    assert_true(stats->send_lateness.sum_ns == 30 * NS_PER_MS);
    rig_fini(&rig);
}

int scenarios_sent(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip_follows_the_notice),
        cmocka_unit_test(test_late_notices),
        cmocka_unit_test(test_no_notices),
        cmocka_unit_test(test_nonsense),
        cmocka_unit_test(test_the_own_queue_drops),
        cmocka_unit_test(test_drops_that_cannot_be_told),
        cmocka_unit_test(test_queue_and_thread_are_told_apart),
    };
    return cmocka_run_group_tests_name("sent", tests, NULL, NULL);
}
