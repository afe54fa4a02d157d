/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "probe/train.h"

#include "support/build.h"
#include "support/cm.h"

#define MS(value) ((value)*NS_PER_MS)

static struct stamp received_at(int64_t ns)
{
    return (struct stamp){.at = build_at(ns), .source = STAMP_KERNEL};
}

static void start(struct train *train, uint32_t count)
{
    train_init(train, count, MS(20), MS(1000));
    train_set_desk(train, desk_take(NULL, count));
    train_start(train, build_at(0));
}

/* Each packet is due at start + k * interval, however late the ones before it were. */
static void test_absolute_schedule(void **state)
{
    (void)state;
    struct train train;
    start(&train, 5);
    for (uint32_t k = 0; k < 5; k++) {
        assert_true(train_next_due(&train).ns == BUILD_MONO_NS + MS(20) * k);
        assert_int_equal(train_send(&train, build_at(MS(20) * k + MS(7) * k)), k + 1);
        assert_true(train_lateness_ns(&train, k) == MS(7) * k);
    }
    assert_true(train_next_due(&train).ns == INT64_MAX);
    desk_give(NULL, train.desk);
}

static void test_send_stamps(void **state)
{
    (void)state;
    struct train train;
    start(&train, 2);
    /* The wall clock jumps after the start; the operation clock does not. */
    struct instant later = build_at(MS(21));
    later.wall.ns += 3600 * NS_PER_SECOND;
    assert_int_equal(train_find(&train, 1) == NULL, 1);
    train_send(&train, build_at(MS(1)));
    train_send(&train, later);
    assert_true(train_find(&train, 1)->t1_ns == BUILD_WALL_NS + MS(1));
    assert_true(train_find(&train, 2)->t1_ns == BUILD_WALL_NS + MS(21));
    assert_int_equal(train_find(&train, 1)->fate, FATE_SENT);
    assert_null(train_find(&train, 0));
    assert_null(train_find(&train, 3));
    assert_true(train_clock_ns(&train, later.mono) == BUILD_WALL_NS + MS(21));
    desk_give(NULL, train.desk);
}

static struct stamp left_at(int64_t ns)
{
    return (struct stamp){.at = build_at(ns), .source = STAMP_KERNEL};
}

/* The kernel's time replaces ours with the result, where it is believable. */
static void test_kernel_send_stamps(void **state)
{
    (void)state;
    struct train train;
    struct sample *sample;
    start(&train, 6);
    for (uint32_t k = 0; k < 6; k++) {
        train_send(&train, build_at(MS(20) * k));
    }
    train_stamp(&train, 1, (struct mono){0}, left_at(MS(0) + 5000));
    train_stamp(&train, 2, (struct mono){0}, left_at(MS(20) - 1)); /* before we sent it */
    /* The clock was stepped. */
    train_stamp(&train, 3, (struct mono){0}, left_at(MS(40) + TRAIN_HELD_MAX_NS + 1));
    struct stamp user = left_at(MS(60) + 5000);
    user.source = STAMP_USER;
    train_stamp(&train, 4, (struct mono){0}, user);
    train_stamp(&train, 5, (struct mono){0}, left_at(MS(80) + 9000));
    train_stamp(&train, 7, (struct mono){0}, left_at(MS(120))); /* never sent */
    assert_int_equal(train_receive(&train, 5, received_at(MS(80) + 8000), &sample),
                     ARRIVAL_ACCEPTED); /* answered before it is said to have left */
    assert_int_equal(train_receive(&train, 1, received_at(MS(3)), &sample), ARRIVAL_ACCEPTED);
    assert_true(sample->t1_ns == BUILD_WALL_NS); /* what the packet carries, until the result */
    train_take_stamps(&train, NS_PER_MS);
    static const int64_t expected_ns[] = {5000, MS(20), MS(40), MS(60), MS(80), MS(100)};
    for (uint32_t k = 0; k < 6; k++) {
        assert_true(train.samples[k].t1_ns == BUILD_WALL_NS + expected_ns[k]);
        assert_int_equal(train.samples[k].t1_source, k == 0 ? STAMP_KERNEL : STAMP_USER);
    }
    assert_true(sample_rtt_ns(&train.samples[0], NS_PER_MS) == MS(3) - 5000);
    desk_give(NULL, train.desk);
}

/* What the thread was late with and what the packet waited afterwards are two things; a reply that
 * is late only because of the queue is in time. */
