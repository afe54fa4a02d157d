/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "import/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "import/peer.h"
#include "import/reader.h"
#include "import/report.h"
#include "import/session.h"

struct import {
    struct import_settings settings;
    struct import_lines lines;
    struct import_reader reader;
    struct import_peers *peers;
    struct import_sessions *sessions;
    struct import_index names; /* of all targets */
    struct buf head; /* the beginning of a file of which the format is not known yet */
    bool has_file, is_known;
    bool has_rules; /* written so far */
    enum import_format format;
    struct buf text, rules;
    struct import_totals totals;
};

/* ---- a device is complete ---- */

/* "NAME", or "NAME-2" and so on where another target has the name. */
static const char *unique_name(struct import *import, struct import_device *device,
                               const char *name)
{
    char text[320];
    snprintf(text, sizeof text, "%.250s", name);
    for (unsigned number = 2; import_index_find(&import->names, 'n', text) >= 0; number++) {
        snprintf(text, sizeof text, "%.240s-%u", name, number);
    }
    import_index_set(&import->names, 'n', text, 1);
    return import_keep(device, text);
}

static void name_targets(struct import *import, struct import_device *device,
                         struct import_targets *targets)
{
    for (size_t i = 0; i < targets->count; i++) {
        struct import_target *target = &targets->items[i];
        if (!target->is_left_out) {
            target->name = unique_name(import, device, target->name);
            if (target->entry >= 0) {
                device->entries[target->entry].target = target->name;
            }
        }
    }
}

static void count(struct import *import, const struct import_device *device,
                  const struct import_targets *targets)
{
    for (size_t i = 0; i < device->entry_count; i++) {
        import->totals.operations += !device->entries[i].is_recipe;
    }
    for (enum import_fate fate = 0; fate < FATE_COUNT; fate++) {
        import->totals.statements[fate] += import_device_count(device, fate);
    }
    for (size_t i = 0; i < targets->count; i++) {
        import->totals.targets += !targets->items[i].is_left_out;
    }
    import->totals.devices++;
}

static void write_yaml(struct import *import, const struct import_targets *targets, bool is_first)
{
    for (size_t i = 0; i < targets->count; i++) {
        if (!targets->items[i].is_left_out) {
            if (is_first) {
                buf_add_string(&import->text, "targets:\n");
                is_first = false;
            }
            import_yaml(&targets->items[i], &import->text);
        }
    }
}

static void write_device(struct import *import, struct import_device *device,
                         const struct import_targets *targets)
{
    switch (import->settings.output) {
    case IMPORT_JSON:
        buf_add_string(&import->text, import->totals.devices == 0 ? "{\"devices\": [\n" : ",\n");
        import_json(device, targets, &import->text);
        break;
    case IMPORT_REPORT:
        import_report(device, targets, &import->text);
        break;
    default:
        write_yaml(import, targets, import->totals.targets == 0);
    }
    if (import->settings.wants_rules) {
        struct buf rules = {0};
        import_rules(device, targets, &rules);
        if (rules.size > 0) {
            buf_add_string(&import->rules, import->has_rules ? "" : "groups:\n");
            buf_add(&import->rules, rules.bytes, rules.size);
            import->has_rules = true;
        }
        buf_fini(&rules);
    }
}

static void finish_device(void *context, struct import_device *device)
{
    struct import *import = context;
    struct import_targets targets = {0};
    bool is_worth = import_device_has_content(device);
    for (enum import_fate fate = 0; fate < FATE_COUNT; fate++) {
        is_worth |= device->fates[fate] > 0;
    }
    if (!is_worth) {
        return;
    }
    import_judge(device, &import->settings.wish, &targets);
    import_verify(device, &targets);
    name_targets(import, device, &targets);
    import_sort_notes(device);
    write_device(import, device, &targets);
    count(import, device, &targets);
    import_targets_fini(&targets);
}

/* ---- files ---- */

static void take_line(void *context, struct import_line *line)
{
    struct import *import = context;
    import->totals.lines++;
    import->totals.repaired += line->is_repaired;
    import->totals.cut += line->is_cut;
    unsigned format = 1U << import->format;
    if ((format & FORMATS_ROUTERS) != 0) {
        import_ios_line(&import->reader, line);
    } else if ((format & FORMATS_SESSIONS) != 0) {
        import_sessions_line(import->sessions, &import->reader.device, line);
    } else {
        import_peer_line(import->peers, &import->reader, line);
    }
}

