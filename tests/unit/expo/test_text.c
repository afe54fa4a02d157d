/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "expo/text.h"

#include "base/time.h"
#include "support/cm.h"

static void label_values_are_escaped(void **state)
{
    (void)state;
    struct buf out = {0};
    text_add_label(&out, "a", "x\\y\"z\nw");
    text_add_label(&out, "b", "");
    assert_string_equal(buf_string(&out), "a=\"x\\\\y\\\"z\\nw\",b=\"\"");
    buf_fini(&out);
}

/* What `format` makes of a family with one series of value 5. */
static void expect(enum expo_format format, const struct text_family *family, const char *expected)
{
    struct buf out = {0};
    struct text text;
    text_init(&text, format, &out);
    text_begin(&text, family);
    text_label(&text, "a", "b");
    text_count(&text, 5);
    text_end(&text);
    assert_string_equal(buf_string(&out), expected);
    text_fini(&text);
    buf_fini(&out);
}

static void heads_follow_the_format(void **state)
{
    (void)state;
    const struct text_family counter = {"x_seconds_total", "A \"b\" \\ c\nd.", "seconds",
                                        TEXT_COUNTER};
    expect(EXPO_TEXT_0_0_4, &counter,
           "# HELP x_seconds_total A \"b\" \\\\ c\\nd.\n# TYPE x_seconds_total counter\n"
           "x_seconds_total{a=\"b\"} 5\n");
    expect(EXPO_OPENMETRICS_1_0_0, &counter,
           "# TYPE x_seconds counter\n# UNIT x_seconds seconds\n"
           "# HELP x_seconds A \\\"b\\\" \\\\ c\\nd.\nx_seconds_total{a=\"b\"} 5\n# EOF\n");
    const struct text_family info = {"x_info", "H.", NULL, TEXT_INFO};
    expect(EXPO_TEXT_0_0_4, &info, "# HELP x_info H.\n# TYPE x_info gauge\nx_info{a=\"b\"} 5\n");
    expect(EXPO_OPENMETRICS_1_0_0, &info, "# TYPE x info\n# HELP x H.\nx_info{a=\"b\"} 5\n# EOF\n");
    const struct text_family gauge = {"x", "H.", NULL, TEXT_GAUGE};
    expect(EXPO_TEXT_0_0_4, &gauge, "# HELP x H.\n# TYPE x gauge\nx{a=\"b\"} 5\n");
    expect(EXPO_OPENMETRICS_1_0_0, &gauge, "# TYPE x gauge\n# HELP x H.\nx{a=\"b\"} 5\n# EOF\n");
}

static void histograms_cumulate(void **state)
{
    (void)state;
    const struct text_family family = {"h_seconds", "H.", "seconds", TEXT_HISTOGRAM};
    const struct hist_layout layout = {2, {NS_PER_MS, NS_PER_SECOND}};
    const struct hist hist = {.count = 6, .sum_ns = 7500000001, .buckets = {1, 2, 3}};
    struct buf out = {0};
    struct text text;
    text_init(&text, EXPO_TEXT_0_0_4, &out);
    text_begin(&text, &family);
    text_histogram(&text, &hist, &layout);
    text_label(&text, "a", "b");
    text_histogram(&text, &hist, &layout);
    assert_string_equal(buf_string(&out), "# HELP h_seconds H.\n# TYPE h_seconds histogram\n"
                                          "h_seconds_bucket{le=\"0.001\"} 1\n"
                                          "h_seconds_bucket{le=\"1.0\"} 3\n"
                                          "h_seconds_bucket{le=\"+Inf\"} 6\n"
                                          "h_seconds_sum 7.500000001\n"
                                          "h_seconds_count 6\n"
                                          "h_seconds_bucket{a=\"b\",le=\"0.001\"} 1\n"
                                          "h_seconds_bucket{a=\"b\",le=\"1.0\"} 3\n"
                                          "h_seconds_bucket{a=\"b\",le=\"+Inf\"} 6\n"
                                          "h_seconds_sum{a=\"b\"} 7.500000001\n"
                                          "h_seconds_count{a=\"b\"} 6\n");
    text_fini(&text);
    buf_fini(&out);
}

static void a_head_comes_once_and_only_with_series(void **state)
{
    (void)state;
    const struct text_family empty = {"x", "H.", NULL, TEXT_GAUGE};
    const struct text_family full = {"y", "H.", NULL, TEXT_GAUGE};
    struct buf out = {0};
    struct text text;
    text_init(&text, EXPO_TEXT_0_0_4, &out);
    text_begin(&text, &empty);
    text_begin(&text, &full);
    text_count_by(&text, "a", "1", 1);
    text_begin(&text, &full);
    text_seconds(&text, 2 * NS_PER_MS);
    text_end(&text);
    assert_string_equal(buf_string(&out), "# HELP y H.\n# TYPE y gauge\ny{a=\"1\"} 1\ny 0.002\n");
    text_fini(&text);
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(label_values_are_escaped),
        cmocka_unit_test(heads_follow_the_format),
        cmocka_unit_test(histograms_cumulate),
        cmocka_unit_test(a_head_comes_once_and_only_with_series),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
