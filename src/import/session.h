/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Sessions of TWAMP and TWAMP Light in configurations of Juniper (Junos, Junos Evolved), Huawei
 * (VRP) and Nokia (SR OS): each is an operation, each server or reflector a port for --towards.
 * Sources: the vendors' command references. */
#ifndef IMPORT_SESSION_H
#define IMPORT_SESSION_H

#include "import/format.h"
#include "import/model.h"

struct import_sessions;

struct import_sessions *import_sessions_new(void);
void import_sessions_free(struct import_sessions *sessions);

/* A file of `format`, one of FORMATS_SESSIONS, begins. */
void import_sessions_begin(struct import_sessions *sessions, enum import_format format);
void import_sessions_line(struct import_sessions *sessions, struct import_device *device,
                          const struct import_line *line);
/* The file is over. */
void import_sessions_end(struct import_sessions *sessions, struct import_device *device);

/* ---- the readers of the vendors ---- */

/* One statement with those around it; see import/path.h. */
void import_juniper_statement(struct import_device *device, const struct import_line *line);
void import_huawei_statement(struct import_device *device, const struct import_line *line);
void import_nokia_statement(struct import_device *device, const struct import_line *line);

/* Everything of the operation is read. */
void import_juniper_finish(struct import_device *device, int entry);
void import_huawei_finish(struct import_device *device, int entry);
void import_nokia_finish(struct import_device *device, int entry);

#endif
