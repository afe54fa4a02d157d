/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Tracks as recording rules, tracks and reactions as alert rules, for Prometheus 2.42 and later. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "config/duration.h"
#include "import/reaction.h"
#include "import/report.h"

struct writer {
    const struct import_device *device;
    const struct import_targets *targets;
    struct buf *out;
    bool has_group;
};

static void begin_rule(struct writer *writer)
{
    if (!writer->has_group) {
        char name[300];
        snprintf(name, sizeof name, "ipsla-import-%.200s", import_device_name(writer->device));
        buf_add_string(writer->out, "  - name: ");
        import_yaml_text(name, writer->out);
        buf_add_string(writer->out, "\n    rules:\n");
        writer->has_group = true;
    }
}

/* A text as a label value in an expression. */
static void add_quoted(const char *text, struct buf *out)
{
    buf_add_char(out, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            buf_add_char(out, '\\');
        }
        buf_add_char(out, *text);
    }
    buf_add_char(out, '"');
}

/* An expression is always quoted, for it has braces and colons. */
static void add_expression(const char *expression, struct buf *out)
{
    buf_add_string(out, "        expr: '");
    for (; *expression != '\0'; expression++) {
        buf_add_char(out, *expression);
        if (*expression == '\'') {
            buf_add_char(out, '\'');
        }
    }
    buf_add_string(out, "'\n");
}

/* A value in annotations: Prometheus reads them as templates. */
static void add_plain_text(const char *text, struct buf *out)
{
    buf_add_char(out, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '{' || *text == '}') {
            buf_add_char(out, ' ');
        } else {
            buf_add_char(out, *text);
        }
        if (*text == '\'') {
            buf_add_char(out, '\'');
        }
    }
    buf_add_char(out, '\'');
}

/* The target of an operation that runs; NULL: none. */
static const struct import_target *target_of(const struct writer *writer, const char *id)
{
    int entry = import_find_entry(writer->device, id);
    for (size_t i = 0; entry >= 0 && i < writer->targets->count; i++) {
        const struct import_target *target = &writer->targets->items[i];
        if (target->entry == entry && !target->is_left_out) {
            return target;
        }
    }
    return NULL;
}

static void add_track_selector(const struct writer *writer, const char *track, struct buf *out)
{
    buf_add_string(out, "ipsla_track{device=");
    add_quoted(import_device_name(writer->device), out);
    buf_add_string(out, ",track=");
    add_quoted(track, out);
    buf_add_char(out, '}');
}

/* ---- tracks ---- */

static void write_operation_track(const struct writer *writer, const struct import_track *track,
                                  struct buf *out)
{
    const struct import_target *target = target_of(writer, track->id);
    bool runs = target != NULL && strcmp(import_field_value(target, "start"), "pending") != 0;
    if (!runs) { /* an operation that is not there, or does not run, reads Down */
        buf_add_string(out, "vector(0)");
        return;
    }
    bool is_state = track->kind == ACTION_TRACK_STATE;
    buf_add_string(out, is_state ? "max(ipsla_operation_return_code{target="
                                 : "max(ipsla_operation_success{target=");
    add_quoted(target->name, out);
    buf_add_string(out, is_state ? "} == bool 1)" : "})");
}

static void write_member(const struct writer *writer, const struct import_member *member,
                         struct buf *out)
{
    bool is_known = import_find_track(writer->device, member->track) != NULL;
    buf_add_string(out, member->is_not ? "(1 - " : "(");
    if (is_known) {
        buf_add_string(out, "max(");
        add_track_selector(writer, member->track, out);
        buf_add_char(out, ')');
    } else {
        buf_add_string(out, "vector(0)");
    }
    buf_add_char(out, ')');
}

/* The sum or the product of the members. */
static void write_members(const struct writer *writer, const struct import_track *track,
                          struct buf *out)
{
    bool is_weighted = track->kind == ACTION_LIST_WEIGHT;
    for (size_t i = 0; i < track->member_count; i++) {
        buf_add_string(out, i == 0 ? "" : track->kind == ACTION_LIST_AND ? " * " : " + ");
        if (is_weighted) {
            buf_printf(out, "%" PRId64 " * ", track->members[i].weight);
        }
        write_member(writer, &track->members[i], out);
    }
}

