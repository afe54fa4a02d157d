/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Files that a configuration is read from. Only regular files are read, so that no other program
 * can make the reader wait, as the writer of a FIFO could. */
#ifndef CONFIG_FILE_H
#define CONFIG_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/buf.h"

/* Opens a regular file for reading. Returns its descriptor and describes it in `status`, or
 * -errno; -EISDIR and -ENOTSUP when it is no regular file. */
int file_open(const char *path, struct stat *status);

/* "Permission denied", for an error of file_open or file_read, which is below 0. */
const char *file_problem(int error);

/* Reads until `size` bytes or the end. Returns how many, or -errno. */
ssize_t file_read(int fd, void *bytes, size_t size);

/* Appends what is in `path` to `out`; when that is more than `max` bytes, some more than `max` of
 * them. Returns 0 or -errno as file_open. */
int file_read_path(const char *path, size_t max, struct buf *out);

/* There is such a file, or a link that leads nowhere. */
bool file_is_there(const char *path);

/* `name` as seen from the directory of `file`; the caller frees it. */
char *file_beside(const char *file, const char *name);

#endif
