/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "operation/operation.h"
#include "sim/scenarios.h"

#include <errno.h>

static void add_timing(struct rig *rig)
{
    struct world_timing timing = {
        .poll_ns = 1700, .input_ns = 31000, .input_spread_ns = 2100000, .late_ns = 90000};
    rig->world.processes[rig->engines[0].process].timing = timing;
    rig->world.processes[rig->reflect_processes[0]].timing = timing;
}

static struct spec *echo_spec(void)
{
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, 50000);
    spec->operation = &operation_udp_echo;
    spec->packets.count = 1;
    spec->packets.bytes = 16;
    return spec;
}

static void test_clean_path_is_exact(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->return_code, RETURN_CODE_OK);
    assert_int_equal(round->planned, 10);
    assert_int_equal(round->received, 10);
    assert_int_equal(round->rtt.min_ns, 20 * NS_PER_MS);
    assert_int_equal(round->rtt.max_ns, 20 * NS_PER_MS);
    assert_int_equal(round->rtt.sum_ns, 200 * NS_PER_MS);
    assert_int_equal(round->control_rtt_ns, 20 * NS_PER_MS);
    assert_int_equal(round->control_retries, 0);
    assert_int_equal(round->sd.jitter.samples, 9);
    assert_int_equal(round->ds.jitter.samples, 9);
    assert_int_equal(round->sd.jitter.max_ns, 0);
    assert_true(round->sd.jitter.interarrival_ns < 1e-9);
    /* 20 ms handshake, nine intervals, 20 ms for the last packet. */
    assert_int_equal(round->duration_ns, (20 + 9 * 20 + 20) * NS_PER_MS);
    rig_fini(&rig);
}

static void test_processing_and_truncated_stamps_are_exact(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    add_timing(&rig);
    rig.world.net.links[RIG_SENDER][RIG_RESPONDER].spread_ns = 7654321;
    rig.world.net.links[RIG_RESPONDER][RIG_SENDER].spread_ns = 3456789;
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->packets.count = 200;
    rig_apply_one(&rig, spec);
    const struct round *round = scenario_run(&rig, 9 * NS_PER_SECOND);
    assert_int_equal(round->received, 200);
    assert_true(round->processing.sum_ns > 0);
    assert_true(round->sd.jitter.max_ns > 0 && round->ds.jitter.max_ns > 0);
    rig_fini(&rig);
}

/* Replies come to a full socket for a while: that is not the network's fault. */
static void test_socket_drops(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    struct world_process *process = &rig.world.processes[rig.engines[0].process];
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    world_run(&rig.world, 50 * NS_PER_MS); /* the handshake, and two packets */
    process->drop_ppm = 1000000;
    world_run(&rig.world, 100 * NS_PER_MS);
    process->drop_ppm = 0;
    const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->dropped_here, 5);
    assert_int_equal(round->received, 5);
    assert_int_equal(round->sd.lost + round->ds.lost + round->lost_unknown, 0);
    assert_int_equal(round->losses.count, 0);
    rig_fini(&rig);
}

/* With no distance at all the whole millisecond of a reply's delta can exceed the round trip. */
static void test_round_trip_is_never_negative(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    add_timing(&rig);
    rig.world.net.links[RIG_SENDER][RIG_RESPONDER].delay_ns = 0;
    rig.world.net.links[RIG_RESPONDER][RIG_SENDER].delay_ns = 0;
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->packets.count = 300;
    rig_apply_one(&rig, spec);
    const struct round *round = scenario_run(&rig, 9 * NS_PER_SECOND);
    assert_int_equal(round->received, 300);
    assert_int_equal(round->rtt.count, 300);
    assert_true(round->rtt.min_ns >= 0);
    assert_int_equal(round->corrupt, 0);
    rig_fini(&rig);
}

static void test_packets_keep_an_absolute_schedule(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    add_timing(&rig);
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->packets.count = 300;
    rig_apply_one(&rig, spec);
    (void)scenario_run(&rig, 9 * NS_PER_SECOND);
    const struct truth_run *run = rig_truth(&rig, 0, scenario_result(&rig)->spec);
    for (uint32_t i = 0; i < run->probe_count; i++) {
        int64_t off_ns = run->probes[i].left_ns - run->first_probe_ns - (int64_t)i * 20 * NS_PER_MS;
        assert_true(off_ns > -3 * NS_PER_MS && off_ns < 3 * NS_PER_MS);
    }
    rig_fini(&rig);
}

