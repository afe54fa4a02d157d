/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What programs ask for as JSON, answered on the thread of HTTP from snapshots. */
#include "web/api.h"
#include "exporter/exporter.h"
#include "host/clock.h"
#include "program/responder_view.h"

struct stream_source exporter_open_targets(void *context, const struct selection *selection)
{
    return api_targets_open(exporter_acquire(context), selection, clock_now());
}

bool exporter_show_operations(void *context, const char *name, size_t limit, struct buf *out)
{
    struct snapshot *snapshot = exporter_acquire(context);
    bool is_there = api_operations_write(snapshot, name, limit, out);
    snapshot_unref(snapshot);
    return is_there;
}

bool exporter_show_target(void *context, const char *name, struct buf *out)
{
    struct snapshot *snapshot = exporter_acquire(context);
    bool is_there = api_target_write(snapshot, name, clock_now(), out);
    snapshot_unref(snapshot);
    return is_there;
}

void exporter_show_responder(void *context, struct buf *out)
{
    struct exporter *exporter = context;
    struct responder_stats stats;
    struct responder_view view;
    pthread_mutex_lock(&exporter->mutex);
    bool has_responder = exporter->responder != NULL;
    if (has_responder) {
        responder_team_stats(exporter->responder, &stats);
    }
    pthread_mutex_unlock(&exporter->mutex);
    if (has_responder) {
        responder_view_fill(&stats, &view);
    }
    api_responder_write(has_responder ? &view.responder : NULL, out);
}
