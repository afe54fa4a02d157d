/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What the kernel says differs from machine to machine; that it is passed on does not. */
#include "host/clock_state.h"

#include <sys/timex.h>

#include "support/cm.h"

static void test_passes_on_what_the_kernel_says(void **state)
{
    (void)state;
    struct timex timex = {0};
    struct clock_state clock = {0};
    int status = adjtimex(&timex);
    assert_true(status >= 0);
    clock_state_read(&clock);
    bool is_good = status != TIME_ERROR && (timex.status & STA_UNSYNC) == 0;
    assert_int_equal(clock.is_synchronized, is_good);
    assert_true(clock.estimated_error_ns >= 0);
    assert_true(clock.maximum_error_ns >= clock.estimated_error_ns || !is_good);
    assert_true(clock.maximum_error_ns <= 60 * NS_PER_SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_passes_on_what_the_kernel_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
