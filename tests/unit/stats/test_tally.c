/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "stats/tally.h"

#include "base/mem.h"
#include "support/cm.h"

static struct way way(uint32_t lost)
{
    struct way way = {.lost = lost};
    way.jitter.samples = 5;
    moments_add(&way.jitter.positive, 100);
    moments_add(&way.jitter.positive, 200);
    moments_add(&way.jitter.negative, 40 + lost);
    return way;
}

static struct round round_of(enum outcome outcome, enum return_code return_code)
{
    return (struct round){
        .outcome = outcome,
        .return_code = return_code,
        .control_retries = 2,
        .planned = 40,
        .sent = 37,
        .unsent = 3,
        .received = 20,
        .late = 4,
        .lost_unknown = 2,
        .duplicate = 5,
        .out_of_order = 6,
        .corrupt = 7,
        .over_threshold = 8,
        .missed = 2,
        .sent_late = 9,
        .queued = 4,
        .queue_dropped = 5,
        .unprocessed = 11,
        .reordering = {12, 13, 14},
        .negative = 15,
        .responder_steps = 16,
        .one_way = ONE_WAY_OFFSET,
        .sd = way(1),
        .ds = way(10),
    };
}

static void assert_way(const struct way_tally *tally, uint64_t lost, int64_t negative_ns)
{
    assert_int_equal(tally->lost, lost);
    assert_int_equal(tally->positive_samples, 4);
    assert_int_equal(tally->negative_samples, 2);
    assert_true(tally->positive_ns == 600);
    assert_true(tally->negative_ns == negative_ns);
}

static void test_adds_every_field(void **state)
{
    (void)state;
    struct tally tally = {.operations = 9, .skipped = 8};
    struct round round = round_of(OUTCOME_OK, RETURN_CODE_OVER_THRESHOLD);
    tally_add(&tally, &round);
    tally_add(&tally, &round);
    assert_int_equal(tally.operations, 11);
    assert_int_equal(tally.skipped, 8);
    assert_int_equal(tally.over_threshold_operations, 2);
    assert_int_equal(tally.sent, 74);
    assert_int_equal(tally.unsent, 6);
    assert_int_equal(tally.received, 40);
    assert_int_equal(tally.late, 8);
    assert_int_equal(tally.lost_unknown, 4);
    assert_int_equal(tally.duplicate, 10);
    assert_int_equal(tally.out_of_order, 12);
    assert_int_equal(tally.corrupt, 14);
    assert_int_equal(tally.over_threshold, 16);
    assert_int_equal(tally.control_retries, 4);
    assert_int_equal(tally.missed, 4);
    assert_int_equal(tally.sent_late, 18);
    assert_int_equal(tally.queued, 8);
    assert_int_equal(tally.queue_dropped, 10);
    assert_int_equal(tally.unprocessed, 22);
    assert_int_equal(tally.reordered_sd, 24);
    assert_int_equal(tally.reordered_ds, 26);
    assert_int_equal(tally.reordered_both, 28);
    assert_int_equal(tally.negative, 30);
    assert_int_equal(tally.responder_steps, 32);
    assert_way(&tally.sd, 2, 82);
    assert_way(&tally.ds, 20, 100);
    for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
        assert_int_equal(tally.failures[i], 0);
    }
}

/* What was shown, and what never was there, is not withheld. */
static void test_withheld_by_reason(void **state)
{
    (void)state;
    struct tally tally = {0};
    for (unsigned i = 0; i < ONE_WAY_COUNT; i++) {
        struct round round = {.one_way = (enum one_way)i};
        tally_add(&tally, &round);
    }
    for (unsigned i = 0; i < ONE_WAY_COUNT; i++) {
        assert_int_equal(tally.withheld[i], i > ONE_WAY_NO_SAMPLES);
    }
}

static void test_failures_by_outcome(void **state)
{
    (void)state;
    struct tally tally = {0};
    for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
        for (unsigned times = 0; times < i; times++) {
            struct round round = {.outcome = (enum outcome)i, .return_code = RETURN_CODE_ERROR};
            tally_add(&tally, &round);
        }
    }
    for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
        assert_int_equal(tally.failures[i], i);
    }
    assert_int_equal(tally.over_threshold_operations, 0);
}

