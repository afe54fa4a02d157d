/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "impair/impair.h"

#include <string.h>

#include "support/build.h"
#include "support/cm.h"

#define SECOND NS_PER_SECOND
#define BEGIN_NS INT64_C(5000000000)

static struct impair_settings settings;
static struct impair impair;
static uint64_t counts[IMPAIR_KIND_COUNT];
static struct addr client;

static struct mono at(int64_t ns)
{
    return (struct mono){BEGIN_NS + ns};
}

/* Settings with `count` rules that do nothing yet. */
static void prepare(size_t count)
{
    memset(&settings, 0, sizeof settings);
    memset(counts, 0, sizeof counts);
    settings.rule_count = count;
    for (size_t i = 0; i < count; i++) {
        settings.rules[i] = impair_rule_default();
    }
    client = build_addr("127.0.0.1:40000");
}

static void begin(void)
{
    impair = (struct impair){.counts = counts};
    impair_begin(&impair, &settings, at(0));
}

static struct impair_verdict judge(enum impair_way way, int64_t ns)
{
    return impair_judge(&impair, way, (struct impair_flow){&client, 16384}, at(ns));
}

static int64_t every(uint32_t count)
{
    return which_pack((struct which){.every = count});
}

static int64_t share(uint32_t of_all)
{
    return which_pack((struct which){.share = of_all});
}

static void assert_untouched(struct impair_verdict verdict)
{
    assert_false(verdict.is_lost || verdict.is_twice);
    assert_int_equal(verdict.delay_ns, 0);
    assert_int_equal(verdict.dscp, IMPAIR_AS_IT_IS);
    assert_int_equal(verdict.ttl, 0);
}

static void test_a_rule_without_keys_does_nothing(void **state)
{
    (void)state;
    prepare(1);
    begin();
    assert_untouched(judge(IMPAIR_SD, 0));
    assert_untouched(judge(IMPAIR_DS, 0));
    for (unsigned i = 0; i < IMPAIR_KIND_COUNT; i++) {
        assert_int_equal(counts[i], 0);
    }
}

/* Each kind, in its own direction only, and counted under its own name. */
static void test_each_kind(void **state)
{
    (void)state;
    for (unsigned way = 0; way < IMPAIR_WAYS; way++) {
        enum impair_way here = (enum impair_way)way, there = (enum impair_way)(1 - way);
        prepare(1);
        struct impair_acts *acts = &settings.rules[0].acts;
        acts->loss[way] = every(2);
        acts->delay_ns[way] = 3;
        acts->duplicate[way] = every(1);
        acts->reorder[way] = every(1);
        acts->reorder_by_ns = 40;
        acts->dscp[way] = 46;
        begin();
        struct impair_verdict verdict = judge(here, 0);
        assert_false(verdict.is_lost);
        assert_true(verdict.is_twice);
        assert_int_equal(verdict.delay_ns, 43);
        assert_int_equal(verdict.dscp, 46);
        assert_true(judge(here, 0).is_lost);
        assert_untouched(judge(there, 0));
        static const unsigned kinds[] = {IMPAIR_LOSS, IMPAIR_DELAY, IMPAIR_DUPLICATE,
                                         IMPAIR_REORDER, IMPAIR_DSCP};
        for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
            assert_int_equal(counts[kinds[i] + way], 1);
            assert_int_equal(counts[kinds[i] + 1 - way], 0);
        }
    }
}

static void test_ttl_is_of_replies(void **state)
{
    (void)state;
    prepare(1);
    settings.rules[0].acts.ttl_ds = 250;
    begin();
    assert_untouched(judge(IMPAIR_SD, 0));
    assert_int_equal(judge(IMPAIR_DS, 0).ttl, 250);
    assert_int_equal(counts[IMPAIR_TTL], 1);
}

