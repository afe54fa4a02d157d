/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"

#define CHUNK_BYTES ((size_t)16 * 1024)

int file_open(const char *path, struct stat *status)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENXIO ? -ENOTSUP : -errno; /* ENXIO: a socket */
    }
    int error = fstat(fd, status) == 0 ? 0 : -errno;
    if (error == 0 && !S_ISREG(status->st_mode)) {
        error = S_ISDIR(status->st_mode) ? -EISDIR : -ENOTSUP;
    }
    if (error != 0) {
        close(fd);
        return error;
    }
    return fd;
}

const char *file_problem(int error)
{
    return error == -ENOTSUP ? "not a regular file" : strerror(-error);
}

ssize_t file_read(int fd, void *bytes, size_t size)
{
    size_t done = 0;
    while (done < size) {
        ssize_t got = read(fd, (char *)bytes + done, size - done);
        if (got == 0) {
            break;
        }
        if (got < 0 && errno != EINTR) {
            return -errno;
        }
        done += got > 0 ? (size_t)got : 0;
    }
    return (ssize_t)done;
}

int file_read_path(const char *path, size_t max, struct buf *out)
{
    struct stat status;
    size_t before = out->size;
    ssize_t size;
    int fd = file_open(path, &status);
    if (fd < 0) {
        return fd;
    }
    do {
        char *room = buf_room(out, CHUNK_BYTES);
        size = file_read(fd, room, CHUNK_BYTES);
        buf_take(out, room + (size > 0 ? size : 0));
    } while (size == (ssize_t)CHUNK_BYTES && out->size - before <= max);
    close(fd);
    return size < 0 ? (int)size : 0;
}

bool file_is_there(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

char *file_beside(const char *file, const char *name)
{
    struct buf path = {0};
    const char *slash = strrchr(file, '/');
    if (name[0] != '/' && slash != NULL) {
        buf_add(&path, file, (size_t)(slash - file) + 1);
    }
    buf_add_string(&path, name);
    return path.bytes;
}
