/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The worked cases: ten packets, 20 ms apart, with known delays both ways, in milliseconds. */
#include "stats/round.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "support/build.h"
#include "support/cm.h"

#define MS(value) ((value)*NS_PER_MS)
enum { PACKETS = 10, LOST = 0 };

static const int64_t delay_sd[PACKETS] = {10, 12, 11, 11, 15, 10, 10, 10, 13, 10};
static const int64_t delay_ds[PACKETS] = {8, 8, 9, 8, 8, 10, 8, 8, 8, 8};
static const int64_t processing[PACKETS] = {1, 1, 2, 1, 1, 1, 1, 1, 1, 1};

struct operation_run {
    struct sample samples[PACKETS];
    uint32_t arrival[PACKETS];
    uint32_t arrivals;
    struct round_rules rules;
    struct round_sinks sinks;
    struct round round;
};

/* `responder_seq[i]` is what packet i + 1 brings back, LOST (0) when it does not come back. */
static void prepare(struct operation_run *run, const uint32_t responder_seq[PACKETS])
{
    memset(run, 0, sizeof *run);
    run->rules = (struct round_rules){.threshold_ns = MS(5000), .resolution_ns = MS(1)};
    for (uint32_t i = 0; i < PACKETS; i++) {
        struct sample *sample = &run->samples[i];
        sample->t1_ns = MS(20 * (int64_t)i);
        sample->fate = FATE_SENT;
        if (responder_seq[i] == LOST) {
            continue;
        }
        sample->fate = FATE_RECEIVED;
        sample->t2_ns = sample->t1_ns + MS(delay_sd[i]);
        sample->t3_ns = sample->t2_ns + MS(processing[i]);
        sample->t4_ns = sample->t3_ns + MS(delay_ds[i]);
        sample->responder_seq = responder_seq[i];
        sample->has_remote_times = true;
        run->arrival[run->arrivals++] = i;
    }
}

static const struct round *compute(struct operation_run *run)
{
    struct counted *counted = build_counted(run->samples, PACKETS);
    const struct samples samples = {run->samples, PACKETS, run->arrival, run->arrivals, counted};
    round_compute(&run->round, &samples, &run->rules, &run->sinks);
    build_counted_free(counted);
    return &run->round;
}

/* What moments must hold, in ms. */
struct expected {
    uint32_t count;
    int64_t sum;
    double sum2;
    int64_t min, max;
};

static void assert_moments(const struct moments *moments, struct expected expected)
{
    assert_int_equal(moments->count, expected.count);
    assert_true(moments->sum_ns == MS(expected.sum));
    assert_near(moments->sum2_ns2, expected.sum2 * 1e12, 1);
    assert_true(moments->min_ns == MS(expected.min));
    assert_true(moments->max_ns == MS(expected.max));
}

static void assert_losses(const struct round *round, uint32_t sd, uint32_t ds, uint32_t unknown)
{
    assert_int_equal(round->sd.lost, sd);
    assert_int_equal(round->ds.lost, ds);
    assert_int_equal(round->lost_unknown, unknown);
}

static void assert_conserved(const struct round *round)
{
    assert_int_equal(round->sent, round->received + round->sd.lost + round->ds.lost +
                                      round->lost_unknown + round->late + round->dropped_here);
}

static void assert_periods(const struct loss_periods *periods, uint32_t count, uint32_t min,
                           uint32_t max)
{
    assert_int_equal(periods->count, count);
    assert_int_equal(periods->length_min, min);
    assert_int_equal(periods->length_max, max);
}

static const uint32_t case_a[PACKETS] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