static void test_loss_towards_the_responder(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    scenario_drop_probe(&rig, RIG_SENDER, 1);
    scenario_drop_probe(&rig, RIG_SENDER, 4);
    scenario_drop_probe(&rig, RIG_SENDER, 5);
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->received, 7);
    assert_int_equal(round->sd.lost, 3);
    assert_int_equal(round->ds.lost, 0);
    assert_int_equal(round->lost_unknown, 0);
    assert_int_equal(round->sd.periods.count, 2);
    assert_int_equal(round->sd.periods.length_max, 2);
    assert_int_equal(round->sd.jitter.samples, 5);
    assert_int_equal(round->ds.jitter.samples, 6);
    rig_fini(&rig);
}

static void test_loss_on_the_way_back(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    scenario_drop_probe(&rig, RIG_RESPONDER, 2);
    scenario_drop_probe(&rig, RIG_RESPONDER, 7);
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->received, 8);
    assert_int_equal(round->sd.lost, 0);
    assert_int_equal(round->ds.lost, 2);
    assert_int_equal(round->lost_unknown, 0);
    rig_fini(&rig);
}

/* 3 is lost on the way there; the third reply, that to packet 4, on the way back. */
static void test_loss_in_both_directions_in_one_gap(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    scenario_drop_probe(&rig, RIG_SENDER, 3);
    scenario_drop_probe(&rig, RIG_RESPONDER, 3);
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->sd.lost, 1);
    assert_int_equal(round->ds.lost, 1);
    rig_fini(&rig);
}

static void test_loss_of_the_tail_has_no_direction(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    scenario_drop_probe(&rig, RIG_SENDER, 9);
    scenario_drop_probe(&rig, RIG_RESPONDER, 9); /* the reply to packet 10 */
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->received, 8);
    assert_int_equal(round->lost_unknown, 2);
    assert_int_equal(round->sd.lost + round->ds.lost, 0);
    rig_fini(&rig);
}

static void test_all_probes_lost_is_a_timeout(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    for (uint64_t nth = 1; nth <= 10; nth++) {
        scenario_drop_probe(&rig, RIG_SENDER, nth);
    }
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_TIMEOUT);
    assert_int_equal(round->return_code, RETURN_CODE_TIMEOUT);
    assert_int_equal(round->sent, 10);
    assert_int_equal(round->lost_unknown, 10);
    assert_int_equal(scenario_result(&rig)->tally.failures[OUTCOME_TIMEOUT], 1);
    rig_fini(&rig);
}

static void delay_reply(struct rig *rig, uint64_t nth, int64_t extra_ns)
{
    scenario_rule(rig, RIG_RESPONDER,
                  (struct simnet_rule){SIMNET_PROBE, nth, SIMNET_DELAY, extra_ns});
}

/* Round trip 20 ms: a reply held back by 980 ms comes exactly at the timeout of 1 s. */
static void test_reply_at_the_timeout_is_received_and_after_it_late(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    delay_reply(&rig, 4, 980 * NS_PER_MS);
    delay_reply(&rig, 5, 980 * NS_PER_MS + 1);
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    const struct round *round = scenario_run(&rig, 8 * NS_PER_SECOND);
    assert_int_equal(round->received, 9);
    assert_int_equal(round->late, 1);
    assert_int_equal(round->rtt.count, 9);
    assert_int_equal(round->rtt.max_ns, NS_PER_SECOND);
    assert_int_equal(round->sd.lost + round->ds.lost + round->lost_unknown, 0);
    rig_fini(&rig);
}

/* A late reply still shows that its packet arrived, so what was lost before it has a direction. */
static void test_late_reply_takes_part_in_attribution(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    scenario_drop_probe(&rig, RIG_SENDER, 9);
    delay_reply(&rig, 9, 1500 * NS_PER_MS); /* to packet 10 */
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    const struct round *round = scenario_run(&rig, 8 * NS_PER_SECOND);
    assert_int_equal(round->late, 1);
    assert_int_equal(round->sd.lost, 1);
    assert_int_equal(round->lost_unknown, 0);
    rig_fini(&rig);
}

