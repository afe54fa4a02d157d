/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The ranges and rules of a configuration are not known here: its own reader is asked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "import/target.h"

/* A key that is left out can make another one wrong, but not for long. */
#define ROUNDS_MAX 8
#define MESSAGE_MAX 400

static bool is_needed(const struct import_field *field)
{
    return field->section == NULL &&
           (strcmp(field->key, "host") == 0 || strcmp(field->key, "operation") == 0 ||
            strcmp(field->key, "port") == 0);
}

/* What is allowed elsewhere, with other operations, is of no use here: cuts it off. */
static void copy_message(const char *message, char text[MESSAGE_MAX])
{
    const char *allowed = strstr(message, "; allowed");
    bool is_elsewhere = allowed != NULL && (strstr(allowed, " for ") != NULL ||
                                            strncmp(allowed, "; allowed with", 14) == 0);
    snprintf(text, MESSAGE_MAX, "%.*s", is_elsewhere ? (int)(allowed - message) : MESSAGE_MAX - 1,
             message);
}

static void note(struct import_device *device, const struct import_target *target, unsigned line,
                 const char *text, const char *why)
{
    bool is_counted = target->entry >= 0 && line > 0;
    char message[MESSAGE_MAX];
    copy_message(why, message);
    struct import_note made = {.fate = FATE_UNSUPPORTED,
                               .line = line,
                               .entry = target->entry,
                               .is_remark = !is_counted,
                               .text = text,
                               .why = message};
    import_note_add(device, &made);
    if (is_counted) {
        import_recount(device, target->entry, line, FATE_UNSUPPORTED);
    }
}

static void leave_out_target(struct import_device *device, struct import_target *target,
                             const char *why)
{
    target->is_left_out = true;
    note(device, target, 0, "", why);
    if (target->entry >= 0) {
        import_recount_all(device, target->entry, FATE_UNSUPPORTED);
        device->entries[target->entry].target = NULL;
    }
}

/* `path` is what stands behind "targets[N]": ".interval", ".control.retries" or nothing. */
static struct import_field *find_field(struct import_target *target, const char *path)
{
    for (size_t i = 0; i < target->count; i++) {
        struct import_field *field = &target->fields[i];
        char own[128];
        snprintf(own, sizeof own, ".%s%s%s", field->section != NULL ? field->section : "",
                 field->section != NULL ? "." : "", field->key);
        bool is_section =
            field->section != NULL && path[0] == '.' && strcmp(field->section, path + 1) == 0;
        if (!field->is_left_out && (is_section || strcmp(own, path) == 0)) {
            return field;
        }
    }
    return NULL;
}

static void take_finding(struct import_device *device, struct import_target *target,
                         const struct diagnostic *finding, bool is_patient)
{
    const char *path = strchr(finding->path, ']');
    path = path != NULL ? path + 1 : "";
    if (!finding->is_error) {
        struct import_note remark = {.fate = FATE_MAPPED,
                                     .entry = target->entry,
                                     .is_remark = true,
                                     .why = finding->message};
        import_note_add(device, &remark);
        return;
    }
    if (target->is_left_out) {
        return;
    }
    struct import_field *field = find_field(target, path);
    if (field == NULL && strchr(path, '.') != NULL && is_patient) {
        return; /* left out in this round already */
    }
    if (field == NULL || is_needed(field)) {
        leave_out_target(device, target, finding->message);
        return;
    }
    char text[160];
    snprintf(text, sizeof text, "%s %.100s", field->key, field->value);
    field->is_left_out = true;
    note(device, target, field->param != PARAM_NONE || field->section != NULL ? field->line : 0,
         text, finding->message);
}

/* Whether all is well. Warnings are taken in the last round only. */
static bool verify_once(struct import_device *device, struct import_targets *targets,
                        unsigned round)
{
    struct buf text = {0};
    struct diagnostics diagnostics = {0};
    size_t *places = calloc(targets->count + 1, sizeof *places);
    size_t count = 0;
    buf_add_string(&text, "targets:\n");
    for (size_t i = 0; i < targets->count && places != NULL; i++) {
        if (!targets->items[i].is_left_out) {
            import_yaml(&targets->items[i], &text);
            places[count++] = i;
        }
    }
    struct config *config =
        count == 0 ? NULL : config_parse("", buf_string(&text), text.size, &diagnostics);
    bool is_well = config != NULL || count == 0;
    for (size_t i = 0; i < diagnostics.count; i++) {
        const struct diagnostic *finding = &diagnostics.items[i];
        unsigned long place = count;
        if (sscanf(finding->path, "targets[%lu]", &place) == 1 && place < count &&
            (is_well || finding->is_error)) {
            take_finding(device, &targets->items[places[place]], finding, round + 1 < ROUNDS_MAX);
        }
    }
    if (!is_well && round == ROUNDS_MAX) {
        for (size_t i = 0; i < count; i++) {
            leave_out_target(device, &targets->items[places[i]], "the configuration refuses it");
        }
    }
    config_free(config);
    diagnostics_fini(&diagnostics);
    buf_fini(&text);
    free(places);
    return is_well;
}

void import_verify(struct import_device *device, struct import_targets *targets)
{
    for (unsigned round = 1; round <= ROUNDS_MAX; round++) {
        if (verify_once(device, targets, round)) {
            return;
        }
    }
}
