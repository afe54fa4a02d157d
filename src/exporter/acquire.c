/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/merge.h"
#include "exporter/exporter.h"

struct snapshot *exporter_acquire(struct exporter *exporter)
{
    unsigned count = exporter->work.count;
    struct snapshot *snapshots[EXPORTER_WORKERS_MAX];
    if (count == 1) {
        return engine_worker_acquire(exporter->workers[0]);
    }
    pthread_mutex_lock(&exporter->mutex);
    struct spec_set *targets = spec_set_ref(exporter->targets);
    pthread_mutex_unlock(&exporter->mutex);
    for (unsigned i = 0; i < count; i++) {
        snapshots[i] = engine_worker_acquire(exporter->workers[i]);
    }
    struct snapshot *merged = snapshot_merge(snapshots, targets, &exporter->work);
    for (unsigned i = 0; i < count; i++) {
        snapshot_unref(snapshots[i]);
    }
    spec_set_unref(targets);
    return merged;
}
