/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The exposition of one operation that a client asked for. */
#include <string.h>

#include "expo/expo.h"
#include "support/build.h"
#include "support/cm.h"
#include "unit/expo/views.h"

static const struct expo_probe probe = {.is_successful = true,
                                        .duration_ns = 1500 * NS_PER_MS,
                                        .timeout_ns = 4500 * NS_PER_MS,
                                        .lookup_ns = 20 * NS_PER_MS};

static void it_has_the_target_and_nothing_of_the_program(void **state)
{
    (void)state;
    static const char *const wanted[] = {
        "\nprobe_success 1\n",
        "\nprobe_duration_seconds 1.5\n",
        "\nprobe_timeout_seconds 4.5\n",
        "\nprobe_dns_lookup_time_seconds 0.02\n",
        "\nipsla_target_info{target=\"a\"",
        "\nipsla_rtt_seconds_count{target=\"a\"",
    };
    static const char *const foreign[] = {"ipsla_exporter_", "process_", "ipsla_responder_build",
                                          "ipsla_target_frequency", "ipsla_target_next_start"};
    struct snapshot *snapshot = view_snapshot();
    struct expo_view view = view_of(&snapshot, 1);
    struct buf out = {0};
    view.probe = &probe;
    view.responder = view_responder();
    expo_render(&view, expo_format_at(0), &out);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        if (strstr(buf_string(&out), wanted[i]) == NULL) {
            fail_msg("no %s", wanted[i]);
        }
    }
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        if (strstr(buf_string(&out), foreign[i]) != NULL) {
            fail_msg("it has %s", foreign[i]);
        }
    }
    buf_fini(&out);
    snapshot_unref(snapshot);
}

static void without_a_report_it_is_short(void **state)
{
    (void)state;
    const struct expo_probe failed = {.timeout_ns = NS_PER_SECOND, .duration_ns = NS_PER_SECOND};
    struct snapshot *none = snapshot_new(0);
    for (size_t i = 0; expo_format_at(i) != NULL; i++) {
        struct expo_view view = view_of(&none, 1);
        struct buf out = {0};
        view.probe = &failed;
        expo_render(&view, expo_format_at(i), &out);
        assert_in_range(out.size, 100, 1000);
        assert_non_null(memmem(out.bytes, out.size, "probe_success", 13));
        buf_fini(&out);
    }
    snapshot_unref(none);
}

static void the_program_has_no_metrics_of_one_probe(void **state)
{
    (void)state;
    struct snapshot *snapshot = view_snapshot();
    struct expo_view view = view_of(&snapshot, 1);
    struct buf out = {0};
    view.probes = (struct expo_probes){2, {3, 4, 5, 6}, {7, 8, 9, 10}};
    expo_render(&view, expo_format_at(0), &out);
    assert_null(strstr(buf_string(&out), "\nprobe_"));
    assert_non_null(strstr(out.bytes, "\nipsla_exporter_probes_running 2\n"));
    assert_non_null(strstr(out.bytes, "\nipsla_exporter_probes_total{result=\"cancelled\"} 6\n"));
    assert_non_null(
        strstr(out.bytes, "\nipsla_exporter_probes_refused_total{reason=\"busy\"} 10\n"));
    buf_fini(&out);
    snapshot_unref(snapshot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_has_the_target_and_nothing_of_the_program),
        cmocka_unit_test(without_a_report_it_is_short),
        cmocka_unit_test(the_program_has_no_metrics_of_one_probe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
