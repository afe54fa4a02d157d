/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What the main thread looks at now and then, beside what wakes it. */
#include "exporter/exporter.h"
#include "host/clock.h"

static struct mono watch_operations(struct exporter *exporter)
{
    struct operations *operations = &exporter->operations;
    struct snapshot *snapshots[EXPORTER_WORKERS_MAX];
    struct mono now = clock_now().mono;
    if (operations->count == 0) {
        return MONO_NEVER;
    }
    if (mono_is_before(now, operations->next)) {
        return operations->next;
    }
    for (unsigned i = 0; i < exporter->work.count; i++) {
        snapshots[i] = engine_worker_acquire(exporter->workers[i]);
    }
    operations_look(operations, snapshots, exporter->work.count);
    for (unsigned i = 0; i < exporter->work.count; i++) {
        snapshot_unref(snapshots[i]);
    }
    operations->next = mono_add(now, OPERATIONS_LOOK_NS);
    return operations->next;
}

/* Only the main thread exchanges the responder. */
static struct mono watch_refusals(struct exporter *exporter)
{
    return exporter->responder == NULL
               ? MONO_NEVER
               : refusal_watch(&exporter->refusals, exporter->responder, clock_now().mono);
}

struct mono exporter_watch(struct exporter *exporter)
{
    struct mono next =
        mono_min(exporter_watch_unearned(exporter), exporter_report_health(exporter));
    next = mono_min(next, exporter_follow(exporter));
    next = mono_min(next, exporter_watch_changes(exporter));
    next = mono_min(next, exporter_watch_spoilt(exporter));
    next = mono_min(next, watch_operations(exporter));
    next = mono_min(next, exporter_watch_choices(exporter));
    return mono_min(next, watch_refusals(exporter));
}
