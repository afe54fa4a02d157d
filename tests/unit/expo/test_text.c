/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "expo/text.h"

#include "base/time.h"
#include "support/cm.h"

static void label_values_are_escaped(void **state)
{
    (void)state;
    struct buf out = {0};
    format_text.add_label(&out, "a", 1, "x\\y\"z\nw");
    format_text.add_label(&out, "b", 1, "");
    assert_string_equal(buf_string(&out), "a=\"x\\\\y\\\"z\\nw\",b=\"\"");
    buf_fini(&out);
}

/* What `format` makes of a family with one series of value 5. */
static void expect(const struct expo_format *format, const struct metric *family,
                   const char *expected)
{
    struct buf out = {0};
    struct series series;
    series_init(&series, format, &out);
    series_begin(&series, family);
    series_label(&series, "b");
    series_count(&series, 5);
    series_end(&series);
    assert_string_equal(buf_string(&out), expected);
    series_fini(&series);
    buf_fini(&out);
}

static void heads_follow_the_format(void **state)
{
    (void)state;
    const struct metric counter = {
        "x_seconds_total", METRIC_COUNTER, "seconds", "A \"b\" \\ c\nd.", {"a"}};
    expect(&format_text, &counter,
           "# HELP x_seconds_total A \"b\" \\\\ c\\nd.\n# TYPE x_seconds_total counter\n"
           "x_seconds_total{a=\"b\"} 5\n");
    expect(&format_openmetrics, &counter,
           "# TYPE x_seconds counter\n# UNIT x_seconds seconds\n"
           "# HELP x_seconds A \\\"b\\\" \\\\ c\\nd.\nx_seconds_total{a=\"b\"} 5\n# EOF\n");
    const struct metric info = {"x_info", METRIC_INFO, NULL, "H.", {"a"}};
    expect(&format_text, &info, "# HELP x_info H.\n# TYPE x_info gauge\nx_info{a=\"b\"} 5\n");
    expect(&format_openmetrics, &info,
           "# TYPE x info\n# UNIT x \n# HELP x H.\nx_info{a=\"b\"} 5\n# EOF\n");
    const struct metric gauge = {"x", METRIC_GAUGE, NULL, "H.", {"a"}};
    expect(&format_text, &gauge, "# HELP x H.\n# TYPE x gauge\nx{a=\"b\"} 5\n");
    expect(&format_openmetrics, &gauge,
           "# TYPE x gauge\n# UNIT x \n# HELP x H.\nx{a=\"b\"} 5\n# EOF\n");
}

static void histograms_cumulate(void **state)
{
    (void)state;
    const struct metric family = {"h_seconds", METRIC_HISTOGRAM, "seconds", "H.", {NULL}};
    const struct metric labelled = {"h_seconds", METRIC_HISTOGRAM, "seconds", "H.", {"a"}};
    const struct hist_layout layout = {2, {NS_PER_MS, NS_PER_SECOND}};
    const struct hist hist = {.count = 6, .sum_ns = 7500000001, .first = {1, 2, 3}};
    struct buf out = {0};
    struct series series;
    series_init(&series, &format_text, &out);
    series_begin(&series, &family);
    series_histogram(&series, &hist, &layout);
    series_begin(&series, &labelled);
    series_histogram_by(&series, "b", &hist, &layout);
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
    series_fini(&series);
    buf_fini(&out);
}

static void a_head_comes_once_and_only_with_series(void **state)
{
    (void)state;
    const struct metric empty = {"x", METRIC_GAUGE, NULL, "H.", {NULL}};
    const struct metric full = {"y", METRIC_GAUGE, NULL, "H.", {NULL}};
    const struct metric labelled = {"y", METRIC_GAUGE, NULL, "H.", {"a"}};
    struct buf out = {0};
    struct series series;
    series_init(&series, &format_text, &out);
    series_begin(&series, &empty);
    series_begin(&series, &labelled);
    series_count_by(&series, "1", 1);
    series_begin(&series, &full);
    series_seconds(&series, 2 * NS_PER_MS);
    series_end(&series);
    assert_string_equal(buf_string(&out), "# HELP y H.\n# TYPE y gauge\ny{a=\"1\"} 1\ny 0.002\n");
    series_fini(&series);
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
