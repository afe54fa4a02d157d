/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Changes of the state of targets, in the log: what happened, why, how long the state before had
 * held, and what the operation measured. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "explain/explain.h"
#include "exporter/change_log.h"
#include "exporter/exporter.h"
#include "host/clock.h"
#include "host/log.h"

static const char *message_of(const struct state_change *change)
{
    switch (change->to) {
    case TARGET_OK:
        return "target is ok again";
    case TARGET_DEGRADED:
        return "target is degraded";
    case TARGET_FAILED:
        return "target failed";
    case TARGET_INACTIVE:
        return "target is measured no more";
    case TARGET_PENDING:
        break;
    }
    return "target begins anew";
}

static bool is_trouble(enum target_state state)
{
    return state == TARGET_FAILED || state == TARGET_DEGRADED;
}

/* "90s", "2h 5m": to two units. */
static void add_duration(int64_t ns, struct buf *out)
{
    static const struct {
        const char *name;
        int64_t seconds;
    } units[] = {{"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}};
    int64_t left = ns / NS_PER_SECOND;
    unsigned said = 0;
    for (size_t i = 0; i < sizeof units / sizeof units[0] && said < 2; i++) {
        int64_t count = left / units[i].seconds;
        left -= count * units[i].seconds;
        if (count > 0 || (said == 0 && units[i].seconds == 1)) {
            buf_printf(out, "%s%" PRId64 "%s", said > 0 ? " " : "", count, units[i].name);
            said++;
        } else if (said > 0) {
            return;
        }
    }
}

static void log_change(void *context, const struct report *report,
                       const struct state_change *change)
{
    (void)context;
    const struct round *round = &report->latest;
    enum log_level level = is_trouble(change->to) ? LOG_LEVEL_WARN : LOG_LEVEL_INFO;
    struct buf held = {0}, reason = {0}, lost = {0};
    double rtt_us = NAN;
    add_duration(change->held_ns, &held);
    explain_state(report, &reason);
    if (report->has_run && round->rtt.count > 0) {
        rtt_us = nearbyint(moments_average_ns(&round->rtt) / 1e3);
    }
    if (report->has_run && round->sent > 0) {
        buf_printf(&lost, "%" PRIu32 "/%" PRIu32,
                   round->sent - round->received - round->dropped_here, round->sent);
    }
    log_line(level, message_of(change), "target", report->spec->identity.name, "before",
             target_state_name(change->from), "for", buf_string(&held), "reason",
             buf_string(&reason), "rtt_ms", LOG_REAL(rtt_us / 1000), "lost", buf_string(&lost),
             NULL);
    buf_fini(&held);
    buf_fini(&reason);
    buf_fini(&lost);
}

static void log_sum(void *context, const struct change_sum *sum)
{
    (void)context;
    bool has_trouble = sum->to[TARGET_FAILED] + sum->to[TARGET_DEGRADED] > 0;
    log_line(has_trouble ? LOG_LEVEL_WARN : LOG_LEVEL_INFO,
             "more targets changed their state than have lines of their own", "changes",
             LOG_NUMBER(sum->count), "failed", LOG_NUMBER(sum->to[TARGET_FAILED]), "degraded",
             LOG_NUMBER(sum->to[TARGET_DEGRADED]), "ok", LOG_NUMBER(sum->to[TARGET_OK]), "inactive",
             LOG_NUMBER(sum->to[TARGET_INACTIVE]), "example", sum->example, NULL);
}

struct mono exporter_watch_changes(struct exporter *exporter)
{
    static const struct change_log_sink sink = {log_change, log_sum, NULL};
    struct snapshot *snapshots[EXPORTER_WORKERS_MAX];
    struct mono now = clock_now().mono;
    if (mono_is_before(now, exporter->changes_next)) {
        return exporter->changes_next;
    }
    if (exporter->changes == NULL) {
        exporter->changes = change_log_new(&sink);
    }
    for (unsigned i = 0; i < exporter->work.count; i++) {
        snapshots[i] = engine_worker_acquire(exporter->workers[i]);
    }
    exporter->changes_next =
        change_log_look(exporter->changes, snapshots, exporter->work.count, now);
    for (unsigned i = 0; i < exporter->work.count; i++) {
        snapshot_unref(snapshots[i]);
    }
    return exporter->changes_next;
}

void exporter_end_changes(struct exporter *exporter)
{
    change_log_free(exporter->changes);
}
