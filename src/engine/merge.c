/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/merge.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

static void add_stats(struct engine_stats *sum, const struct engine_stats *stats)
{
    for (unsigned i = 0; i < UNMATCHED_COUNT; i++) {
        sum->unmatched[i] += stats->unmatched[i];
    }
    for (unsigned i = 0; i < STAMP_SOURCE_COUNT; i++) {
        sum->tx_stamps[i] += stats->tx_stamps[i];
        sum->rx_stamps[i] += stats->rx_stamps[i];
    }
    if (stats->io.clock_steps > sum->io.clock_steps) {
        sum->io.clock_steps = stats->io.clock_steps; /* they all watch the same clock */
    }
    for (unsigned i = 0; i < SEND_ERROR_COUNT; i++) {
        sum->io.send_errors[i] += stats->io.send_errors[i];
    }
    hist_merge(&sum->io.loop_lag, &stats->io.loop_lag);
    sum->io.strangers += stats->io.strangers;
    sum->io.socket_drops += stats->io.socket_drops;
    sum->io.timeless_sockets += stats->io.timeless_sockets;
    hist_merge(&sum->send_lateness, &stats->send_lateness);
    hist_merge(&sum->start_lateness, &stats->start_lateness);
    hist_merge(&sum->send_queueing, &stats->send_queueing);
}

/* Parts keep the order of the whole, so the report of a target is the next of its part, unless it
 * is not there yet. */
struct snapshot *snapshot_merge(struct snapshot *const *snapshots, const struct spec_set *targets,
                                const struct spec_division *division)
{
    size_t total = 0, count = 0;
    size_t *taken = mem_alloc(division->count, sizeof *taken);
    for (unsigned i = 0; i < division->count; i++) {
        total += snapshots[i]->count;
    }
    struct snapshot *merged = snapshot_new(total);
    for (size_t i = 0; i < targets->count; i++) {
        unsigned part = spec_part(targets->specs[i], division);
        const struct snapshot *snapshot = snapshots[part];
        if (taken[part] < snapshot->count &&
            spec_hash(snapshot->reports[taken[part]]->spec) == spec_hash(targets->specs[i])) {
            merged->reports[count++] = report_ref(snapshot->reports[taken[part]++]);
        }
    }
    for (unsigned i = 0; i < division->count; i++) {
        add_stats(&merged->stats, &snapshots[i]->stats);
        while (taken[i] < snapshots[i]->count) {
            merged->reports[count++] = report_ref(snapshots[i]->reports[taken[i]++]);
        }
    }
    assert(count == total);
    free(taken);
    return merged;
}
