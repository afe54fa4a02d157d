/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/import_label.h"

#include <stdio.h>
#include <string.h>

#define GROUPS 2 /* the whole match and the first group */

static int read_one(const struct options *options, struct import_labels *labels, const char *text)
{
    const char *equals = strchr(text, '=');
    size_t length = equals != NULL ? (size_t)(equals - text) : 0;
    char problem[128];
    if (length == 0 || length >= sizeof labels->items[0].name ||
        labels->count == IMPORT_LABELS_MAX) {
        return options_refuse(options, "label", text, "NAME=REGEX, at most 16 times");
    }
    memcpy(labels->items[labels->count].name, text, length);
    labels->items[labels->count].name[length] = '\0';
    regex_t *pattern = &labels->items[labels->count].pattern;
    int error = regcomp(pattern, equals + 1, REG_EXTENDED);
    if (error != 0) {
        regerror(error, pattern, problem, sizeof problem);
        return options_reject(options, "label", text, problem);
    }
    labels->count++;
    return 0;
}

bool import_labels_read(const struct options *options, struct import_labels *labels)
{
    size_t position = 0;
    for (const char *text; (text = options_next(options, "label", &position)) != NULL;) {
        if (read_one(options, labels, text) != 0) {
            return false;
        }
    }
    return true;
}

void import_labels_fini(struct import_labels *labels)
{
    for (size_t i = 0; i < labels->count; i++) {
        regfree(&labels->items[i].pattern);
    }
}

void import_labels_add(void *context, struct import_device *device, struct import_target *target)
{
    struct import_labels *labels = context;
    const char *name = import_device_name(device);
    for (size_t i = 0; i < labels->count; i++) {
        regmatch_t match[GROUPS];
        char value[256];
        if (regexec(&labels->items[i].pattern, name, GROUPS, match, 0) != 0) {
            continue;
        }
        const regmatch_t *part = match[1].rm_so >= 0 ? &match[1] : &match[0];
        snprintf(value, sizeof value, "%.*s", (int)(part->rm_eo - part->rm_so), name + part->rm_so);
        import_field_add(device, target, "labels", labels->items[i].name, value)->is_text = true;
    }
}
