/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What was read of a device and what became of it: for people, and for programs. */
#ifndef IMPORT_REPORT_H
#define IMPORT_REPORT_H

#include "base/buf.h"
#include "import/target.h"

/* Puts the notes of each operation together, in the order of the lines. */
void import_sort_notes(struct import_device *device);

/* As text, after import_sort_notes. */
void import_report(const struct import_device *device, const struct import_targets *targets,
                   struct buf *out);

/* As one JSON object, after import_sort_notes. */
void import_json(const struct import_device *device, const struct import_targets *targets,
                 struct buf *out);

/* Whether a track, or each member of a list, can be known from what is measured. */
bool import_track_has_rules(const struct import_device *device, const struct import_track *track);

/* Recording rules and alert rules of the device's tracks and reactions, as entries of `groups:`;
 * nothing if it has none. */
void import_rules(const struct import_device *device, const struct import_targets *targets,
                  struct buf *out);

#endif
