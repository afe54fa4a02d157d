/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What is said of clocks: clock_tolerance of a target, and the section `clock`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/config/expect.h"

#include "base/time.h"
#include "config/tolerance.h"
#include "probe/spec_field.h"

static void values_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t number;
    } good[] = {
        {"0us", 0},
        {"500us", 500 * NS_PER_US},
        {"100ms", 100 * NS_PER_MS},
        {"0%", 0},
        {"1%", -1},
        {"100%", -100},
    };
    static const char *const bad[] = {"",      "%",   "5",        "-1us", "-5%",
                                      "101%",  "05%", "5.5%",     "5 %",  "5%%",
                                      "101ms", "1s",  "5percent", "us",   "1000%"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        int64_t number = 42;
        assert_null(tolerance_parse(good[i].text, &number));
        assert_true(number == good[i].number);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int64_t number = 42;
        assert_non_null(tolerance_parse(bad[i], &number));
        assert_true(number == 42);
    }
}

#define TARGET "targets: [{name: a, host: 192.0.2.1, port: 5000"

static void specs_have_it(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ns;
        int percent;
        bool assumes;
    } rows[] = {
        {TARGET "}]\n", 0, 0, false},
        {TARGET ", clock_tolerance: 500us}]\n", 500 * NS_PER_US, 0, false},
        {TARGET ", clock_tolerance: 5%}]\n", 0, 5, false},
        {"defaults: {clock_tolerance: 2ms}\n" TARGET "}]\n", 2 * NS_PER_MS, 0, false},
        {"defaults: {clock_tolerance: 2ms}\n" TARGET ", clock_tolerance: 7%}]\n", 0, 7, false},
        {"defaults: {clock_tolerance: 2ms}\n" TARGET ", operation: udp-echo}]\n", 0, 0, false},
        {"clock: {assume_synchronized: true}\n" TARGET "}]\n", 0, 0, true},
        {"clock: {assume_synchronized: false}\n" TARGET "}]\n", 0, 0, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct config *config = parse_good(rows[i].text);
        const struct spec *spec = config->targets->specs[0];
        assert_true(spec->clocks.tolerance_ns == rows[i].ns);
        assert_int_equal(spec->clocks.tolerance_percent, rows[i].percent);
        assert_int_equal(spec->clocks.is_assumed_synchronized, rows[i].assumes);
        config_free(config);
    }
}

/* Neither is another measurement. */
static void reload_keeps_the_target(void **state)
{
    (void)state;
    struct config *plain = parse_good(TARGET "}]\n");
    struct config *tolerant = parse_good(TARGET ", clock_tolerance: 5%}]\n");
    struct config *assumed = parse_good("clock: {assume_synchronized: true}\n" TARGET "}]\n");
    assert_true(spec_is_same_target(plain->targets->specs[0], tolerant->targets->specs[0]));
    assert_true(spec_is_same_target(plain->targets->specs[0], assumed->targets->specs[0]));
    config_free(plain);
    config_free(tolerant);
    config_free(assumed);
}

static const struct expectation wrong[] = {
    {"no unit", TARGET ", clock_tolerance: 5}]\n",
     "f:1:67: targets[0].clock_tolerance: '5' has no unit (us, ms or %), as in 500us or 5%; "
     "allowed: 0us to 100ms, or 0% to 100%\n"},
    {"too much", TARGET ", clock_tolerance: 1s}]\n",
     "f:1:67: targets[0].clock_tolerance: '1s' is out of range; allowed: 0us to 100ms, or 0% to "
     "100%\n"},
    {"half a percent", TARGET ", clock_tolerance: 0.5%}]\n",
     "f:1:67: targets[0].clock_tolerance: '0.5%' is neither a duration nor a whole percentage; "
     "allowed: 0us to 100ms, or 0% to 100%\n"},
    {"no clocks", TARGET ", operation: udp-echo, clock_tolerance: 5%}]\n",
     "f:1:71: targets[0].clock_tolerance: does not apply to udp-echo; allowed with: udp-jitter, "
     "icmp-jitter, stamp, twamp-light, twamp, auto\n"},
    {"unknown key", "clock: {assume_synchronised: true}\n" TARGET "}]\n",
     "f:1:9: clock.assume_synchronised: unknown key; did you mean 'assume_synchronized'?\n"},
};

static void errors_are_clear(void **state)
{
    (void)state;
    EXPECT_FINDINGS(wrong);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_read),
        cmocka_unit_test(specs_have_it),
        cmocka_unit_test(reload_keeps_the_target),
        cmocka_unit_test(errors_are_clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
