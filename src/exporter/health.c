/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What the service manager is told (sd_notify(3)). That the process lives says little: a thread may
 * be stuck, or no target may answer. The first is a reason to start again (no WATCHDOG=1), the
 * second is not, and stands in the line that `systemctl status` shows. */
#include <stdio.h>
#include <string.h>

#include "exporter/exporter.h"
#include "host/clock.h"
#include "program/daemon.h"

#define PERIOD_NS (5 * NS_PER_SECOND)

/* Each thread was woken the last time, and has come around since. */
static bool are_threads_alive(struct exporter *exporter)
{
    bool is_alive = true;
    unsigned first = exporter->work.count + 1; /* of the responder */
    unsigned answering = exporter->responder == NULL ? 0 : responder_team_size(exporter->responder);
    for (unsigned i = 0; i < first + answering; i++) {
        uint64_t *before = &exporter->health.turns[i], turns = *before + 1;
        if (i < exporter->work.count) {
            turns = engine_worker_nudge(exporter->workers[i]);
        } else if (i + 1 == first) {
            turns = prober_nudge(exporter->prober);
        } else {
            turns = responder_team_nudge(exporter->responder, i - first);
        }
        is_alive = is_alive && turns != *before;
        *before = turns;
    }
    return is_alive;
}

struct tally_of_targets {
    size_t measured, failing, waiting;
};

static struct tally_of_targets count_targets(struct exporter *exporter)
{
    struct tally_of_targets count = {0};
    for (unsigned i = 0; i < exporter->work.count; i++) {
        struct snapshot *snapshot = engine_worker_acquire(exporter->workers[i]);
        for (size_t k = 0; k < snapshot->count; k++) {
            const struct report *report = snapshot->reports[k];
            bool is_measured = report->has_run && report->latest.outcome == OUTCOME_OK;
            count.measured += is_measured;
            count.failing += report->has_run && !is_measured;
            count.waiting += !report->has_run;
        }
        snapshot_unref(snapshot);
    }
    return count;
}

/* "8 targets: 5 measured, 2 fail, 1 not run yet" */
static void describe(struct exporter *exporter, char *out, size_t size)
{
    struct tally_of_targets count = count_targets(exporter);
    size_t all = count.measured + count.failing + count.waiting;
    snprintf(out, size, "STATUS=%s%zu %s: %zu measured, %zu fail, %zu not run yet%s",
             count.measured == 0 ? "nothing is measured; " : "", all,
             all == 1 ? "target" : "targets", count.measured, count.failing, count.waiting,
             exporter->is_reload_successful
                 ? ""
                 : "; the changed configuration was refused, that of before is in use");
}

struct mono exporter_report_health(struct exporter *exporter)
{
    struct health *health = &exporter->health;
    struct mono now = clock_now().mono;
    char status[sizeof health->status];
    int64_t watchdog_ns = daemon_watchdog_ns();
    if (!daemon_has_manager()) {
        return MONO_NEVER;
    }
    if (mono_is_before(now, health->next)) {
        return health->next;
    }
    if (are_threads_alive(exporter) && watchdog_ns > 0) {
        daemon_notify("WATCHDOG=1");
    }
    describe(exporter, status, sizeof status);
    if (strcmp(status, health->status) != 0) {
        memcpy(health->status, status, sizeof status);
        daemon_notify(status);
    }
    bool is_short = watchdog_ns > 0 && watchdog_ns / 3 < PERIOD_NS;
    health->next = mono_add(now, is_short ? watchdog_ns / 3 : PERIOD_NS);
    return health->next;
}
