/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/progress.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "operation/operation.h"
#include "probe/train.h"
#include "support/build.h"
#include "support/cm.h"

#define MS(value) ((value)*NS_PER_MS)
#define PACKETS 50

static struct spec *spec;
static struct train train;
static struct cli_progress progress;
static int pipe_fds[2];
static char drawn[4096];

static int set_up(void **state)
{
    (void)state;
    spec = config_default_spec(&operation_udp_jitter, "r1");
    spec->packets.count = PACKETS;
    spec->schedule.timeout_ns = MS(100);
    train_init(&train, PACKETS, spec->packets.interval_ns, spec->schedule.timeout_ns);
    train_set_desk(&train, desk_take(NULL, PACKETS));
    train_start(&train, build_at(0));
    assert_int_equal(pipe2(pipe_fds, O_NONBLOCK), 0);
    progress = (struct cli_progress){.spec = spec, .fd = pipe_fds[1]};
    cli_progress_begin(&progress, build_at(0).mono, build_at(0).mono);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    desk_give(NULL, train.desk);
    spec_unref(spec);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    return 0;
}

/* What was written since the last time. */
static const char *take(void)
{
    ssize_t size = read(pipe_fds[0], drawn, sizeof drawn - 1);
    drawn[size > 0 ? size : 0] = '\0';
    return drawn;
}

static struct mono update(int64_t at_ns, int64_t due_ns)
{
    struct samples samples = train_samples(&train);
    return cli_progress_update(&progress, &samples, build_at(due_ns).mono, build_at(at_ns));
}

static void answer(uint32_t seq, int64_t at_ns)
{
    struct sample *sample;
    struct stamp stamp = {.at = build_at(at_ns), .source = STAMP_KERNEL};
    train_receive(&train, seq, stamp, &sample);
}

/* Packet k leaves at 20 ms * (k - 1) and is answered k ms later; number 3 is lost, number 5 late.
 */
static void test_counts(void **state)
{
    (void)state;
    struct cli_counts counts;
    cli_counts_clear(&counts);
    for (uint32_t k = 1; k <= 10; k++) {
        train_send(&train, build_at(MS(20) * (k - 1)));
        if (k == 7) {
            train_unsend(&train, k);
        } else if (k != 3 && k != 5 && k != 10) {
            answer(k, MS(20) * (k - 1) + MS((int64_t)k));
        }
        struct samples samples = train_samples(&train);
        cli_counts_follow(&counts, &samples, spec, BUILD_WALL_NS + MS(20) * k);
    }
    answer(5, MS(190));
    struct samples samples = train_samples(&train);
    cli_counts_follow(&counts, &samples, spec, BUILD_WALL_NS + MS(200));
    assert_int_equal(counts.sent, 9);
    assert_int_equal(counts.received, 6);
    assert_int_equal(counts.lost, 2); /* 3 and 5 */
    assert_int_equal(counts.under_way, 1); /* 10 */
    assert_true(counts.min_rtt_ns == MS(1) && counts.last_rtt_ns == MS(9));
    cli_counts_follow(&counts, &samples, spec, BUILD_WALL_NS + MS(280));
    assert_int_equal(counts.lost, 3);
    assert_int_equal(counts.under_way, 0);
}

static void test_words(void **state)
{
    (void)state;
    struct buf out = {0};
    progress.is_running = true;
    progress.counts = (struct cli_counts){
        .sent = 12, .received = 11, .lost = 1, .last_rtt_ns = 1234567, .min_rtt_ns = 1000000};
    cli_progress_format(&progress, build_at(MS(250)).mono, 79, &out);
    assert_string_equal(buf_string(&out),
                        "sent 12/50  received 11  lost 1  RTT 1.235 ms, min 1.000  0.2 s of 0.9 s");
    buf_clear(&out);
    cli_progress_format(&progress, build_at(MS(250)).mono, 10, &out);
    assert_string_equal(buf_string(&out), "sent 12/50");
    buf_clear(&out);
    cli_progress_format(&progress, build_at(MS(250)).mono, 0, &out);
    assert_string_equal(buf_string(&out), "");
    cli_progress_begin(&progress, build_at(MS(60000)).mono, build_at(MS(300)).mono);
    cli_progress_format(&progress, build_at(MS(500)).mono, 79, &out);
    assert_string_equal(buf_string(&out), "next run in 59.5 s");
    buf_fini(&out);
}

/* Nothing before its time, nothing just before a packet is due, then a line. */
static void test_never_before_a_packet(void **state)
{
    (void)state;
    train_send(&train, build_at(0));
    answer(1, MS(1));
    assert_true(update(MS(2), MS(20)).ns == INT64_MAX); /* the packet comes first */
    assert_true(update(MS(2), MS(5000)).ns == build_at(CLI_PROGRESS_NS).mono.ns);
    assert_string_equal(take(), "");
    int64_t due = MS(260);
    update(due - CLI_PROGRESS_MARGIN_NS + 1, due);
    assert_string_equal(take(), "");
    update(due - CLI_PROGRESS_MARGIN_NS, due);
    assert_non_null(strstr(take(), "\rsent 1/50  received 1"));
    update(due + MS(100), due + MS(110));
    assert_string_equal(take(), ""); /* a few a second */
}

/* A packet under way may come back at any moment: the line waits for that, but not for ever. */
static void test_waits_for_what_is_under_way(void **state)
{
    (void)state;
    spec->schedule.timeout_ns = MS(5000);
    train_send(&train, build_at(MS(240)));
    update(MS(260), MS(300));
    assert_string_equal(take(), "");
    update(CLI_PROGRESS_NS * 2 - 1, MS(600));
    assert_string_equal(take(), "");
    update(CLI_PROGRESS_NS * 2, MS(600));
    assert_non_null(strstr(take(), "received 0"));
    cli_progress_erase(&progress);
    assert_string_equal(take(), "\r\033[K");
    cli_progress_erase(&progress);
    assert_string_equal(take(), "");
}

/* A terminal that was stopped takes nothing; measuring goes on. */
static void test_does_not_wait_for_the_terminal(void **state)
{
    (void)state;
    static const char block[4096];
    while (write(pipe_fds[1], block, sizeof block) > 0) {
    }
    fcntl(pipe_fds[1], F_SETFL, 0); /* a write would block from now on */
    update(MS(300), MS(320));
    assert_false(progress.is_drawn);
}

static void test_shows_nothing_unless_wanted(void **state)
{
    (void)state;
    struct cli_progress silent;
    struct samples samples = train_samples(&train);
    cli_progress_open(&silent, spec, false);
    cli_progress_begin(&silent, build_at(0).mono, build_at(0).mono);
    struct mono wish = cli_progress_update(&silent, &samples, MONO_NEVER, build_at(MS(900)));
    assert_true(wish.ns == MONO_NEVER.ns);
    cli_progress_close(&silent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_never_before_a_packet, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_waits_for_what_is_under_way, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_does_not_wait_for_the_terminal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_shows_nothing_unless_wanted, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
