/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Where each packet was lost: the same as the counts of round_compute say, packet by packet. */
#include <string.h>

#include "stats/direction.h"
#include "support/build.h"
#include "support/cm.h"

enum { PACKETS = 10, LOST = 0 };

/* `numbers[i]` is what the reply to packet i + 1 brings back, LOST: none came. `wanted` has a
 * letter for each: s, d, u, and a dot for what was not lost. */
static void check(const uint32_t numbers[PACKETS], const char *wanted)
{
    struct sample items[PACKETS] = {0};
    enum loss_way ways[PACKETS];
    struct round round = {0};
    for (uint32_t i = 0; i < PACKETS; i++) {
        items[i].fate = numbers[i] == LOST ? FATE_SENT : FATE_RECEIVED;
        items[i].responder_seq = numbers[i];
    }
    struct counted *counted = build_counted(items, PACKETS);
    const struct samples samples = {.items = items, .count = PACKETS, .counted = counted};
    direction_name(&samples, NS_PER_MS, ways);
    direction_book(&round, &samples, NS_PER_MS);
    build_counted_free(counted);
    uint32_t count[4] = {0};
    for (uint32_t i = 0; i < PACKETS; i++) {
        char named = ".usd"[ways[i]];
        assert_int_equal(named, wanted[i]);
        count[ways[i]]++;
    }
    assert_true(count[LOSS_SD] <= round.sd.lost);
    assert_true(count[LOSS_DS] <= round.ds.lost);
    assert_int_equal(count[LOSS_UNKNOWN] + count[LOSS_SD] + count[LOSS_DS],
                     round.sd.lost + round.ds.lost + round.lost_unknown);
}

static void test_each_way(void **state)
{
    (void)state;
    check((const uint32_t[PACKETS]){1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, "..........");
    check((const uint32_t[PACKETS]){1, LOST, 2, 3, LOST, LOST, 4, 5, 6, 7}, ".s..ss....");
    check((const uint32_t[PACKETS]){1, LOST, 3, 4, LOST, LOST, 7, 8, 9, 10}, ".d..dd....");
    check((const uint32_t[PACKETS]){1, LOST, 3, LOST, 4, 5, 6, 7, LOST, LOST}, ".d.s....uu");
}

static void test_mixed_gap_is_unknown(void **state)
{
    (void)state;
    check((const uint32_t[PACKETS]){1, LOST, LOST, 3, LOST, 4, 5, 6, 7, 8}, ".uu.s.....");
}

static void test_without_count(void **state)
{
    (void)state;
    struct sample items[2] = {{.fate = FATE_SENT}, {.fate = FATE_RECEIVED}};
    enum loss_way ways[2];
    const struct samples samples = {.items = items, .count = 2};
    direction_name(&samples, NS_PER_MS, ways);
    assert_int_equal(ways[0], LOSS_UNKNOWN);
    assert_int_equal(ways[1], LOSS_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_way),
        cmocka_unit_test(test_mixed_gap_is_unknown),
        cmocka_unit_test(test_without_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
