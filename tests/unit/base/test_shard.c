/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/shard.h"

#include <stdio.h>
#include <string.h>

#include "base/crypto.h"
#include "support/cm.h"

enum { NAMES = 10000 };

static uint64_t hash_of(unsigned number)
{
    char name[32];
    int length = snprintf(name, sizeof name, "router-%u", number);
    return crypto_stable_hash(name, (size_t)length);
}

static void test_alone(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(shard_of(hash_of(i), 1), 0);
    }
}

/* Exporters of different releases share a configuration: these never change (computed from the
 * definition by another program). */
static void test_is_stable(void **state)
{
    (void)state;
    static const unsigned expected[] = {2, 0, 2, 2, 4, 2, 6, 5, 4, 3, 0, 3, 6, 1, 1, 0};
    for (unsigned i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        assert_int_equal(shard_of(hash_of(i), 7), expected[i]);
    }
}

static void test_shares_are_fair(void **state)
{
    (void)state;
    for (unsigned count = 2; count <= 16; count++) {
        unsigned shares[16] = {0};
        for (unsigned i = 0; i < NAMES; i++) {
            unsigned shard = shard_of(hash_of(i), count);
            assert_true(shard < count);
            shares[shard]++;
        }
        for (unsigned i = 0; i < count; i++) {
            assert_in_range(shares[i], NAMES / count * 85 / 100, NAMES / count * 115 / 100);
        }
    }
}

/* One more takes what it gets from the others, and nothing moves between those. */
static void test_growing_moves_only_to_the_new_one(void **state)
{
    (void)state;
    for (unsigned count = 1; count < 40; count++) {
        unsigned moved = 0;
        for (unsigned i = 0; i < NAMES; i++) {
            unsigned before = shard_of(hash_of(i), count);
            unsigned after = shard_of(hash_of(i), count + 1);
            if (before != after) {
                assert_int_equal(after, count);
                moved++;
            }
        }
        unsigned share = NAMES / (count + 1);
        assert_in_range(moved, share * 80 / 100, share * 120 / 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alone),
        cmocka_unit_test(test_is_stable),
        cmocka_unit_test(test_shares_are_fair),
        cmocka_unit_test(test_growing_moves_only_to_the_new_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
