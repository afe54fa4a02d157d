/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/rng.h"

#include "support/cm.h"

/* The first outputs of SplitMix64 from 1234567, as published with the algorithm. */
static void test_known_values(void **state)
{
    (void)state;
    struct rng rng = {1234567};
    assert_true(rng_u64(&rng) == UINT64_C(6457827717110365317));
    assert_true(rng_u64(&rng) == UINT64_C(3203168211198807973));
    assert_true(rng_u64(&rng) == UINT64_C(9817491932198370423));
}

static void test_same_seed_same_numbers(void **state)
{
    (void)state;
    struct rng a = {42}, b = {42}, c = {43};
    unsigned equal = 0;
    for (unsigned i = 0; i < 1000; i++) {
        uint64_t value = rng_u64(&a);
        assert_true(value == rng_u64(&b));
        equal += value == rng_u64(&c);
    }
    assert_int_equal(equal, 0);
}

static void test_below(void **state)
{
    (void)state;
    struct rng rng = {1};
    unsigned seen[7] = {0};
    for (unsigned i = 0; i < 7000; i++) {
        uint64_t value = rng_below(&rng, 7);
        assert_true(value < 7);
        seen[value]++;
    }
    for (unsigned i = 0; i < 7; i++) {
        assert_in_range(seen[i], 800, 1200);
    }
    assert_int_equal(rng_below(&rng, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_values),
        cmocka_unit_test(test_same_seed_same_numbers),
        cmocka_unit_test(test_below),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
