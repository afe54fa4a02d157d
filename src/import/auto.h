/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* `ip sla auto`: operations that a router makes of templates, groups, schedules and lists of
 * endpoints. */
#ifndef IMPORT_AUTO_H
#define IMPORT_AUTO_H

#include "import/reader.h"

/* "ip sla auto ..." or "ip sla endpoint-list ...": a block begins. The fate of the line. */
enum import_fate import_auto_begin(struct import_reader *reader, const struct import_line *line,
                                   size_t at);

/* A line of the block. False: it is none. */
bool import_auto_line(struct import_reader *reader, const struct import_line *line, size_t at);

/* The device is complete: an operation for each endpoint and template of each group. */
void import_auto_end(struct import_reader *reader);

#endif
