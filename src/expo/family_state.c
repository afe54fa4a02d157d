/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Metrics of how a target is, judged by its own limits. */
#include "expo/family.h"

/* Not of the type stateset: that one wants the name of the metric as the name of the label. */
static void emit_state(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    for (unsigned i = 0; i < TARGET_STATE_COUNT; i++) {
        enum target_state state = (enum target_state)i;
        series_count_by(series, target_state_name(state), source->report->condition.state == state);
    }
}

static void emit_limits(struct series *series, const struct family_source *source, size_t offset)
{
    (void)offset;
    const struct limit_set *set = &source->report->spec->results.limits;
    const struct limit_watch *watch = &source->report->condition.limits;
    for (unsigned i = 0; i < LIMIT_COUNT; i++) {
        for (unsigned s = 0; s < SEVERITY_COUNT; s++) {
            if (set->is_set[s][i]) {
                size_t place = series_label(series, limit_name((enum limit)i));
                series_count_by(series, severity_name((enum severity)s), watch->is_exceeded[s][i]);
                series_unlabel(series, place);
            }
        }
    }
}

static const struct family rows[] = {
    {{"ipsla_target_state",
      METRIC_GAUGE,
      NULL,
      "State of the target: 1 for the state that it is in, 0 for the others.",
      {"state"}},
     FAMILY_TARGET,
     emit_state,
     0},
    {{"ipsla_limit_exceeded",
      METRIC_GAUGE,
      NULL,
      "Whether the target exceeds a limit that its configuration gives it (1) or not (0).",
      {"limit", "severity"}},
     FAMILY_TARGET,
     emit_limits,
     0,
     SERIES_MINIMAL},
};
const struct family_part family_of_state = {rows, sizeof rows / sizeof rows[0]};
