/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "import/session.h"

#include <stdlib.h>

#include "base/mem.h"
#include "import/path.h"

struct import_sessions {
    struct import_path path;
    enum import_format format;
    struct import_device *device; /* of the line at hand */
};

static const struct vendor {
    enum import_format format;
    bool is_indented; /* statements stand within those with less indentation */
    void (*take)(struct import_device *device, const struct import_line *line);
    void (*finish)(struct import_device *device, int entry);
} vendors[] = {
    {FORMAT_JUNIPER, false, import_juniper_statement, import_juniper_finish},
    {FORMAT_HUAWEI, true, import_huawei_statement, import_huawei_finish},
    {FORMAT_NOKIA, true, import_nokia_statement, import_nokia_finish},
};

static const struct vendor *vendor_of(enum import_format format)
{
    size_t row = 0;
    while (vendors[row].format != format) {
        row++;
    }
    return &vendors[row];
}

static void take_statement(void *context, const struct import_line *statement)
{
    struct import_sessions *sessions = context;
    vendor_of(sessions->format)->take(sessions->device, statement);
}

struct import_sessions *import_sessions_new(void)
{
    struct import_sessions *sessions = mem_alloc(1, sizeof *sessions);
    sessions->path.take = take_statement;
    sessions->path.context = sessions;
    return sessions;
}

void import_sessions_free(struct import_sessions *sessions)
{
    free(sessions);
}

void import_sessions_begin(struct import_sessions *sessions, enum import_format format)
{
    sessions->path.depth = 0;
    sessions->format = format;
}

void import_sessions_line(struct import_sessions *sessions, struct import_device *device,
                          const struct import_line *line)
{
    device->is_of_sessions = true;
    sessions->device = device;
    import_path_line(&sessions->path, line, vendor_of(sessions->format)->is_indented);
}

/* What the control connection says for all its sessions. */
static void inherit(struct import_device *device, int index)
{
    struct import_entry *entry = &device->entries[index];
    const struct import_entry *recipe = &device->entries[entry->recipe - 1];
    for (enum import_param param = PARAM_NONE; param < PARAM_COUNT; param++) {
        bool is_pending = param == PARAM_START && recipe->values[param].number < 0;
        if (!entry->values[param].is_set || is_pending) {
            entry->values[param] = recipe->values[param];
        }
    }
    entry->kind = entry->kind != KIND_NONE ? entry->kind : recipe->kind;
    entry->is_template |= recipe->is_template;
}

void import_sessions_end(struct import_sessions *sessions, struct import_device *device)
{
    for (size_t i = 0; i < device->entry_count; i++) {
        if (device->entries[i].recipe > 0) {
            inherit(device, (int)i);
        }
        if (!device->entries[i].is_recipe) {
            vendor_of(sessions->format)->finish(device, (int)i);
        }
    }
}
