/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "engine/report.h"
#include "web/api.h"
#include "web/field.h"

static void add_round_trips(const struct history_entry *entry, struct buf *out)
{
    if ((entry->flags & HISTORY_HAS_RTT) == 0) {
        buf_add_string(out, "\"rtt_seconds\": null, ");
        return;
    }
    buf_add_string(out, "\"rtt_seconds\": {");
    field_add_seconds(out, "min", entry->rtt_min_ns, true);
    buf_add_string(out, ", ");
    field_add_seconds(out, "p50", entry->rtt_p50_ns, true);
    buf_add_string(out, ", ");
    field_add_seconds(out, "p95", entry->rtt_p95_ns, true);
    buf_add_string(out, ", ");
    field_add_seconds(out, "max", entry->rtt_max_ns, true);
    buf_add_string(out, "}, ");
}

static void add_entry(const struct history_entry *entry, struct buf *out)
{
    buf_add_char(out, '{');
    field_add_seconds(out, "end_timestamp", entry->end.ns, true);
    buf_printf(out, ", \"outcome\": \"%s\", ", outcome_name(entry->outcome));
    field_add_bool(out, "over_threshold", (entry->flags & HISTORY_IS_OVER_THRESHOLD) != 0);
    buf_add_string(out, ", ");
    field_add_bool(out, "degraded", (entry->flags & HISTORY_IS_DEGRADED) != 0);
    buf_add_string(out, ", ");
    field_add_bool(out, "cut_short", (entry->flags & HISTORY_WAS_CUT) != 0);
    buf_add_string(out, ", ");
    buf_printf(out,
               "\"packets\": {\"sent\": %" PRIu32 ", \"received\": %" PRIu32
               ", \"lost\": {\"sd\": %" PRIu32 ", \"ds\": %" PRIu32 ", \"unknown\": %" PRIu32
               "}}, ",
               entry->sent, entry->received, entry->lost_sd, entry->lost_ds, entry->lost_unknown);
    add_round_trips(entry, out);
    buf_add_string(out, "\"jitter_seconds\": {");
    field_add_seconds(out, "sd", entry->jitter_sd_ns, (entry->flags & HISTORY_HAS_JITTER_SD) != 0);
    buf_add_string(out, ", ");
    field_add_seconds(out, "ds", entry->jitter_ds_ns, (entry->flags & HISTORY_HAS_JITTER_DS) != 0);
    buf_printf(out, "}, \"mos_hundredths\": %u}", (unsigned)entry->mos_hundredths);
}

bool api_operations_write(const struct snapshot *snapshot, const char *name, size_t limit,
                          struct buf *out)
{
    const struct report *report = snapshot_find(snapshot, name);
    if (report == NULL) {
        return false;
    }
    struct history_entry *entries = mem_alloc(limit, sizeof *entries);
    size_t count = history_copy(report->history, entries, limit);
    buf_add_char(out, '{');
    field_add_text(out, "name", name);
    buf_add_string(out, ", ");
    field_add_seconds(out, "frequency_seconds", report->spec->schedule.frequency_ns, true);
    buf_printf(out, ", \"history\": %" PRIu32 ", \"operations\": [", report->spec->results.history);
    for (size_t i = 0; i < count; i++) {
        buf_add_string(out, i == 0 ? "\n" : ",\n");
        add_entry(&entries[i], out);
    }
    buf_add_string(out, "\n]}\n");
    free(entries);
    return true;
}
