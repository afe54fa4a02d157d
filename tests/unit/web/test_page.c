/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/page.h"

#include <string.h>

#include "support/cm.h"
#include "unit/expo/views.h"

static size_t occurrences(const char *text, const char *word)
{
    size_t count = 0;
    for (; (text = strstr(text, word)) != NULL; text += strlen(word)) {
        count++;
    }
    return count;
}

static void it_shows_each_target(void **state)
{
    (void)state;
    struct snapshot *snapshot = view_snapshot();
    struct expo_view view = view_of(&snapshot, 1);
    view.responder = view_responder();
    struct buf out = {0};
    page_render(&view, "/metrics", &out);
    assert_int_equal(strncmp(out.bytes, "<!DOCTYPE html>", 15), 0);
    assert_non_null(strstr(out.bytes, "Version 1.2.3, revision abc1234."));
    assert_non_null(strstr(out.bytes, "<a href=\"./metrics\">"));
    assert_non_null(strstr(out.bytes, "<a href=\"./-/ready\">"));
    assert_null(strstr(out.bytes, "href=\"/")); /* a proxy may add a prefix */
    assert_non_null(
        strstr(out.bytes, "3 targets: 1 ok, 0 degraded, 1 failed, 0 pending, 1 inactive. Values"));
    assert_non_null(strstr(out.bytes, "192.0.2.1:16384"));
    assert_non_null(strstr(out.bytes, "no address, port 50000"));
    assert_non_null(
        strstr(out.bytes, ">0.500&nbsp;ms<small>0.400&nbsp;ms to 0.600&nbsp;ms</small><"));
    assert_non_null(strstr(out.bytes, ">20.0&nbsp;%<small>sd 1, ds 1, unknown 0</small>"));
    assert_non_null(strstr(out.bytes, ">1.000&nbsp;ms / &ndash;<"));
    assert_non_null(strstr(out.bytes, "2026-01-01 12:00:06&nbsp;UTC"));
    assert_non_null(strstr(out.bytes, "no_connection<small>code 6</small>"));
    assert_non_null(strstr(out.bytes, ">30 / 27<"));
    assert_non_null(strstr(out.bytes, ">4.06<small>ICPIF 11</small>"));
    assert_non_null(strstr(out.bytes, "2 of 1000 sessions open; 11 control requests, 21 probes "
                                      "answered, 3 datagrams dropped."));
    assert_null(strstr(out.bytes, "reload of the configuration failed"));
    assert_null(strstr(out.bytes, "web configuration cannot be used"));
    buf_fini(&out);
    snapshot_unref(snapshot);
}

static void expect_on_page(struct snapshot *snapshot, const char *wanted)
{
    struct expo_view view = view_of(&snapshot, 1);
    struct buf out = {0};
    page_render(&view, "/metrics", &out);
    assert_non_null(strstr(out.bytes, wanted));
    buf_fini(&out);
}

/* The averages of both directions, or why there are none. */
static void it_says_why_there_is_no_one_way_delay(void **state)
{
    (void)state;
    struct snapshot *snapshot = view_snapshot();
    struct round *round = &snapshot->reports[0]->latest;
    round->sd.delay = round->ds.delay = (struct moments){0};
    round->one_way = ONE_WAY_LOCAL_CLOCK;
    expect_on_page(snapshot, "<small>no one-way delay: local_clock</small>");
    round->one_way = ONE_WAY_LOCAL_SLEW;
    round->is_slewed = true;
    expect_on_page(snapshot, "<small>no one-way delay: local_slew</small>");
    expect_on_page(snapshot, "<small>our clock was slewed</small>");
    round->one_way = ONE_WAY_RESOLUTION;
    expect_on_page(snapshot, "<small>no one-way delay: resolution</small>");
    round->one_way = ONE_WAY_SHOWN;
    moments_add(&round->sd.delay, 2 * NS_PER_MS);
    moments_add(&round->ds.delay, 3 * NS_PER_MS);
    expect_on_page(snapshot, "<small>one way 2.000&nbsp;ms / 3.000&nbsp;ms</small>");
    snapshot_unref(snapshot);
}

static void failures_stand_first(void **state)
{
    (void)state;
    struct snapshot *snapshot = view_snapshot();
    struct expo_view view = view_of(&snapshot, 1);
    struct buf out = {0};
    page_render(&view, "/metrics", &out);
    const char *failed = strstr(out.bytes, "<span class=\"failed\">failed</span>");
    const char *ok = strstr(out.bytes, "<span class=\"ok\">ok</span>");
    const char *inactive = strstr(out.bytes, "<span class=\"inactive\">inactive</span>");
    assert_non_null(failed);
    assert_true(failed < ok);
    assert_true(ok < inactive);
    buf_fini(&out);
    snapshot_unref(snapshot);
}

