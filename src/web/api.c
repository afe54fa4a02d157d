/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "web/api.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/json_value.h"
#include "explain/explain.h"
#include "operation/operation.h"
#include "probe/choice.h"
#include "web/field.h"
#include "json/result.h"

static void add_labels(const struct spec_identity *identity, struct buf *out)
{
    buf_add_string(out, "\"labels\": {");
    for (size_t i = 0; i < identity->label_count; i++) {
        buf_add_string(out, i > 0 ? ", " : "");
        json_string_write(identity->labels[i].name, out);
        buf_add_string(out, ": ");
        json_string_write(identity->labels[i].value, out);
    }
    buf_add_string(out, "}, ");
}

static void add_destination(const struct spec *spec, struct buf *out)
{
    char address[ADDR_TEXT_MAX];
    bool has_address = spec->path.peer.family != ADDR_NONE;
    buf_add_string(out, "\"target\": {");
    field_add_text(out, "host", spec->identity.host);
    buf_add_string(out, ", ");
    field_add_text(out, "address", has_address ? addr_format_ip(&spec->path.peer, address) : NULL);
    if (spec->operation->has_ports) {
        buf_printf(out, ", \"port\": %u}, ", (unsigned)spec->path.port);
    } else {
        buf_add_string(out, ", \"port\": null}, ");
    }
}

/* What auto chose, and why; null where the operation was written. */
static void add_choice(const struct spec *spec, struct buf *out)
{
    struct buf words = {0};
    if (spec->choice == NULL) {
        buf_add_string(out, "\"auto\": null, ");
        return;
    }
    explain_choice(spec, &words);
    buf_add_string(out, "\"auto\": {");
    field_add_text(out, "protocol", choice_row(spec->choice)->name);
    buf_add_string(out, ", ");
    field_add_text(out, "explanation", buf_string(&words));
    buf_add_string(out, "}, ");
    buf_fini(&words);
}

static void add_spec(const struct spec *spec, struct buf *out)
{
    bool has_codec = spec->packets.codec != VOICE_CODEC_NONE;
    field_add_text(out, "name", spec->identity.name);
    buf_add_string(out, ", ");
    field_add_text(out, "operation", spec->operation->name);
    buf_add_string(out, ", ");
    add_choice(spec, out);
    field_add_text(out, "precision", precision_name(spec->packets.precision));
    buf_add_string(out, ", ");
    field_add_text(out, "codec", has_codec ? voice_codec_name(spec->packets.codec) : NULL);
    buf_add_string(out, ", ");
    add_destination(spec, out);
    add_labels(&spec->identity, out);
    field_add_text(out, "owner", spec->identity.owner);
    buf_add_string(out, ", ");
    field_add_text(out, "tag", spec->identity.tag);
    buf_add_string(out, ", ");
}

static uint64_t count_failures(const struct tally *tally)
{
    uint64_t failures = 0;
    for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
        failures += tally->failures[i];
    }
    return failures;
}

/* Until no further operation is started. */
static void add_life(const struct report *report, struct mono now, struct buf *out)
{
    int64_t life_ns = report->spec->schedule.life_ns;
    buf_add_string(out, "\"life_left_seconds\": ");
    if (life_ns == SPEC_FOREVER || mono_is_before(now, report->first_start)) {
        buf_add_string(out, "null, ");
        return;
    }
    int64_t left_ns = life_ns - mono_diff(now, report->first_start);
    json_seconds_write(left_ns < 0 ? 0 : left_ns, out);
    buf_add_string(out, ", ");
}

/* The state, why, and what is known of its times. */
static void add_state(const struct report *report, struct buf *out)
{
    const struct condition *condition = &report->condition;
    struct buf reason = {0};
    explain_state(report, &reason);
    field_add_text(out, "state", target_state_name(condition->state));
    buf_add_string(out, ", ");
    field_add_seconds(out, "state_since_timestamp", condition->since.wall.ns,
                      condition->since.wall.ns != 0);
    buf_add_string(out, ", ");
    field_add_text(out, "reason", reason.size > 0 ? buf_string(&reason) : NULL);
    buf_add_string(out, ", ");
    field_add_seconds(out, "last_run_timestamp", report->last_run.ns, report->has_run);
    buf_add_string(out, ", ");
    field_add_seconds(out, "last_success_timestamp", report->last_success.ns,
                      report->has_succeeded);
    buf_add_string(out, ", ");
    field_add_seconds(out, "next_start_timestamp", report->next_start.ns,
                      report->next_start.ns != 0);
    buf_fini(&reason);
}

