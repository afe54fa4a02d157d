/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/nonce.h"

#include "support/cm.h"

static const struct siphash_key key = {{UINT64_C(0x0123456789abcdef), 42}};

static void test_opens_what_was_sealed(void **state)
{
    (void)state;
    static const uint64_t numbers[] = {0, 1, 65536, UINT64_C(0x8000000080000000), UINT64_MAX};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        uint64_t nonce = nonce_seal(&key, NONCE_DATA, numbers[i]);
        assert_true(nonce_open(&key, NONCE_DATA, nonce) == numbers[i]);
        assert_true(nonce != nonce_seal(&key, NONCE_SEQUENCE, numbers[i]));
        assert_true(nonce != nonce_seal(&(struct siphash_key){{7, 42}}, NONCE_DATA, numbers[i]));
    }
}

/* Each bit of a nonce is another for about half of the numbers that follow each other. */
static void test_successors_look_unrelated(void **state)
{
    (void)state;
    enum { MANY = 1000 };
    unsigned changed[64] = {0};
    for (uint64_t number = 0; number < MANY; number++) {
        uint64_t difference =
            nonce_seal(&key, NONCE_DATA, number) ^ nonce_seal(&key, NONCE_DATA, number + 1);
        for (unsigned bit = 0; bit < 64; bit++) {
            changed[bit] += (unsigned)(difference >> bit & 1);
        }
    }
    for (unsigned bit = 0; bit < 64; bit++) {
        assert_in_range(changed[bit], MANY * 4 / 10, MANY * 6 / 10);
    }
}

/* A bit changed anywhere opens to an unrelated number: never to a small one. */
static void test_altered_opens_to_nothing(void **state)
{
    (void)state;
    uint64_t nonce = nonce_seal(&key, NONCE_DATA, 5 << 16 | 3);
    for (unsigned bit = 0; bit < 64; bit++) {
        assert_true(nonce_open(&key, NONCE_DATA, nonce ^ UINT64_C(1) << bit) > UINT64_C(1) << 40);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opens_what_was_sealed),
        cmocka_unit_test(test_successors_look_unrelated),
        cmocka_unit_test(test_altered_opens_to_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
