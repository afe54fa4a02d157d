/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "host/history_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

/* So much is held in memory at a time while the file is written. */
#define BLOCK_BYTES ((size_t)256 * 1024)
#define MODE 0640

static char *name_beside(const char *path, const char *ending)
{
    struct buf name = {0};
    buf_printf(&name, "%s%s", path, ending);
    return name.bytes;
}

/* Writes all of `out`, and empties it. 0 or -errno. */
static int flush(int fd, struct buf *out)
{
    size_t at = 0;
    while (at < out->size) {
        ssize_t written = write(fd, out->bytes + at, out->size - at);
        if (written < 0 && errno != EINTR) {
            return -errno;
        }
        at += written < 0 ? 0 : (size_t)written;
    }
    buf_clear(out);
    return 0;
}

static int write_archive(int fd, const struct snapshot *snapshot)
{
    struct archive_writer writer;
    struct buf out = {0};
    int error = 0;
    archive_begin(&writer, snapshot->count, &out);
    for (size_t i = 0; i < snapshot->count && error == 0; i++) {
        archive_add(&writer, snapshot->reports[i], &out);
        error = out.size >= BLOCK_BYTES ? flush(fd, &out) : 0;
    }
    archive_end(&writer, &out);
    error = error == 0 ? flush(fd, &out) : error;
    buf_fini(&out);
    return error == 0 && fsync(fd) != 0 ? -errno : error;
}

/* The name of a file is on the disk once its directory is. Where that cannot be had, the file is
 * whole all the same. */
static void sync_directory(const char *path)
{
    char *copy = mem_string(path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)!fsync(fd);
        close(fd);
    }
    free(copy);
}

/* A descriptor or -errno. */
static int open_new(const char *new)
{
    int fd = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, MODE);
    return fd < 0 ? -errno : fd;
}

int history_file_try(const char *path)
{
    char *new = name_beside(path, HISTORY_FILE_NEW);
    int fd = open_new(new);
    if (fd >= 0) {
        close(fd);
        unlink(new);
    }
    free(new);
    return fd < 0 ? fd : 0;
}

int history_file_write(const char *path, const struct snapshot *snapshot)
{
    char *new = name_beside(path, HISTORY_FILE_NEW);
    int fd = open_new(new);
    int error = fd < 0 ? fd : write_archive(fd, snapshot);
    if (fd >= 0 && close(fd) != 0 && error == 0) {
        error = -errno;
    }
    if (error == 0 && rename(new, path) != 0) {
        error = -errno;
    }
    if (error == 0) {
        sync_directory(path);
    } else if (fd >= 0) {
        unlink(new);
    }
    free(new);
    return error;
}

/* The whole file; NULL with *error set. */
static uint8_t *read_all(int fd, size_t *size, int *error)
{
    struct stat status;
    if (fstat(fd, &status) != 0) {
        *error = errno;
        return NULL;
    }
    if (!S_ISREG(status.st_mode) || (size_t)status.st_size > ARCHIVE_BYTES_MAX) {
        *error = S_ISREG(status.st_mode) ? EFBIG : EINVAL;
        return NULL;
    }
    size_t wanted = (size_t)status.st_size;
    uint8_t *bytes = mem_alloc(wanted, 1);
    *size = 0;
    while (*size < wanted) {
        ssize_t got = read(fd, bytes + *size, wanted - *size);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            *error = got < 0 ? errno : EIO; /* it became shorter meanwhile */
            free(bytes);
            return NULL;
        }
        *size += (size_t)got;
    }
    return bytes;
}

static void set_aside(const char *path)
{
    char *name = name_beside(path, HISTORY_FILE_DAMAGED);
    (void)!rename(path, name);
    free(name);
}

struct archive *history_file_read(const char *path, enum archive_fault *fault, int *error)
{
    size_t size;
    struct archive *archive = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    *fault = ARCHIVE_IS_GOOD;
    *error = 0;
    if (fd < 0) {
        *error = errno == ENOENT ? 0 : errno;
        return NULL;
    }
    uint8_t *bytes = read_all(fd, &size, error);
    close(fd);
    if (bytes != NULL) {
        archive = archive_read(bytes, size, fault);
    }
    if (*fault != ARCHIVE_IS_GOOD) {
        set_aside(path);
    }
    return archive;
}