static void assert_case_a_jitter(const struct round *round)
{
    const struct jitter *sd = &round->sd.jitter, *ds = &round->ds.jitter;
    assert_int_equal(sd->samples, 9);
    assert_moments(&sd->positive, (struct expected){3, 9, 29, 2, 4});
    assert_moments(&sd->negative, (struct expected){3, 9, 35, 1, 5});
    assert_true(sd->min_ns == 0 && sd->max_ns == MS(5));
    assert_near(jitter_average_ns(sd), 3e6, 1e-3);
    assert_int_equal(ds->samples, 9);
    assert_moments(&ds->positive, (struct expected){2, 3, 5, 1, 2});
    assert_moments(&ds->negative, (struct expected){2, 3, 5, 1, 2});
    assert_true(ds->min_ns == 0 && ds->max_ns == MS(2));
    assert_near(jitter_average_ns(ds), 1.5e6, 1e-3);
    double sum = (double)(sd->positive.sum_ns + sd->negative.sum_ns + ds->positive.sum_ns +
                          ds->negative.sum_ns);
    assert_near(sum / 10, 2.4e6, 1e-3);
    assert_near(sd->interarrival_ns, 0.900e6, 500);
    assert_near(ds->interarrival_ns, 0.282e6, 500);
}

static void test_case_a(void **state)
{
    (void)state;
    struct operation_run run;
    prepare(&run, case_a);
    run.rules.trust_clocks = true;
    const struct round *round = compute(&run);
    assert_int_equal(round->sent, 10);
    assert_int_equal(round->received, 10);
    assert_moments(&round->rtt, (struct expected){10, 195, 3827, 18, 23});
    assert_near(moments_average_ns(&round->rtt), 19.5e6, 1e-3);
    assert_near(moments_stddev_ns(&round->rtt), 1e6 * 1.5652475842498528, 1);
    assert_moments(&round->processing, (struct expected){10, 11, 13, 1, 2});
    assert_case_a_jitter(round);
    assert_moments(&round->sd.delay, (struct expected){10, 112, 1280, 10, 15});
    assert_moments(&round->ds.delay, (struct expected){10, 83, 693, 8, 10});
    assert_losses(round, 0, 0, 0);
    assert_periods(&round->sd.periods, 0, 0, 0);
    assert_periods(&round->ds.periods, 0, 0, 0);
    assert_int_equal(round->unsent + round->late + round->out_of_order + round->over_threshold, 0);
}

static void test_clocks_are_not_trusted_unless_told(void **state)
{
    (void)state;
    struct operation_run run;
    prepare(&run, case_a);
    const struct round *round = compute(&run);
    assert_int_equal(round->sd.delay.count, 0);
    assert_int_equal(round->ds.delay.count, 0);
    assert_case_a_jitter(round);
}

/* 4 lost towards the responder, 7 on the way back, 10 at the end. */
static const uint32_t case_b[PACKETS] = {1, 2, 3, LOST, 4, 5, LOST, 7, 8, LOST};

static void test_case_b(void **state)
{
    (void)state;
    struct operation_run run;
    prepare(&run, case_b);
    const struct round *round = compute(&run);
    assert_int_equal(round->received, 7);
    assert_true(round->rtt.sum_ns == MS(140));
    assert_losses(round, 1, 1, 1);
    assert_conserved(round);
    assert_periods(&round->sd.periods, 1, 1, 1);
    assert_periods(&round->ds.periods, 1, 1, 1);
    /* sd: 2 -1 -5 3   ds: 0 1 -1 2 0 */
    assert_int_equal(round->sd.jitter.samples, 4);
    assert_moments(&round->sd.jitter.positive, (struct expected){2, 5, 13, 2, 3});
    assert_moments(&round->sd.jitter.negative, (struct expected){2, 6, 26, 1, 5});
    assert_int_equal(round->ds.jitter.samples, 5);
    assert_moments(&round->ds.jitter.positive, (struct expected){2, 3, 5, 1, 2});
    assert_moments(&round->ds.jitter.negative, (struct expected){1, 1, 1, 1, 1});
}

static const uint32_t case_c[PACKETS] = {1, 2, 3, 4, LOST, LOST, 5, 6, 7, 8};

static void test_case_c(void **state)
{
    (void)state;
    struct operation_run run;
    prepare(&run, case_c);
    const struct round *round = compute(&run);
    assert_int_equal(round->received, 8);
    assert_losses(round, 2, 0, 0);
    assert_conserved(round);
    assert_periods(&round->sd.periods, 1, 2, 2);
    assert_periods(&round->ds.periods, 0, 0, 0);
    /* sd: 2 -1 0 0 3 -3   ds: 0 1 -1 0 0 0 0 */
    assert_int_equal(round->sd.jitter.samples, 6);
    assert_moments(&round->sd.jitter.positive, (struct expected){2, 5, 13, 2, 3});
    assert_moments(&round->sd.jitter.negative, (struct expected){2, 4, 10, 1, 3});
    assert_int_equal(round->ds.jitter.samples, 7);
    assert_moments(&round->ds.jitter.positive, (struct expected){1, 1, 1, 1, 1});
    assert_moments(&round->ds.jitter.negative, (struct expected){1, 1, 1, 1, 1});
}