/* The last packet leaves at t, expires at t + 1 s, and late replies are waited for until t + 3 s.
 */
static void test_late_replies_are_waited_for_two_seconds(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    delay_reply(&rig, 9, 2980 * NS_PER_MS); /* left one interval before the last */
    delay_reply(&rig, 10, 2990 * NS_PER_MS);
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    const struct round *round = scenario_run(&rig, 8 * NS_PER_SECOND);
    assert_int_equal(round->received, 8);
    assert_int_equal(round->late, 1);
    assert_int_equal(round->lost_unknown, 1);
    assert_int_equal(round->outcome, OUTCOME_OK);
    rig_fini(&rig);
}

/* Period 2 s, and the last packet would wait for late replies until 3.2 s. */
static void test_waiting_for_late_replies_ends_before_the_next_start(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    scenario_drop_probe(&rig, RIG_SENDER, 10);
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->schedule.frequency_ns = 2 * NS_PER_SECOND;
    rig_apply_one(&rig, spec);
    (void)scenario_run(&rig, 2 * NS_PER_SECOND - 1);
    assert_int_equal(scenario_result(&rig)->tally.sent, 10);
    world_run(&rig.world, 5 * NS_PER_SECOND);
    const struct tally *tally = &scenario_result(&rig)->tally;
    assert_int_equal(tally->skipped, 0);
    assert_int_equal(tally->sent, 40);
    assert_int_equal(tally->received, 39);
    rig_fini(&rig);
}

static void duplicate(struct rig *rig, unsigned from, uint64_t nth, int64_t behind_ns)
{
    scenario_rule(rig, from, (struct simnet_rule){SIMNET_PROBE, nth, SIMNET_DUPLICATE, behind_ns});
}

static void test_duplicated_replies_do_not_change_received(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    duplicate(&rig, RIG_RESPONDER, 3, NS_PER_MS);
    duplicate(&rig, RIG_RESPONDER, 3, 2 * NS_PER_MS);
    duplicate(&rig, RIG_RESPONDER, 10, 99 * NS_PER_MS); /* SETTLE waits for it */
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->received, 10);
    assert_int_equal(round->duplicate, 3);
    assert_int_equal(round->rtt.sum_ns, 200 * NS_PER_MS);
    rig_fini(&rig);
}

static void test_duplicate_long_after_the_last_answer_finds_nobody(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    duplicate(&rig, RIG_RESPONDER, 10, 101 * NS_PER_MS);
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    assert_int_equal(scenario_run(&rig, 5 * NS_PER_SECOND)->duplicate, 0);
    rig_fini(&rig);
}

static void test_duplicated_requests_do_not_change_received(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    duplicate(&rig, RIG_SENDER, 2, NS_PER_MS);
    duplicate(&rig, RIG_SENDER, 6, NS_PER_MS);
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->received, 10);
    assert_int_equal(round->duplicate, 2);
    assert_int_equal(round->sd.lost + round->ds.lost + round->lost_unknown, 0);
    rig_fini(&rig);
}

/* The replies to 3 and 7 are overtaken by the next two and the next one. */
static void test_reordered_replies_are_counted_and_measured(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    delay_reply(&rig, 3, 50 * NS_PER_MS);
    delay_reply(&rig, 7, 30 * NS_PER_MS);
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->received, 10);
    assert_int_equal(round->out_of_order, 2);
    assert_int_equal(round->rtt.max_ns, 70 * NS_PER_MS);
    assert_int_equal(round->sd.lost + round->ds.lost + round->lost_unknown, 0);
    rig_fini(&rig);
}

static void test_reordered_requests_lose_nothing(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    scenario_rule(&rig, RIG_SENDER,
                  (struct simnet_rule){SIMNET_PROBE, 4, SIMNET_DELAY, 30 * NS_PER_MS});
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->received, 10);
    assert_int_equal(round->out_of_order, 1);
    assert_int_equal(round->sd.lost + round->ds.lost + round->lost_unknown, 0);
    rig_fini(&rig);
}

