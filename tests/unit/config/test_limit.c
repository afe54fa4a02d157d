/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* `limits` of a target: what is read, inherited, refused, and what becomes of `threshold`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/config/expect.h"

#include "config/limit.h"

#define TARGET "targets: [{name: a, host: h, port: 7"

static void values_are_read(void **state)
{
    (void)state;
    static const struct {
        enum limit limit;
        const char *text;
        double value;
    } good[] = {
        {LIMIT_LOSS, "1%", 0.01},      {LIMIT_LOSS_SD, "0%", 0},      {LIMIT_LOSS_DS, "100", 1},
        {LIMIT_LOSS, "2.5%", 0.025},   {LIMIT_RTT, "150ms", 0.15},    {LIMIT_JITTER, "30ms", 0.03},
        {LIMIT_ONE_WAY, "80ms", 0.08}, {LIMIT_RTT, "1500us", 0.0015}, {LIMIT_MOS, "3.6", 3.6},
        {LIMIT_JITTER_SD, "1s", 1},    {LIMIT_MOS, "1", 1},           {LIMIT_MOS, "5", 5},
    };
    static const struct {
        enum limit limit;
        const char *text;
    } bad[] = {
        {LIMIT_LOSS, "101%"}, {LIMIT_LOSS, "-1%"},    {LIMIT_LOSS, "1e1"},   {LIMIT_LOSS, "nan"},
        {LIMIT_LOSS, "1 %"},  {LIMIT_LOSS, ""},       {LIMIT_LOSS, "1.2.3"}, {LIMIT_RTT, "150"},
        {LIMIT_RTT, "1%"},    {LIMIT_JITTER, "-1ms"}, {LIMIT_MOS, "0.9"},    {LIMIT_MOS, "5.1"},
        {LIMIT_MOS, "3.6%"},  {LIMIT_LOSS_SD, "1ms"}, {LIMIT_RTT, "inf"},
    };
    double value;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(limit_parse(good[i].limit, good[i].text, &value));
        assert_true(value == good[i].value);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (limit_parse(bad[i].limit, bad[i].text, &value)) {
            fail_msg("%s is no %s", bad[i].text, limit_name(bad[i].limit));
        }
    }
}

static void expect_limit(const struct limit_set *set, enum severity severity, enum limit limit,
                         double value)
{
    assert_true(set->is_set[severity][limit]);
    assert_true(set->value[severity][limit] == value);
}

static size_t count_limits(const struct limit_set *set)
{
    size_t count = 0;
    for (unsigned s = 0; s < SEVERITY_COUNT; s++) {
        for (unsigned i = 0; i < LIMIT_COUNT; i++) {
            count += set->is_set[s][i];
        }
    }
    return count;
}

/* Each limit is inherited by itself, and `none` gives one up. */
static void limits_are_inherited_one_by_one(void **state)
{
    (void)state;
    struct config *config = parse_good(
        "defaults: {limits: {loss: [1%, 5%], rtt: 150ms, mos: 3.6, for: 3}}\n"
        "modules: {m: {limits: {rtt: [none, 300ms], jitter: 30ms}}}\n" TARGET
        ", module: m, codec: g729a, limits: {loss: none, one_way_sd: 80ms}}, "
        "{name: b, host: h, module: ping}, {name: c, host: h, port: 8, limits: {for: 1}}]");
    const struct limit_set *a = &config->targets->specs[0]->results.limits;
    const struct limit_set *b = &config->targets->specs[1]->results.limits;
    const struct limit_set *c = &config->targets->specs[2]->results.limits;
    assert_int_equal(count_limits(a), 4);
    expect_limit(a, SEVERITY_CRITICAL, LIMIT_RTT, 0.3);
    expect_limit(a, SEVERITY_WARNING, LIMIT_JITTER, 0.03);
    expect_limit(a, SEVERITY_WARNING, LIMIT_ONE_WAY_SD, 0.08);
    expect_limit(a, SEVERITY_WARNING, LIMIT_MOS, 3.6);
    assert_int_equal(a->consecutive, 3);
    assert_int_equal(count_limits(b), 3); /* no score: no limit of it */
    expect_limit(b, SEVERITY_WARNING, LIMIT_LOSS, 0.01);
    expect_limit(b, SEVERITY_CRITICAL, LIMIT_LOSS, 0.05);
    expect_limit(b, SEVERITY_WARNING, LIMIT_RTT, 0.15);
    assert_int_equal(c->consecutive, 1);
    config_free(config);
}

