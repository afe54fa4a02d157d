/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "page/bins.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "page/histogram.h"
#include "support/cm.h"

static const struct hist_layout layout = {2, {10 * NS_PER_MS, 20 * NS_PER_MS}};

static void observe(struct hist *hist, int64_t value_ns, bool keeps_native)
{
    hist_observe(hist, &layout, value_ns);
    if (keeps_native) {
        native_observe(&hist->native, value_ns);
    }
}

static void bounds_are_bins(void **state)
{
    (void)state;
    struct hist hist = {0};
    struct bins bins;
    observe(&hist, 5 * NS_PER_MS, false);
    observe(&hist, 15 * NS_PER_MS, false);
    observe(&hist, 16 * NS_PER_MS, false);
    observe(&hist, NS_PER_SECOND, false);
    bins_fill(&bins, &hist, &layout);
    assert_int_equal(bins.count, 3);
    assert_int_equal(bins.total, 4);
    assert_true(bins.items[0].low_ns == 0 && bins.items[0].high_ns == 10e6);
    assert_true(isinf(bins.items[2].high_ns));
    assert_true(bins_percentile(&bins, 0.5) == 15e6);
    assert_true(bins_percentile(&bins, 0.99) == 20e6);
}

/* A bucket is 9 % wide, and so is what a percentile may be off. */
static void the_exponential_form_is_finer(void **state)
{
    (void)state;
    struct hist hist = {0};
    struct bins bins;
    for (int i = 1; i <= 1000; i++) {
        observe(&hist, 10 * NS_PER_MS + i * 10 * NS_PER_US, true);
    }
    bins_fill(&bins, &hist, &layout);
    assert_int_equal(bins.total, 1000);
    assert_true(fabs(bins_percentile(&bins, 0.5) / 15e6 - 1) < 0.03);
    assert_true(fabs(bins_percentile(&bins, 0.95) / 19.5e6 - 1) < 0.03);
    free(hist.native);
}

static void no_values_have_no_picture(void **state)
{
    (void)state;
    struct hist hist = {0};
    struct bins bins;
    struct buf out = {0};
    bins_fill(&bins, &hist, &layout);
    assert_true(bins_percentile(&bins, 0.5) == 0);
    histogram_add(&out, &hist, &layout);
    assert_int_equal(out.size, 0);
    observe(&hist, 0, false);
    observe(&hist, NS_PER_SECOND, false);
    histogram_add(&out, &hist, &layout);
    assert_non_null(strstr(out.bytes, "aria-label=\"Distribution of 2 round trips, half of them up "
                                      "to 10.000 ms\""));
    assert_null(strstr(out.bytes, "nan"));
    assert_non_null(strstr(out.bytes, "20.000 to inf ms: 1"));
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bounds_are_bins),
        cmocka_unit_test(the_exponential_form_is_finer),
        cmocka_unit_test(no_values_have_no_picture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
