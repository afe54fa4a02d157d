/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The patterns of numbers, asked of regcomp(3), which knows all that is used of them but "(?:". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <regex.h>
#include <stdbool.h>
#include <stdio.h>

#include "config/number_pattern.h"

#define MAX 1200

static bool matches(const regex_t *regex, int64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)number);
    return regexec(regex, text, 0, NULL, 0) == 0;
}

static void check_range(int64_t min, int64_t max)
{
    struct buf pattern = {0};
    regex_t regex;
    buf_add_string(&pattern, "^(");
    number_pattern_add(min, max, &pattern);
    buf_add_string(&pattern, ")$");
    assert_int_equal(regcomp(&regex, buf_string(&pattern), REG_EXTENDED | REG_NOSUB), 0);
    for (int64_t number = 0; number <= MAX; number++) {
        bool is_in = number >= min && number <= max;
        if (matches(&regex, number) != is_in) {
            fail_msg("%d..%d: %d and %s", (int)min, (int)max, (int)number, buf_string(&pattern));
        }
    }
    assert_true(matches(&regex, min) && matches(&regex, max));
    assert_false(matches(&regex, max + 1));
    regfree(&regex);
    buf_fini(&pattern);
}

static void ranges_hold_what_they_say(void **state)
{
    (void)state;
    static const int64_t ends[] = {0,  1,   2,   5,   9,   10,  11,  19,  20,   42,
                                   99, 100, 101, 109, 110, 199, 255, 999, 1000, 1111};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        for (size_t k = i; k < sizeof ends / sizeof ends[0]; k++) {
            check_range(ends[i], ends[k]);
        }
    }
    check_range(4, 60000);
    check_range(1, INT64_C(31536000000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_hold_what_they_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
