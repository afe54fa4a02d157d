/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Log lines on standard error, in logfmt or JSON. Thread-safe, and never waits for a reader: what a
 * full pipe or socket does not take is dropped and counted.
 *   time=2026-01-01T00:00:00.000Z level=info msg="listening" address=0.0.0.0:10967
 * When standard error is the system's journal, lines in logfmt go there as entries with fields. */
#ifndef HOST_LOG_H
#define HOST_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };
enum log_format { LOG_FORMAT_LOGFMT, LOG_FORMAT_JSON };

/* Sets the lowest level that is written, and the format. Default: info, logfmt. Call it before
 * starting threads. */
void log_setup(enum log_level level, enum log_format format);

/* Names: debug, info, warn, error; logfmt, json. False for any other name, with *out untouched. */
bool log_level_parse(const char *name, enum log_level *out);
bool log_format_parse(const char *name, enum log_format *out);

/* Whether lines of `level` are written: for those that are costly to make. */
bool log_is_on(enum log_level level);

/* A value that is a number: a whole one (up to 64 bits, signed), or one with decimals. In JSON it
 * has no quotes. */
extern const char log_whole[], log_real[];
#define LOG_NUMBER(value) log_whole, (long long)(value)
#define LOG_REAL(value) log_real, (double)(value)

/* Writes `message` and pairs of a key and a value, ended by NULL. A value is a string (NULL is
 * written as an empty one), LOG_NUMBER or LOG_REAL:
 *   log_line(LOG_LEVEL_INFO, "loaded", "file", name, "targets", LOG_NUMBER(count), NULL); */
void log_line(enum log_level level, const char *message, ...) __attribute__((sentinel));

/* Something about flags or files, which people read on their terminal before a program serves: it
 * is written as it stands. After log_begin_serving it is a line of the log like any other. `text`
 * has no line end. */
void log_begin_serving(void);
void log_text(enum log_level level, const char *text);

/* What a line on standard error begins with, so that the journal knows its level: "<3>", for
 * instance (sd-daemon(3)); "" when standard error does not go there. log_line writes it itself. */
const char *log_priority(enum log_level level);

/* Lines that could not be written in whole, since the start. */
uint64_t log_lines_dropped(void);

#endif