static void write_threshold_track(const struct writer *writer, const struct import_track *track,
                                  struct buf *out)
{
    struct buf sum = {0};
    if (track->kind == ACTION_LIST_PERCENTAGE) {
        buf_printf(&sum, "100 / %zu * ", track->member_count);
    }
    buf_add_char(&sum, '(');
    write_members(writer, track, &sum);
    buf_add_char(&sum, ')');
    int64_t up = track->up >= 0 ? track->up : 1;
    if (track->down < 0) {
        buf_printf(out, "%s >= bool %" PRId64, buf_string(&sum), up);
    } else { /* between the two it stays as it was */
        buf_printf(out, "clamp_max((%s >= bool %" PRId64 ") + (%s > bool %" PRId64 ") * (max(",
                   buf_string(&sum), up, buf_string(&sum), track->down);
        add_track_selector(writer, track->name, out);
        buf_add_string(out, ") or vector(0)), 1)");
    }
    buf_fini(&sum);
}

static void write_track(const struct writer *writer, const struct import_track *track,
                        struct buf *out)
{
    switch (track->kind) {
    case ACTION_LIST_AND:
        write_members(writer, track, out);
        break;
    case ACTION_LIST_OR:
        buf_add_string(out, "clamp_max(");
        write_members(writer, track, out);
        buf_add_string(out, ", 1)");
        break;
    case ACTION_LIST_WEIGHT:
    case ACTION_LIST_PERCENTAGE:
        write_threshold_track(writer, track, out);
        break;
    default:
        write_operation_track(writer, track, out);
    }
}

static void add_track_rules(struct writer *writer, const struct import_track *track)
{
    struct buf expression = {0};
    struct buf down = {0};
    if (import_track_has_rules(writer->device, track)) {
        write_track(writer, track, &expression);
        begin_rule(writer);
        buf_add_string(writer->out, "      - record: ipsla_track\n");
        add_expression(buf_string(&expression), writer->out);
        buf_add_string(writer->out, "        labels: {device: ");
        import_yaml_text(import_device_name(writer->device), writer->out);
        buf_add_string(writer->out, ", track: ");
        import_yaml_text(track->name, writer->out);
        buf_add_string(writer->out, "}\n      - alert: IpslaTrackDown\n");
        add_track_selector(writer, track->name, &down);
        buf_add_string(&down, " == 0");
        add_expression(buf_string(&down), writer->out);
        if (track->delay_down > 0) {
            buf_printf(writer->out, "        for: %" PRId64 "s\n", track->delay_down);
        }
        if (track->delay_up > 0) {
            buf_printf(writer->out, "        keep_firing_for: %" PRId64 "s\n", track->delay_up);
        }
        buf_add_string(writer->out, "        labels: {severity: warning, device: ");
        import_yaml_text(import_device_name(writer->device), writer->out);
        buf_add_string(writer->out, ", track: ");
        import_yaml_text(track->name, writer->out);
        buf_add_string(writer->out, "}\n        annotations: {summary: ");
        buf_clear(&down);
        buf_printf(&down, "track %s of %s is down", track->name,
                   import_device_name(writer->device));
        add_plain_text(buf_string(&down), writer->out);
        buf_add_string(writer->out, "}\n");
    }
    buf_fini(&expression);
    buf_fini(&down);
}

/* ---- reactions ---- */

static int64_t frequency_of(const struct import_target *target)
{
    int64_t ns = 60 * NS_PER_SECOND;
    duration_parse(import_field_value(target, "frequency"), &ns);
    return ns < NS_PER_SECOND ? 1 : ns / NS_PER_SECOND;
}

/* The metric with its selector, and `$f` as the frequency. */
static void write_metric(const struct import_element *element, const struct import_target *target,
                         struct buf *out)
{
    for (const char *at = element->metric; *at != '\0'; at++) {
        if (at[0] == '%') {
            buf_add_string(out, "target=");
            add_quoted(target->name, out);
            at++;
        } else if (at[0] == '$') {
            buf_printf(out, "%" PRId64 "s", frequency_of(target));
            at++;
        } else {
            buf_add_char(out, *at);
        }
    }
}

static double scaled(const struct import_element *element, const struct import_entry *entry,
                     int64_t threshold)
{
    switch (element->unit) {
    case ELEMENT_MS:
        return (double)threshold / 1000;
    case ELEMENT_PACKET_SHARE:
        return (double)threshold / import_packets_of(entry);
    case ELEMENT_HUNDREDTH:
        return (double)threshold / 100;
    default:
        return (double)threshold;
    }
}

/* The other threshold, at which the trouble is over. */
static int64_t end_of(const struct import_element *element, const struct import_reaction *reaction)
{
    int64_t own = element->is_low_bad ? reaction->upper : reaction->lower;
    return own >= 0 ? own : element->is_low_bad ? element->upper : element->lower;
}

