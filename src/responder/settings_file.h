/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What to answer, from files instead of flags: section `responder` of a configuration, and rules of
 * impairment. */
#ifndef RESPONDER_SETTINGS_FILE_H
#define RESPONDER_SETTINGS_FILE_H

#include "program/options.h"
#include "reflect/reflect.h"

/* Reads the file that --config.file names. 0, or the exit status: what is wrong was said. */
int settings_file_read(const struct options *options, struct reflect_settings *settings);

/* Reads the file that --impair names, if it is given. The same. */
int settings_file_read_impair(const struct options *options, struct impair_settings *out);

#endif
