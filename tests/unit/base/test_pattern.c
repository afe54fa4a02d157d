/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/pattern.h"

#include "support/cm.h"

static void test_parse(void **state)
{
    (void)state;
    struct pattern pattern = {0};
    assert_true(pattern_parse("0aF9", &pattern));
    assert_int_equal(pattern.size, 2);
    assert_int_equal(pattern.bytes[0], 0x0a);
    assert_int_equal(pattern.bytes[1], 0xf9);
    assert_true(pattern_parse("0011223344556677", &pattern));
    assert_int_equal(pattern.size, 8);
    static const char *const wrong[] = {"", "a", "abc", "0x12", "gg", "a ", "001122334455667788"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(pattern_parse(wrong[i], &pattern));
    }
    assert_int_equal(pattern.size, 8);
}

static void test_fill(void **state)
{
    (void)state;
    struct pattern pattern = {0};
    uint8_t bytes[5];
    pattern_fill(&pattern, bytes, sizeof bytes);
    assert_memory_equal(bytes, "\xab\xcd\xab\xcd\xab", 5);
    assert_true(pattern_matches(&pattern, bytes, sizeof bytes));
    assert_true(pattern_parse("010203", &pattern));
    assert_false(pattern_matches(&pattern, bytes, sizeof bytes));
    pattern_fill(&pattern, bytes, sizeof bytes);
    assert_memory_equal(bytes, "\1\2\3\1\2", 5);
    bytes[4] = 3;
    assert_false(pattern_matches(&pattern, bytes, sizeof bytes));
    assert_true(pattern_matches(&pattern, bytes, 4));
}

static void test_equal(void **state)
{
    (void)state;
    struct pattern standard = {0}, written, twice, other;
    assert_true(pattern_parse("ABCD", &written) && pattern_parse("abcdABCD", &twice));
    assert_true(pattern_parse("ABCDAB", &other));
    assert_true(pattern_is_equal(&standard, &written) && pattern_is_equal(&twice, &standard));
    assert_false(pattern_is_equal(&standard, &other));
    assert_false(pattern_is_equal(&other, &written));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_parse), cmocka_unit_test(test_fill),
                                       cmocka_unit_test(test_equal)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
