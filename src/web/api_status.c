/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/api.h"
#include "web/field.h"

static void add_program(const struct expo_view *view, struct buf *out)
{
    double started_s = view->process.start_time_seconds;
    field_add_text(out, "program", view->snapshots == NULL ? "ipsla_responder" : "ipsla_exporter");
    buf_add_string(out, ", ");
    field_add_text(out, "version", view->version);
    buf_add_string(out, ", ");
    field_add_text(out, "revision", view->revision);
    buf_add_string(out, ", ");
    field_add_seconds(out, "now", view->now.ns, true);
    buf_add_string(out, ", ");
    field_add_seconds(out, "start_timestamp", (int64_t)(started_s * 1e3) * NS_PER_MS,
                      started_s > 0);
}

static void add_config(const struct expo_view *view, struct buf *out)
{
    buf_add_string(out, ", \"config\": {");
    field_add_text(out, "hash", view->config_hash);
    buf_add_string(out, ", ");
    field_add_bool(out, "last_reload_successful", view->reload_successful);
    buf_add_string(out, ", ");
    field_add_seconds(out, "last_reload_success_timestamp", view->reload_success.ns,
                      view->reload_success.ns != 0);
    buf_add_char(out, '}');
}

/* Of the scheduled targets, which are in the first snapshot. */
static void add_targets(const struct expo_view *view, struct buf *out)
{
    uint64_t counts[TARGET_STATE_COUNT] = {0}, all = 0;
    if (view->snapshots != NULL && view->snapshot_count > 0) {
        const struct snapshot *snapshot = view->snapshots[0];
        for (all = 0; all < snapshot->count; all++) {
            counts[snapshot->reports[all]->condition.state]++;
        }
    }
    buf_add_string(out, ", \"targets\": {");
    field_add_number(out, "all", all);
    for (unsigned i = 0; i < TARGET_STATE_COUNT; i++) {
        buf_add_string(out, ", ");
        field_add_number(out, target_state_name((enum target_state)i), counts[i]);
    }
    buf_add_char(out, '}');
}

static void add_history(const struct expo_history *history, struct buf *out)
{
    buf_add_string(out, ", \"history\": ");
    if (history == NULL) {
        buf_add_string(out, "null");
        return;
    }
    buf_add_char(out, '{');
    field_add_text(out, "file", history->file);
    buf_add_string(out, ", ");
    field_add_bool(out, "last_write_successful", history->is_write_successful);
    buf_add_string(out, ", ");
    field_add_seconds(out, "last_write_success_timestamp", history->written.ns,
                      history->written.ns != 0);
    buf_add_char(out, '}');
}

void api_status_write(const struct expo_view *view, struct buf *out)
{
    buf_add_char(out, '{');
    add_program(view, out);
    add_config(view, out);
    add_targets(view, out);
    buf_add_string(out, ", \"responder\": {");
    field_add_bool(out, "enabled", view->responder != NULL);
    buf_add_char(out, '}');
    add_history(view->history, out);
    buf_add_string(out, "}\n");
}