static void add_target(const struct report *report, struct instant now, struct buf *out)
{
    const struct tally *tally = &report->tally;
    buf_add_char(out, '{');
    add_spec(report->spec, out);
    add_state(report, out);
    buf_printf(out, ", \"operations\": %" PRIu64 ", \"failures\": %" PRIu64, tally->operations,
               count_failures(tally));
    buf_printf(out, ", \"over_threshold\": %" PRIu64 ", ", tally->over_threshold_operations);
    add_life(report, now.mono, out);
    buf_add_string(out, "\"latest\": ");
    if (report->has_run) {
        buf_add_char(out, '{');
        json_result_write(&report->latest, out);
        buf_add_string(out, "}}");
    } else {
        buf_add_string(out, "null}");
    }
}

bool api_target_write(const struct snapshot *snapshot, const char *name, struct instant now,
                      struct buf *out)
{
    const struct report *report = snapshot_find(snapshot, name);
    if (report != NULL) {
        add_target(report, now, out);
        buf_add_char(out, '\n');
    }
    return report != NULL;
}

/* The list while it is read: of its text at most one target's is there at a time. */
struct list {
    struct snapshot *snapshot; /* NULL: none */
    struct selected selected;
    struct instant now;
    size_t offset; /* of the first */
    size_t next; /* all: the end is to be written; one more: it is */
    struct buf text;
    size_t taken;
};

static void write_next(struct list *list)
{
    buf_fini(&list->text);
    list->taken = 0;
    if (list->next == 0) {
        buf_printf(&list->text, "{\"now\": ");
        json_seconds_write(list->now.wall.ns, &list->text);
        buf_printf(&list->text, ", \"matched\": %zu, \"offset\": %zu, \"targets\": [",
                   list->selected.matched, list->offset);
    }
    if (list->next < list->selected.count) {
        buf_add_string(&list->text, list->next == 0 ? "\n" : ",\n");
        add_target(list->selected.reports[list->next], list->now, &list->text);
    } else {
        buf_add_string(&list->text, "\n]}\n");
    }
    list->next++;
}

static size_t read_list(void *context, char *out, size_t size)
{
    struct list *list = context;
    while (list->taken == list->text.size && list->next <= list->selected.count) {
        write_next(list);
    }
    size_t left = list->text.size - list->taken;
    size = size < left ? size : left;
    if (size > 0) {
        memcpy(out, list->text.bytes + list->taken, size);
    }
    list->taken += size;
    return size;
}

static void close_list(void *context, bool is_complete)
{
    struct list *list = context;
    (void)is_complete;
    selected_fini(&list->selected);
    snapshot_unref(list->snapshot);
    buf_fini(&list->text);
    free(list);
}

struct stream_source api_targets_open(struct snapshot *snapshot, const struct selection *selection,
                                      struct instant now)
{
    struct list *list = mem_alloc(1, sizeof *list);
    list->snapshot = snapshot;
    list->now = now;
    list->offset = selection->offset;
    if (snapshot != NULL) {
        selection_apply(selection, snapshot, &list->selected);
    }
    return (struct stream_source){list, read_list, close_list};
}

static uint64_t total(const struct expo_count *counts, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += counts[i].value;
    }
    return sum;
}

static void add_requests(const struct expo_count *counts, size_t count, const char *name,
                         struct buf *out)
{
    buf_printf(out, ", \"%s\": {", name);
    for (size_t i = 0; i < count; i++) {
        buf_printf(out, "%s\"%s\": %" PRIu64, i > 0 ? ", " : "", counts[i].label, counts[i].value);
    }
    buf_add_char(out, '}');
}

void api_responder_write(const struct expo_responder *responder, struct buf *out)
{
    if (responder == NULL) {
        buf_add_string(out, "{\"enabled\": false}\n");
        return;
    }
    buf_add_string(out, "{\"enabled\": true, \"control_ports\": [");
    for (size_t i = 0; i < responder->control_port_count; i++) {
        buf_printf(out, "%s%u", i > 0 ? ", " : "", (unsigned)responder->control_ports[i]);
    }
    buf_printf(out, "], \"permanent_ports\": %" PRIu32, responder->permanent_ports);
    add_requests(responder->requests, responder->request_count, "requests", out);
    add_requests(responder->requests_v2, responder->request_v2_count, "requests_v2", out);
    buf_printf(out, ", \"probes\": %" PRIu64 ", \"dropped\": %" PRIu64,
               total(responder->probes, responder->probe_count),
               total(responder->drops, responder->drop_count));
    buf_printf(out, ", \"sessions\": %" PRIu32 ", \"max_sessions\": %" PRIu32, responder->sessions,
               responder->max_sessions);
    buf_printf(out, ", \"impair_rules\": %" PRIu64 "}\n", responder->impair_rules);
}
