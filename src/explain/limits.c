/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "explain/explain.h"

/* What the operation measured, or the limit alone when it measured no such thing. */
static void add_measured(enum limit limit, const struct round *round, struct buf *out)
{
    double value;
    buf_add_string(out, limit_name(limit));
    if (limit_measure(limit, round, &value)) {
        buf_add_char(out, ' ');
        limit_add_value(limit, value, out);
    }
}

static void add_bound(const struct limit_set *set, enum severity severity, enum limit limit,
                      struct buf *out)
{
    buf_add_string(out, limit == LIMIT_MOS ? "below " : "above ");
    limit_add_value(limit, set->value[severity][limit], out);
    buf_add_string(out, severity == SEVERITY_CRITICAL ? " (critical)" : "");
}

void explain_limits(const struct limit_set *set, const struct round *round, struct buf *out)
{
    const char *separator = "";
    for (unsigned i = 0; i < LIMIT_COUNT; i++) {
        enum limit limit = (enum limit)i;
        bool is_critical = limit_exceeds(set, SEVERITY_CRITICAL, limit, round);
        if (is_critical || limit_exceeds(set, SEVERITY_WARNING, limit, round)) {
            buf_add_string(out, separator);
            separator = ", ";
            add_measured(limit, round, out);
            buf_add_string(out, " is ");
            add_bound(set, is_critical ? SEVERITY_CRITICAL : SEVERITY_WARNING, limit, out);
        }
    }
}

/* One limit that counts as exceeded, whatever the latest operation said. */
static void explain_exceeded(const struct report *report, enum severity severity, enum limit limit,
                             struct buf *out)
{
    const struct limit_set *set = &report->spec->results.limits;
    unsigned streak = report->condition.limits.streak[severity][limit];
    bool is_still = limit_exceeds(set, severity, limit, &report->latest);
    add_measured(limit, &report->latest, out);
    buf_add_string(out, is_still ? " is " : ", was ");
    if (!is_still && streak == 0) {
        buf_add_string(out, "beyond its former limit"); /* until the next operation has ended */
        return;
    }
    add_bound(set, severity, limit, out);
    if (streak > 0) {
        buf_printf(out, ", better in %u of %u operations", streak, (unsigned)set->consecutive);
    }
}

static void explain_degraded(const struct report *report, struct buf *out)
{
    const struct limit_watch *watch = &report->condition.limits;
    const char *separator = "";
    for (unsigned i = 0; i < LIMIT_COUNT; i++) {
        bool is_critical = watch->is_exceeded[SEVERITY_CRITICAL][i];
        if (is_critical || watch->is_exceeded[SEVERITY_WARNING][i]) {
            buf_add_string(out, separator);
            separator = ", ";
            explain_exceeded(report, is_critical ? SEVERITY_CRITICAL : SEVERITY_WARNING,
                             (enum limit)i, out);
        }
    }
}

void explain_state(const struct report *report, struct buf *out)
{
    if (report->condition.state == TARGET_FAILED) {
        explain_failure(report->spec, &report->latest, report->unearned, out);
    } else if (report->condition.state == TARGET_DEGRADED) {
        explain_degraded(report, out);
    }
}
