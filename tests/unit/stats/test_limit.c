/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "stats/limit.h"

#include <string.h>

#include "base/time.h"
#include "support/cm.h"

/* 100 packets: 35 missing (20 sd, 10 ds, 5 late), 5 more dropped here; RTT 20 ms; jitter 4 and 6
 * ms; one way 8 and 12 ms; MOS 4.06. */
static struct round measured(void)
{
    struct round round = {.sent = 100, .received = 60, .late = 5, .dropped_here = 5};
    round.sd.lost = 20;
    round.ds.lost = 10;
    moments_add(&round.rtt, 10 * NS_PER_MS);
    moments_add(&round.rtt, 30 * NS_PER_MS);
    moments_add(&round.sd.jitter.positive, 4 * NS_PER_MS);
    moments_add(&round.ds.jitter.negative, 6 * NS_PER_MS);
    round.sd.jitter.samples = round.ds.jitter.samples = 1;
    moments_add(&round.sd.delay, 8 * NS_PER_MS);
    moments_add(&round.ds.delay, 12 * NS_PER_MS);
    round.voice = (struct voice){.is_scored = true, .mos_hundredths = 406};
    return round;
}

/* Each at its value, which is within the limit, and just beyond. */
static void test_each_limit(void **state)
{
    (void)state;
    static const struct {
        enum limit limit;
        double at, beyond;
        const char *text;
    } rows[LIMIT_COUNT] = {
        {LIMIT_LOSS, 0.35, 0.34, "loss 35%"},
        {LIMIT_LOSS_SD, 0.2, 0.19, "loss_sd 20%"},
        {LIMIT_LOSS_DS, 0.1, 0.09, "loss_ds 10%"},
        {LIMIT_RTT, 0.02, 0.019, "rtt 20.000 ms"},
        {LIMIT_JITTER, 0.006, 0.005, "jitter 6.000 ms"},
        {LIMIT_JITTER_SD, 0.004, 0.003, "jitter_sd 4.000 ms"},
        {LIMIT_JITTER_DS, 0.006, 0.005, "jitter_ds 6.000 ms"},
        {LIMIT_ONE_WAY, 0.012, 0.011, "one_way 12.000 ms"},
        {LIMIT_ONE_WAY_SD, 0.008, 0.007, "one_way_sd 8.000 ms"},
        {LIMIT_ONE_WAY_DS, 0.012, 0.011, "one_way_ds 12.000 ms"},
        {LIMIT_MOS, 4.06, 4.07, "mos 4.06"},
    };
    const struct round round = measured(), nothing = {0};
    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        struct limit_set set = {0};
        struct buf text = {0};
        double value;
        assert_int_equal(rows[i].limit, i);
        assert_false(limit_exceeds(&set, SEVERITY_CRITICAL, rows[i].limit, &round));
        limit_put(&set, SEVERITY_CRITICAL, rows[i].limit, rows[i].at);
        assert_false(limit_exceeds(&set, SEVERITY_CRITICAL, rows[i].limit, &round));
        limit_put(&set, SEVERITY_CRITICAL, rows[i].limit, rows[i].beyond);
        assert_true(limit_exceeds(&set, SEVERITY_CRITICAL, rows[i].limit, &round));
        assert_false(limit_exceeds(&set, SEVERITY_WARNING, rows[i].limit, &round));
        assert_false(limit_exceeds(&set, SEVERITY_CRITICAL, rows[i].limit, &nothing));
        assert_true(limit_measure(rows[i].limit, &round, &value));
        buf_printf(&text, "%s ", limit_name(rows[i].limit));
        limit_add_value(rows[i].limit, value, &text);
        assert_string_equal(buf_string(&text), rows[i].text);
        buf_fini(&text);
    }
}