static void test_bottleneck_queues_then_drops_towards_the_responder(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    struct simnet_link *link = simnet_link(&rig.world.net, RIG_SENDER, RIG_RESPONDER);
    link->rate_bps = 16000; /* a packet of 60 bytes takes 30 ms, one comes every 20 ms */
    link->queue_ns = 45 * NS_PER_MS;
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->packets.count = 40;
    rig_apply_one(&rig, spec);
    const struct round *round = scenario_run(&rig, 8 * NS_PER_SECOND);
    assert_true(rig.world.net.overflowed > 5);
    assert_int_equal(round->sd.lost + round->lost_unknown, rig.world.net.overflowed);
    assert_int_equal(round->ds.lost, 0);
    assert_true(round->rtt.max_ns > 70 * NS_PER_MS);
    rig_fini(&rig);
}

static void test_unsent_packets_are_not_lost(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    struct world_process *sender = &rig.world.processes[rig.engines[0].process];
    sender->fail_probe[0] = 3;
    sender->fail_probe[1] = 4;
    sender->fail_probe[2] = 10;
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->planned, 10);
    assert_int_equal(round->sent, 7);
    assert_int_equal(round->unsent, 3);
    assert_int_equal(round->received, 7);
    assert_int_equal(round->outcome, OUTCOME_OK);
    rig_fini(&rig);
}

static void test_nothing_sent_is_a_local_failure(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    rig.world.processes[rig.engines[0].process].fail_send_ppm = 1000000;
    rig_apply_one(&rig, rig_spec("a", RIG_RESPONDER_IP, RIG_PORT));
    const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_LOCAL);
    assert_int_equal(round->unsent, 10);
    assert_int_equal(round->sent, 0);
    rig_fini(&rig);
}

static void test_corrupted_datagrams_only_cost_packets(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    rig.world.net.links[RIG_SENDER][RIG_RESPONDER].corrupt_ppm = 300000;
    rig.world.net.links[RIG_RESPONDER][RIG_SENDER].corrupt_ppm = 300000;
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->packets.count = 100;
    rig_apply_one(&rig, spec);
    world_run(&rig.world, 200 * NS_PER_SECOND);
    const struct report *report = scenario_result(&rig);
    assert_null(round_imbalance(&report->latest));
    assert_null(tally_imbalance(&report->tally));
    assert_true(report->tally.received > 100);
    assert_true(report->tally.received < report->tally.sent);
    assert_true(report->tally.corrupt > 0);
    rig_fini(&rig);
}

static void test_echo_is_exact(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    add_timing(&rig);
    rig_apply_one(&rig, echo_spec());
    const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_OK);
    assert_int_equal(round->received, 1);
    assert_int_equal(round->processing.count, 0);
    rig_fini(&rig);
}

static void test_lost_echo_has_no_direction(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    scenario_drop_probe(&rig, RIG_RESPONDER, 1);
    rig_apply_one(&rig, echo_spec());
    const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_TIMEOUT);
    assert_int_equal(round->lost_unknown, 1);
    rig_fini(&rig);
}

static void test_echo_duplicate_is_counted(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    duplicate(&rig, RIG_SENDER, 1, NS_PER_MS);
    duplicate(&rig, RIG_RESPONDER, 1, 3 * NS_PER_MS);
    rig_apply_one(&rig, echo_spec());
    const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->received, 1);
    assert_int_equal(round->duplicate, 2);
    rig_fini(&rig);
}

static void test_over_threshold_packets_are_counted(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    delay_reply(&rig, 2, 5 * NS_PER_MS);
    delay_reply(&rig, 3, 5 * NS_PER_MS + 1);
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->results.threshold_ns = 25 * NS_PER_MS;
    rig_apply_one(&rig, spec);
    const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->over_threshold, 1);
    assert_int_equal(round->return_code, RETURN_CODE_OK);
    rig_fini(&rig);
}

/* Two runs from one source port; the reply to packet 5 of the first comes when the second is at 7.
 */