/* What is random stays within its bounds, uses them, and repeats. */
static void test_jitter(void **state)
{
    (void)state;
    int64_t first[100], min = INT64_MAX, max = 0;
    for (unsigned run = 0; run < 2; run++) {
        prepare(1);
        settings.seed = 3;
        settings.rules[0].acts.delay_ns[IMPAIR_DS] = 1000;
        settings.rules[0].acts.jitter_ns[IMPAIR_DS] = 500;
        settings.rules[0].acts.loss[IMPAIR_DS] = run == 0 ? 0 : share(1); /* draws, too */
        begin();
        for (size_t i = 0; i < 100; i++) {
            int64_t delay_ns = judge(IMPAIR_DS, 0).delay_ns;
            assert_true(run == 0 || delay_ns == first[i]);
            first[i] = delay_ns;
            min = delay_ns < min ? delay_ns : min;
            max = delay_ns > max ? delay_ns : max;
        }
    }
    assert_true(min >= 1000 && min < 1050 && max <= 1500 && max > 1450);
}

/* Delays add up, the later code point counts, and what an earlier rule lost no later one meets. */
static void test_rules_act_together(void **state)
{
    (void)state;
    prepare(3);
    settings.rules[0].acts.delay_ns[IMPAIR_SD] = 5;
    settings.rules[0].acts.dscp[IMPAIR_SD] = 8;
    settings.rules[1].acts.loss[IMPAIR_SD] = every(2);
    settings.rules[2].acts.delay_ns[IMPAIR_SD] = 7;
    settings.rules[2].acts.dscp[IMPAIR_SD] = 0;
    settings.rules[2].acts.duplicate[IMPAIR_SD] = every(2);
    begin();
    struct impair_verdict verdict = judge(IMPAIR_SD, 0);
    assert_int_equal(verdict.delay_ns, 12);
    assert_int_equal(verdict.dscp, 0);
    assert_true(judge(IMPAIR_SD, 0).is_lost);
    assert_true(judge(IMPAIR_SD, 0).is_twice);
}

static void test_ports_and_clients(void **state)
{
    (void)state;
    static const struct {
        const char *client;
        uint16_t port;
        bool is_met;
    } cases[] = {
        {"127.0.0.1:1", 5000, true},  {"127.0.0.1:1", 6009, true},  {"127.0.0.1:1", 6010, false},
        {"127.0.0.1:1", 4999, false}, {"127.0.0.2:1", 5000, false}, {"[::1]:1", 5000, false},
    };
    prepare(1);
    settings.rules[0].acts.loss[IMPAIR_SD] = every(1);
    settings.rules[0].ports[0] = (struct port_range){5000, 5000};
    settings.rules[0].ports[1] = (struct port_range){6000, 6009};
    settings.rules[0].port_count = 2;
    assert_true(addr_parse_prefix("127.0.0.1", &settings.rules[0].clients[0]));
    settings.rules[0].client_count = 1;
    begin();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        client = build_addr(cases[i].client);
        const struct impair_flow flow = {&client, cases[i].port};
        assert_int_equal(impair_judge(&impair, IMPAIR_SD, flow, at(0)).is_lost, cases[i].is_met);
    }
}