/* As A with the responder's clock 12 ms behind. */
static void test_case_d(void **state)
{
    (void)state;
    struct operation_run run;
    prepare(&run, case_a);
    run.rules.trust_clocks = true;
    for (uint32_t i = 0; i < PACKETS; i++) {
        run.samples[i].t2_ns -= MS(12);
        run.samples[i].t3_ns -= MS(12);
    }
    const struct round *round = compute(&run);
    assert_moments(&round->rtt, (struct expected){10, 195, 3827, 18, 23});
    assert_case_a_jitter(round);
    assert_moments(&round->sd.delay, (struct expected){3, 4, 10, 0, 3});
    assert_moments(&round->ds.delay, (struct expected){3, 60, 1200, 20, 20});
}

/* The responder's clock 9 ms ahead: now the way back comes out negative. */
static void test_clock_ahead(void **state)
{
    (void)state;
    struct operation_run run;
    prepare(&run, case_a);
    run.rules.trust_clocks = true;
    for (uint32_t i = 0; i < PACKETS; i++) {
        run.samples[i].t2_ns += MS(9);
        run.samples[i].t3_ns += MS(9);
    }
    const struct round *round = compute(&run);
    assert_moments(&round->sd.delay, (struct expected){2, 39, 761, 19, 20});
    assert_moments(&round->ds.delay, (struct expected){2, 1, 1, 0, 1});
}

static void test_nothing_received(void **state)
{
    (void)state;
    static const uint32_t nothing[PACKETS] = {LOST};
    struct operation_run run;
    prepare(&run, nothing);
    const struct round *round = compute(&run);
    assert_int_equal(round->sent, 10);
    assert_int_equal(round->received, 0);
    assert_losses(round, 0, 0, 10);
    assert_moments(&round->rtt, (struct expected){0, 0, 0, 0, 0});
    assert_near(moments_average_ns(&round->rtt), 0, 0);
    assert_near(moments_stddev_ns(&round->rtt), 0, 0);
    assert_near(jitter_average_ns(&round->sd.jitter), 0, 0);
    assert_int_equal(round->sd.jitter.samples + round->ds.jitter.samples, 0);
}

static void test_tail_loss(void **state)
{
    (void)state;
    static const uint32_t tail[PACKETS] = {1, 2, 3, 4, 5, 6, LOST, LOST, LOST, LOST};
    struct operation_run run;
    prepare(&run, tail);
    assert_losses(compute(&run), 0, 0, 4);
    assert_periods(&run.round.sd.periods, 0, 0, 0);
}

static void test_head_loss(void **state)
{
    (void)state;
    static const uint32_t head_sd[PACKETS] = {LOST, LOST, 1, 2, 3, 4, 5, 6, 7, 8};
    static const uint32_t head_ds[PACKETS] = {LOST, LOST, 3, 4, 5, 6, 7, 8, 9, 10};
    struct operation_run run;
    prepare(&run, head_sd);
    assert_losses(compute(&run), 2, 0, 0);
    prepare(&run, head_ds);
    assert_losses(compute(&run), 0, 2, 0);
}

static void test_both_directions_in_one_gap(void **state)
{
    (void)state;
    static const uint32_t mixed[PACKETS] = {1, LOST, LOST, LOST, 3, 4, 5, 6, 7, 8};
    struct operation_run run;
    prepare(&run, mixed);
    assert_losses(compute(&run), 2, 1, 0);
}

