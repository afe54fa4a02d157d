/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "import/report.h"

#include <stdlib.h>
#include <string.h>

static int compare_notes(const void *left, const void *right)
{
    const struct import_note *a = left, *b = right;
    if (a->entry != b->entry) {
        return a->entry < b->entry ? -1 : 1;
    }
    if (a->line != b->line) {
        return a->line < b->line ? -1 : 1;
    }
    int order = strcmp(a->text, b->text);
    return order != 0 ? order : strcmp(a->why, b->why);
}

void import_sort_notes(struct import_device *device)
{
    if (device->note_count > 0) {
        qsort(device->notes, device->note_count, sizeof *device->notes, compare_notes);
    }
}

static void add_counts(const struct import_device *device, struct buf *out)
{
    unsigned counts[FATE_COUNT], total = 0;
    for (enum import_fate fate = 0; fate < FATE_COUNT; fate++) {
        counts[fate] = import_device_count(device, fate);
        total += counts[fate];
    }
    buf_printf(out, "  statements: %u", total);
    const char *separator = " = ";
    for (enum import_fate fate = 0; fate < FATE_COUNT; fate++) {
        if (counts[fate] > 0) {
            buf_printf(out, "%s%u %s", separator, counts[fate], import_fate_name(fate));
            separator = " + ";
        }
    }
    buf_add_char(out, '\n');
}

static void add_note(const struct import_device *device, const struct import_note *note,
                     const char *margin, struct buf *out)
{
    buf_add_string(out, margin);
    if (note->line > 0) {
        buf_printf(out, "%s:%u: ", device->file, note->line);
    }
    if (note->text[0] != '\0') {
        buf_printf(out, "%s: ", note->text);
    }
    static const char *const words[FATE_COUNT] = {[FATE_TURNED] = "becomes ",
                                                  [FATE_UNSUPPORTED] = "not supported: ",
                                                  [FATE_REFUSED] = "refused by the router: "};
    bool is_said = words[note->fate] != NULL && (note->line > 0 || note->fate == FATE_UNSUPPORTED);
    buf_add_string(out, is_said ? words[note->fate] : "");
    buf_add_string(out, note->why);
    if (note->instead != NULL) {
        buf_printf(out, "; instead: %s", note->instead);
    }
    buf_add_char(out, '\n');
}

static size_t add_notes(const struct import_device *device, size_t at, int entry,
                        const char *margin, struct buf *out)
{
    for (; at < device->note_count && device->notes[at].entry <= entry; at++) {
        if (device->notes[at].entry == entry) {
            add_note(device, &device->notes[at], margin, out);
        }
    }
    return at;
}

static void add_target(const struct import_target *target, struct buf *out)
{
    const char *port = import_field_value(target, "port");
    const char *codec = import_field_value(target, "codec");
    const char *frequency = import_field_value(target, "frequency");
    buf_printf(out, "target %s: %s to %s", target->name, import_field_value(target, "operation"),
               import_field_value(target, "host"));
    if (port[0] != '\0') {
        buf_printf(out, " port %s", port);
    }
    if (codec[0] != '\0') {
        buf_printf(out, ", %s", codec);
    }
    buf_printf(out, ", every %s", frequency[0] != '\0' ? frequency : "60s");
    if (strcmp(import_field_value(target, "start"), "pending") == 0) {
        buf_add_string(out, ", start: pending");
    }
    buf_add_char(out, '\n');
}

static const struct import_target *target_of(const struct import_targets *targets, int entry,
                                             size_t *from)
{
    for (; *from < targets->count && targets->items[*from].entry <= entry; (*from)++) {
        const struct import_target *target = &targets->items[*from];
        if (target->entry == entry && !target->is_left_out) {
            return target;
        }
    }
    return NULL;
}

static const char *state_of(const struct import_entry *entry)
{
    if (entry->is_removed) {
        return "removed by a later line";
    }
    return entry->kind == KIND_NONE ? "no type" : import_kind_row(entry->kind)->name;
}

