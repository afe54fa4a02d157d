/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/time.h"
#include "config/duration.h"

static void each_unit_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ns;
    } cases[] = {
        {"1us", 1000},
        {"1500us", 1500000},
        {"0ms", 0},
        {"20ms", 20 * NS_PER_MS},
        {"60s", 60 * NS_PER_SECOND},
        {"5m", 300 * NS_PER_SECOND},
        {"1h", 3600 * NS_PER_SECOND},
        {"7d", 604800 * NS_PER_SECOND},
        {"9223372036s", INT64_C(9223372036000000000)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t ns = -1;
        assert_null(duration_parse(cases[i].text, &ns));
        assert_int_equal(ns, cases[i].ns);
    }
}

static void other_texts_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *problem;
    } cases[] = {
        {"", "is not a duration such as 20ms or 60s"},
        {"s", "is not a duration such as 20ms or 60s"},
        {"-1s", "is not a duration such as 20ms or 60s"},
        {" 1s", "is not a duration such as 20ms or 60s"},
        {"60", "has no unit (us, ms, s, m, h or d), as in 20ms or 60s"},
        {"0.5s", "has a fraction; use a smaller unit, as in 1500us or 500ms"},
        {"1,5s", "has a fraction; use a smaller unit, as in 1500us or 500ms"},
        {"1w", "has no known unit; these are us, ms, s, m, h and d, as in 20ms or 60s"},
        {"1 s", "has a space; write number and unit together, as in 20ms or 60s"},
        {"1S", "has no known unit; these are us, ms, s, m, h and d, as in 20ms or 60s"},
        {"1h30m", "has no known unit; these are us, ms, s, m, h and d, as in 20ms or 60s"},
        {"9223372037s", "is too long a time"},
        {"99999999999999999999us", "is too long a time"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t ns = -7;
        assert_string_equal(duration_parse(cases[i].text, &ns), cases[i].problem);
        assert_non_null(duration_parse(cases[i].text, &ns));
        assert_int_equal(ns, -7);
    }
}

static void format_is_exact_and_short(void **state)
{
    (void)state;
    char text[DURATION_TEXT_MAX];
    assert_string_equal(duration_format(0, text), "0s");
    assert_string_equal(duration_format(5200 * NS_PER_MS, text), "5200ms");
    assert_string_equal(duration_format(604800 * NS_PER_SECOND, text), "7d");
    assert_string_equal(duration_format(90 * NS_PER_SECOND, text), "90s");
    assert_string_equal(duration_format(2500, text), "2500ns");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_unit_is_read),
        cmocka_unit_test(other_texts_are_refused),
        cmocka_unit_test(format_is_exact_and_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
