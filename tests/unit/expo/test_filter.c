/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Expositions of some families only, in each format. */
#include "expo/filter.h"

#include <string.h>

#include "expo/expo.h"
#include "expo/family.h"
#include "expo/text.h"
#include "support/cm.h"
#include "views.h"

static void render(const struct expo_filter *filter, const struct expo_format *format,
                   struct buf *out)
{
    struct snapshot *snapshot = view_snapshot();
    struct expo_view view = view_of(&snapshot, 1);
    view.responder = view_responder();
    view.filter = *filter;
    buf_clear(out);
    expo_render(&view, format, out);
    snapshot_unref(snapshot);
}

static size_t count_of(struct buf *out, const char *wanted)
{
    size_t count = 0;
    const char *at = out->size == 0 ? "" : buf_string(out);
    for (; (at = strstr(at, wanted)) != NULL; at++) {
        count++;
    }
    return count;
}

/* By the name of either format; a histogram comes with its parts. */
static void named_families_are_shown(void **state)
{
    (void)state;
    static const char *const names[][2] = {
        {"ipsla_operations_total", "# TYPE ipsla_operations"},
        {"ipsla_operations", "# TYPE ipsla_operations"},
        {"ipsla_target_info", "# TYPE ipsla_target"},
        {"ipsla_target", "# TYPE ipsla_target"},
        {"ipsla_rtt_seconds", "# TYPE ipsla_rtt_seconds"},
        {"process_open_fds", "# TYPE process_open_fds"},
        {"ipsla_responder_sessions", "# TYPE ipsla_responder_sessions"},
    };
    struct buf out = {0};
    static const struct expo_format *const formats[] = {&format_text, &format_openmetrics};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct expo_filter filter = {0};
        expo_filter_hide_all(&filter);
        expo_filter_show(&filter, names[i][0]);
        for (size_t k = 0; k < sizeof formats / sizeof formats[0]; k++) {
            render(&filter, formats[k], &out);
            assert_int_equal(count_of(&out, "# TYPE "), 1);
            assert_int_equal(count_of(&out, names[i][1]), 1);
        }
    }
    buf_fini(&out);
}

static void several_names_add_up(void **state)
{
    (void)state;
    struct expo_filter filter = {0};
    struct buf out = {0};
    expo_filter_hide_all(&filter);
    expo_filter_show(&filter, "ipsla_rtt_seconds");
    expo_filter_show(&filter, "ipsla_packets_sent_total");
    expo_filter_show(&filter, "ipsla_packets_sent_total");
    expo_filter_show(&filter, "nobody_has_this");
    render(&filter, &format_text, &out);
    assert_int_equal(count_of(&out, "# TYPE "), 2);
    assert_int_equal(count_of(&out, "ipsla_packets_sent_total{"), 3);
    buf_fini(&out);
}

static void unknown_names_give_an_empty_exposition(void **state)
{
    (void)state;
    static const char *const names[] = {
        "", "x", "_total", "ipsla_rtt_seconds_bucket", "ipsla_rtt", "IPSLA_RTT_SECONDS", "ipsla_"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct expo_filter filter = {0};
        struct buf out = {0};
        expo_filter_hide_all(&filter);
        expo_filter_show(&filter, names[i]);
        render(&filter, &format_text, &out);
        assert_int_equal(out.size, 0);
        render(&filter, &format_openmetrics, &out);
        assert_string_equal(buf_string(&out), "# EOF\n");
        buf_fini(&out);
    }
}

/* What the targets and the responder measure stays. */
static void the_program_can_be_left_out(void **state)
{
    (void)state;
    struct expo_filter filter = {0};
    struct buf whole = {0}, out = {0};
    render(&filter, &format_text, &whole);
    expo_filter_hide_program(&filter);
    render(&filter, &format_text, &out);
    assert_int_equal(count_of(&out, "# TYPE ipsla_exporter_"), 0);
    assert_int_equal(count_of(&out, "# TYPE process_"), 0);
    assert_int_equal(count_of(&out, "# TYPE "), count_of(&whole, "# TYPE ") -
                                                    count_of(&whole, "# TYPE ipsla_exporter_") -
                                                    count_of(&whole, "# TYPE process_"));
    assert_true(count_of(&out, "# TYPE ipsla_responder_") > 5);
    /* A name does not bring it back when the flag is applied last, as the routes do. */
    expo_filter_hide_all(&filter);
    expo_filter_show(&filter, "process_open_fds");
    expo_filter_hide_program(&filter);
    render(&filter, &format_text, &out);
    assert_int_equal(out.size, 0);
    buf_fini(&whole);
    buf_fini(&out);
}

static void there_is_a_bit_for_every_family(void **state)
{
    (void)state;
    size_t count = 0;
    while (family_at(count) != NULL) {
        count++;
    }
    assert_true(count > 100 && count <= FILTER_FAMILIES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(named_families_are_shown),
        cmocka_unit_test(several_names_add_up),
        cmocka_unit_test(unknown_names_give_an_empty_exposition),
        cmocka_unit_test(the_program_can_be_left_out),
        cmocka_unit_test(there_is_a_bit_for_every_family),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