static void add_entries(const struct import_device *device, const struct import_targets *targets,
                        size_t at, struct buf *out)
{
    size_t from = 0;
    for (size_t i = 0; i < device->entry_count; i++) {
        const struct import_entry *entry = &device->entries[i];
        const struct import_target *target = target_of(targets, (int)i, &from);
        bool is_named = device->is_peer || entry->is_recipe;
        const char *what = is_named ? "" : device->is_of_sessions ? "session " : "ip sla ";
        buf_printf(out, "  %s%s (%s:%u): ", what, entry->id, device->file, entry->line);
        if (entry->is_recipe && device->is_of_sessions) {
            buf_add_string(out, "what its sessions have in common\n");
        } else if (entry->is_recipe) {
            buf_add_string(out, "a part of the operations of ip sla auto\n");
        } else if (target != NULL) {
            add_target(target, out);
        } else {
            buf_printf(out, "%s: no target\n", state_of(entry));
        }
        at = add_notes(device, at, (int)i, "    ", out);
    }
}

static void add_dependants(const struct import_device *device, struct buf *out)
{
    for (size_t i = 0; i < device->dependant_count; i++) {
        const struct import_dependant *dependant = &device->dependants[i];
        const struct import_track *track =
            dependant->track != NULL ? import_find_track(device, dependant->track) : NULL;
        buf_printf(out, "  depends: %s:%u: %s: ", device->file, dependant->line, dependant->text);
        if (dependant->id != NULL) {
            buf_printf(out, "ip sla %s ", dependant->id);
        } else if (track != NULL && track->id != NULL) {
            buf_printf(out, "track %s, ip sla %s: ", track->name, track->id);
        } else if (dependant->track != NULL) {
            buf_printf(out, "track %s%s: ", dependant->track,
                       track == NULL ? ", which is not in the file" : "");
        }
        buf_printf(out, "%s\n", dependant->what);
    }
}

static void add_tracks(const struct import_device *device, struct buf *out)
{
    for (size_t i = 0; i < device->track_count; i++) {
        const struct import_track *track = &device->tracks[i];
        if (track->kind == ACTION_TRACK_OTHER) {
            continue;
        }
        buf_printf(out, "  %s:%u: track %s: %s\n", device->file, track->line, track->name,
                   import_track_has_rules(device, track)
                       ? "becomes ipsla_track and an alert (with --rules)"
                       : "no rules: it is made of what is not measured here");
        if (track->id != NULL && import_find_entry(device, track->id) < 0) {
            buf_printf(out, "  %s:%u: track %s: there is no ip sla %s: it reads Down\n",
                       device->file, track->line, track->name, track->id);
        }
        for (size_t k = 0; k < track->member_count; k++) {
            if (import_find_track(device, track->members[k].track) == NULL) {
                buf_printf(out, "  %s:%u: track %s: there is no track %s\n", device->file,
                           track->line, track->name, track->members[k].track);
            }
        }
    }
}

static void add_responder(const struct import_device *device, struct buf *out)
{
    if (device->responder_line > 0) {
        buf_printf(out, "  %s:%u: the device is a responder: --towards makes a target of it\n",
                   device->file, device->responder_line);
    }
    for (size_t i = 0; i < device->port_count; i++) {
        const struct import_port *port = &device->ports[i];
        if (port->is_shut) {
            continue;
        }
        bool is_tcp = port->kind == KIND_TCP_CONNECT || port->kind == KIND_TWAMP_SESSION;
        buf_printf(out, "  %s:%u: %s port %lld is always open: --towards makes a target of it\n",
                   device->file, port->line, is_tcp ? "TCP" : "UDP", (long long)port->port);
    }
    if (device->key_line > 0) {
        buf_printf(out,
                   "  %s:%u: control requests are signed: write the secret into `keys`, and "
                   "`control: {key: ID}` into the targets\n",
                   device->file, device->key_line);
    }
}

void import_report(const struct import_device *device, const struct import_targets *targets,
                   struct buf *out)
{
    buf_printf(out, "%s: device %s (%s)\n", device->file, import_device_name(device),
               device->dialect != NULL ? device->dialect : "no IP SLA");
    if (device->stranger != NULL) {
        buf_printf(out, "  nothing is imported: %s\n", device->stranger);
    }
    add_counts(device, out);
    for (size_t i = 0; i < targets->count; i++) {
        if (targets->items[i].entry < 0 && !targets->items[i].is_left_out) {
            buf_add_string(out, "  ");
            add_target(&targets->items[i], out);
        }
    }
    size_t at = add_notes(device, 0, -1, "  ", out);
    add_entries(device, targets, at, out);
    add_responder(device, out);
    add_tracks(device, out);
    add_dependants(device, out);
    if (device->unlisted > 0) {
        buf_printf(out, "  %zu more notes\n", device->unlisted);
    }
}
