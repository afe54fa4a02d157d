/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "page/columns.h"

#include "support/cm.h"

#define FREQUENCY_NS (10 * NS_PER_SECOND)

static struct history_entry entry(int64_t seconds, int64_t p50_ms)
{
    return (struct history_entry){
        .end = {seconds * NS_PER_SECOND},
        .flags = HISTORY_HAS_RTT | HISTORY_HAS_JITTER_SD,
        .sent = 10,
        .rtt_min_ns = (p50_ms - 1) * NS_PER_MS,
        .rtt_p50_ns = p50_ms * NS_PER_MS,
        .rtt_p95_ns = (p50_ms + 1) * NS_PER_MS,
        .rtt_max_ns = (p50_ms + 2) * NS_PER_MS,
        .jitter_sd_ns = NS_PER_MS,
    };
}

static void each_operation_has_a_column(void **state)
{
    (void)state;
    struct history_entry entries[] = {entry(0, 5), entry(10, 6), entry(40, 7)};
    struct column columns[3];
    entries[1].lost_sd = 2;
    entries[2].outcome = OUTCOME_TIMEOUT;
    entries[2].flags = 0;
    assert_int_equal(columns_fill(entries, 3, FREQUENCY_NS, columns, 3), 3);
    assert_int_equal(columns[0].p50_ns, 5 * NS_PER_MS);
    assert_int_equal(columns[0].jitter_sd_ns, NS_PER_MS);
    assert_int_equal(columns[0].jitter_ds_ns, -1);
    assert_false(columns[1].is_after_gap);
    assert_int_equal(column_lost(&columns[1]), 2);
    assert_true(columns[2].is_after_gap); /* 30 s */
    assert_false(columns[2].has_rtt);
    assert_int_equal(columns[2].failed, 1);
    struct columns_sum sum = columns_sum(columns, 3);
    assert_int_equal(sum.operations, 3);
    assert_int_equal(sum.failed, 1);
    assert_int_equal(sum.with_loss, 1);
    assert_int_equal(sum.min_ns, 4 * NS_PER_MS);
    assert_int_equal(sum.max_ns, 8 * NS_PER_MS);
    assert_int_equal(sum.lost_sd, 2);
    assert_true(sum.loss > 0.199 && sum.loss < 0.201);
}

/* None is left out when they share columns, and the worst shows. */
static void many_operations_share_columns(void **state)
{
    (void)state;
    struct history_entry entries[1000];
    struct column columns[100];
    for (int i = 0; i < 1000; i++) {
        entries[i] = entry(10 * i, 5);
    }
    entries[777] = entry(7770, 50);
    entries[778].lost_ds = 10;
    assert_int_equal(columns_fill(entries, 1000, FREQUENCY_NS, columns, 99), 91);
    struct columns_sum sum = columns_sum(columns, 91);
    assert_int_equal(sum.operations, 1000);
    assert_int_equal(sum.max_ns, 52 * NS_PER_MS);
    assert_int_equal(sum.sent, 10000);
    assert_int_equal(sum.lost_ds, 10);
    assert_int_equal(columns[0].p50_ns, 5 * NS_PER_MS);
    assert_int_equal(columns[90].at.ns, 9990 * NS_PER_SECOND);
    assert_int_equal(columns_fill(entries, 0, FREQUENCY_NS, columns, 99), 0);
    assert_int_equal(columns_fill(entries, 5, FREQUENCY_NS, columns, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_operation_has_a_column),
        cmocka_unit_test(many_operations_share_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