/* One direction without samples leaves the other. */
static void test_one_direction_is_enough(void **state)
{
    (void)state;
    struct round round = measured();
    double value;
    round.ds.jitter = (struct jitter){0};
    assert_true(limit_measure(LIMIT_JITTER, &round, &value));
    assert_true(value == 0.004);
    assert_false(limit_measure(LIMIT_JITTER_DS, &round, &value));
}

/* 'x': an operation beyond the limit, '.': within it, '-': without the value. Below each, whether
 * the limit counts as exceeded afterwards. */
static void follow(unsigned consecutive, const char *operations, const char *wanted)
{
    struct limit_watch watch = {0};
    struct limit_set set = {.consecutive = (uint8_t)consecutive};
    limit_put(&set, SEVERITY_WARNING, LIMIT_RTT, 0.019);
    for (size_t i = 0; operations[i] != '\0'; i++) {
        struct round round = {0};
        if (operations[i] != '-') {
            moments_add(&round.rtt, (operations[i] == 'x' ? 20 : 10) * NS_PER_MS);
        }
        limit_watch_take(&watch, &set, &round);
        if (limit_watch_is_exceeded(&watch) != (wanted[i] == 'x')) {
            fail_msg("for %u, %s: not %s at %zu", consecutive, operations, wanted, i);
        }
    }
}

static void test_so_many_in_a_row(void **state)
{
    (void)state;
    follow(0, "x.x", "x.x");
    follow(1, "x.xx.", "x.xx.");
    follow(2, "x.xx.x..x", "...xxxx..");
    follow(3, "xx.xxx..x...", ".....xxxxxx.");
    follow(3, "xxx--.", "..xxx.");
    follow(100, "xxxx", "....");
}

/* The two severities of one limit are counted apart. */
static void test_severities(void **state)
{
    (void)state;
    struct limit_watch watch = {0};
    struct limit_set set = {.consecutive = 1};
    struct round round = measured();
    limit_put(&set, SEVERITY_WARNING, LIMIT_LOSS, 0.01);
    limit_put(&set, SEVERITY_CRITICAL, LIMIT_LOSS, 0.4);
    limit_watch_take(&watch, &set, &round);
    assert_true(watch.is_exceeded[SEVERITY_WARNING][LIMIT_LOSS]);
    assert_false(watch.is_exceeded[SEVERITY_CRITICAL][LIMIT_LOSS]);
    round.received = 10;
    limit_watch_take(&watch, &set, &round);
    assert_true(watch.is_exceeded[SEVERITY_CRITICAL][LIMIT_LOSS]);
    assert_string_equal(severity_name(SEVERITY_WARNING), "warning");
    assert_string_equal(severity_name(SEVERITY_CRITICAL), "critical");
}

/* A reload takes a limit away: what counted by it is forgotten, the rest stays. */
static void test_a_limit_is_taken_away(void **state)
{
    (void)state;
    struct limit_watch watch = {0};
    struct limit_set set = {.consecutive = 1};
    const struct round round = measured();
    limit_put(&set, SEVERITY_WARNING, LIMIT_LOSS, 0.01);
    limit_put(&set, SEVERITY_WARNING, LIMIT_RTT, 0.01);
    limit_watch_take(&watch, &set, &round);
    set.is_set[SEVERITY_WARNING][LIMIT_LOSS] = false;
    limit_watch_keep(&watch, &set);
    assert_false(watch.is_exceeded[SEVERITY_WARNING][LIMIT_LOSS]);
    assert_true(watch.is_exceeded[SEVERITY_WARNING][LIMIT_RTT]);
    set.is_set[SEVERITY_WARNING][LIMIT_RTT] = false;
    limit_watch_keep(&watch, &set);
    assert_false(limit_watch_is_exceeded(&watch));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_limit),
        cmocka_unit_test(test_one_direction_is_enough),
        cmocka_unit_test(test_so_many_in_a_row),
        cmocka_unit_test(test_severities),
        cmocka_unit_test(test_a_limit_is_taken_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
