/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The configuration file as the programs meet it on their command lines. */
#ifndef PROGRAM_CONFIG_FILE_H
#define PROGRAM_CONFIG_FILE_H

#include "config/config.h"

/* Reads the file and prints what there is to say about it on standard error, one finding a line.
 * NULL when there is an error among them; else the caller's to free. */
struct config *config_file_load(const char *file);
struct config *config_file_read(const struct config_source *source);

/* Prints the JSON Schema of the configuration. Returns an exit status. */
int config_file_print_schema(void);

/* As config_file_read; NULL also when there is an error in a target file, which otherwise has no
 * targets. */
struct config *config_file_check(const struct config_source *source);

/* The name of the target that `name`, which is none, was most likely meant to be; NULL: no idea. */
const char *config_file_nearest(const struct config *config, const char *name);

#endif
