/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/limit.h"

#include "support/cm.h"

static unsigned count_taken(struct limit *limit, int64_t now_ns, unsigned tries)
{
    unsigned taken = 0;
    for (unsigned i = 0; i < tries; i++) {
        taken += limit_take(limit, now_ns) ? 1 : 0;
    }
    return taken;
}

static void a_burst_then_one_each_interval(void **state)
{
    (void)state;
    struct limit limit = {.interval_ns = 10, .burst = 3};
    assert_int_equal(count_taken(&limit, 1000, 10), 3);
    assert_int_equal(count_taken(&limit, 1009, 10), 0);
    assert_int_equal(count_taken(&limit, 1010, 10), 1);
    assert_int_equal(count_taken(&limit, 1035, 10), 2);
    assert_int_equal(count_taken(&limit, 5000, 10), 3); /* not more than the burst */
    limit = (struct limit){.interval_ns = 10, .burst = 1};
    assert_int_equal(count_taken(&limit, 1000, 10), 1);
    assert_int_equal(count_taken(&limit, 1010, 10), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_burst_then_one_each_interval)};
    return cmocka_run_group_tests_name("web limit", tests, NULL, NULL);
}
