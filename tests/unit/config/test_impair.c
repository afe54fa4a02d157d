/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The section `impair` and its file. (What is written back: test_effective.c.) */
#include "support/cm.h"

#include "unit/config/expect.h"

#include <unistd.h>

#include "config/effective_impair.h"
#include "config/impair.h"
#include "config/impair_value.h"
#include "impair/which.h"

static void test_which_packets(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        struct which which;
    } good[] = {
        {"2%", {.share = 20000}},
        {"0.5%", {.share = 5000}},
        {"0.0001%", {.share = 1}},
        {"12.25%", {.share = 122500}},
        {"100%", {.share = 1000000}},
        {"every 5", {.every = 5}},
        {"every 1", {.every = 1}},
        {"2% in bursts of 4", {.share = 20000, .burst = 4}},
        {"every 50 in bursts of 3", {.every = 50, .burst = 3}},
    };
    static const char *const bad[] = {"",
                                      "5",
                                      "%",
                                      "0%",
                                      "101%",
                                      "0.00001%",
                                      "-1%",
                                      "1.%",
                                      "every",
                                      "every 0",
                                      "every 5%",
                                      "every 1000001",
                                      "every -1",
                                      "5% ",
                                      "5% bursts",
                                      "5% in bursts of 1",
                                      "every 2 in bursts of 3",
                                      "5% in bursts of 1001",
                                      "5% in bursts of",
                                      "always"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        int64_t number = 0;
        struct buf text = {0};
        assert_null(impair_parse_which(good[i].text, &number));
        assert_true(number == which_pack(good[i].which));
        impair_add_which(number, &text);
        int64_t again = 0;
        assert_null(impair_parse_which(buf_string(&text), &again));
        assert_true(again == number);
        buf_fini(&text);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int64_t number = 42;
        if (impair_parse_which(bad[i], &number) == NULL) {
            fail_msg("'%s' is taken", bad[i]);
        }
        assert_true(number == 42);
    }
}

static void test_clocks(void **state)
{
    (void)state;
    int64_t number = 42;
    assert_null(impair_parse_offset("-5ms", &number));
    assert_true(number == -5 * NS_PER_MS);
    assert_null(impair_parse_offset("24h", &number));
    assert_true(number == IMPAIR_OFFSET_MAX_NS);
    assert_non_null(impair_parse_offset("25h", &number));
    assert_non_null(impair_parse_offset("--5ms", &number));
    assert_non_null(impair_parse_offset("-", &number));
    assert_null(impair_parse_drift("-20ppm", &number));
    assert_int_equal(number, -20);
    assert_null(impair_parse_drift("1000ppm", &number));
    assert_non_null(impair_parse_drift("1001ppm", &number));
    assert_non_null(impair_parse_drift("20", &number));
    assert_non_null(impair_parse_drift("ppm", &number));
}

static const char whole[] =
    "seed: 7\n"
    "rules:\n"
    "  - {ports: [16386, 5000-5009], clients: [127.0.0.0/8], after: 30s, every: 1m, for: 20s,\n"
    "     loss_sd: 5%, loss_ds: every 5, delay_sd: 1ms, delay_ds: 2ms, jitter_sd: 3ms,\n"
    "     jitter_ds: 4ms, duplicate_sd: 1%, duplicate_ds: 2%, reorder_sd: 3%, reorder_ds: 4%,\n"
    "     reorder_by: 70ms, dscp_sd: ef, dscp_ds: 0, ttl_ds: 250, clock_offset: -1ms,\n"
    "     clock_drift: 9ppm, refuse: 50%, refuse_with: port_in_use, silence: true}\n"
    "  - {}\n";

static bool load(const char *text, struct impair_settings *out, struct buf *findings)
{
    struct diagnostics diagnostics = {0};
    char name[] = "/tmp/ipsla-impair-XXXXXX";
    int fd = mkstemp(name);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(close(fd), 0);
    bool is_good = impair_load(name, &diagnostics, out);
    assert_int_equal(unlink(name), 0);
    free(diagnostics.file);
    diagnostics.file = mem_string("f");
    diagnostics_format(&diagnostics, findings);
    diagnostics_fini(&diagnostics);
    return is_good;
}