/* Lost towards the responder: 3, 7, and 9. */
static void test_loss_periods(void **state)
{
    (void)state;
    static const uint32_t losses[PACKETS] = {1, 2, LOST, 3, 4, 5, LOST, 6, LOST, 7};
    struct operation_run run;
    prepare(&run, losses);
    const struct round *round = compute(&run);
    assert_losses(round, 3, 0, 0);
    assert_periods(&round->sd.periods, 3, 1, 1);
    assert_int_equal(round->sd.periods.between_min, 1);
    assert_int_equal(round->sd.periods.between_max, 3);
}

static void test_late_packets(void **state)
{
    (void)state;
    struct operation_run run;
    prepare(&run, case_a);
    run.samples[4].fate = FATE_LATE;
    run.samples[9].fate = FATE_LATE;
    const struct round *round = compute(&run);
    assert_int_equal(round->sent, 10);
    assert_int_equal(round->received, 8);
    assert_int_equal(round->late, 2);
    assert_losses(round, 0, 0, 0);
    assert_conserved(round);
    assert_int_equal(round->rtt.count, 8);
    assert_true(round->rtt.sum_ns == MS(195 - 23 - 18));
}

/* A late answer still tells where the packets before it were lost. */
static void test_late_packet_ends_a_gap(void **state)
{
    (void)state;
    static const uint32_t losses[PACKETS] = {1, 2, 3, 4, 5, 6, 7, LOST, 9, LOST};
    struct operation_run run;
    prepare(&run, losses);
    run.samples[8].fate = FATE_LATE;
    assert_losses(compute(&run), 0, 1, 1);
    assert_conserved(&run.round);
}

/* 4 never left; 5 was lost towards the responder. */
static void test_unsent_packets(void **state)
{
    (void)state;
    static const uint32_t unsent[PACKETS] = {1, 2, 3, LOST, LOST, 4, 5, 6, 7, 8};
    struct operation_run run;
    prepare(&run, unsent);
    run.samples[3].fate = FATE_UNSENT;
    const struct round *round = compute(&run);
    assert_int_equal(round->sent, 9);
    assert_int_equal(round->unsent, 1);
    assert_losses(round, 1, 0, 0);
    assert_conserved(round);
}

static void test_unsent_packet_is_no_loss(void **state)
{
    (void)state;
    static const uint32_t unsent[PACKETS] = {1, 2, 3, LOST, 4, 5, 6, 7, 8, LOST};
    struct operation_run run;
    prepare(&run, unsent);
    run.samples[3].fate = FATE_UNSENT;
    run.samples[9].fate = FATE_UNSENT;
    const struct round *round = compute(&run);
    assert_losses(round, 0, 0, 0);
    assert_int_equal(round->unsent, 2);
    assert_int_equal(round->sd.jitter.samples, 6); /* 3-5 were not sent one after the other */
    assert_int_equal(round->ds.jitter.samples, 7);
}

/* A responder that copies our sequence number makes every loss look like one on the way back. */
static void test_copying_responder(void **state)
{
    (void)state;
    static const uint32_t copied[PACKETS] = {1, 2, 3, LOST, 5, 6, LOST, LOST, 9, 10};
    struct operation_run run;
    prepare(&run, copied);
    assert_losses(compute(&run), 0, 3, 0);
    assert_periods(&run.round.ds.periods, 2, 1, 2);
}

/* The protocol carries no count: nothing can be said about the direction. */
static void test_no_responder_count(void **state)
{
    (void)state;
    struct operation_run run;
    prepare(&run, case_b);
    for (uint32_t i = 0; i < PACKETS; i++) {
        run.samples[i].responder_seq = 0;
        run.samples[i].has_remote_times = false;
    }
    const struct round *round = compute(&run);
    assert_losses(round, 0, 0, 3);
    assert_int_equal(round->sd.jitter.samples + round->ds.jitter.samples, 0);
    assert_int_equal(round->processing.count, 0);
}

static void test_nonsense_counts_conserve(void **state)
{
    (void)state;
    static const uint32_t nonsense[][PACKETS] = {
        {60000, 2, LOST, 3, LOST, 4, 5, 6, LOST, LOST},
        {10, 9, LOST, 8, 7, LOST, 6, 5, LOST, 4},
        {1, UINT16_MAX, LOST, 1, LOST, UINT32_MAX, LOST, 5, LOST, 5},
        {5, 5, LOST, 5, 5, LOST, LOST, 5, 5, 5},
    };
    for (size_t i = 0; i < sizeof nonsense / sizeof nonsense[0]; i++) {
        struct operation_run run;
        prepare(&run, nonsense[i]);
        assert_conserved(compute(&run));
        prepare(&run, nonsense[i]);
        run.samples[7].responder_seq = 0;
        assert_conserved(compute(&run));
    }
}

