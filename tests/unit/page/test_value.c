/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "page/value.h"

#include "support/cm.h"

/* 2026-11-28 21:04:05 UTC. */
#define NOW ((struct wall){1795899845 * NS_PER_SECOND})

static void expect(struct buf *out, const char *wanted)
{
    assert_string_equal(buf_string(out), wanted);
    buf_clear(out);
}

static void durations_have_the_digits_that_matter(void **state)
{
    (void)state;
    struct buf out = {0};
    value_add_ms(&out, 152999);
    expect(&out, "0.153&nbsp;ms");
    value_add_ms(&out, 9.9996e6);
    expect(&out, "10.00&nbsp;ms");
    value_add_ms(&out, 12.345e6);
    expect(&out, "12.35&nbsp;ms");
    value_add_ms(&out, 153.21e6);
    expect(&out, "153.2&nbsp;ms");
    value_add_ms(&out, -1.5e6);
    expect(&out, "-1.500&nbsp;ms");
    buf_fini(&out);
}

/* A loss that is there never reads as none, nor as all. */
static void shares_tell_none_from_few(void **state)
{
    (void)state;
    struct buf out = {0};
    value_add_share(&out, 0, 10);
    expect(&out, "0&nbsp;%");
    value_add_share(&out, 2, 10);
    expect(&out, "20.0&nbsp;%");
    value_add_share(&out, 1, 60000);
    expect(&out, "&lt;0.1&nbsp;%");
    value_add_share(&out, 59999, 60000);
    expect(&out, "&gt;99.9&nbsp;%");
    value_add_share(&out, 7, 7);
    expect(&out, "100&nbsp;%");
    buf_fini(&out);
}

static void spans_are_in_the_unit_that_fits(void **state)
{
    (void)state;
    struct buf out = {0};
    value_add_span(&out, -5);
    expect(&out, "0&nbsp;s");
    value_add_span(&out, 119 * NS_PER_SECOND);
    expect(&out, "119&nbsp;s");
    value_add_span(&out, 120 * NS_PER_SECOND);
    expect(&out, "2&nbsp;min");
    value_add_span(&out, 7200 * NS_PER_SECOND);
    expect(&out, "2&nbsp;h");
    value_add_span(&out, 8 * 86400 * NS_PER_SECOND);
    expect(&out, "8&nbsp;d");
    buf_fini(&out);
}

static void moments_say_their_zone_and_day(void **state)
{
    (void)state;
    struct buf out = {0};
    struct wall before = {NOW.ns - 90 * NS_PER_SECOND};
    struct wall yesterday = {NOW.ns - 86400 * NS_PER_SECOND};
    value_add_moment(&out, before, NOW);
    expect(&out, "<time datetime=\"2026-11-28T21:02:35Z\">21:02:35 UTC</time>, 90&nbsp;s&nbsp;ago");
    value_add_time(&out, yesterday, NOW);
    expect(&out, "<time datetime=\"2026-11-27T21:04:05Z\">2026-11-27 21:04:05 UTC</time>");
    value_add_age(&out, before, NOW);
    expect(&out, "<time datetime=\"2026-11-28T21:02:35Z\" title=\"2026-11-28 21:02:35 "
                 "UTC\">90&nbsp;s</time>");
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_have_the_digits_that_matter),
        cmocka_unit_test(shares_tell_none_from_few),
        cmocka_unit_test(spans_are_in_the_unit_that_fits),
        cmocka_unit_test(moments_say_their_zone_and_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