/* Why a target is not well stands beside it, and since when. */
static void it_says_why(void **state)
{
    (void)state;
    struct snapshot *snapshot = view_snapshot();
    struct report *a = snapshot->reports[0], *b = snapshot->reports[1];
    expect_on_page(snapshot, "<span class=\"ok\">ok</span><small>since "
                             "2026-01-01 12:00:00&nbsp;UTC</small>");
    expect_on_page(snapshot, "no_connection<small>code 6</small><small class=\"reason\">no answer");
    expect_on_page(snapshot, "&quot;ip sla responder&quot; configured there");
    b->latest.icmp = (struct icmp_error){.from = build_addr("198.51.100.7"), .type = 3, .code = 13};
    expect_on_page(snapshot, "<small>ICMP from 198.51.100.7: administratively prohibited</small>");
    a->condition.limits.is_exceeded[SEVERITY_CRITICAL][LIMIT_LOSS] = true;
    condition_settle(&a->condition, TARGET_DEGRADED, build_at(NS_PER_SECOND));
    expect_on_page(snapshot, "<span class=\"degraded\">degraded</span><small>since "
                             "2026-01-01 12:00:01&nbsp;UTC</small>");
    expect_on_page(snapshot, "<small class=\"reason\">loss 20% is above 5% (critical)</small>");
    expect_on_page(snapshot, ": 0 ok, 1 degraded, 1 failed, ");
    snapshot_unref(snapshot);
}

static void nothing_breaks_out(void **state)
{
    (void)state;
    static const char evil[] = "<script>'\"&";
    static const char tame[] = "&lt;script&gt;&#39;&quot;&amp;";
    struct snapshot *snapshot = snapshot_new(1);
    struct spec *spec = build_jitter_spec(evil, "192.0.2.1");
    free(spec->identity.host);
    spec->identity.host = mem_string(evil);
    view_label(spec, evil, evil);
    snapshot->reports[0] = view_report(spec);
    struct expo_view view = view_of(&snapshot, 1);
    view.version = evil;
    view.revision = evil;
    struct buf out = {0};
    page_render(&view, evil, &out);
    assert_null(strstr(out.bytes, "<script"));
    assert_null(strstr(out.bytes, evil));
    /* name, label name, label value, host, version, revision, link */
    assert_int_equal(occurrences(out.bytes, tame), 7);
    buf_fini(&out);
    snapshot_unref(snapshot);
}

static void it_fetches_nothing(void **state)
{
    (void)state;
    struct snapshot *snapshot = view_snapshot();
    struct expo_view view = view_of(&snapshot, 1);
    struct buf out = {0};
    page_render(&view, "/metrics", &out);
    static const char *const words[] = {"http:", "https:",  "src=", "<script", "<link",
                                        "<img",  "@import", "url(", "style=\""};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        assert_null(strstr(out.bytes, words[i]));
    }
    assert_non_null(strstr(out.bytes, "prefers-color-scheme:dark"));
    assert_non_null(strstr(out.bytes, "name=\"viewport\""));
    buf_fini(&out);
    snapshot_unref(snapshot);
}

static void many_targets_are_cut(void **state)
{
    (void)state;
    const size_t count = 1200;
    struct snapshot *snapshot = snapshot_new(count);
    for (size_t i = 0; i < count; i++) {
        char name[32];
        snprintf(name, sizeof name, "target-%zu", i);
        snapshot->reports[i] = view_report(build_jitter_spec(name, "192.0.2.1"));
        view_completed(snapshot->reports[i]);
    }
    view_failed(snapshot->reports[count - 1]);
    struct expo_view view = view_of(&snapshot, 1);
    view.reload_successful = false;
    view.web_config_successful = false;
    struct buf out = {0};
    page_render(&view, "/metrics", &out);
    assert_int_equal(occurrences(out.bytes, "<tr><td"), 500);
    assert_non_null(strstr(out.bytes, " 700 are not shown."));
    assert_non_null(
        strstr(out.bytes, "1200 targets: 1199 ok, 0 degraded, 1 failed, 0 pending, 0 inactive."));
    assert_non_null(strstr(out.bytes, "target-1199<"));
    assert_null(strstr(out.bytes, "target-1198<"));
    assert_non_null(strstr(out.bytes, "reload of the configuration failed"));
    assert_non_null(strstr(out.bytes, "web configuration cannot be used"));
    buf_fini(&out);
    snapshot_unref(snapshot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_shows_each_target),
        cmocka_unit_test(it_says_why_there_is_no_one_way_delay),
        cmocka_unit_test(failures_stand_first),
        cmocka_unit_test(it_says_why),
        cmocka_unit_test(nothing_breaks_out),
        cmocka_unit_test(it_fetches_nothing),
        cmocka_unit_test(many_targets_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