/* round_compute through tally_sinks: single values land in the tally's histograms, each in its own.
 */
static uint64_t count_native(const struct hist *hist)
{
    uint64_t count = hist->native->zeros;
    for (size_t i = 0; i < hist->native->used; i++) {
        count += hist->native->buckets[i].count;
    }
    return count;
}

static void test_sinks(void **state)
{
    (void)state;
    const struct round_rules rules = {.threshold_ns = 1000, .resolution_ns = 1};
    struct sample items[] = {
        {.t1_ns = 0,
         .t2_ns = 10,
         .t3_ns = 13,
         .t4_ns = 20,
         .responder_seq = 1,
         .fate = FATE_RECEIVED,
         .has_remote_times = true},
        {.t1_ns = 100,
         .t2_ns = 115,
         .t3_ns = 117,
         .t4_ns = 123,
         .responder_seq = 2,
         .fate = FATE_RECEIVED,
         .has_remote_times = true},
    };
    uint32_t arrival[] = {0, 1};
    const struct samples samples = {items, 2, arrival, 2, NULL};
    struct tally tally = {0};
    struct round round = {0};
    struct round_sinks sinks = tally_sinks(&tally, &hist_layout_default, HIST_BOTH);
    round_compute(&round, &samples, &rules, &sinks);
    assert_int_equal(tally.rtt.count, 2);
    assert_true(tally.rtt.sum_ns == 17 + 21);
    assert_int_equal(tally.processing.count, 2);
    assert_true(tally.processing.sum_ns == 3 + 2);
    assert_int_equal(tally.sd.jitter.count, 1);
    assert_true(tally.sd.jitter.sum_ns == 5);
    assert_int_equal(tally.ds.jitter.count, 1);
    assert_true(tally.ds.jitter.sum_ns == 1);
    tally_add(&tally, &round);
    assert_int_equal(tally.rtt.count, 2);

    /* the worst packet of round trip and jitter, and no other */
    assert_int_equal(tally.rtt.worst.sequence, 2);
    assert_true(tally.rtt.worst.value_ns == 21 && tally.rtt.worst.at.ns == 123);
    assert_int_equal(tally.sd.jitter.worst.sequence, 2);
    assert_true(tally.sd.jitter.worst.value_ns == 5);
    assert_int_equal(tally.processing.worst.sequence, 0);

    /* a copy goes on alone, with the worst packet of its own operation */
    struct tally copy = tally;
    tally_own(&copy);
    sinks = tally_sinks(&copy, &hist_layout_default, HIST_BOTH);
    assert_int_equal(copy.rtt.worst.sequence, 0);
    round_compute(&round, &samples, &rules, &sinks);
    assert_int_equal(copy.rtt.worst.sequence, 2);
    assert_int_equal(count_native(&copy.rtt), 4);
    assert_int_equal(count_native(&tally.rtt), 2);
    assert_int_equal(count_native(&copy.ds.jitter), copy.ds.jitter.count);
    tally_fini(&copy);
    tally_fini(&tally);
}

static void test_classic_alone(void **state)
{
    (void)state;
    struct tally tally = {0};
    assert_false(tally_sinks(&tally, &hist_layout_default, HIST_CLASSIC).keeps_native);
    assert_true(tally_sinks(&tally, &hist_layout_default, HIST_NATIVE).keeps_native);
}

static void test_reductions_are_summed(void **state)
{
    (void)state;
    struct tally tally = {0};
    assert_int_equal(tally_resolution_reductions(&tally), 0);
    tally.one_way = mem_alloc(1, sizeof *tally.one_way);
    for (int64_t value_ns = 1; value_ns < (int64_t)1 << 40; value_ns += value_ns / 20 + 1) {
        native_observe(&tally.rtt.native, value_ns);
        native_observe(&tally.one_way->ds.native, value_ns);
    }
    assert_int_equal(tally_resolution_reductions(&tally), 2);
    tally_fini(&tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_adds_every_field),    cmocka_unit_test(test_withheld_by_reason),
        cmocka_unit_test(test_failures_by_outcome), cmocka_unit_test(test_sinks),
        cmocka_unit_test(test_classic_alone),       cmocka_unit_test(test_reductions_are_summed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
