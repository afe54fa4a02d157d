/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What the readers of sessions of TWAMP share; see import/session.h. */
#ifndef IMPORT_SESSION_ENTRY_H
#define IMPORT_SESSION_ENTRY_H

#include "import/reader.h"

/* Words `at` and following are those of `pattern`. Returns the word behind them, 0: they are not.
 */
size_t import_session_behind(const struct import_line *line, size_t at, const char *pattern);

/* The operation called `id`, which runs always; made if there is none yet. -1: there are too many.
 */
int import_session_entry(struct import_device *device, const char *id,
                         const struct import_line *line);

/* Takes the words from `at` on by the rows of a table, and counts the statement. `entry` -1: they
 * are about the device. */
void import_session_words(struct import_device *device, int entry, const struct import_table *table,
                          const struct import_line *line, size_t at);

/* The server or reflector of the device, at port 862 unless it says otherwise. */
void import_session_port(struct import_device *device, enum import_kind kind,
                         const struct import_line *line, const char *port);

/* The address of an interface, with or without its length. */
void import_session_address(struct import_device *device, const char *interface,
                            const char *address);

/* A statement of the vendor's that measures something else. */
void import_session_refuse(struct import_device *device, const struct import_line *line,
                           const char *why);

/* A packet each interval, always: here a train of 50 s each minute. `interval_ms`: unless it is
 * said. */
void import_session_stream(struct import_device *device, int entry, int64_t interval_ms);

#endif
