/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The file that keeps the latest operations over a restart (engine/archive.h). It is written beside
 * its place and then moved there, so that whoever reads it, whenever writing ended, has the one
 * before or the new one. */
#ifndef HOST_HISTORY_FILE_H
#define HOST_HISTORY_FILE_H

#include "engine/archive.h"

/* What a file that cannot be used is called from then on, and the new one until it is whole. */
#define HISTORY_FILE_DAMAGED ".damaged"
#define HISTORY_FILE_NEW ".new"

/* Takes O(its size) memory, and time. NULL when there is no such file (fault ARCHIVE_IS_GOOD, error
 * 0), it cannot be read (error: errno), or it is not good: then it was set aside. */
struct archive *history_file_read(const char *path, enum archive_fault *fault, int *error);

/* Whether the file may be written, as far as can be told before. 0 or -errno. */
int history_file_try(const char *path);

/* Writes the histories of all targets. 0, or -errno, and all as it was. */
int history_file_write(const char *path, const struct snapshot *snapshot);

#endif