/* 4 and 5 came after 6; 8 after 9. */
static void test_out_of_order(void **state)
{
    (void)state;
    static const uint32_t order[PACKETS] = {0, 1, 2, 5, 3, 4, 6, 8, 7, 9};
    struct operation_run run;
    prepare(&run, case_a);
    memcpy(run.arrival, order, sizeof order);
    const struct round *round = compute(&run);
    assert_int_equal(round->out_of_order, 3);
    assert_int_equal(round->received, 10);
    assert_int_equal(round->rtt.count, 10);
    assert_int_equal(round->sd.jitter.samples, 9);
    assert_moments(&round->sd.jitter.positive, (struct expected){3, 9, 29, 2, 4});
}

static void test_sample_rtt(void **state)
{
    (void)state;
    static const struct {
        int64_t elapsed_us, processing_ms, rtt_us;
    } rows[] = {
        {19000, 0, 19000}, {19000, 1, 18000}, {19000, 19, 0}, {400, 0, 400},
        {400, 1, 400}, /* a truncated step too many */
        {1400, 2, 400},    {999, 1, 999},     {1000, 1, 0},   {400, 2, -1},
        {1400, 3, -1},     {-1000, 0, -1},    {0, 0, 0},      {0, 1, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sample sample = {.t1_ns = MS(777), .t2_ns = MS(5)};
        sample.t3_ns = sample.t2_ns + MS(rows[i].processing_ms);
        sample.t4_ns = sample.t1_ns + rows[i].elapsed_us * NS_PER_US;
        int64_t expected = rows[i].rtt_us < 0 ? -1 : rows[i].rtt_us * NS_PER_US;
        if (sample_rtt_ns(&sample, MS(1)) != expected) {
            fail_msg("row %zu: %lld", i, (long long)sample_rtt_ns(&sample, MS(1)));
        }
    }
}

static void test_threshold_is_exclusive(void **state)
{
    (void)state;
    struct operation_run run;
    prepare(&run, case_a);
    run.rules.threshold_ns = MS(18); /* RTTs: 18 20 20 19 23 20 18 18 21 18 */
    assert_int_equal(compute(&run)->over_threshold, 6);
    prepare(&run, case_a);
    run.rules.threshold_ns = MS(23);
    assert_int_equal(compute(&run)->over_threshold, 0);
}

/* Our own times are finer than the wire's: jitter and one-way delay see them in the wire's steps,
 * or the fraction of a step would look like jitter. */
static void test_jitter_in_steps_of_the_wire(void **state)
{
    (void)state;
    struct operation_run run;
    prepare(&run, case_a);
    run.rules.trust_clocks = true;
    for (uint32_t i = 0; i < PACKETS; i++) {
        run.samples[i].t1_ns += (int64_t)i * 77777;
        run.samples[i].t4_ns += (int64_t)i * 99999;
    }
    const struct round *round = compute(&run);
    assert_case_a_jitter(round);
    assert_moments(&round->sd.delay, (struct expected){10, 112, 1280, 10, 15});
    assert_true(round->rtt.sum_ns == MS(195) + INT64_C(45) * (99999 - 77777));
}

/* Losses in whatever direction, as icmp-jitter tells them: 2 and 3, 7, and 9 and 10. */
static void test_losses_without_direction(void **state)
{
    (void)state;
    static const uint32_t losses[PACKETS] = {1, LOST, LOST, 2, 3, 4, LOST, 5, LOST, LOST};
    struct operation_run run;
    prepare(&run, losses);
    run.samples[4].fate = FATE_UNSENT; /* neither a loss nor between two */
    run.samples[5].fate = FATE_LATE; /* no loss either */
    const struct round *round = compute(&run);
    assert_periods(&round->losses, 3, 1, 2);
    assert_int_equal(round->losses.between_min, 1);
    assert_int_equal(round->losses.between_max, 2);
}

/* 2 and 3 change places towards the responder, 5 and 6 on the way back, 8 and 9 on the way there
 * and again on the way back. */
static void test_reordering(void **state)
{
    (void)state;
    static const uint32_t seqs[PACKETS] = {1, 3, 2, 4, 5, 6, 7, 9, 8, 10};
    static const uint32_t arrival[PACKETS] = {0, 2, 1, 3, 5, 4, 6, 7, 8, 9};
    for (unsigned has_counts = 0; has_counts < 2; has_counts++) {
        struct operation_run run;
        prepare(&run, seqs);
        memcpy(run.arrival, arrival, sizeof arrival);
        for (unsigned i = 0; i < PACKETS; i++) {
            /* By times when there is no count. */
            run.samples[i].t2_ns = MS(20 * (int64_t)seqs[i]);
            run.samples[i].t3_ns = run.samples[i].t2_ns;
            run.samples[i].responder_seq = has_counts ? seqs[i] : 0;
        }
        const struct round *round = compute(&run);
        assert_int_equal(round->out_of_order, 2);
        assert_int_equal(round->reordering.both, 1);
        assert_int_equal(round->reordering.ds, 1);
        assert_int_equal(round->reordering.sd, 1);
    }
}

static void test_unprocessed(void **state)
{
    (void)state;
    for (unsigned is_stamped = 0; is_stamped < 2; is_stamped++) {
        struct operation_run run;
        prepare(&run, case_b);
        run.rules.is_stamped = is_stamped;
        run.samples[0].has_remote_times = false;
        run.samples[3].has_remote_times = false; /* lost */
        run.samples[5].has_remote_times = false;
        const struct round *round = compute(&run);
        assert_int_equal(round->unprocessed, is_stamped ? 2 : 0);
        assert_int_equal(round->received, 7);
    }
}

/* Packet 1 left and packet 9 came without the kernel's word. */
static void test_needs_kernel_stamps(void **state)
{
    (void)state;
    for (unsigned is_needed = 0; is_needed < 2; is_needed++) {
        struct operation_run run;
        prepare(&run, case_a);
        run.rules.needs_kernel_stamps = is_needed;
        for (uint32_t i = 0; i < PACKETS; i++) {
            run.samples[i].t1_source = i == 0 ? STAMP_USER : STAMP_KERNEL;
            run.samples[i].t4_source = i == 8 ? STAMP_USER : STAMP_KERNEL;
        }
        const struct round *round = compute(&run);
        assert_int_equal(round->received, 10);
        assert_int_equal(round->unprocessed, is_needed ? 2 : 0);
        assert_int_equal(round->rtt.count, is_needed ? 8 : 10);
        assert_int_equal(round->sd.jitter.samples, is_needed ? 6 : 9);
    }
}

/* From packet 5 on the responder's clock is ten seconds ahead. */
static void test_step_is_no_jitter(void **state)
{
    (void)state;
    struct operation_run run;
    struct hist sd = {0}, ds = {0};
    prepare(&run, case_a);
    run.sinks = (struct round_sinks){.layout = &hist_layout_default, .jitter_sd = &sd};
    run.sinks.jitter_ds = &ds;
    for (unsigned i = 4; i < PACKETS; i++) {
        run.samples[i].t2_ns += 10 * NS_PER_SECOND;
        run.samples[i].t3_ns += 10 * NS_PER_SECOND;
    }
    const struct round *round = compute(&run);
    assert_int_equal(round->responder_steps, 1);
    assert_int_equal(round->sd.jitter.samples, 8);
    assert_int_equal(round->sd.jitter.dropped, 1);
    assert_int_equal(round->ds.jitter.dropped, 1);
    assert_true(round->sd.jitter.max_ns == MS(5));
    assert_int_equal(sd.count, 8);
    assert_int_equal(ds.count, 8);
    assert_true(round->sd.jitter.interarrival_ns < (double)MS(1));
}

static void test_average_of_both_directions(void **state)
{
    (void)state;
    struct operation_run run;
    prepare(&run, case_a);
    const struct round *round = compute(&run);
    assert_near(jitter_average_both_ns(&round->sd.jitter, &round->ds.jitter), 2.4e6, 1e-3);
    const struct jitter none = {0};
    assert_near(jitter_average_both_ns(&none, &none), 0, 0);
}

static void test_sinks_equal_moments(void **state)
{
    (void)state;
    struct operation_run run;
    struct hist rtt = {0}, held = {0}, sd = {0}, ds = {0};
    struct hist_pair *one_way = NULL;
    prepare(&run, case_b);
    run.rules.trust_clocks = true;
    run.sinks = (struct round_sinks){&hist_layout_default, false, &rtt, &held, &sd, &ds, &one_way};
    const struct round *round = compute(&run);
    assert_int_equal(rtt.count, round->rtt.count);
    assert_true(rtt.sum_ns == round->rtt.sum_ns);
    assert_int_equal(held.count, round->processing.count);
    assert_true(held.sum_ns == round->processing.sum_ns);
    assert_int_equal(sd.count, round->sd.jitter.samples);
    assert_true(sd.sum_ns == round->sd.jitter.positive.sum_ns + round->sd.jitter.negative.sum_ns);
    assert_int_equal(ds.count, round->ds.jitter.samples);
    assert_true(ds.sum_ns == round->ds.jitter.positive.sum_ns + round->ds.jitter.negative.sum_ns);
    assert_int_equal(ds.first[0], 2); /* the zeros */
    assert_int_equal(one_way->sd.count, 7);
    assert_true(one_way->sd.sum_ns == round->sd.delay.sum_ns);
    assert_int_equal(one_way->ds.count, 7);
    assert_true(one_way->ds.sum_ns == round->ds.delay.sum_ns);
    free(one_way);
}

static void test_moments(void **state)
{
    (void)state;
    struct moments moments = {0};
    assert_near(moments_stddev_ns(&moments), 0, 0);
    moments_add(&moments, 7);
    assert_near(moments_stddev_ns(&moments), 0, 0);
    moments_add(&moments, 3);
    moments_add(&moments, 5);
    assert_int_equal(moments.count, 3);
    assert_true(moments.sum_ns == 15 && moments.min_ns == 3 && moments.max_ns == 7);
    assert_near(moments_average_ns(&moments), 5, 1e-9);
    assert_near(moments_stddev_ns(&moments), sqrt(8.0 / 3), 1e-9);
    /* equal large values: rounding must not make the variance negative */
    struct moments equal = {0};
    for (unsigned i = 0; i < 1000; i++) {
        moments_add(&equal, INT64_C(4999999999));
    }
    assert_true(moments_stddev_ns(&equal) >= 0);
    assert_near(moments_stddev_ns(&equal), 0, 1e3);
}

static void random_run(struct operation_run *run, struct rng *rng)
{
    static const enum fate fates[] = {FATE_UNSENT, FATE_SENT, FATE_RECEIVED, FATE_LATE,
                                      FATE_RECEIVED};
    memset(run, 0, sizeof *run);
    run->rules = (struct round_rules){.threshold_ns = MS((int64_t)rng_below(rng, 40)),
                                      .resolution_ns = MS(1),
                                      .is_stamped = true,
                                      .trust_clocks = rng_below(rng, 2) == 0};
    for (uint32_t i = 0; i < PACKETS; i++) {
        struct sample *sample = &run->samples[i];
        sample->fate = fates[rng_below(rng, 5)];
        sample->t1_ns = MS(20 * (int64_t)i);
        if (sample->fate != FATE_RECEIVED && sample->fate != FATE_LATE) {
            continue;
        }
        sample->t2_ns = (int64_t)rng_below(rng, 300) * NS_PER_MS - MS(50);
        sample->t3_ns = sample->t2_ns + (int64_t)rng_below(rng, 5) * NS_PER_MS;
        sample->t4_ns = sample->t1_ns + (int64_t)rng_below(rng, 50000000);
        sample->responder_seq = (uint32_t)rng_below(rng, 2 * PACKETS);
        sample->has_remote_times = rng_below(rng, 4) != 0;
        uint32_t place = (uint32_t)rng_below(rng, run->arrivals + 1);
        run->arrival[run->arrivals++] = run->arrival[place];
        run->arrival[place] = i;
    }
}

static void assert_jitter_adds_up(const struct jitter *jitter)
{
    assert_true(jitter->positive.count + jitter->negative.count <= jitter->samples);
    assert_true(jitter->samples < PACKETS);
    assert_true(jitter->min_ns <= jitter->max_ns);
    assert_true(jitter->positive.sum_ns >= jitter->positive.count);
    assert_true(jitter->negative.sum_ns >= jitter->negative.count);
    assert_true(jitter->interarrival_ns >= 0);
}

static void test_random_fates_conserve(void **state)
{
    (void)state;
    struct rng rng = {2026};
    for (unsigned i = 0; i < 20000; i++) {
        struct operation_run run;
        random_run(&run, &rng);
        const struct round *round = compute(&run);
        assert_int_equal(round->sent + round->unsent, PACKETS);
        assert_conserved(round);
        assert_int_equal(round->received + round->late, run.arrivals);
        assert_true(round->rtt.count <= round->received);
        assert_true(round->over_threshold <= round->rtt.count);
        assert_true(round->sd.delay.count == round->ds.delay.count);
        assert_true(round->out_of_order < PACKETS);
        assert_jitter_adds_up(&round->sd.jitter);
        assert_jitter_adds_up(&round->ds.jitter);
        assert_true(round->sd.periods.count <= round->sd.lost);
        assert_true(round->ds.periods.length_max <= round->ds.lost);
    }
}

/* 2 and 3 lost, 4 never sent, 5 late: one run; 8 is another, 10 the third. */
static void test_loss_runs(void **state)
{
    (void)state;
    static const uint32_t seq[PACKETS] = {1, LOST, LOST, LOST, 2, 3, 4, LOST, 5, LOST};
    struct operation_run run;
    prepare(&run, seq);
    run.samples[3].fate = FATE_UNSENT;
    run.samples[4].fate = FATE_LATE;
    assert_int_equal(compute(&run)->loss_runs, 3);
}

static void test_outcome_names(void **state)
{
    (void)state;
    static const char *const names[OUTCOME_COUNT] = {
        "ok",          "timeout", "no_connection",    "auth",        "format",
        "port_in_use", "refused", "port_unreachable", "unreachable", "resolve",
        "local",       "verify",  "prohibited"};
    for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
        assert_string_equal(outcome_name((enum outcome)i), names[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_case_a),
        cmocka_unit_test(test_clocks_are_not_trusted_unless_told),
        cmocka_unit_test(test_case_b),
        cmocka_unit_test(test_case_c),
        cmocka_unit_test(test_case_d),
        cmocka_unit_test(test_clock_ahead),
        cmocka_unit_test(test_nothing_received),
        cmocka_unit_test(test_tail_loss),
        cmocka_unit_test(test_head_loss),
        cmocka_unit_test(test_both_directions_in_one_gap),
        cmocka_unit_test(test_loss_periods),
        cmocka_unit_test(test_late_packets),
        cmocka_unit_test(test_late_packet_ends_a_gap),
        cmocka_unit_test(test_unsent_packets),
        cmocka_unit_test(test_unsent_packet_is_no_loss),
        cmocka_unit_test(test_copying_responder),
        cmocka_unit_test(test_no_responder_count),
        cmocka_unit_test(test_nonsense_counts_conserve),
        cmocka_unit_test(test_out_of_order),
        cmocka_unit_test(test_sample_rtt),
        cmocka_unit_test(test_threshold_is_exclusive),
        cmocka_unit_test(test_jitter_in_steps_of_the_wire),
        cmocka_unit_test(test_losses_without_direction),
        cmocka_unit_test(test_reordering),
        cmocka_unit_test(test_unprocessed),
        cmocka_unit_test(test_needs_kernel_stamps),
        cmocka_unit_test(test_step_is_no_jitter),
        cmocka_unit_test(test_average_of_both_directions),
        cmocka_unit_test(test_sinks_equal_moments),
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_random_fates_conserve),
        cmocka_unit_test(test_loss_runs),
        cmocka_unit_test(test_outcome_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