static void test_stale_reply_of_the_run_before_is_not_taken(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    delay_reply(&rig, 5, 10 * NS_PER_SECOND + 20 * NS_PER_MS);
    scenario_drop_probe(&rig, RIG_SENDER, 15);
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->path.source = (struct addr){.family = ADDR_IPV4, .port = 7000};
    rig_apply_one(&rig, spec);
    assert_int_equal(scenario_run(&rig, 8 * NS_PER_SECOND)->ds.lost, 1);
    const struct round *round = scenario_run(&rig, 10 * NS_PER_SECOND);
    assert_int_equal(round->received, 9);
    assert_int_equal(round->duplicate, 0);
    assert_int_equal(round->sd.lost, 1);
    assert_int_equal(round->rtt.max_ns, 20 * NS_PER_MS);
    rig_fini(&rig);
}

/* What the spec says goes out, what comes back is told: the responder sends TTL 255 and the TOS
 * byte of the probe; one hop lies between. */
static void test_options_travel(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->path.tos = 0xb8;
    spec->path.options = (struct io_options){.ttl = 255, .dont_fragment = true};
    spec->packets.bytes = WORLD_UNFRAGMENTED_MAX;
    rig_apply_one(&rig, spec);
    const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->received, 10);
    assert_true(round->has_reply);
    assert_int_equal(round->reply_tos, 0xb8);
    assert_int_equal(round->reply_ttl, 254);
    rig_fini(&rig);
}

/* DF and one byte too many: nothing leaves, nothing is lost, and the reason is known. */
static void test_unfragmentable_packets_are_unsent(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->path.options.dont_fragment = true;
    spec->packets.bytes = WORLD_UNFRAGMENTED_MAX + 1;
    rig_apply_one(&rig, spec);
    const struct round *round = scenario_run(&rig, 5 * NS_PER_SECOND);
    assert_int_equal(round->outcome, OUTCOME_LOCAL);
    assert_int_equal(round->error, EMSGSIZE);
    assert_int_equal(round->unsent_error, EMSGSIZE);
    assert_int_equal(round->unsent, 10);
    assert_int_equal(round->sent, 0);
    assert_false(round->has_reply);
    rig_fini(&rig);
}

/* A path of 1.5 s, a timeout of 0.9 s, an operation each second from the same port: each reply
 * comes while the next operation waits for its own. */
static void test_late_echo_is_not_the_next_one(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct rig rig;
        struct fake fake = {.port = 50000};
        rig_init_pair(&rig);
        rig_add_fake(&rig, RIG_RESPONDER, &fake);
        rig.world.net.links[RIG_SENDER][RIG_RESPONDER].delay_ns = 750 * NS_PER_MS;
        rig.world.net.links[RIG_RESPONDER][RIG_SENDER].delay_ns = 750 * NS_PER_MS;
        struct spec *spec = echo_spec();
        spec->control.version = CONTROL_NONE;
        spec->schedule.frequency_ns = NS_PER_SECOND;
        spec->schedule.timeout_ns = 900 * NS_PER_MS;
        spec->path.source = (struct addr){.family = ADDR_IPV4, .port = 40000};
        spec->packets.verify_data = i > 0;
        assert_true(i < 2 || pattern_parse("00", &spec->packets.pattern));
        rig_apply_one(&rig, spec);
        world_run(&rig.world, 11 * NS_PER_SECOND - 1);
        const struct tally *tally = &scenario_result(&rig)->tally;
        assert_int_equal(tally->operations, 11);
        assert_int_equal(tally->failures[OUTCOME_TIMEOUT], 11);
        assert_int_equal(tally->received, 0);
        rig_fini(&rig);
    }
}

/* What the path refuses is neither sent nor lost, and the rest of the operation stays here; the
 * next operation asks again, so a path that healed is measured at once. */