static void test_file_and_section_are_alike(void **state)
{
    (void)state;
    struct impair_settings settings;
    struct buf findings = {0}, text = {0};
    assert_true(load(whole, &settings, &findings));
    assert_string_equal(buf_string(&findings), "");
    assert_int_equal(settings.seed, 7);
    assert_int_equal(settings.rule_count, 2);
    const struct impair_rule *rule = &settings.rules[0];
    assert_int_equal(rule->port_count, 2);
    assert_int_equal(rule->ports[1].last, 5009);
    assert_int_equal(rule->client_count, 1);
    assert_int_equal(rule->acts.for_ns, 20 * NS_PER_SECOND);
    assert_int_equal(rule->acts.dscp[IMPAIR_SD], 46);
    assert_int_equal(rule->acts.dscp[IMPAIR_DS], 0);
    assert_int_equal(rule->acts.clock_offset_ns, -NS_PER_MS);
    assert_int_equal(rule->acts.refuse_with, IMPAIR_REFUSE_PORT_IN_USE);
    /* each number of the struct has a key that set it */
    const struct impair_rule usual = impair_rule_default();
    for (size_t i = 0; i < sizeof rule->acts / sizeof(int64_t); i++) {
        assert_true(((const int64_t *)&rule->acts)[i] != ((const int64_t *)&usual.acts)[i]);
    }
    buf_add_string(&text, "responder:\n  listen: ['127.0.0.1:1967']\n  impair: ");
    effective_add_impair(&settings, &text);
    buf_add_char(&text, '\n');
    struct config *config = parse_good(buf_string(&text));
    assert_true(impair_settings_are_equal(&config->responder.impair, &settings));
    config_free(config);
    buf_fini(&text);
    buf_fini(&findings);
}

static const struct expectation wrong[] = {
    {"unknown keys", "responder: {impair: {rule: [], rules: [{los_sd: 5%}]}}\n",
     "f:1:22: responder.impair.rule: unknown key; did you mean 'rules'?\n"
     "f:1:41: responder.impair.rules[0].los_sd: unknown key; did you mean 'loss_sd'?\n"},
    {"values", "responder: {impair: {rules: [{loss_sd: 5, clock_drift: 5, ttl_ds: 0}]}}\n",
     "f:1:40: responder.impair.rules[0].loss_sd: '5' is neither a percentage such as 2% nor such "
     "as every 5; allowed: a percentage such as 2% or every N, both also in bursts of N\n"
     "f:1:56: responder.impair.rules[0].clock_drift: '5' is not a number of ppm such as 20ppm; "
     "allowed: -1000ppm to 1000ppm\n"
     "f:1:67: responder.impair.rules[0].ttl_ds: '0' is out of range; allowed: 1 to 255\n"},
    {"a schedule without length", "responder: {impair: {rules: [{every: 1m, loss_sd: 5%}]}}\n",
     "f:1:38: responder.impair.rules[0].every: '1m' is not longer than for; allowed: as in every: "
     "5m, for: 1m\n"},
    {"a schedule that never pauses",
     "responder: {impair: {rules: [{every: 1m, for: 60s, loss_sd: 5%}]}}\n",
     "f:1:38: responder.impair.rules[0].every: '1m' is not longer than for; allowed: as in every: "
     "5m, for: 1m\n"},
    {"without effect", "responder: {impair: {rules: [{reorder_by: 9ms, refuse_with: auth}]}}\n",
     "f:1:43: warning: responder.impair.rules[0].reorder_by: has no effect without reorder_sd or "
     "reorder_ds\n"
     "f:1:61: warning: responder.impair.rules[0].refuse_with: has no effect without refuse\n"},
    {"no mapping", "responder: {impair: {rules: [5%]}}\n",
     "f:1:30: responder.impair.rules[0]: this is a single value; write keys and values: "
     "{key: value}\n"},
};

static void test_messages(void **state)
{
    (void)state;
    EXPECT_FINDINGS(wrong);
}

static void test_bad_files(void **state)
{
    (void)state;
    struct impair_settings settings;
    struct buf findings = {0};
    struct diagnostics diagnostics = {0};
    assert_false(load("rules: [{loss_sd: x}]\n", &settings, &findings));
    assert_non_null(strstr(buf_string(&findings), "f:1:19: rules[0].loss_sd: 'x' is neither"));
    buf_clear(&findings);
    assert_false(load("- loss_sd: 5%\n", &settings, &findings));
    buf_clear(&findings);
    assert_false(load("responder: {}\n", &settings, &findings));
    assert_non_null(strstr(buf_string(&findings), "f:1:1: responder: unknown key"));
    assert_false(impair_load("/nonexistent/impair.yml", &diagnostics, &settings));
    assert_int_equal(diagnostics.error_count, 1);
    diagnostics_fini(&diagnostics);
    buf_fini(&findings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_which_packets),
        cmocka_unit_test(test_clocks),
        cmocka_unit_test(test_file_and_section_are_alike),
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_bad_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