static void write_plain_reaction(const struct import_element *element,
                                 const struct import_entry *entry,
                                 const struct import_reaction *reaction, const char *metric,
                                 struct buf *out)
{
    const char *sign = element->is_low_bad ? "<" : ">";
    int64_t begin = import_threshold(element, reaction), end = end_of(element, reaction);
    buf_printf(out, "%s %s %.6g", metric, sign, scaled(element, entry, begin));
    if (begin != end) {
        buf_printf(out, " or (%s %s %.6g and on (target) ALERTS{alertname=\"IpslaReaction\",",
                   metric, sign, scaled(element, entry, end));
        buf_printf(out, "alertstate=\"firing\",element=\"%s\",target=", element->ios);
        add_quoted(entry->target, out);
        buf_add_string(out, "})");
    }
}

static void write_reaction(const struct import_element *element, const struct import_entry *entry,
                           const struct import_reaction *reaction,
                           const struct import_target *target, struct buf *out)
{
    struct buf metric = {0};
    int64_t period = frequency_of(target);
    double value = scaled(element, entry, import_threshold(element, reaction));
    const char *sign = element->is_low_bad ? "<" : ">";
    bool is_state = element->unit == ELEMENT_STATE;
    write_metric(element, target, &metric);
    if (strcmp(reaction->type, "xofy") == 0) {
        int64_t x = reaction->x > 0 ? reaction->x : 5, y = reaction->y > 0 ? reaction->y : 5;
        buf_add_string(out, "sum_over_time((");
        if (is_state) { /* "== 4" becomes "== bool 4" */
            const char *equals = strstr(buf_string(&metric), " == ");
            buf_add(out, buf_string(&metric), (size_t)(equals - buf_string(&metric)));
            buf_printf(out, " == bool %s", equals + 4);
        } else {
            buf_printf(out, "%s %s bool %.6g", buf_string(&metric), sign, value);
        }
        buf_printf(out, ")[%" PRId64 "s:%" PRId64 "s]) >= %" PRId64, y * period, period, x);
    } else if (is_state) {
        buf_add_string(out, buf_string(&metric));
    } else if (strcmp(reaction->type, "average") == 0) {
        int64_t count = reaction->x > 0 ? reaction->x : 5;
        buf_printf(out, "avg_over_time((%s)[%" PRId64 "s:%" PRId64 "s]) %s %.6g",
                   buf_string(&metric), count * period, period, sign, value);
    } else {
        write_plain_reaction(element, entry, reaction, buf_string(&metric), out);
    }
    buf_fini(&metric);
}

static void add_reaction_rule(struct writer *writer, const struct import_reaction *reaction)
{
    const struct import_entry *entry = &writer->device->entries[reaction->entry];
    const struct import_target *target = target_of(writer, reaction->id);
    const struct import_element *element =
        reaction->element != NULL ? import_element_find(reaction->element) : NULL;
    if (target == NULL || element == NULL || !import_reaction_acts(reaction)) {
        return;
    }
    struct buf text = {0};
    int64_t row = strcmp(reaction->type, "consecutive") != 0 ? 1
                  : reaction->x > 0                          ? reaction->x
                                                             : 5;
    begin_rule(writer);
    buf_add_string(writer->out, "      - alert: IpslaReaction\n");
    write_reaction(element, entry, reaction, target, &text);
    add_expression(buf_string(&text), writer->out);
    if (row > 1) {
        buf_printf(writer->out, "        for: %" PRId64 "s\n", (row - 1) * frequency_of(target));
    }
    buf_printf(writer->out,
               "        labels: {severity: warning, element: %s, device: ", element->ios);
    import_yaml_text(import_device_name(writer->device), writer->out);
    buf_add_string(writer->out, ", ip_sla: ");
    import_yaml_text(entry->id, writer->out);
    buf_add_string(writer->out, "}\n");
    buf_clear(&text);
    buf_printf(&text, "%s of ip sla %s on %s", element->ios, entry->id,
               import_device_name(writer->device));
    buf_add_string(writer->out, "        annotations: {summary: ");
    add_plain_text(buf_string(&text), writer->out);
    buf_add_string(writer->out, "}\n");
    buf_fini(&text);
}

void import_rules(const struct import_device *device, const struct import_targets *targets,
                  struct buf *out)
{
    struct writer writer = {.device = device, .targets = targets, .out = out};
    for (size_t i = 0; i < device->track_count && device->stranger == NULL; i++) {
        add_track_rules(&writer, &device->tracks[i]);
    }
    for (size_t i = 0; i < device->reaction_count && device->stranger == NULL; i++) {
        add_reaction_rule(&writer, &device->reactions[i]);
    }
}
