/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "config/json_value.h"
#include "import/report.h"

static void add_member(struct buf *out, const char *separator, const char *key, const char *text)
{
    buf_printf(out, "%s\"%s\": ", separator, key);
    if (text != NULL) {
        json_string_write(text, out);
    } else {
        buf_add_string(out, "null");
    }
}

static void add_value(const struct import_field *field, struct buf *out)
{
    const char *value = field->value;
    bool is_number = value[0] != '\0' && strspn(value, "0123456789") == strlen(value);
    bool is_word = strcmp(value, "true") == 0 || strcmp(value, "false") == 0;
    if (!field->is_text && (is_number || is_word)) {
        buf_add_string(out, value);
    } else {
        json_string_write(value, out);
    }
}

static void add_fields(const struct import_target *target, const char *section, struct buf *out)
{
    const char *separator = "";
    for (size_t i = 0; i < target->count; i++) {
        const struct import_field *field = &target->fields[i];
        bool is_here = section == NULL ? field->section == NULL
                                       : field->section != NULL && !strcmp(field->section, section);
        if (is_here && !field->is_left_out) {
            buf_printf(out, "%s\"%s\": ", section == NULL ? ", " : separator, field->key);
            add_value(field, out);
            separator = ", ";
        }
    }
}

static bool has_section(const struct import_target *target, const char *section)
{
    for (size_t i = 0; i < target->count; i++) {
        const struct import_field *field = &target->fields[i];
        if (!field->is_left_out && field->section != NULL && strcmp(field->section, section) == 0) {
            return true;
        }
    }
    return false;
}

static void add_target(const struct import_target *target, struct buf *out)
{
    static const char *const sections[] = {"control", "limits", "labels"};
    add_member(out, "{", "name", target->name);
    add_fields(target, NULL, out);
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        if (has_section(target, sections[i])) {
            buf_printf(out, ", \"%s\": {", sections[i]);
            add_fields(target, sections[i], out);
            buf_add_char(out, '}');
        }
    }
    buf_add_char(out, '}');
}

static void add_note(const struct import_device *device, const struct import_note *note,
                     struct buf *out)
{
    buf_add_string(out, "{\"line\": ");
    buf_printf(out, note->line > 0 ? "%u" : "null", note->line);
    add_member(out, ", ", device->is_of_sessions ? "session" : "ip_sla",
               note->entry >= 0 ? device->entries[note->entry].id : NULL);
    add_member(out, ", ", "fate", import_fate_name(note->fate));
    add_member(out, ", ", "statement", note->text);
    add_member(out, ", ", "why", note->why);
    add_member(out, ", ", "instead", note->instead);
    buf_add_char(out, '}');
}

static void add_dependant(const struct import_dependant *dependant, struct buf *out)
{
    buf_printf(out, "{\"line\": %u", dependant->line);
    add_member(out, ", ", "text", dependant->text);
    add_member(out, ", ", "what", dependant->what);
    add_member(out, ", ", "track", dependant->track);
    add_member(out, ", ", "ip_sla", dependant->id);
    buf_add_char(out, '}');
}

static void add_statements(const struct import_device *device, struct buf *out)
{
    static const char *const keys[FATE_COUNT] = {"mapped",        "kept",    "turned",
                                                 "not_supported", "refused", "undone"};
    unsigned total = 0;
    buf_add_string(out, ", \"statements\": {");
    for (enum import_fate fate = 0; fate < FATE_COUNT; fate++) {
        unsigned count = import_device_count(device, fate);
        buf_printf(out, "\"%s\": %u, ", keys[fate], count);
        total += count;
    }
    buf_printf(out, "\"total\": %u}", total);
}

void import_json(const struct import_device *device, const struct import_targets *targets,
                 struct buf *out)
{
    const char *separator = "";
    add_member(out, "{", "device", import_device_name(device));
    add_member(out, ", ", "file", device->file);
    add_member(out, ", ", "dialect", device->dialect);
    add_member(out, ", ", "other_vendor", device->stranger);
    add_statements(device, out);
    buf_printf(out, ", \"responder\": %s, \"targets\": [",
               device->responder_line > 0 ? "true" : "false");
    for (size_t i = 0; i < targets->count; i++) {
        if (!targets->items[i].is_left_out) {
            buf_add_string(out, separator);
            add_target(&targets->items[i], out);
            separator = ", ";
        }
    }
    buf_add_string(out, "], \"notes\": [");
    for (size_t i = 0; i < device->note_count; i++) {
        buf_add_string(out, i > 0 ? ", " : "");
        add_note(device, &device->notes[i], out);
    }
    buf_add_string(out, "], \"dependants\": [");
    for (size_t i = 0; i < device->dependant_count; i++) {
        buf_add_string(out, i > 0 ? ", " : "");
        add_dependant(&device->dependants[i], out);
    }
    buf_add_string(out, "]}");
}