struct import *import_new(const struct import_settings *settings)
{
    struct import *import = mem_alloc(1, sizeof *import);
    import->settings = *settings;
    import->lines.take = take_line;
    import->lines.context = import;
    import->reader.finish = finish_device;
    import->reader.context = import;
    import->reader.formats = settings->formats != 0 ? settings->formats : FORMATS_ROUTERS;
    import->peers = import_peers_new();
    import->sessions = import_sessions_new();
    return import;
}

void import_free(struct import *import)
{
    if (import != NULL) {
        import_peers_free(import->peers);
        import_sessions_free(import->sessions);
        import_index_fini(&import->names);
        buf_fini(&import->head);
        buf_fini(&import->text);
        buf_fini(&import->rules);
        free(import);
    }
}

/* The only format that is asked for, or what the beginning of the file looks like. */
static void choose_format(struct import *import)
{
    unsigned formats = import->settings.formats;
    import->is_known = true;
    import->format =
        import_format_guess(import->head.size > 0 ? import->head.bytes : "", import->head.size);
    for (unsigned format = 0; formats != 0 && format < FORMAT_COUNT; format++) {
        if ((formats & 1U << format) != 0) {
            import->format = (enum import_format)format;
            break;
        }
    }
    import_peer_begin(import->peers, import->format);
    import_sessions_begin(import->sessions, import->format);
}

static void take_bytes(struct import *import, const char *bytes, size_t size)
{
    if (import->format == FORMAT_PROBER || import->format == FORMAT_BLACKBOX) {
        import_peer_bytes(import->peers, bytes, size);
    } else {
        import_lines_feed(&import->lines, bytes, size);
    }
}

static void flush_head(struct import *import)
{
    choose_format(import);
    if (import->head.size > 0) {
        take_bytes(import, import->head.bytes, import->head.size);
    }
    buf_clear(&import->head);
}

static void end_file(struct import *import)
{
    if (!import->has_file) {
        return;
    }
    if (!import->is_known) {
        flush_head(import);
    }
    import_lines_end(&import->lines);
    import_peer_end(import->peers, &import->reader);
    if ((1U << import->format & FORMATS_SESSIONS) != 0) {
        import_sessions_end(import->sessions, &import->reader.device);
    }
    import_reader_end(&import->reader);
    import->has_file = false;
}

void import_file(struct import *import, const char *name)
{
    end_file(import);
    import_reader_begin(&import->reader, name);
    import->has_file = true;
    import->is_known = false;
}

void import_feed(struct import *import, const char *bytes, size_t size)
{
    if (import->is_known) {
        take_bytes(import, bytes, size);
        return;
    }
    buf_add(&import->head, bytes, size);
    if (import->head.size >= IMPORT_HEAD_BYTES) {
        flush_head(import);
    }
}

static void write_json_end(struct import *import)
{
    static const char *const keys[FATE_COUNT] = {"mapped",        "kept",    "turned",
                                                 "not_supported", "refused", "undone"};
    const struct import_totals *totals = &import->totals;
    buf_printf(&import->text, "%s], \"summary\": {\"devices\": %u, \"operations\": %u, ",
               totals->devices == 0 ? "{\"devices\": [" : "\n", totals->devices,
               totals->operations);
    for (enum import_fate fate = 0; fate < FATE_COUNT; fate++) {
        buf_printf(&import->text, "\"%s\": %u, ", keys[fate], totals->statements[fate]);
    }
    buf_printf(&import->text, "\"targets\": %u, \"lines\": %lu}}\n", totals->targets,
               totals->lines);
}

void import_finish(struct import *import)
{
    end_file(import);
    import_peers_finish(import->peers, &import->reader);
    if (import->settings.output == IMPORT_JSON) {
        write_json_end(import);
    } else if (import->settings.output == IMPORT_YAML && import->totals.targets == 0) {
        buf_add_string(&import->text, "targets: []\n");
    }
    if (import->settings.wants_rules && !import->has_rules) {
        buf_add_string(&import->rules, "groups: []\n");
    }
}

struct buf *import_text(struct import *import)
{
    return &import->text;
}

struct buf *import_rules_text(struct import *import)
{
    return &import->rules;
}

const struct import_totals *import_totals(const struct import *import)
{
    return &import->totals;
}
