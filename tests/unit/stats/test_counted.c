/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "stats/counted.h"

#include "support/cm.h"

static uint64_t seen[4];

static void test_missing(void **state)
{
    (void)state;
    struct counted counted;
    counted_use(&counted, seen, 100);
    for (uint32_t seq = 1; seq <= 100; seq++) {
        if (seq % 10 != 0) {
            counted_add(&counted, seq, seq, false);
        }
    }
    assert_int_equal(counted_missing_in_all(&counted), 9); /* 100 is above the highest */
    assert_int_equal(counted_missing(&counted, 0, 99), 9);
    assert_int_equal(counted_missing(&counted, 9, 11), 1);
    assert_int_equal(counted_missing(&counted, 11, 12), 0);
    assert_int_equal(counted_missing(&counted, 12, 11), 0);
    assert_false(counted.is_broken || counted.is_offset);
    counted_use(&counted, seen, 100);
    counted_add(&counted, 1, 1, false);
    assert_int_equal(counted_missing_in_all(&counted), 0);
}

static void test_copies(void **state)
{
    (void)state;
    struct counted counted;
    counted_use(&counted, seen, 10);
    counted_add(&counted, 1, 1, false);
    counted_add(&counted, 1, 1, true); /* the reply was copied, not the packet */
    assert_int_equal(counted.copies, 0);
    counted_add(&counted, 1, 2, true);
    assert_int_equal(counted.copies, 1);
    counted_add(&counted, 2, 3, false);
    assert_int_equal(counted_missing_in_all(&counted), 0);
    assert_false(counted.is_broken);
}

/* Two packets with one number, a number below the first, one beyond all that could have been sent:
 * the count began anew or is none. */
static void test_broken(void **state)
{
    (void)state;
    static const uint32_t numbers[][3] = {{1, 2, 2}, {500, 501, 400}, {1, 2, UINT32_MAX}};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct counted counted;
        counted_use(&counted, seen, 10);
        for (uint32_t seq = 1; seq <= 3; seq++) {
            counted_add(&counted, seq, numbers[i][seq - 1], false);
        }
        assert_true(counted.is_broken);
    }
}

/* A port whose count goes on from train to train. */
static void test_offset(void **state)
{
    (void)state;
    struct counted counted;
    counted_use(&counted, seen, 10);
    counted_add(&counted, 3, 4003, false);
    assert_true(counted.is_offset);
    counted_add(&counted, 6, 4006, false);
    counted_add(&counted, 4, 4004, false);
    assert_int_equal(counted_missing(&counted, 4004, 4006), 1);
    assert_false(counted.is_broken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_missing),
        cmocka_unit_test(test_copies),
        cmocka_unit_test(test_broken),
        cmocka_unit_test(test_offset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
