/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "config/words.h"

static void nearest_word_is_found(void **state)
{
    (void)state;
    static const char *const known[] = {"frequency", "timeout", "num_packets", "port", "tag"};
    static const struct {
        const char *word, *nearest;
    } cases[] = {
        {"frequncy", "frequency"},
        {"Frequency", "frequency"},
        {"num-packets", "num_packets"},
        {"tiemout", "timeout"},
        {"prot", "port"},
        {"ports", "port"},
        {"codec", NULL},
        {"x", NULL},
        {"", NULL},
        {"frequencyfrequency", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *nearest = words_nearest(cases[i].word, known, 5);
        if (cases[i].nearest == NULL) {
            assert_null(nearest);
        } else {
            assert_non_null(nearest);
            assert_string_equal(nearest, cases[i].nearest);
        }
    }
}

static void the_first_of_equally_near_words_is_taken(void **state)
{
    (void)state;
    static const char *const known[] = {"part", "port", "pert"};
    assert_string_equal(words_nearest("pirt", known, 3), "part");
}

static void a_part_of_one_word_is_found(void **state)
{
    (void)state;
    static const char *const known[] = {"paris-core1", "lyon-core1", "hmac-sha256"};
    assert_string_equal(words_containing("hmac", known, 3), "hmac-sha256");
    assert_string_equal(words_containing("PARIS_core", known, 3), "paris-core1");
    assert_null(words_containing("core1", known, 3));
    assert_null(words_containing("pa", known, 3));
    assert_null(words_containing("paris-core11", known, 3));
}

static void the_three_nearest_are_listed(void **state)
{
    (void)state;
    static const char *const known[] = {"timeout", "ttl", "tos", "tag", "t"};
    struct buf out = {0};
    words_add_nearest("tog", known, 5, &out);
    assert_string_equal(buf_string(&out), "tos, tag, ttl");
    buf_clear(&out);
    words_add_nearest("x", known, 2, &out);
    assert_string_equal(buf_string(&out), "ttl, timeout");
    buf_clear(&out);
    char word[2000];
    memset(word, 'a', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    words_add_nearest(word, known, 1, &out);
    assert_string_equal(buf_string(&out), "timeout");
    buf_fini(&out);
}

static void long_words_have_no_nearest(void **state)
{
    (void)state;
    char word[2000];
    const char *const known[] = {word, "tag"};
    memset(word, 'a', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    assert_null(words_nearest(word, known, 2));
    assert_string_equal(words_nearest("tg", known, 0) == NULL ? "" : "some", "");
    assert_string_equal(words_nearest("tga", known, 2), "tag");
    const char *const brief[] = {"tos"};
    assert_null(words_nearest("host", brief, 1));
}

static void quotes_show_control_characters_and_cut(void **state)
{
    (void)state;
    char out[WORDS_QUOTE_MAX];
    assert_string_equal(words_quote("a\tb\x7f\xc2\x85\x1b[31m", out),
                        "'a\\x09b\\x7f\\x85\\x1b[31m'");
    assert_string_equal(words_quote("caf\xc3\xa9", out), "'caf\xc3\xa9'");
    char text[400];
    memset(text, 1, sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_true(strlen(words_quote(text, out)) < WORDS_QUOTE_MAX);
    assert_non_null(strstr(out, "...'"));
    /* 59 bytes and a character of two: it is shown whole. */
    memset(text, 'x', 59);
    memcpy(text + 59, "\xc3\xa9zz", 5);
    words_quote(text, out);
    assert_string_equal(out + 60, "\xc3\xa9...'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nearest_word_is_found),
        cmocka_unit_test(the_first_of_equally_near_words_is_taken),
        cmocka_unit_test(a_part_of_one_word_is_found),
        cmocka_unit_test(the_three_nearest_are_listed),
        cmocka_unit_test(long_words_have_no_nearest),
        cmocka_unit_test(quotes_show_control_characters_and_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
