/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "impair/which.h"

#include <string.h>

#include "support/cm.h"

#define COUNT 200000

static void test_one_number_holds_all(void **state)
{
    (void)state;
    static const struct which whiches[] = {
        {0, 0, 0},
        {1, 0, 0},
        {WHICH_ALL, 0, WHICH_BURST_MAX},
        {0, 1, 0},
        {0, WHICH_EVERY_MAX, WHICH_BURST_MAX},
    };
    for (size_t i = 0; i < sizeof whiches / sizeof whiches[0]; i++) {
        const struct which back = which_unpack(which_pack(whiches[i]));
        assert_memory_equal(&back, &whiches[i], sizeof back);
    }
    assert_true(which_pack(whiches[0]) == 0);
}

/* "..x..x": what happens to the first packets. */
static void assert_pattern(struct which which, const char *pattern)
{
    struct which_state where = {0};
    for (size_t i = 0; pattern[i] != '\0'; i++) {
        if (which_next(which_pack(which), &where) != (pattern[i] == 'x')) {
            fail_msg("packet %zu of %s", i + 1, pattern);
        }
    }
}

static void test_every_nth(void **state)
{
    (void)state;
    assert_pattern((struct which){.every = 3}, "..x..x..x");
    assert_pattern((struct which){.every = 1}, "xxxx");
    assert_pattern((struct which){.every = 5, .burst = 3}, "..xxx..xxx..xxx");
    assert_pattern((struct which){.every = 2, .burst = 2}, "xxxx");
    assert_pattern((struct which){.share = WHICH_ALL}, "xxxx");
    assert_pattern((struct which){0}, "....");
}

/* The share of all packets, and how many bursts they came in. */
static double count(struct which which, uint64_t seed, unsigned *bursts)
{
    struct which_state where = {.rng = {seed}};
    unsigned hits = 0;
    bool was_hit = false;
    *bursts = 0;
    for (unsigned i = 0; i < COUNT; i++) {
        bool is_hit = which_next(which_pack(which), &where);
        hits += is_hit;
        *bursts += is_hit && !was_hit;
        was_hit = is_hit;
    }
    return (double)hits / COUNT;
}

/* Bursts change how losses lie, not how many there are. */
static void test_shares_at_random(void **state)
{
    (void)state;
    unsigned bursts, single;
    for (uint64_t seed = 0; seed < 10; seed++) {
        assert_near(count((struct which){.share = 50000}, seed, &single), 0.05, 0.005);
        assert_near(count((struct which){.share = 50000, .burst = 4}, seed, &bursts), 0.05, 0.01);
        assert_true(bursts < single / 3);
        assert_near(count((struct which){.share = 900000, .burst = 10}, seed, &bursts), 0.9, 0.01);
    }
}

static void test_a_seed_repeats(void **state)
{
    (void)state;
    struct which_state a = {.rng = {7}}, b = {.rng = {7}}, other = {.rng = {8}};
    const int64_t half = which_pack((struct which){.share = WHICH_ALL / 2});
    unsigned differences = 0;
    for (unsigned i = 0; i < 1000; i++) {
        bool is_hit = which_next(half, &a);
        assert_int_equal(is_hit, which_next(half, &b));
        differences += is_hit != which_next(half, &other);
    }
    assert_true(differences > 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_number_holds_all),
        cmocka_unit_test(test_every_nth),
        cmocka_unit_test(test_shares_at_random),
        cmocka_unit_test(test_a_seed_repeats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
