/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config/watched.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/time.h"
#include "config/file.h"

/* Two changes less than this apart may have the same times. */
#define COARSE_NS NS_PER_SECOND
#define CHUNK_BYTES ((size_t)16 * 1024)

static int64_t ns_of(const struct timespec *time)
{
    return time->tv_sec * NS_PER_SECOND + time->tv_nsec;
}

static void note(struct watched *watched, const struct stat *status)
{
    watched->is_there = true;
    watched->device = status->st_dev;
    watched->number = status->st_ino;
    watched->size = status->st_size;
    watched->modified_ns = ns_of(&status->st_mtim);
    watched->changed_ns = ns_of(&status->st_ctim);
}

const char *watched_read(struct watched *watched, const char *path, size_t max, struct buf *out)
{
    struct stat status;
    size_t before = out->size;
    ssize_t size;
    watched->path = mem_string(path);
    int fd = file_open(path, &status);
    if (fd < 0) {
        return file_problem(fd);
    }
    note(watched, &status); /* before it is read: a change meanwhile shows */
    do {
        char *room = buf_room(out, CHUNK_BYTES);
        size = file_read(fd, room, CHUNK_BYTES);
        buf_take(out, room + (size > 0 ? size : 0));
    } while (size == (ssize_t)CHUNK_BYTES && out->size - before <= max);
    close(fd);
    if (size < 0) {
        return file_problem((int)size);
    }
    return out->size - before > max ? "it is too large" : NULL;
}

bool watched_is_same(const struct watched *a, const struct watched *b)
{
    return a->is_there == b->is_there && a->device == b->device && a->number == b->number &&
           a->size == b->size && a->modified_ns == b->modified_ns && a->changed_ns == b->changed_ns;
}

bool watched_has_changed(const struct watched *watched)
{
    struct stat status;
    struct timespec now;
    struct watched seen = {0};
    if (stat(watched->path, &status) == 0) {
        note(&seen, &status);
    }
    clock_gettime(CLOCK_REALTIME, &now);
    return !watched_is_same(&seen, watched) ||
           (seen.is_there && llabs(ns_of(&now) - seen.changed_ns) < COARSE_NS);
}

void watched_fini(struct watched *watched)
{
    free(watched->path);
    *watched = (struct watched){0};
}
