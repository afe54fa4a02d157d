/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/crypto.h"

#include <string.h>

#include "support/cm.h"

/* Digests of FIPS 180-4's examples, their first 64 bits. */
static void test_known_digests(void **state)
{
    (void)state;
    const char *long_text = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    assert_true(crypto_stable_hash("abc", 3) == UINT64_C(0xba7816bf8f01cfea));
    assert_true(crypto_stable_hash("", 0) == UINT64_C(0xe3b0c44298fc1c14));
    assert_true(crypto_stable_hash(long_text, strlen(long_text)) == UINT64_C(0x248d6a61d20638b8));
}

static void test_every_byte_counts(void **state)
{
    (void)state;
    assert_true(crypto_stable_hash("a\0b", 3) != crypto_stable_hash("a\0c", 3));
    assert_true(crypto_stable_hash("ab", 2) != crypto_stable_hash("ab", 1));
}

static void secrets_are_wiped(void **state)
{
    (void)state;
    char secret[] = "secret";
    crypto_wipe(secret, 3);
    assert_memory_equal(secret, "\0\0\0ret", sizeof secret);
    crypto_wipe(NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_digests),
        cmocka_unit_test(test_every_byte_counts),
        cmocka_unit_test(secrets_are_wiped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
