/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "stats/flow.h"

#include "support/cm.h"

static void test_each_flow(void **state)
{
    (void)state;
    struct sample items[] = {
        {.fate = FATE_RECEIVED, .t1_ns = 0, .t4_ns = 10},
        {.fate = FATE_SENT},
        {.fate = FATE_RECEIVED, .t1_ns = 100, .t4_ns = 130},
        {.fate = FATE_LATE, .t1_ns = 0, .t4_ns = 999},
        {.fate = FATE_UNSENT},
        {.fate = FATE_SENT},
        {.fate = FATE_DROPPED},
    };
    const struct samples samples = {.items = items, .count = sizeof items / sizeof items[0]};
    struct flow_tally flows[2] = {{.sent = 5, .lost = 1, .latest_sent = 9}, {0}};
    flow_tally_add(flows, 2, &samples, 0);
    assert_int_equal(flows[0].latest_sent, 3);
    assert_int_equal(flows[0].latest_lost, 0);
    assert_int_equal(flows[0].latest_answered, 2);
    assert_int_equal(flows[0].latest_rtt_ns, 40);
    assert_int_equal(flows[0].sent, 8);
    assert_int_equal(flows[0].lost, 1);
    assert_int_equal(flows[1].latest_sent, 3);
    assert_int_equal(flows[1].latest_lost, 2);
    assert_int_equal(flows[1].latest_answered, 0);
    assert_int_equal(flows[1].lost, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_flow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
