/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "reflect/meter.h"

#include <stdlib.h>

#include "base/mem.h"
#include "support/cm.h"

static struct meter *meter_new(uint32_t burst, int64_t interval_ns)
{
    struct meter *meter = mem_alloc(1, sizeof *meter);
    meter->rate = (struct meter_rate){burst, interval_ns};
    return meter;
}

static unsigned take_all(struct meter *meter, uint64_t name, int64_t at_ns)
{
    unsigned taken = 0;
    while (meter_take(meter, name, (struct mono){at_ns})) {
        taken++;
    }
    return taken;
}

static void test_burst_then_rate(void **state)
{
    (void)state;
    struct meter *meter = meter_new(10, NS_PER_SECOND / 2);
    int64_t start_ns = 100 * NS_PER_SECOND;
    assert_int_equal(take_all(meter, 7, start_ns), 10);
    assert_int_equal(take_all(meter, 7, start_ns + NS_PER_SECOND / 2 - 1), 0);
    assert_int_equal(take_all(meter, 7, start_ns + NS_PER_SECOND / 2), 1);
    assert_int_equal(take_all(meter, 7, start_ns + 3 * NS_PER_SECOND), 5);
    assert_int_equal(take_all(meter, 7, start_ns + 300 * NS_PER_SECOND), 10);
    assert_int_equal(take_all(meter, 8, start_ns + 300 * NS_PER_SECOND), 10);
    free(meter);
}

/* Whoever comes with many names makes buckets be forgotten that are full, never an empty one. */
static void test_empty_buckets_are_kept(void **state)
{
    (void)state;
    struct meter *meter = meter_new(4, NS_PER_SECOND);
    struct mono now = {100 * NS_PER_SECOND};
    assert_int_equal(take_all(meter, 7, now.ns), 4);
    for (uint64_t i = 1; i <= 1000; i++) {
        assert_true(meter_take(meter, 7 + i * METER_SETS, now));
    }
    assert_false(meter_take(meter, 7, now));
    free(meter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_burst_then_rate),
        cmocka_unit_test(test_empty_buckets_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
