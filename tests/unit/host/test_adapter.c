/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The arithmetic, and that a device without such a clock says so: no adapter is at hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <unistd.h>

#include "host/adapter.h"
#include "host/sock.h"
#include "support/build.h"

static const struct adapter read_now = {
    .fd = -1, .mono = {5 * NS_PER_SECOND}, .own = {900 * NS_PER_SECOND}, .error_ns = 400};

static void check(int64_t own_ns, int64_t mono_ns)
{
    struct mono at = {-1};
    assert_true(adapter_moment(&read_now, (struct wall){own_ns}, &at));
    assert_int_equal(at.ns, mono_ns);
}

static void test_a_stamp_gets_the_same_age_on_our_clock(void **state)
{
    (void)state;
    check(900 * NS_PER_SECOND, 5 * NS_PER_SECOND);
    check(900 * NS_PER_SECOND - 1500, 5 * NS_PER_SECOND - 1500);
    check(900 * NS_PER_SECOND + 400, 5 * NS_PER_SECOND + 400);
    check(899 * NS_PER_SECOND, 4 * NS_PER_SECOND);
}

static void test_impossible_stamps(void **state)
{
    (void)state;
    const int64_t impossible[] = {0, 900 * NS_PER_SECOND + 401, 899 * NS_PER_SECOND - 1,
                                  1767268800 * NS_PER_SECOND};
    for (size_t i = 0; i < sizeof impossible / sizeof impossible[0]; i++) {
        struct mono at = {-1};
        assert_false(adapter_moment(&read_now, (struct wall){impossible[i]}, &at));
        assert_int_equal(at.ns, -1);
    }
}

static void test_a_device_without(void **state)
{
    (void)state;
    struct addr local = build_addr("127.0.0.1:0");
    struct addr bound;
    struct adapter adapter = {.fd = -7};
    int fd = -1;
    assert_int_equal(sock_open(&local, &fd, &bound), 0);
    assert_true(adapter_open(fd, "lo", &adapter) < 0);
    assert_true(adapter_open(fd, "no-such-device0", &adapter) < 0);
    assert_int_equal(adapter.fd, -7);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_stamp_gets_the_same_age_on_our_clock),
        cmocka_unit_test(test_impossible_stamps),
        cmocka_unit_test(test_a_device_without),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
