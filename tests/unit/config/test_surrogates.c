/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "config/surrogates.h"

static void expect(const char *text, const char *joined)
{
    struct buf buf = {0};
    buf_add_string(&buf, text);
    surrogates_join(&buf);
    assert_string_equal(buf_string(&buf), joined);
    buf_fini(&buf);
}

static void pairs_are_joined_and_nothing_else(void **state)
{
    (void)state;
    expect("", "");
    expect("\\ud83d\\ude00", "\xf0\x9f\x98\x80");
    expect("a\\uD83D\\uDE00b\\u00e9", "a\xf0\x9f\x98\x80"
                                      "b\\u00e9");
    expect("\\\\ud83d\\ude00", "\\\\ud83d\\ude00");
    expect("\\ud83d", "\\ud83d");
    expect("\\ud83d\\ud83d", "\\ud83d\\ud83d");
    expect("\\ude00\\ud83d", "\\ude00\\ud83d");
    expect("\\ud83d\\ude0", "\\ud83d\\ude0");
    expect("\\", "\\");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_joined_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
