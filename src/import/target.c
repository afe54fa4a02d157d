/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "import/target.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "config/node.h"

void import_targets_fini(struct import_targets *targets)
{
    free(targets->items);
    *targets = (struct import_targets){0};
}

struct import_target *import_targets_add(struct import_targets *targets)
{
    if (targets->count == targets->room) {
        targets->room = targets->room == 0 ? 8 : targets->room * 2;
        targets->items = mem_resize(targets->items, targets->room, sizeof *targets->items);
    }
    struct import_target *target = &targets->items[targets->count++];
    memset(target, 0, sizeof *target);
    return target;
}

struct import_field *import_field_add(struct import_device *device, struct import_target *target,
                                      const char *section, const char *key, const char *value)
{
    /* The last one gives way: no target has as many keys as there is room for. */
    size_t at = target->count < IMPORT_FIELDS_MAX ? target->count++ : IMPORT_FIELDS_MAX - 1;
    struct import_field *field = &target->fields[at];
    *field = (struct import_field){
        .section = section, .key = key, .value = import_keep(device, value), .line = target->line};
    return field;
}

/* Labels that the file gives the target. */
static void add_own_labels(struct import_device *device, struct import_target *target)
{
    const struct node *labels = device->entries[target->entry].labels;
    const struct node *label =
        labels != NULL && labels->kind == NODE_MAPPING ? labels->first : NULL;
    for (; label != NULL; label = label->next) {
        if (label->kind == NODE_SCALAR && label->text != NULL) {
            const char *name = import_keep(device, label->key);
            import_field_add(device, target, "labels", name, label->text)->is_text = true;
        }
    }
}

void import_add_labels(struct import_device *device, struct import_target *target,
                       const struct import_wish *wish)
{
    if (device->is_peer) {
        add_own_labels(device, target);
        return;
    }
    import_field_add(device, target, "labels", "device", import_device_name(device))->is_text =
        true;
    if (target->entry >= 0) {
        const char *id = device->entries[target->entry].id;
        const char *label = device->is_of_sessions ? "session" : "ip_sla";
        import_field_add(device, target, "labels", label, id)->is_text = true;
    }
    if (wish->add_labels != NULL) {
        wish->add_labels(wish->context, device, target);
    }
}

const char *import_field_value(const struct import_target *target, const char *key)
{
    for (size_t i = 0; i < target->count; i++) {
        const struct import_field *field = &target->fields[i];
        if (field->section == NULL && !field->is_left_out && strcmp(field->key, key) == 0) {
            return field->value;
        }
    }
    return "";
}

/* A text that every reader of YAML takes for this text and nothing else. */
static bool is_plain(const char *text)
{
    static const char *const words[] = {"true", "false", "yes", "no", "on",
                                        "off",  "null",  "y",   "n",  "none"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcasecmp(text, words[i]) == 0) {
            return false;
        }
    }
    bool is_address = isdigit((unsigned char)text[0]) &&
                      strspn(text, "0123456789.") == strlen(text) && strchr(text, '.') != NULL &&
                      strchr(text, '.') != strrchr(text, '.');
    size_t size = strlen(text);
    for (size_t i = 0; i < size; i++) {
        if (!isalnum((unsigned char)text[i]) && strchr("._/-", text[i]) == NULL) {
            return false;
        }
    }
    return is_address || isalpha((unsigned char)text[0]);
}

void import_yaml_text(const char *text, struct buf *out)
{
    if (is_plain(text)) {
        buf_add_string(out, text);
        return;
    }
    buf_add_char(out, '\'');
    for (; *text != '\0'; text++) {
        buf_add_char(out, *text);
        if (*text == '\'') {
            buf_add_char(out, '\'');
        }
    }
    buf_add_char(out, '\'');
}

static void add_value(const struct import_field *field, struct buf *out)
{
    if (field->is_text) {
        import_yaml_text(field->value, out);
    } else {
        buf_add_string(out, field->value);
    }
}

static void add_section(const struct import_target *target, const char *section, struct buf *out)
{
    const char *separator = "";
    for (size_t i = 0; i < target->count; i++) {
        const struct import_field *field = &target->fields[i];
        if (field->section == NULL || field->is_left_out || strcmp(field->section, section) != 0) {
            continue;
        }
        if (separator[0] == '\0') {
            buf_printf(out, "    %s: {", section);
        }
        buf_printf(out, "%s%s: ", separator, field->key);
        add_value(field, out);
        separator = ", ";
    }
    if (separator[0] != '\0') {
        buf_add_string(out, "}\n");
    }
}

void import_yaml(const struct import_target *target, struct buf *out)
{
    buf_add_string(out, "  - name: ");
    import_yaml_text(target->name, out);
    buf_add_char(out, '\n');
    for (size_t i = 0; i < target->count; i++) {
        const struct import_field *field = &target->fields[i];
        if (field->section == NULL && !field->is_left_out) {
            buf_printf(out, "    %s: ", field->key);
            add_value(field, out);
            buf_add_char(out, '\n');
        }
    }
    add_section(target, "control", out);
    add_section(target, "limits", out);
    add_section(target, "labels", out);
}
