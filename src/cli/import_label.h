/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Labels of `ipsla import` that are read from the names of devices: --label site=^([a-z]+). */
#ifndef CLI_IMPORT_LABEL_H
#define CLI_IMPORT_LABEL_H

#include <regex.h>

#include "import/target.h"
#include "program/options.h"

#define IMPORT_LABELS_MAX 16

struct import_labels {
    struct {
        char name[64];
        regex_t pattern;
    } items[IMPORT_LABELS_MAX];
    size_t count;
};

/* False after a message. */
bool import_labels_read(const struct options *options, struct import_labels *labels);

void import_labels_fini(struct import_labels *labels);

/* struct import_wish.add_labels; `context` is a struct import_labels. */
void import_labels_add(void *context, struct import_device *device, struct import_target *target);

#endif