/* A threshold is the warning of what it is about. One that nothing can exceed is none. */
static void threshold_is_a_limit(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t count;
        enum limit limit;
        double value;
    } rows[] = {
        {TARGET "}]", 0, LIMIT_RTT, 0},
        {TARGET ", threshold: 100ms}]", 1, LIMIT_RTT, 0.1},
        {TARGET ", threshold: 100ms, limits: {rtt: 50ms}}]", 1, LIMIT_RTT, 0.05},
        {TARGET ", threshold: 100ms, limits: {rtt: none}}]", 0, LIMIT_RTT, 0},
        {TARGET ", threshold: 100ms, limits: {jitter: 20ms, rtt: none}}]", 1, LIMIT_JITTER, 0.02},
        {"targets: [{name: a, host: h, operation: icmp-jitter, threshold: 10ms}]", 1, LIMIT_JITTER,
         0.01},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct config *config = parse_good(rows[i].text);
        const struct limit_set *set = &config->targets->specs[0]->results.limits;
        assert_int_equal(count_limits(set), rows[i].count);
        if (rows[i].count > 0) {
            expect_limit(set, SEVERITY_WARNING, rows[i].limit, rows[i].value);
        }
        config_free(config);
    }
}

static void wrong_limits_have_their_place(void **state)
{
    (void)state;
    static const struct expectation expectations[] = {
        {"shape", "defaults: {limits: 1%}\n" TARGET "}]",
         "f:1:20: defaults.limits: this is a single value where a mapping is due; write limits: "
         "{loss: 1%, rtt: 150ms}\n"},
        {"values",
         "defaults:\n  limits: {loss: 1ms, rtt: 150, mos: [3.6, x], jitter: {a: 1}, one_way: "
         "}\n" TARGET "}]",
         "f:2:18: defaults.limits.loss: '1ms' is not a percentage, for example 1%\n"
         "f:2:28: defaults.limits.rtt: '150' is not a duration, for example 150ms; did you mean "
         "'150ms'?\n"
         "f:2:44: defaults.limits.mos[1]: 'x' is not 1 to 5, for example 3.6\n"
         "f:2:56: defaults.limits.jitter: this is a mapping; allowed: a duration, for example "
         "30ms, or [warning, critical], each of which may be none\n"
         "f:2:73: defaults.limits.one_way: the value is missing; allowed: a duration, for example "
         "150ms, or [warning, critical], each of which may be none\n"},
        {"spaces and case", "defaults:\n  limits: {loss: 5 %, rtt: 5 S}\n" TARGET "}]",
         "f:2:18: defaults.limits.loss: '5 %' is not a percentage, for example 1%; did you mean "
         "'5%'?\n"
         "f:2:28: defaults.limits.rtt: '5 S' is not a duration, for example 150ms; did you mean "
         "'5s'?\n"},
        {"lists",
         "defaults:\n  limits: {loss: [1%], rtt: [1ms, 2ms, 3ms], jitter: [[1ms], 2ms]}\n" TARGET
         "}]",
         "f:2:18: defaults.limits.loss: this list has not two entries; allowed: a percentage, for "
         "example 1%, or [warning, critical], each of which may be none\n"
         "f:2:29: defaults.limits.rtt: this list has not two entries; allowed: a duration, for "
         "example 150ms, or [warning, critical], each of which may be none\n"
         "f:2:55: defaults.limits.jitter[0]: this is a list; allowed: a duration, for example "
         "30ms, or [warning, critical], each of which may be none\n"},
        {"order", "defaults:\n  limits: {loss: [5%, 1%], mos: [3, 4]}\n" TARGET "}]",
         "f:2:23: defaults.limits.loss[1]: the critical limit '1%' is better than the warning "
         "'5%'; write [1%, 5%]\n"
         "f:2:37: defaults.limits.mos[1]: the critical limit '4' is better than the warning '3'; "
         "write [4, 3]\n"},
        {"for", "defaults:\n  limits: {for: 0}\nmodules: {m: {limits: {for: 101}}}\n" TARGET "}]",
         "f:2:17: defaults.limits.for: '0' is out of range; allowed: 1 to 100\n"
         "f:3:29: modules.m.limits.for: '101' is out of range; allowed: 1 to 100\n"},
        {"names", "defaults:\n  limits: {los: 1%, rta: 1ms}\n" TARGET "}]",
         "f:2:12: defaults.limits.los: unknown key; did you mean 'loss'?\n"
         "f:2:21: defaults.limits.rta: unknown key; did you mean 'rtt'?\n"},
        {"what is not measured",
         "modules: {m: {operation: icmp-echo, limits: {jitter_sd: 1ms, mos: 3}}}\n"
         "targets:\n- {name: a, host: h, port: 7, limits: {mos: 3.6}}\n"
         "- {name: b, host: h, module: ping, limits: {one_way: 1ms, loss_ds: 1%, rtt: 1s}}\n",
         "f:1:46: modules.m.limits.jitter_sd: does not apply to icmp-echo: it needs a jitter "
         "operation\n"
         "f:3:40: targets[0].limits.mos: does not apply to udp-jitter: it needs codec\n"
         "f:4:45: targets[1].limits.one_way: does not apply to icmp-echo: it needs a jitter "
         "operation\n"
         "f:4:59: targets[1].limits.loss_ds: does not apply to icmp-echo: it needs an operation "
         "that tells directions\n"},
    };
    EXPECT_FINDINGS(expectations);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_read),
        cmocka_unit_test(limits_are_inherited_one_by_one),
        cmocka_unit_test(threshold_is_a_limit),
        cmocka_unit_test(wrong_limits_have_their_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
