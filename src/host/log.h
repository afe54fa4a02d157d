/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Log lines on standard error, logfmt or JSON, one write each, safe from any thread.
 *   time=2026-01-01T00:00:00.000Z level=info msg="listening" address=0.0.0.0:10967 */
#ifndef HOST_LOG_H
#define HOST_LOG_H

#include <stdbool.h>

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };
enum log_format { LOG_FORMAT_LOGFMT, LOG_FORMAT_JSON };

/* Default: info, logfmt. Call before starting threads. */
void log_setup(enum log_level level, enum log_format format);

/* False when the name is none of debug, info, warn, error / logfmt, json. */
bool log_level_parse(const char *name, enum log_level *out);
bool log_format_parse(const char *name, enum log_format *out);

/* `message` and then pairs of key and value strings, ended by NULL:
 *   log_line(LOG_LEVEL_INFO, "listening", "address", text, NULL); */
void log_line(enum log_level level, const char *message, ...) __attribute__((sentinel));

#endif