static void test_path_that_takes_less(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->path.options.dont_fragment = true;
    spec->packets.bytes = 1200;
    rig_apply_one(&rig, spec);
    /* In the middle of an operation: four packets have passed, the fifth and sixth leave in vain.
     */
    world_run(&rig.world, 20 * NS_PER_MS + 70 * NS_PER_MS);
    rig.world.path_bytes_max = 1199;
    world_run(&rig.world, 5 * NS_PER_SECOND);
    struct round round = scenario_result(&rig)->latest;
    assert_int_equal(round.outcome, OUTCOME_OK);
    assert_int_equal(round.received, 4);
    assert_int_equal(round.sent, 4);
    assert_int_equal(round.unsent, 6);
    assert_int_equal(round.unsent_error, EMSGSIZE);
    assert_null(round_imbalance(&round));
    /* From the first packet on. */
    world_run(&rig.world, 10 * NS_PER_SECOND);
    round = scenario_result(&rig)->latest;
    assert_int_equal(round.outcome, OUTCOME_LOCAL);
    assert_int_equal(round.error, EMSGSIZE);
    assert_int_equal(round.sent, 0);
    assert_int_equal(round.unsent, 10);
    rig.world.path_bytes_max = 1200;
    assert_int_equal(scenario_run(&rig, 10 * NS_PER_SECOND)->received, 10);
    rig_fini(&rig);
}

/* An operation of one packet knows at once. */
static void test_path_that_takes_less_than_an_echo(void **state)
{
    (void)state;
    struct rig rig;
    rig_init_default(&rig);
    struct spec *spec = rig_spec("a", RIG_RESPONDER_IP, RIG_PORT);
    spec->operation = &operation_udp_echo;
    spec->packets.count = 1;
    spec->path.options.dont_fragment = true;
    spec->packets.bytes = 1200;
    rig.world.path_bytes_max = 1199;
    rig_apply_one(&rig, spec);
    const struct round *round = scenario_run(&rig, 100 * NS_PER_MS);
    assert_int_equal(round->outcome, OUTCOME_LOCAL);
    assert_int_equal(round->error, EMSGSIZE);
    assert_int_equal(round->unsent, 1);
    rig_fini(&rig);
}

int scenarios_path(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_late_echo_is_not_the_next_one),
        cmocka_unit_test(test_clean_path_is_exact),
        cmocka_unit_test(test_socket_drops),
        cmocka_unit_test(test_processing_and_truncated_stamps_are_exact),
        cmocka_unit_test(test_round_trip_is_never_negative),
        cmocka_unit_test(test_packets_keep_an_absolute_schedule),
        cmocka_unit_test(test_loss_towards_the_responder),
        cmocka_unit_test(test_loss_on_the_way_back),
        cmocka_unit_test(test_loss_in_both_directions_in_one_gap),
        cmocka_unit_test(test_loss_of_the_tail_has_no_direction),
        cmocka_unit_test(test_all_probes_lost_is_a_timeout),
        cmocka_unit_test(test_reply_at_the_timeout_is_received_and_after_it_late),
        cmocka_unit_test(test_late_reply_takes_part_in_attribution),
        cmocka_unit_test(test_late_replies_are_waited_for_two_seconds),
        cmocka_unit_test(test_waiting_for_late_replies_ends_before_the_next_start),
        cmocka_unit_test(test_duplicated_replies_do_not_change_received),
        cmocka_unit_test(test_duplicate_long_after_the_last_answer_finds_nobody),
        cmocka_unit_test(test_duplicated_requests_do_not_change_received),
        cmocka_unit_test(test_reordered_replies_are_counted_and_measured),
        cmocka_unit_test(test_reordered_requests_lose_nothing),
        cmocka_unit_test(test_bottleneck_queues_then_drops_towards_the_responder),
        cmocka_unit_test(test_unsent_packets_are_not_lost),
        cmocka_unit_test(test_nothing_sent_is_a_local_failure),
        cmocka_unit_test(test_corrupted_datagrams_only_cost_packets),
        cmocka_unit_test(test_echo_is_exact),
        cmocka_unit_test(test_lost_echo_has_no_direction),
        cmocka_unit_test(test_echo_duplicate_is_counted),
        cmocka_unit_test(test_over_threshold_packets_are_counted),
        cmocka_unit_test(test_stale_reply_of_the_run_before_is_not_taken),
        cmocka_unit_test(test_options_travel),
        cmocka_unit_test(test_unfragmentable_packets_are_unsent),
        cmocka_unit_test(test_path_that_takes_less),
        cmocka_unit_test(test_path_that_takes_less_than_an_echo),
    };
    return cmocka_run_group_tests_name("paths", tests, NULL, NULL);
}