static void test_schedule(void **state)
{
    (void)state;
    static const struct {
        int64_t after_s, for_s, every_s;
        int64_t on_s[3], off_s[3]; /* since the start */
    } cases[] = {
        {0, 0, 0, {0, 1, 1000000}, {-1, -1, -1}},
        {10, 0, 0, {10, 11, 1000000}, {0, 9, -1}},
        {10, 5, 0, {10, 12, 14}, {9, 15, 70}},
        {10, 5, 60, {10, 74, 610}, {9, 75, 130 - 61}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        prepare(1);
        struct impair_acts *acts = &settings.rules[0].acts;
        acts->loss[IMPAIR_SD] = every(1);
        acts->after_ns = cases[i].after_s * SECOND;
        acts->for_ns = cases[i].for_s * SECOND;
        acts->every_ns = cases[i].every_s * SECOND;
        begin();
        for (size_t k = 0; k < 3; k++) {
            assert_true(judge(IMPAIR_SD, cases[i].on_s[k] * SECOND).is_lost);
            if (cases[i].off_s[k] >= 0) {
                assert_false(judge(IMPAIR_SD, cases[i].off_s[k] * SECOND).is_lost);
            }
        }
        assert_int_equal(judge(IMPAIR_SD, (10 + 5) * SECOND - 1).is_lost, true);
    }
}

static int64_t clock_at(int64_t ns)
{
    return impair_clock_ns(&impair, (struct impair_flow){&client, 16384}, at(ns));
}

/* To the nanosecond, for months, and in both directions. */
static void test_clock(void **state)
{
    (void)state;
    prepare(2);
    settings.rules[0].acts.clock_offset_ns = -7;
    settings.rules[1].acts.clock_drift_ppm = -20;
    settings.rules[1].acts.clock_offset_ns = 1000;
    settings.rules[1].acts.after_ns = 10 * SECOND;
    begin();
    assert_int_equal(clock_at(0), -7);
    assert_int_equal(clock_at(10 * SECOND), 993);
    assert_int_equal(clock_at(10 * SECOND + 50000), 992);
    assert_int_equal(clock_at(11 * SECOND), 993 - 20000);
    assert_true(clock_at(400 * 86400 * SECOND + 10 * SECOND) ==
                993 - 20 * INT64_C(400) * 86400 * 1000);
    assert_int_equal(counts[IMPAIR_CLOCK], 5);
}

static enum impair_answer ask(int64_t ns, enum impair_refusal *reason)
{
    return impair_judge_request(&impair, (struct impair_flow){&client, 16384}, at(ns), reason);
}

static void test_requests(void **state)
{
    (void)state;
    enum impair_refusal reason = IMPAIR_REFUSE_FAILED;
    prepare(2);
    settings.rules[0].acts.loss[IMPAIR_SD] = every(1); /* of probes only */
    settings.rules[0].acts.refuse = every(2);
    settings.rules[0].acts.refuse_with = IMPAIR_REFUSE_AUTH;
    settings.rules[1].acts.is_silent = 1;
    settings.rules[1].acts.after_ns = SECOND;
    begin();
    assert_int_equal(ask(0, &reason), IMPAIR_ANSWER);
    assert_int_equal(ask(0, &reason), IMPAIR_REFUSAL);
    assert_int_equal(reason, IMPAIR_REFUSE_AUTH);
    assert_int_equal(ask(SECOND, &reason), IMPAIR_NO_ANSWER);
    assert_int_equal(counts[IMPAIR_REFUSE], 1);
    assert_int_equal(counts[IMPAIR_SILENCE], 1);
    settings.rules[0].acts.loss[IMPAIR_SD] = 0;
    begin();
    assert_true(judge(IMPAIR_SD, SECOND).is_lost);
    assert_false(judge(IMPAIR_DS, SECOND).is_lost); /* what is on its way arrives */
}

/* Each field of a rule makes other settings. */
static void test_equality(void **state)
{
    (void)state;
    prepare(1);
    struct impair_settings same = settings, other;
    assert_true(impair_settings_are_equal(&settings, &same));
    for (size_t i = 0; i < sizeof(struct impair_acts) / sizeof(int64_t); i++) {
        other = settings;
        int64_t *number = (int64_t *)&other.rules[0].acts + i;
        *number += 1;
        assert_false(impair_settings_are_equal(&settings, &other));
    }
    other = settings;
    other.seed = 1;
    assert_false(impair_settings_are_equal(&settings, &other));
    other = settings;
    other.rules[0].ports[other.rules[0].port_count++] = (struct port_range){1, 2};
    assert_false(impair_settings_are_equal(&settings, &other));
    other = settings;
    other.rules[0].client_count = 1;
    assert_false(impair_settings_are_equal(&settings, &other));
    other = settings;
    other.rule_count = 0;
    assert_false(impair_settings_are_equal(&settings, &other));
}

static void test_every_kind_has_a_name(void **state)
{
    (void)state;
    for (unsigned i = 0; i < IMPAIR_KIND_COUNT; i++) {
        assert_non_null(impair_kind_name(i));
        for (unsigned k = 0; k < i; k++) {
            assert_string_not_equal(impair_kind_name(i), impair_kind_name(k));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_rule_without_keys_does_nothing),
        cmocka_unit_test(test_each_kind),
        cmocka_unit_test(test_ttl_is_of_replies),
        cmocka_unit_test(test_jitter),
        cmocka_unit_test(test_rules_act_together),
        cmocka_unit_test(test_ports_and_clients),
        cmocka_unit_test(test_schedule),
        cmocka_unit_test(test_clock),
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_equality),
        cmocka_unit_test(test_every_kind_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
