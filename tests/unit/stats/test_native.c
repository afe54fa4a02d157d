/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "stats/native.h"

#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "base/time.h"
#include "stats/hist.h"
#include "support/cm.h"

static const struct native_bucket *only_bucket(int64_t value_ns, struct native **native)
{
    native_observe(native, value_ns);
    assert_int_equal((*native)->used, 1);
    return &(*native)->buckets[0];
}

static void expect_index(int64_t value_ns, int index)
{
    struct native *native = NULL;
    int found = only_bucket(value_ns, &native)->index;
    if (found != index) {
        fail_msg("%lld ns: bucket %d, not %d", (long long)value_ns, found, index);
    }
    free(native);
}

/* A bound belongs to the bucket below it. 2^-9 s is the smallest power of two that is a whole
 * number of nanoseconds, beyond 2^22 s a double does not know each nanosecond. */
static void powers_of_two_end_their_bucket(void **state)
{
    (void)state;
    for (int power = -9; power <= 22; power++) {
        int64_t value_ns = (int64_t)ldexp((double)NS_PER_SECOND, power);
        expect_index(value_ns - 1, 8 * power);
        expect_index(value_ns, 8 * power);
        expect_index(value_ns + 1, 8 * power + 1);
    }
}

static void a_value_lies_within_its_bucket(void **state)
{
    (void)state;
    struct rng rng = {1};
    for (int64_t value_ns = 1; value_ns < (int64_t)1 << 62; value_ns += value_ns / 7 + 1) {
        for (int i = 0; i < 4; i++) {
            int64_t near_ns = value_ns + (int64_t)rng_below(&rng, (uint64_t)value_ns / 8 + 1);
            struct native *native = NULL;
            int index = only_bucket(near_ns, &native)->index;
            double seconds = (double)near_ns / 1e9;
            assert_true(exp2((index - 1) / 8.0) * (1 - 1e-15) < seconds);
            assert_true(seconds <= exp2(index / 8.0) * (1 + 1e-15));
            free(native);
        }
    }
}

static void extremes_have_buckets(void **state)
{
    (void)state;
    struct native *native = NULL;
    native_observe(&native, 0);
    assert_int_equal(native->used, 0);
    native_observe(&native, 1);
    native_observe(&native, INT64_MAX);
    native_observe(&native, 0);
    assert_int_equal(native->zeros, 2);
    assert_int_equal(native->used, 2);
    assert_int_equal(native->buckets[0].index, -239);
    assert_int_equal(native->buckets[1].index, 265);
    assert_int_equal(native_reductions(native), 0);
    free(native);
}

static uint64_t sum_of(const struct native *native)
{
    uint64_t sum = native->zeros;
    for (size_t i = 0; i < native->used; i++) {
        assert_true(native->buckets[i].count > 0);
        assert_true(i == 0 || native->buckets[i - 1].index < native->buckets[i].index);
        sum += native->buckets[i].count;
    }
    return sum;
}

/* Both forms count the same: all, and up to each bound that both have. */
static void both_forms_count_the_same(void **state)
{
    (void)state;
    static const struct hist_layout layout = {
        4, {NS_PER_SECOND / 512, NS_PER_SECOND / 8, NS_PER_SECOND, 4 * NS_PER_SECOND}};
    static const int indices[] = {-72, -24, 0, 16};
    struct rng rng = {7};
    struct hist hist = {0};
    for (unsigned i = 0; i < 20000; i++) {
        int64_t value_ns = (int64_t)(rng_below(&rng, (uint64_t)1 << rng_below(&rng, 34)));
        hist_observe(&hist, &layout, value_ns);
        native_observe(&hist.native, value_ns);
        assert_true(i % 1000 != 0 || sum_of(hist.native) == hist.count);
    }
    assert_int_equal(sum_of(hist.native), hist.count);
    uint64_t classic = 0;
    for (size_t i = 0; i < layout.count; i++) {
        int step = 1 << native_reductions(hist.native);
        uint64_t native = hist.native->zeros;
        for (size_t k = 0; k < hist.native->used; k++) {
            bool is_below = hist.native->buckets[k].index * step <= indices[i];
            native += is_below ? hist.native->buckets[k].count : 0;
        }
        classic += hist.first[i];
        assert_int_equal(native, classic);
    }
    free(hist.native);
}

/* One bucket each, from the top down, until two resolutions are gone. */
static void too_many_buckets_halve_the_resolution(void **state)
{
    (void)state;
    struct native *native = NULL;
    unsigned most = 0;
    uint64_t count = 0;
    unsigned last = 0;
    for (int index = 264; index >= -232; index--) {
        native_observe(&native, (int64_t)(exp2(index / 8.0) * 0.999 * 1e9) + 1);
        count++;
        most = native->used > most ? native->used : most;
        assert_int_equal(sum_of(native), count);
        assert_true(native_reductions(native) <= last + 1);
        last = native_reductions(native);
    }
    assert_int_equal(most, NATIVE_BUCKETS_MAX);
    assert_int_equal(native->schema, 1);
    assert_int_equal(native_reductions(native), 2);
    /* 2^33 s, in nanoseconds, ends the bucket 66 of schema 1 */
    assert_int_equal(native->buckets[native->used - 1].index, 66);
    native_observe(&native, NS_PER_SECOND);
    assert_int_equal(sum_of(native), count + 1);
    free(native);
}

static void copies_are_their_own(void **state)
{
    (void)state;
    assert_null(native_copy(NULL));
    struct native *native = NULL;
    native_observe(&native, NS_PER_MS);
    native_observe(&native, 0);
    struct native *copy = native_copy(native);
    native_observe(&copy, NS_PER_MS);
    native_observe(&copy, NS_PER_SECOND);
    assert_int_equal(native->used, 1);
    assert_int_equal(native->buckets[0].count, 1);
    assert_int_equal(copy->used, 2);
    assert_int_equal(copy->buckets[0].count, 2);
    assert_int_equal(copy->zeros, 1);
    free(native);
    free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(powers_of_two_end_their_bucket),
        cmocka_unit_test(a_value_lies_within_its_bucket),
        cmocka_unit_test(extremes_have_buckets),
        cmocka_unit_test(both_forms_count_the_same),
        cmocka_unit_test(too_many_buckets_halve_the_resolution),
        cmocka_unit_test(copies_are_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
