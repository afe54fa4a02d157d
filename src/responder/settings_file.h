/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What to answer, from section `responder` of a configuration file instead of flags. */
#ifndef RESPONDER_SETTINGS_FILE_H
#define RESPONDER_SETTINGS_FILE_H

#include "program/options.h"
#include "reflect/reflect.h"

/* Reads the file that --config.file names. 0, or the exit status: what is wrong was said. */
int settings_file_read(const struct options *options, struct reflect_settings *settings);

#endif
