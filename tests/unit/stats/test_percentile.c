/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The percentiles of the round trips of one operation, against a sorted copy of all. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/rng.h"
#include "stats/round.h"
#include "support/cm.h"

static int compare(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static int64_t nearest_rank(const int64_t *sorted, size_t count, size_t percent)
{
    size_t rank = (count * percent + 99) / 100;
    return sorted[rank - 1];
}

/* Every seventh packet is lost, every fifth has no time of the kernel, which is needed. */
static void check(const int64_t *rtts, uint32_t count)
{
    struct sample *samples = mem_alloc(count, sizeof *samples);
    uint32_t *arrival = mem_alloc(count, sizeof *arrival);
    int64_t *sorted = mem_alloc(count, sizeof *sorted);
    struct samples all = {samples, count, arrival, 0, NULL};
    const struct round_rules rules = {.resolution_ns = 1, .needs_kernel_stamps = true};
    const struct round_sinks sinks = {0};
    struct round round = {0};
    size_t timed = 0;
    for (uint32_t i = 0; i < count; i++) {
        bool is_lost = i % 7 == 6, is_untimed = i % 5 == 4;
        samples[i].t1_ns = 1000;
        samples[i].t4_ns = 1000 + rtts[i];
        samples[i].fate = is_lost ? FATE_SENT : FATE_RECEIVED;
        samples[i].t1_source = samples[i].t4_source = is_untimed ? STAMP_USER : STAMP_KERNEL;
        if (!is_lost) {
            arrival[all.arrivals++] = i;
        }
        if (!is_lost && !is_untimed) {
            sorted[timed++] = rtts[i];
        }
    }
    round_compute(&round, &all, &rules, &sinks);
    qsort(sorted, timed, sizeof *sorted, compare);
    assert_int_equal(round.rtt.count, timed);
    assert_int_equal(round.rtt_p50_ns, nearest_rank(sorted, timed, 50));
    assert_int_equal(round.rtt_p95_ns, nearest_rank(sorted, timed, 95));
    free(samples);
    free(arrival);
    free(sorted);
}

static void percentiles_are_those_of_sorted_values(void **state)
{
    (void)state;
    static const int64_t spans[] = {1, 2, 31, 32, 33, 1000, 1000000, 3600 * NS_PER_SECOND};
    int64_t rtts[300];
    struct rng rng;
    rng.state = 1;
    for (size_t s = 0; s < sizeof spans / sizeof spans[0]; s++) {
        for (uint32_t count = 1; count <= 300; count += count < 30 ? 1 : 27) {
            for (uint32_t i = 0; i < count; i++) {
                rtts[i] = (int64_t)rng_below(&rng, (uint64_t)spans[s]);
            }
            check(rtts, count);
        }
    }
}

static void without_round_trips_there_are_none(void **state)
{
    (void)state;
    struct sample sample = {.fate = FATE_SENT};
    const struct samples all = {&sample, 1, NULL, 0, NULL};
    const struct round_rules rules = {.resolution_ns = 1};
    const struct round_sinks sinks = {0};
    struct round round = {0};
    round_compute(&round, &all, &rules, &sinks);
    assert_int_equal(round.rtt_p50_ns, 0);
    assert_int_equal(round.rtt_p95_ns, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percentiles_are_those_of_sorted_values),
        cmocka_unit_test(without_round_trips_there_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
