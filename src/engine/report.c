/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/report.h"

#include <stdlib.h>

#include "base/mem.h"

struct report *report_ref(struct report *report)
{
    __atomic_fetch_add(&report->references, 1, __ATOMIC_RELAXED);
    return report;
}

void report_unref(struct report *report)
{
    if (report == NULL || __atomic_sub_fetch(&report->references, 1, __ATOMIC_ACQ_REL) > 0) {
        return;
    }
    spec_unref(report->spec);
    tally_fini(&report->tally);
    free(report->packets);
    free(report);
}

bool report_is_awaited(const struct report *report, struct mono now)
{
    return !report->has_run && !mono_is_before(now, report->first_start);
}

struct snapshot *snapshot_new(size_t count)
{
    struct snapshot *snapshot = mem_alloc(1, sizeof *snapshot);
    snapshot->reports = mem_alloc(count, sizeof snapshot->reports[0]);
    snapshot->count = count;
    snapshot->references = 1;
    return snapshot;
}

struct snapshot *snapshot_copy(const struct snapshot *snapshot)
{
    struct snapshot *copy = snapshot_new(snapshot->count);
    copy->stats = snapshot->stats;
    for (size_t i = 0; i < snapshot->count; i++) {
        copy->reports[i] = report_ref(snapshot->reports[i]);
    }
    return copy;
}

struct snapshot *snapshot_ref(struct snapshot *snapshot)
{
    __atomic_fetch_add(&snapshot->references, 1, __ATOMIC_RELAXED);
    return snapshot;
}

void snapshot_unref(struct snapshot *snapshot)
{
    if (snapshot == NULL || __atomic_sub_fetch(&snapshot->references, 1, __ATOMIC_ACQ_REL) > 0) {
        return;
    }
    for (size_t i = 0; i < snapshot->count; i++) {
        report_unref(snapshot->reports[i]);
    }
    free(snapshot->reports);
    free(snapshot);
}