static void test_waiting_in_the_own_queue(void **state)
{
    (void)state;
    struct train train;
    struct sample *sample;
    start(&train, 2);
    train_send(&train, build_at(MS(1)));
    train_send(&train, build_at(MS(20)));
    train_stamp(&train, 1, build_at(MS(3)).mono, left_at(MS(1500)));
    train_stamp(&train, 2, build_at(MS(20)).mono, left_at(MS(20) + TRAIN_QUEUED_NS));
    assert_int_equal(train_receive(&train, 1, received_at(MS(1510)), &sample), ARRIVAL_ACCEPTED);
    assert_int_equal(sample->fate, FATE_LATE);
    train_take_stamps(&train, NS_PER_MS);
    assert_int_equal(sample->fate, FATE_RECEIVED);
    assert_true(sample_rtt_ns(sample, NS_PER_MS) == MS(10));
    assert_true(train_lateness_ns(&train, 0) == MS(3));
    assert_true(train_queueing_ns(&train, 0) == MS(1497));
    assert_true(train_queueing_ns(&train, 1) == TRAIN_QUEUED_NS);
    assert_int_equal(train_count_late(&train), 0);
    assert_int_equal(train_count_queued(&train), 1);
    desk_give(NULL, train.desk);
}

/* r: answered, seen leaving; n: answered, not seen; s: seen leaving; -: neither. */
static void test_dropped_in_the_own_queue(void **state)
{
    (void)state;
    static const struct {
        const char *packets;
        uint32_t dropped;
    } cases[] = {
        {"rr-rr", 1}, {"--s-r", 3}, {"rrr--", 0}, {"r-r-s", 2},
        {"n-r-r", 0}, {"-----", 0}, {"-n--n", 0}, {"rrrrs", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct train train;
        start(&train, 5);
        for (uint32_t k = 0; k < 5; k++) {
            struct sample *sample;
            char what = cases[i].packets[k];
            train_send(&train, build_at(MS(20) * k));
            if (what == 'r' || what == 's') {
                train_stamp(&train, k + 1, (struct mono){0}, left_at(MS(20) * k));
            }
            if (what == 'r' || what == 'n') {
                train_receive(&train, k + 1, received_at(MS(20) * k + 1), &sample);
            }
        }
        assert_int_equal(train_unsend_queued(&train), cases[i].dropped);
        for (uint32_t k = 0; k < 5; k++) {
            bool is_dropped = cases[i].dropped > 0 && cases[i].packets[k] == '-';
            assert_int_equal(train.samples[k].fate == FATE_UNSENT, is_dropped);
        }
        desk_give(NULL, train.desk);
    }
}

static void test_receive(void **state)
{
    (void)state;
    struct train train;
    struct sample *sample = NULL;
    start(&train, 3);
    assert_int_equal(train_receive(&train, 1, received_at(0), &sample), ARRIVAL_UNKNOWN);
    train_send(&train, build_at(0));
    train_send(&train, build_at(MS(20)));
    assert_int_equal(train_receive(&train, 0, received_at(MS(25)), &sample), ARRIVAL_UNKNOWN);
    assert_int_equal(train_receive(&train, 3, received_at(MS(25)), &sample), ARRIVAL_UNKNOWN);
    assert_int_equal(train_receive(&train, UINT32_MAX, received_at(MS(25)), &sample),
                     ARRIVAL_UNKNOWN);
    assert_null(sample);
    assert_int_equal(train_receive(&train, 2, received_at(MS(25)), &sample), ARRIVAL_ACCEPTED);
    assert_ptr_equal(sample, &train.samples[1]);
    assert_int_equal(sample->fate, FATE_RECEIVED);
    assert_true(sample->t4_ns == BUILD_WALL_NS + MS(25));
    assert_int_equal(sample->t4_source, STAMP_KERNEL);
    sample = NULL;
    assert_int_equal(train_receive(&train, 2, received_at(MS(26)), &sample), ARRIVAL_DUPLICATE);
    assert_null(sample);
    assert_true(train.samples[1].t4_ns == BUILD_WALL_NS + MS(25));
    assert_int_equal(train_receive(&train, 1, received_at(MS(30)), &sample), ARRIVAL_ACCEPTED);
    struct samples samples = train_samples(&train);
    assert_int_equal(samples.count, 3);
    assert_int_equal(samples.arrivals, 2);
    assert_int_equal(samples.arrival[0], 1);
    assert_int_equal(samples.arrival[1], 0);
    desk_give(NULL, train.desk);
}

static void test_late(void **state)
{
    (void)state;
    struct train train;
    struct sample *sample;
    start(&train, 2);
    train_send(&train, build_at(0));
    train_send(&train, build_at(MS(20)));
    assert_int_equal(train_receive(&train, 1, received_at(MS(1000)), &sample), ARRIVAL_ACCEPTED);
    assert_int_equal(sample->fate, FATE_RECEIVED);
    assert_int_equal(train_receive(&train, 2, received_at(MS(1020) + 1), &sample),
                     ARRIVAL_ACCEPTED);
    assert_int_equal(sample->fate, FATE_LATE);
    assert_int_equal(train_receive(&train, 2, received_at(MS(1021)), &sample), ARRIVAL_DUPLICATE);
    assert_int_equal(train.arrivals, 2);
    assert_true(train_is_complete(&train));
    desk_give(NULL, train.desk);
}

static void test_unsend(void **state)
{
    (void)state;
    struct train train;
    struct sample *sample = NULL;
    start(&train, 2);
    train_send(&train, build_at(0));
    train_send(&train, build_at(MS(20)));
    train_unsend(&train, train.next);
    assert_int_equal(train.samples[1].fate, FATE_UNSENT);
    assert_int_equal(train.samples[0].fate, FATE_SENT);
    assert_int_equal(train_receive(&train, 2, received_at(MS(25)), &sample), ARRIVAL_UNKNOWN);
    assert_null(train_find(&train, 2));
    assert_false(train_is_complete(&train));
    assert_int_equal(train_receive(&train, 1, received_at(MS(25)), &sample), ARRIVAL_ACCEPTED);
    assert_true(train_is_complete(&train));
    desk_give(NULL, train.desk);
}

static void test_complete_and_expiry(void **state)
{
    (void)state;
    struct train train;
    struct sample *sample;
    start(&train, 2);
    assert_false(train_is_complete(&train));
    assert_true(train_expiry(&train).ns == INT64_MAX);
    train_send(&train, build_at(MS(3)));
    assert_int_equal(train_receive(&train, 1, received_at(MS(9)), &sample), ARRIVAL_ACCEPTED);
    assert_false(train_is_complete(&train));
    assert_true(train_expiry(&train).ns == INT64_MAX);
    train_send(&train, build_at(MS(24)));
    assert_true(train_expiry(&train).ns == BUILD_MONO_NS + MS(1024));
    assert_false(train_is_complete(&train));
    assert_int_equal(train_receive(&train, 2, received_at(MS(30)), &sample), ARRIVAL_ACCEPTED);
    assert_true(train_is_complete(&train));
    desk_give(NULL, train.desk);
}

/* Nothing more may be sent: the end is that of the packet sent last. */
static void test_rest_is_skipped(void **state)
{
    (void)state;
    struct train train;
    start(&train, 5);
    train_send(&train, build_at(0));
    train_send(&train, build_at(MS(20)));
    train_skip_rest(&train);
    assert_int_equal(train.missed, 3);
    assert_true(train_next_due(&train).ns == INT64_MAX);
    assert_true(train_expiry(&train).ns == BUILD_MONO_NS + MS(1020));
    assert_null(train_find(&train, 3));
    desk_give(NULL, train.desk);
}

static void test_all_unsent(void **state)
{
    (void)state;
    struct train train;
    start(&train, 1);
    train_send(&train, build_at(0));
    train_unsend(&train, train.next);
    assert_true(train_is_complete(&train));
    assert_true(train_expiry(&train).ns < INT64_MAX);
    desk_give(NULL, train.desk);
}

static void test_restart_forgets(void **state)
{
    (void)state;
    struct train train;
    struct sample *sample;
    start(&train, 2);
    train_send(&train, build_at(0));
    assert_int_equal(train_receive(&train, 1, received_at(MS(5)), &sample), ARRIVAL_ACCEPTED);
    train_set_desk(&train, train.desk);
    train_start(&train, build_at(MS(60000)));
    assert_true(train_next_due(&train).ns == BUILD_MONO_NS + MS(60000));
    assert_int_equal(train_receive(&train, 1, received_at(MS(60001)), &sample), ARRIVAL_UNKNOWN);
    assert_int_equal(train.arrivals, 0);
    assert_int_equal(train_send(&train, build_at(MS(60000))), 1);
    assert_int_equal(train.samples[0].responder_seq, 0);
    train_set_desk(&train, train.desk);
    assert_int_equal(train.next, 0);
    assert_int_equal(train_samples(&train).arrivals, 0);
    desk_give(NULL, train.desk);
}

/* Of both stamps; it does not wrap. */
static void test_error_of_stamps(void **state)
{
    (void)state;
    struct train train;
    struct sample *sample;
    struct stamp left = left_at(MS(1)), received = received_at(MS(5));
    left.error_ns = 300;
    received.error_ns = 40;
    start(&train, 2);
    train_send(&train, build_at(0));
    train_send(&train, build_at(MS(20)));
    train_stamp(&train, 1, (struct mono){0}, left);
    train_receive(&train, 1, received, &sample);
    assert_int_equal(sample->error_ns, 340);
    received = received_at(MS(25));
    received.error_ns = UINT32_MAX - 1;
    train_receive(&train, 2, received, &sample);
    left = left_at(MS(21));
    left.error_ns = 2;
    train_stamp(&train, 2, (struct mono){0}, left);
    assert_true(sample->error_ns == UINT32_MAX);
    desk_give(NULL, train.desk);
}

static uint32_t skipped_at(struct train *train, int64_t ns)
{
    uint32_t before = train->missed;
    train_skip(train, build_at(ns).mono);
    return train->missed - before;
}

/* A packet is over an interval after its time, and 50 ms at the least. */
static void test_skips_what_is_over(void **state)
{
    (void)state;
    struct train train;
    start(&train, 6);
    assert_int_equal(skipped_at(&train, MS(500)), 0); /* never the first */
    train_send(&train, build_at(0));
    assert_int_equal(skipped_at(&train, MS(70) - 1), 0);
    assert_int_equal(skipped_at(&train, MS(70)), 1);
    assert_int_equal(train_send(&train, build_at(MS(70))), 3);
    assert_int_equal(skipped_at(&train, MS(115)), 1);
    assert_true(train_next_due(&train).ns == BUILD_MONO_NS + MS(80));
    assert_int_equal(train_send(&train, build_at(MS(115))), 5);
    assert_int_equal(skipped_at(&train, MS(150)), 1); /* the last one too */
    assert_true(train_next_due(&train).ns == INT64_MAX);
    assert_int_equal(train.missed, 3);
    assert_int_equal(train.samples[1].fate, FATE_UNSENT);
    assert_null(train_find(&train, 4));
    train_set_desk(&train, train.desk);
    assert_int_equal(train.missed, 0);
    desk_give(NULL, train.desk);
    train_init(&train, 3, MS(100), MS(1000));
    train_set_desk(&train, desk_take(NULL, 3));
    train_start(&train, build_at(0));
    train_send(&train, build_at(0));
    assert_int_equal(skipped_at(&train, MS(200) - 1), 0);
    assert_int_equal(skipped_at(&train, MS(200)), 1);
    desk_give(NULL, train.desk);
}

/* More than half of the interval, or more than 10 ms. */
static void test_counts_late_packets(void **state)
{
    (void)state;
    static const struct {
        int64_t interval_ns, late_ns;
        uint32_t count;
    } cases[] = {
        {MS(4), MS(2), 0},   {MS(4), MS(2) + 1, 1},   {MS(20), MS(10), 0}, {MS(20), MS(10) + 1, 1},
        {MS(60), MS(10), 0}, {MS(60), MS(10) + 1, 1}, {0, MS(10) + 1, 1},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct train train;
        train_init(&train, 3, cases[i].interval_ns, MS(1000));
        train_set_desk(&train, desk_take(NULL, 3));
        train_start(&train, build_at(0));
        train_send(&train, build_at(0));
        train_send(&train, build_at(cases[i].interval_ns + cases[i].late_ns));
        train_send(&train, build_at(2 * cases[i].interval_ns + MS(50)));
        train_unsend(&train, 3);
        assert_int_equal(train_count_late(&train), cases[i].count);
        desk_give(NULL, train.desk);
    }
}

/* What nothing is known of at the end is taken back; a loss before an answer, or after the timeout,
 * is one. */
static void test_cut(void **state)
{
    (void)state;
    struct train train;
    struct sample *sample;
    start(&train, 10);
    assert_int_equal(train_cut(&train, build_at(0).mono), 0);
    train_set_desk(&train, train.desk);
    train_start(&train, build_at(0));
    for (int64_t k = 0; k < 6; k++) {
        train_send(&train, build_at(MS(20) * k));
    }
    train_receive(&train, 4, received_at(MS(90)), &sample);
    assert_int_equal(train_cut(&train, build_at(MS(110)).mono), 4);
    assert_true(train_next_due(&train).ns == INT64_MAX);
    assert_int_equal(train_samples(&train).count, 4);
    assert_int_equal(train.unsettled, 3);
    train_set_desk(&train, train.desk);
    train_start(&train, build_at(MS(2000)));
    assert_int_equal(train_samples(&train).count, 10);
    train_send(&train, build_at(MS(2000)));
    train_send(&train, build_at(MS(2020)));
    assert_int_equal(train_cut(&train, build_at(MS(3010)).mono),
                     1); /* of one the timeout is over */
    desk_give(NULL, train.desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_absolute_schedule),
        cmocka_unit_test(test_send_stamps),
        cmocka_unit_test(test_receive),
        cmocka_unit_test(test_late),
        cmocka_unit_test(test_unsend),
        cmocka_unit_test(test_complete_and_expiry),
        cmocka_unit_test(test_rest_is_skipped),
        cmocka_unit_test(test_all_unsent),
        cmocka_unit_test(test_restart_forgets),
        cmocka_unit_test(test_kernel_send_stamps),
        cmocka_unit_test(test_waiting_in_the_own_queue),
        cmocka_unit_test(test_dropped_in_the_own_queue),
        cmocka_unit_test(test_error_of_stamps),
        cmocka_unit_test(test_skips_what_is_over),
        cmocka_unit_test(test_counts_late_packets),
        cmocka_unit_test(test_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
