/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/password.h"

#include <string.h>
#include <time.h>

#include "support/cm.h"

static void assert_is(const char *hash, const char *password, bool is_right)
{
    assert_int_equal(password_is_right(hash, password, strlen(password)), is_right);
}

/* crypt(3) made these hashes. */
static void passwords_are_compared(void **state)
{
    (void)state;
    assert_is("$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW", "secret", true);
    assert_is("$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a", "secret", true);
    assert_is("$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW", "secres", false);
    assert_is("$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrX", "secret", false);
    assert_is("$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW", "", false);
    assert_is("$2b$04$-bcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW", "secret", false);
    assert_is("*0", "secret", false);
}

/* The last character of a salt has four bits that do not count: crypt(3) writes it anew. */
static void a_salt_may_be_spelled_otherwise(void **state)
{
    (void)state;
    assert_is("$2b$04$abcdefghijklmnopqrstuv2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW", "secret", true);
    assert_is("$2b$04$abcdefghijklmnopqrstuz2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW", "secret", true);
}

static void so_many_bytes_count(void **state)
{
    (void)state;
    static const char hash[] = "$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i";
    char password[PASSWORD_BYTES_MAX];
    memset(password, 'x', sizeof password); /* the hash is that of 80 */
    assert_true(password_is_right(hash, password, sizeof password));
    assert_false(password_is_right(hash, password, sizeof password - 1));
}

static void nothing_is_right_with_a_nul(void **state)
{
    (void)state;
    static const char hash[] = "$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";
    assert_false(password_is_right(hash, "secret\0", 7));
    assert_false(password_is_right(hash, "secret\0secret", 13));
}

static double burn_seconds(unsigned cost)
{
    struct timespec begin, end;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
    password_burn(cost, "secret", 6);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
    return (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
}

/* 32 times the work: that nothing at all is done would show. */
static void burning_is_work(void **state)
{
    (void)state;
    burn_seconds(4);
    assert_true(burn_seconds(9) > 4 * burn_seconds(4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passwords_are_compared), cmocka_unit_test(a_salt_may_be_spelled_otherwise),
        cmocka_unit_test(so_many_bytes_count),    cmocka_unit_test(nothing_is_right_with_a_nul),
        cmocka_unit_test(burning_is_work),
    };
    return cmocka_run_group_tests_name("web password", tests, NULL, NULL);
}
